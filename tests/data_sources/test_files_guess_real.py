"""Real files that nobody of this project wrote: what is printed for each must run, mean the right thing, or say why not."""

from __future__ import annotations

import json
import os
import tomllib
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from data_sources.files import SOURCE
from data_sources.files.guess import mapping_for
from data_sources.source import Request
from settings import Settings

TESTDATA = Path(os.environ.get("EMPATHY_TESTDATA", Path(__file__).parents[3] / "shared" / "testdata"))
pytestmark = pytest.mark.skipif(
    not TESTDATA.is_dir(), reason="the real files are not here; EMPATHY_TESTDATA names them"
)
NOW = datetime(2026, 11, 21, tzinfo=UTC)

# File -> the records of its mapping and how many of each there are; where there is none, a part of what is said first.
FILES: dict[str, dict[str, int] | str] = {
    "attrition-hrdataset-v14/HRDataset_v14.csv": {"employment": 311},
    "attrition-ibm-hr/emp_attrition.csv": "holds rows like employment, but does not say when it began",
    "bugs-bitcoin-core-gui/issues.jsonl.gz": {"bug": 341},
    "bugs-rust-2010-2013/issues.jsonl.gz": {"bug": 6690},
    "bugs-seamonkey-gitbugs/SeaMonkey_bugs.csv.gz": {"bug": 1076},
    "bugs-seamonkey-gitbugs/duplicates.csv": "is not one of the records that are counted",
    "churn-telco-ibm/Telco-Customer-Churn.csv": {"customer": 7043},
    "nps-field-service-a/nps.csv": {"survey_response": 1494},
    "nps-field-service-a/serviceappointments.csv.gz": "is not one of the records that are counted",
    "remarks-shopzilla-a/remarks.csv": "is not one of the records that are counted",
    "repeat-cdnow-sample/CDNOW_sample.txt": {"purchase": 6696},
    "repeat-online-retail-a/OnlineRetail_a.csv.gz": {"purchase": 9941},
    "saas-ravenstack/ravenstack_accounts.csv": {"customer": 500},
    "saas-ravenstack/ravenstack_churn_events.csv": "is not one of the records that are counted",
    "saas-ravenstack/ravenstack_feature_usage.csv.gz": "is not one of the records that are counted",
    "saas-ravenstack/ravenstack_subscriptions.csv": {"subscription": 5000},
    "saas-ravenstack/ravenstack_support_tickets.csv": {"ticket": 2000, "survey_response": 1175},
    "survey-sfo-2016/2016_SFO_Customer_Survey.csv": "is not one of the records that are counted",
    "survey-sfo-2017/2017_SFO_Customer_Survey.csv": "holds rows like survey_response, but does not say when it was answered",
    "tickets-helpdesk-log/helpdesk.csv": {"ticket": 3804},
    "tickets-kaggle-csat/customer_support_tickets.csv.gz": {"survey_response": 2769},
    "tickets-servicenow-a/incident_event_log_a.csv.gz": {"ticket": 9202},
}


@cache
def records_of(name: str) -> list[Any]:
    """What a refresh would read with the printed mapping. A mapping that does not run raises SourceError."""
    path = TESTDATA / "datasets" / name
    ((source, options),) = tomllib.loads(mapping_for(path, str(path)))["sources"].items()
    options.pop("type")
    pages = SOURCE.fetch(Request(source, options, Settings(folder=path.parent), None, NOW))
    return [record for page in pages for record in page.records]


@pytest.mark.parametrize("name", FILES)
def test_what_is_printed_for_a_real_file_runs_or_says_first_what_it_lacks(name: str) -> None:
    wanted = FILES[name]
    path = TESTDATA / "datasets" / name
    if isinstance(wanted, str):
        text = mapping_for(path, str(path))
        assert tomllib.loads(text) == {}
        assert wanted in text.splitlines()[0]
    else:
        assert Counter(record.TABLE for record in records_of(name)) == wanted


def test_every_real_file_is_looked_at() -> None:
    there = {str(path.relative_to(TESTDATA / "datasets")) for path in (TESTDATA / "datasets").glob("*/*")}
    assert {each for each in there if not each.endswith(".pdf")} == set(FILES)


def test_returns_and_lines_without_a_customer_are_no_purchases_and_lines_are_added_up() -> None:
    expected = json.loads((TESTDATA / "expected.json").read_text())["repeat-online-retail-a"]
    bought = records_of("repeat-online-retail-a/OnlineRetail_a.csv.gz")
    orders = Counter(each.customer for each in bought)
    assert (len(orders), sum(n >= 2 for n in orders.values())) == (expected["customers"], expected["repeat_customers"])
    assert min(each.amount for each in bought) >= 0
    assert next(each.amount for each in bought if each.id == "536365") == 13_912


def test_waits_that_are_written_as_lengths_and_ratings_beside_tickets_are_read() -> None:
    expected = json.loads((TESTDATA / "expected.json").read_text())["saas-ravenstack"]["csat"]
    found = records_of("saas-ravenstack/ravenstack_support_tickets.csv")
    scores = [each.score for each in found if each.TABLE == "survey_response"]
    assert (len(scores), sum(scores) / len(scores)) == (expected["n"], pytest.approx(expected["mean"], abs=1e-4))
    first = next(each for each in found if each.id == "T-0024de")
    assert (first.first_reply_at - first.opened_at).total_seconds() == 74 * 60
    assert (first.solved_at - first.opened_at).total_seconds() == 27 * 3600


def test_the_day_of_a_purchase_is_not_the_day_a_ticket_was_opened() -> None:
    path = TESTDATA / "datasets" / "tickets-kaggle-csat/customer_support_tickets.csv.gz"
    first, *rest = mapping_for(path).splitlines()
    assert "holds rows like ticket, but does not say when it was opened" in first
    running = [line for line in rest if not line.startswith("#")]
    assert not any("Date of Purchase" in line or "opened_at" in line for line in running)


def test_a_closing_day_that_open_bugs_have_too_is_not_used() -> None:
    text = mapping_for(TESTDATA / "datasets" / "bugs-seamonkey-gitbugs/SeaMonkey_bugs.csv.gz")
    assert "# not used for closed_at: Resolved; it is filled for rows whose Status is open, too" in text.splitlines()


def test_who_left_without_a_day_gives_no_churn_and_that_is_said_first() -> None:
    first = mapping_for(TESTDATA / "datasets" / "churn-telco-ibm/Telco-Customer-Churn.csv").splitlines()[0]
    assert "does not say when a customer came or left: churn cannot be computed from it" in first
