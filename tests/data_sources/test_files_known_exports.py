"""Exports of known systems need no correction: values, scales and formats are complete as printed."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from data_sources.files import SOURCE
from data_sources.files.guess import known_exports, mapping_for
from data_sources.source import Request
from settings import Settings

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass
class Export:
    """A few rows with the headers of a system, and what they must become: (record, id) -> fields."""

    system: str
    header: str
    rows: list[str]
    becomes: dict[tuple[str, str], dict[str, Any]]
    absent: list[tuple[str, str]] = field(default_factory=list)


EXPORTS = {
    "zendesk": Export(
        "Zendesk",
        "Summation column,Id,Requester,Requester id,Requester email,Subject,Tags,Status,Priority,Via,Ticket type,Created at,"
        "Updated at,Assigned at,Organization,Due date,Initially assigned at,Solved at,Resolution time,Satisfaction Score,"
        "Group stations,Reopens,Replies,First reply time in minutes,First reply time in minutes within business hours",
        [
            "1,41,Ann Ash,900,a@x.example,Cannot pay,,Solved,High,Mail,Problem,2026-03-01 09:00,2026-03-02 09:00,,Fern,,,"
            "2026-03-01 11:00,2,Good,1,0,3,25,25",
            "1,42,Bob Bay,901,b@x.example,Please add,,Closed,Low,Chat,Task,2026-03-02 09:00,2026-03-03 09:00,,Gorse,,,"
            "2026-03-02 10:00,1,Offered,1,1,2,5,5",
            "1,43,Cy Cole,902,c@x.example,Where is it,,Open,Normal,Web form,Question,2026-03-03 09:00,2026-03-03 09:00,,Fern,,,"
            ",,Not Offered,0,0,0,,",
            "1,44,Di Dunn,903,d@x.example,Broken,,Solved,Urgent,Mail,Incident,2026-03-04 09:00,2026-03-04 19:00,,Fern,,,"
            "2026-03-04 19:00,10,Bad,1,0,4,60,60",
        ],
        {
            ("ticket", "41"): {
                "customer": "Fern",
                "opened_at": datetime(2026, 3, 1, 9, tzinfo=UTC),
                "first_reply_at": datetime(2026, 3, 1, 9, 25, tzinfo=UTC),
                "solved_at": datetime(2026, 3, 1, 11, tzinfo=UTC),
                "replies": 3,
                "channel": "Mail",
                "kind": "problem",
                "names": ("Ann Ash",),
            },
            ("ticket", "42"): {"kind": "request", "reopens": 1},
            ("ticket", "43"): {"kind": "question", "solved_at": None},
            ("ticket", "44"): {"kind": "problem"},
            ("survey_response", "41"): {"kind": "csat", "scale": "1-2", "score": 2, "ticket": "41"},
            ("survey_response", "42"): {"score": None, "sent_at": datetime(2026, 3, 2, 10, tzinfo=UTC)},
            ("survey_response", "44"): {"score": 1, "answered_at": datetime(2026, 3, 4, 19, tzinfo=UTC)},
        },
        [("survey_response", "43")],
    ),
    "freshdesk": Export(
        "Freshdesk",
        "Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,Created time,Due by Time,Resolved time,Closed time,"
        "Last update time,Initial response time,Time tracked,First response time (in hrs),Resolution time (in hrs),"
        "Agent interactions,Customer interactions,Resolution status,First response status,Tags,Survey results,Full name,Contact ID",
        [
            "7,Late,Closed,Low,Email,Incident,Al,Billing,2026-04-01 08:00:00,2026-04-03 08:00:00,2026-04-01 12:30:00,"
            "2026-04-02 08:00:00,2026-04-02 08:00:00,2026-04-01 08:10:00,00:00,00:10:00,04:30:00,2,1,Within SLA,Within SLA,,"
            "Extremely Happy,Ann Ash,5001",
            "8,Wish,Closed,Low,Portal,Feature Request,Al,App,2026-04-02 08:00:00,2026-04-03 08:00:00,2026-04-05 12:30:00,"
            "2026-04-06 08:00:00,2026-04-06 08:00:00,2026-04-02 09:10:00,00:00,01:10:00,76:30:00,4,3,SLA Violated,Within SLA,,"
            "Unhappy,Bob Bay,5002",
            "9,Hm,Open,Low,Phone,Question,Al,App,2026-04-03 08:00:00,2026-04-04 08:00:00,,,2026-04-03 08:00:00,,00:00,,,0,1,,,,"
            ",Bob Bay,5002",
        ],
        {
            ("ticket", "7"): {
                "customer": "5001",
                "first_reply_at": datetime(2026, 4, 1, 8, 10, tzinfo=UTC),
                "solved_at": datetime(2026, 4, 1, 12, 30, tzinfo=UTC),
                "replies": 2,
                "within_target": True,
                "area": "Billing",
                "channel": "Email",
                "kind": "problem",
            },
            ("ticket", "8"): {"within_target": False, "kind": "request"},
            ("ticket", "9"): {"within_target": None, "kind": "question", "solved_at": None},
            ("survey_response", "7"): {"kind": "csat", "scale": "1-3", "score": 3, "ticket": "7"},
            ("survey_response", "8"): {"score": 1},
        },
        [("survey_response", "9")],
    ),
    "jira": Export(
        "Jira",
        "Summary,Issue key,Issue id,Issue Type,Status,Project key,Project name,Priority,Resolution,Assignee,Reporter,Created,"
        "Updated,Resolved,Component/s,Due date,Labels,Labels",
        [
            "Coupon fails,LB-1,10001,Bug,Done,LB,Lumen,Highest,Fixed,ann,bob,11/May/26 03:26 PM,12/May/26 03:26 PM,"
            "20/May/26 04:53 PM,Checkout,,a,b",
            "Add a map,LB-2,10002,Story,To Do,LB,Lumen,Low,,ann,bob,12/May/26 09:05 AM,12/May/26 03:26 PM,,App,,,",
            "Map is grey,LB-3,10003,Bug,To Do,LB,Lumen,Medium,,ann,bob,13/May/26 11:00 AM,13/May/26 11:00 AM,,App,30/May/26,,",
            "Typo,LB-4,10004,Bug,To Do,LB,Lumen,Lowest,,ann,bob,13/May/26 12:30 PM,13/May/26 12:30 PM,,App,,,",
        ],
        {
            ("bug", "LB-1"): {
                "title": "Coupon fails",
                "opened_at": datetime(2026, 5, 11, 15, 26, tzinfo=UTC),
                "closed_at": datetime(2026, 5, 20, 16, 53, tzinfo=UTC),
                "severity": "blocker",
                "status": "Done",
                "area": "Checkout",
            },
            ("bug", "LB-3"): {"severity": "minor", "expected_on": date(2026, 5, 30)},
            ("bug", "LB-4"): {"severity": "cosmetic", "closed_at": None},
        },
        [("bug", "LB-2")],
    ),
    "jira, in German": Export(
        "Jira",
        "Zusammenfassung,Vorgangsschlüssel,Vorgangs-ID,Vorgangstyp,Status,Priorität,Erstellt,Erledigt",
        [
            "Karte ist grau,LB-3,10003,Fehler,Offen,Hoch,13.05.2026 11:00,",
            "Karte bitte,LB-5,10005,Story,Offen,Hoch,13.05.2026 11:00,",
        ],
        {("bug", "LB-3"): {"severity": "major", "opened_at": datetime(2026, 5, 13, 11, tzinfo=UTC)}},
        [("bug", "LB-5")],
    ),
    "delighted": Export(
        "Delighted",
        "Response ID,Survey type,Person ID,Name,Email,Score,Comment,Permalink,Created at,Updated at",
        [
            "r1,nps,p1,Ann Ash,a@x.example,9,Fine,https://x.example/1,2026-02-01 10:00:00,2026-02-01 10:00:00",
            "r2,csat,p2,Bob Bay,b@x.example,2,Slow,https://x.example/2,2026-02-02 10:00:00,2026-02-02 10:00:00",
            "r3,ces,p3,Cy Cole,c@x.example,5,,https://x.example/3,2026-02-03 10:00:00,2026-02-03 10:00:00",
        ],
        {
            ("survey_response", "r1"): {
                "kind": "nps",
                "scale": "0-10",
                "score": 9,
                "customer": "p1",
                "comment": "Fine",
            },
            ("survey_response", "r2"): {"kind": "csat", "scale": "1-5", "score": 2},
            ("survey_response", "r3"): {"kind": "ces", "scale": "1-5 easy", "score": 5},
        },
    ),
    "stripe, payments": Export(
        "Stripe",
        "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,Converted Currency,Status,Customer ID",
        [
            'ch_1,2026-06-05 20:38:34,"3,125.00",0.00,usd,true,2900.50,eur,Paid,cus_a',
            "ch_2,2026-06-06 20:38:34,20.00,0.00,usd,true,18.00,eur,Failed,cus_a",
            "ch_3,2026-06-07 20:38:34,20.00,0.00,usd,true,18.00,eur,Paid,",
        ],
        {
            ("purchase", "ch_1"): {
                "customer": "cus_a",
                "amount": 290050,
                "ordered_at": datetime(2026, 6, 5, 20, 38, 34, tzinfo=UTC),
            }
        },
        [("purchase", "ch_2"), ("purchase", "ch_3")],
    ),
    "stripe, subscriptions": Export(
        "Stripe",
        "id,Customer ID,Plan,Product,Quantity,Interval,Amount,Status,Created (UTC),Start (UTC),Canceled At (UTC),Ended At (UTC)",
        [
            "sub_1,cus_a,price_1,Pro,2,month,49.00,active,2026-01-01 10:00,2026-01-01 10:00,,",
            "sub_2,cus_b,price_1,Pro,1,month,49.00,canceled,2026-01-01 10:00,2026-01-01 10:00,2026-02-01 10:00,2026-03-01 10:00",
            "sub_3,cus_c,price_1,Pro,1,month,49.00,incomplete_expired,2026-01-01 10:00,2026-01-01 10:00,,",
            "sub_4,cus_d,price_2,Pro a year,1,year,480.00,active,2026-01-01 10:00,2026-01-01 10:00,,",
        ],
        {
            ("subscription", "sub_1"): {"plan": "Pro", "mrr": 9800, "ended_on": None, "started_on": date(2026, 1, 1)},
            ("subscription", "sub_2"): {"customer": "cus_b", "ended_on": date(2026, 3, 1)},
            ("subscription", "sub_4"): {"mrr": 4000},
        },
        [("subscription", "sub_3")],
    ),
    "stripe, customers": Export(
        "Stripe",
        "id,Description,Email,Name,Created (UTC),Delinquent,Plan",
        ["cus_a,,a@x.example,Fern,2026-01-01 10:00,false,pro", "cus_b,,b@x.example,Gorse,2026-01-02 10:00,false,"],
        {("customer", "cus_a"): {"name": "Fern", "plan": "pro", "started_on": date(2026, 1, 1)}},
    ),
    "bamboohr": Export(
        "BambooHR",
        "Employee #,Last Name,First Name,Department,Division,Hire Date,Termination Date,Termination Type,Termination Reason",
        [
            "11,Ash,Ann,Support,EMEA,2024-01-15,,,",
            "12,Bay,Bob,Support,EMEA,2024-02-01,2026-03-31,Resignation (Voluntary),Better offer",
            "13,Cole,Cy,Sales,EMEA,2024-03-01,2026-04-30,Termination (Involuntary),Performance",
        ],
        {
            ("employment", "11"): {"team": "Support", "ended_on": None, "left_how": None},
            ("employment", "12"): {"left_how": "voluntary", "ended_on": date(2026, 4, 1)},
            ("employment", "13"): {"left_how": "involuntary", "started_on": date(2024, 3, 1)},
        },
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_known_by_its_headers_and_complete_as_printed(tmp_path: Path, name: str) -> None:
    export = EXPORTS[name]
    path = tmp_path / "export.csv"
    path.write_text("\n".join([export.header, *export.rows]) + "\n")
    text = mapping_for(path)
    assert f"an export of {export.system}" in text
    assert "was guessed" not in text
    ((source, options),) = tomllib.loads(text)["sources"].items()
    options.pop("type")
    pages = list(SOURCE.fetch(Request(source, options, Settings(folder=tmp_path), None, NOW)))
    assert [row for page in pages for row in page.rejected_rows] == []
    found = {(record.TABLE, record.id): record for page in pages for record in page.records}
    for key, fields in export.becomes.items():
        assert {name: getattr(found[key], name) for name in fields} == fields
    assert not [key for key in export.absent if key in found]


def test_every_known_system_has_an_example_here() -> None:
    assert {known.system.split(" (")[0] for known in known_exports.EXPORTS} == {
        export.system for export in EXPORTS.values()
    }


def test_a_new_word_of_a_known_system_is_guessed_and_said(tmp_path: Path) -> None:
    zendesk = EXPORTS["zendesk"]
    path = tmp_path / "export.csv"
    path.write_text("\n".join([zendesk.header, *zendesk.rows]).replace("Problem", "Complaint"))
    with path.open() as stream:
        assert next(row["Ticket type"] for row in csv.DictReader(stream)) == "Complaint"
    (line,) = [line for line in mapping_for(path).splitlines() if line.startswith("kind = {column")]
    assert 'Complaint = "problem"' in line
    assert "# not sure: what Complaint means was guessed" in line
