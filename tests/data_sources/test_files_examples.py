"""Every mapping in examples/ reads its real file and gives the counts that were worked out independently."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import settings
from data_sources.files import SOURCE
from data_sources.source import Request
from store.rejected import Rejected
from tests.data_sources.door import let_in

ROOT = Path(__file__).parents[2]
TESTDATA = Path(os.environ.get("EMPATHY_TESTDATA") or ROOT.parent / "shared" / "testdata")
NOW = datetime(2026, 11, 21, tzinfo=UTC)
needs_testdata = pytest.mark.skipif(
    not (TESTDATA / "expected.json").exists(), reason=f"the real data is not in {TESTDATA} (set EMPATHY_TESTDATA)"
)


@pytest.fixture(autouse=True)
def _where_the_real_data_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPATHY_TESTDATA", str(TESTDATA))


@cache
def everything(name: str) -> tuple[dict[str, list[Any]], list[Rejected], int]:
    """Records by table as a store would hold them (a later one replaces an earlier one), what was set aside, rows read."""
    chosen = settings.load(ROOT / "examples" / f"{name}.toml")
    by_key: dict[tuple[str, str], Any] = {}
    aside: list[Rejected] = []
    rows = 0
    for source, each in chosen.sources.items():
        for page in SOURCE.fetch(Request(source, each.options, chosen, None, NOW)):
            rows += page.read
            good, rejected = let_in(page)
            aside += rejected
            by_key |= {(record.TABLE, record.id): record for record in good}
    tables: dict[str, list[Any]] = {}
    for (table, _), record in by_key.items():
        tables.setdefault(table, []).append(record)
    return tables, aside, rows


@cache
def expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((TESTDATA / "expected.json").read_text())
    return found


def scores(tables: dict[str, list[Any]], kind: str, area: str | None = None) -> list[int]:
    return [each.score for each in tables["survey_response"] if each.kind == kind and area in (None, each.area)]


def agrees(found: list[int], reference: dict[str, Any]) -> bool:
    top = 100 * sum(score >= 4 for score in found) / len(found)
    ours = (len(found), round(sum(found) / len(found), 4), round(top, 4))
    return ours == (reference["n"], reference["mean"], reference["top2box_pct"])


def promoters(found: list[int]) -> dict[str, Any]:
    p, d = sum(score >= 9 for score in found), sum(score <= 6 for score in found)
    return {
        "n": len(found),
        "promoters": p,
        "passives": len(found) - p - d,
        "detractors": d,
        "nps": round(100 * (p - d) / len(found), 4),
    }


def test_every_example_is_tested_here() -> None:
    tested = Path(__file__).read_text()
    for example in (ROOT / "examples").glob("*.toml"):
        assert f'"{example.stem}"' in tested, example


def test_the_invented_company_reads_whole_but_for_the_two_planted_slips() -> None:
    tables, aside, rows = everything("own-data")
    assert {table: len(each) for table, each in tables.items()} == {
        "customer": 80,
        "ticket": 181,
        "survey_response": 173,
        "bug": 60,
        "bug_report": 119,
    }
    assert rows == 615
    assert [(row.record, row.value) for row in aside] == [("ticket", "31/02/2026 10:15"), ("survey_response", "9")]
    known = {each.id for each in tables["customer"]}
    assert {each.customer for each in tables["ticket"]} <= known
    assert {each.bug for each in tables["bug_report"]} <= {each.id for each in tables["bug"]}


@needs_testdata
@pytest.mark.parametrize("name", ["survey-sfo-2017", "survey-sfo-2016"])
def test_the_airport_survey_gives_its_satisfaction_and_both_kinds_of_ease(name: str) -> None:
    tables, aside, _ = everything(name)
    assert aside == []
    assert agrees(scores(tables, "csat"), expected()[name]["csat_Q7ALL"])
    assert agrees(scores(tables, "ces", "Finding the way"), expected()[name]["ease_Q14FIND"])
    assert agrees(scores(tables, "ces", "Passing through security"), expected()[name]["ease_Q14PASSTHRU"])
    days = {each.answered_at.astimezone(ZoneInfo("America/Los_Angeles")).date() for each in tables["survey_response"]}
    assert {day.month for day in days} == {5}
    assert {day.year for day in days} == {int(name[-4:])}


@needs_testdata
def test_the_airport_survey_gives_its_recommendation_without_the_blank_code() -> None:
    reference = expected()["survey-sfo-2017"]["nps_NETPRO"]
    assert promoters(scores(everything("survey-sfo-2017")[0], "nps")) == reference


@needs_testdata
def test_field_service_sets_two_impossible_scores_aside_and_agrees_week_by_week() -> None:
    tables, aside, rows = everything("nps-field-service-a")
    reference = expected()["nps-field-service-a"]
    assert rows == reference["rows"]
    assert len(aside) == reference["out_of_range"]
    assert promoters(scores(tables, "nps")) == {
        key: reference[key] for key in ("n", "promoters", "passives", "detractors", "nps")
    }
    weeks: dict[str, list[int]] = {}
    for each in tables["survey_response"]:
        weeks.setdefault("{}-W{}".format(*each.answered_at.isocalendar()), []).append(each.score)
    assert {week: promoters(found) for week, found in weeks.items()} == reference["by_week"]


@needs_testdata
def test_the_software_company_gives_its_subscriptions_by_month_and_its_ratings() -> None:
    tables, aside, _ = everything("saas-ravenstack")
    reference = expected()["saas-ravenstack"]
    assert aside == []
    assert [len(tables[name]) for name in ("customer", "subscription", "ticket")] == [
        reference["accounts"],
        reference["subscriptions"],
        reference["tickets"],
    ]
    assert agrees(scores(tables, "csat"), reference["csat"])
    for month, figures in reference["monthly_subscription_churn"].items():
        first = date.fromisoformat(f"{month}-01")
        after = (first + timedelta(days=32)).replace(day=1)
        # In force when the month begins; ended in it if the last day of service (the day before ended_on) is in it.
        active = [
            each
            for each in tables["subscription"]
            if each.started_on < first and (each.ended_on is None or each.ended_on > first)
        ]
        ended = [each for each in active if each.ended_on is not None and each.ended_on - timedelta(days=1) < after]
        assert (len(active), len(ended)) == (figures["active_at_start"], figures["ended_in_month"])
        assert sum(each.mrr for each in active) == 100 * figures["mrr_start"]
        assert sum(each.mrr for each in ended) == 100 * figures["mrr_lost"]


@needs_testdata
def test_staff_gives_head_count_and_leavers_of_every_year() -> None:
    tables, aside, _ = everything("attrition-hrdataset-v14")
    reference = expected()["attrition-hrdataset-v14"]
    people = tables["employment"]
    assert aside == []
    assert len(people) == reference["employees"]
    assert sum(each.ended_on is not None for each in people) == reference["terminated"]
    assert {each.left_how for each in people} == {"voluntary", "involuntary", None}
    for year, figures in reference["per_year"].items():

        def there(day: date) -> int:
            return sum(each.started_on <= day and (each.ended_on is None or each.ended_on > day) for each in people)

        assert there(date(int(year), 1, 1)) == figures["headcount_jan1"]
        assert there(date(int(year), 12, 31)) == figures["headcount_dec31"]
        assert (
            sum(each.ended_on is not None and (each.ended_on - timedelta(days=1)).year == int(year) for each in people)
            == figures["leavers"]
        )


@needs_testdata
@pytest.mark.parametrize("name", ["repeat-cdnow-sample", "repeat-online-retail-a"])
def test_shops_give_their_customers_and_those_who_came_back(name: str) -> None:
    tables, aside, rows = everything(name)
    reference = expected()[name]
    orders = Counter(each.customer for each in tables["purchase"])
    assert aside == []
    assert rows == reference.get("rows", reference.get("transactions"))
    assert len(orders) == reference["customers"]
    assert sum(count >= 2 for count in orders.values()) == reference["repeat_customers"]
    assert all(each.amount is not None for each in tables["purchase"])


@needs_testdata
def test_the_service_desk_log_gives_one_ticket_per_incident() -> None:
    tables, aside, _ = everything("tickets-servicenow-a")
    reference = expected()["tickets-servicenow-a"]
    assert aside == []
    assert len(tables["ticket"]) == reference["incidents"]
    assert sum((each.reopens or 0) > 0 for each in tables["ticket"]) == reference["reopened_incidents"]
    assert (
        round(100 * sum(each.within_target is True for each in tables["ticket"]) / len(tables["ticket"]), 4)
        == reference["made_sla_pct"]
    )
    assert {each.bug for each in tables["bug_report"]} == {each.id for each in tables["bug"]}
    assert {each.ticket for each in tables["bug_report"]} <= {each.id for each in tables["ticket"]}


@needs_testdata
def test_dirty_tickets_give_their_ratings_and_set_aside_what_ended_before_it_began() -> None:
    tables, aside, _ = everything("tickets-kaggle-csat")
    reference = expected()["tickets-kaggle-csat"]
    assert agrees(scores(tables, "csat"), reference["csat"])
    assert len(aside) == reference["negative_durations"]
    for channel, figures in reference["by_channel"].items():
        assert agrees([each.score for each in tables["survey_response"] if each.channel == channel], figures)


@needs_testdata
def test_the_barest_log_gives_one_ticket_per_case() -> None:
    tables, aside, rows = everything("tickets-helpdesk-log")
    assert (len(tables["ticket"]), rows, aside) == (3804, 13710, [])
    assert all(each.opened_at <= each.solved_at for each in tables["ticket"])


@needs_testdata
def test_trackers_give_bugs_and_who_was_hurt() -> None:
    rust, aside, _ = everything("bugs-rust-2010-2013")
    assert (len(rust["bug"]), aside) == (6690, [])  # 6,691 lines, one issue twice
    assert max(each.reported_at for each in rust["bug_report"]) < datetime(2014, 1, 1, tzinfo=UTC)
    gui, aside, _ = everything("bugs-bitcoin-core-gui")
    assert (len(gui["bug"]), aside) == (109, [])
    for found in (rust, gui):
        assert {each.bug for each in found["bug_report"]} <= {each.id for each in found["bug"]}
        assert not any("[bot]" in each.customer for each in found["bug_report"])
        assert {each.status for each in found["bug"]} == {None}
    monkey, aside, _ = everything("bugs-seamonkey-gitbugs")
    assert (len(monkey["bug"]), len(monkey["ticket"]), aside) == (991, 85, [])
    linked = {(each.bug, each.ticket) for each in monkey["bug_report"]}
    assert ("1616551", "1648584") in linked


@needs_testdata
@pytest.mark.parametrize(
    ("name", "table", "key"),
    [("churn-telco-ibm", "customer", "customers"), ("attrition-ibm-hr", "employment", "employees")],
)
def test_a_file_without_dates_is_read_without_inventing_any(name: str, table: str, key: str) -> None:
    tables, aside, _ = everything(name)
    assert aside == []
    assert len(tables[table]) == expected()[name][key]
    assert all(each.started_on is None and each.ended_on is None for each in tables[table])
