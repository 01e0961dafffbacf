"""Real data through the whole flow, read with the examples: what `read --json` prints are the values of expected.json.

Every test runs the refresh and the reading on an empty SQLite file and on an empty database of a real PostgreSQL.
The data is not part of the project: EMPATHY_TESTDATA says where it lies, ../shared/testdata is looked at otherwise.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import read
import refresh

ROOT = Path(__file__).parent.parent
TESTDATA = Path(os.environ.get("EMPATHY_TESTDATA") or ROOT.parent / "shared" / "testdata")
EXPECTED = TESTDATA / "expected.json"

pytestmark = pytest.mark.skipif(
    not EXPECTED.is_file(),
    reason=f"there is no {EXPECTED}; set EMPATHY_TESTDATA to the folder that holds expected.json",
)
Ask = Callable[..., Any]


def of(example: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("ask", [example], indirect=True)


@pytest.fixture
def ask(
    request: pytest.FixtureRequest,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Ask:
    """Refreshes the example that the test is of; then `ask("csat", "--by", "week")` is the JSON that is printed."""
    config = str(ROOT / "examples" / f"{request.param}.toml")
    monkeypatch.setenv("EMPATHY_DATABASE_URL", database_url)
    monkeypatch.setenv("EMPATHY_TESTDATA", str(TESTDATA))
    assert refresh.main(["--config", config]) == 0

    def asked(*arguments: str) -> Any:
        capsys.readouterr()
        code = read.main([*arguments, "--config", config, "--json"])
        printed = capsys.readouterr()
        assert code == 0, printed.err
        return json.loads(printed.out)

    return asked


def expected(example: str) -> Any:
    return json.loads(EXPECTED.read_text("utf-8"))[example]


def rounded(value: float) -> Any:
    """The published values have four decimals."""
    return pytest.approx(value, abs=0.000051)


def check_survey(reading: dict[str, Any], published: dict[str, Any]) -> None:
    assert reading["n"] == reading["denominator"] == published["n"]
    assert reading["value"] == rounded(published["top2box_pct"])
    assert reading["details"]["mean"] == rounded(published["mean"])
    assert reading["low"] < reading["value"] < reading["high"]


def check_nps(reading: dict[str, Any], published: dict[str, Any]) -> None:
    assert reading["n"] == published["n"]
    if reading["state"] == "withheld":  # the counts of one answer are that answer
        assert (reading["value"], reading["numerator"], reading["denominator"], reading["details"]) == (*[None] * 3, {})
        return
    for part in ("promoters", "passives", "detractors"):
        assert reading["details"][part] == published[part]
    assert reading["value"] == rounded(published["nps"])


def groups(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["group"]: each for each in found["groups"]}


@of("survey-sfo-2017")
def test_an_airport_survey_gives_satisfaction_recommendation_and_ease(ask: Ask) -> None:
    published = expected("survey-sfo-2017")
    may = ("--from", "2017-05-01", "--to", "2017-06-01")
    check_survey(ask("csat", *may), published["csat_Q7ALL"])
    check_nps(ask("nps", *may), published["nps_NETPRO"])
    ease = groups(ask("ces", *may, "--split", "area"))
    check_survey(ease["Finding the way"], published["ease_Q14FIND"])
    check_survey(ease["Passing through security"], published["ease_Q14PASSTHRU"])
    check_survey(ask("ces", *may, "--where", "area=Finding the way"), published["ease_Q14FIND"])


@of("survey-sfo-2016")
def test_the_survey_of_the_year_before_has_other_columns_and_the_same_meaning(ask: Ask) -> None:
    published = expected("survey-sfo-2016")
    year = ("--from", "2016-01-01", "--to", "2017-01-01")
    check_survey(ask("csat", *year), published["csat_Q7ALL"])
    ease = groups(ask("ces", *year, "--split", "area"))
    check_survey(ease["Finding the way"], published["ease_Q14FIND"])
    check_survey(ease["Passing through security"], published["ease_Q14PASSTHRU"])


@of("nps-field-service-a")
def test_field_service_gives_nps_as_a_whole_and_by_week(ask: Ask) -> None:
    published = expected("nps-field-service-a")
    days = ("--from", "2022-09-26", "--to", "2022-10-17")
    check_nps(ask("nps", *days), published)
    weeks = ask("nps", *days, "--by", "week")["series"]
    for reading, week in zip(weeks, published["by_week"].values(), strict=True):
        check_nps(reading, week)
    assert [each["state"] for each in weeks] == ["withheld", "full", "full"]
    assert weeks[0]["value"] is None
    assert weeks[0]["reason"] == "Not enough data (1 answer)."
    (source,) = ask("sources")["sources"]
    assert source["rejected_rows"] == published["out_of_range"]


@of("saas-ravenstack")
def test_subscriptions_give_churn_and_money_by_month(ask: Ask) -> None:
    published = expected("saas-ravenstack")["monthly_subscription_churn"]
    months = ask("contract-churn", "--from", "2023-06-01", "--to", "2025-01-01", "--by", "month")["series"]
    assert [each["period"]["from"] for each in months] == [f"{month}-01" for month in published]
    for reading, month in zip(months, published.values(), strict=True):
        details = reading["details"]
        assert details["active_at_start"] == reading["denominator"] == month["active_at_start"]
        assert details["ended_in_period"] == reading["numerator"] == month["ended_in_month"]
        assert reading["value"] == rounded(month["pct"])
        assert details["mrr_start"] == month["mrr_start"]
        assert details["mrr_lost"] == month["mrr_lost"]


@of("saas-ravenstack")
def test_the_same_company_gives_satisfaction_and_sizes(ask: Ask) -> None:
    published = expected("saas-ravenstack")
    check_survey(ask("csat", "--from", "2023-01-01", "--to", "2026-01-01"), published["csat"])
    stored: dict[str, int] = {}
    for source in ask("sources")["sources"]:
        stored |= source["rows"]
    assert stored["customer"] == published["accounts"]
    assert stored["subscription"] == published["subscriptions"]
    assert stored["ticket"] == published["tickets"]


@of("attrition-hrdataset-v14")
def test_dated_staff_give_attrition_by_year(ask: Ask) -> None:
    published = expected("attrition-hrdataset-v14")["per_year"]
    years = ask("attrition", "--from", "2011-01-01", "--to", "2019-01-01", "--by", "year")["series"]
    for reading, year in zip(years, published.values(), strict=True):
        details = reading["details"]
        assert details["headcount_at_start"] == year["headcount_jan1"]
        assert details["headcount_at_end"] == year["headcount_dec31"]
        assert details["leavers"] == reading["numerator"] == year["leavers"]
        assert details["percent_of_endpoint_average"] == rounded(year["attrition_pct_of_avg_headcount"])
        # The headline counts every day of every person, so it differs a little, most where many joined late.
        assert reading["value"] == pytest.approx(year["attrition_pct_of_avg_headcount"], rel=0.11)


@of("attrition-ibm-hr")
def test_staff_without_dates_get_a_sentence_and_no_rate(ask: Ask) -> None:
    reading = ask("attrition")
    assert (reading["value"], reading["state"]) == (None, "no data")
    assert reading["reason"] == "No end dates in staff."
    assert all(each["value"] is None for each in ask("attrition", "--by", "year")["series"])


@of("churn-telco-ibm")
def test_customers_without_dates_get_a_sentence_and_no_rate(ask: Ask) -> None:
    reading = ask("churn")
    assert (reading["value"], reading["state"]) == (None, "no data")
    assert reading["reason"] == "No end dates in crm."
    assert all(each["value"] is None for each in ask("churn", "--by", "month")["series"])


@of("repeat-cdnow-sample")
def test_a_shop_for_cds_gives_its_repeat_customers(ask: Ask) -> None:
    published = expected("repeat-cdnow-sample")
    reading = ask("repeat-in-period", "--from", "1997-01-01", "--to", "1998-07-01")
    assert reading["details"]["customers"] == reading["denominator"] == published["customers"]
    assert reading["details"]["repeat_customers"] == reading["numerator"] == published["repeat_customers"]
    assert reading["value"] == rounded(published["repeat_pct"])
    # All of them are new in the first twelve weeks, but only whoever made the file knows that: no orders come before.
    cohort = ask("repeat", "--from", "1997-01-01", "--to", "1997-04-01")
    assert (cohort["value"], cohort["denominator"]) == (None, None)
    assert cohort["reason"].startswith("Data begins 1 Jan 1997; who is new is known only after a year of orders")


@of("repeat-online-retail-a")
def test_an_online_shop_gives_its_repeat_customers(ask: Ask) -> None:
    published = expected("repeat-online-retail-a")
    reading = ask("repeat-in-period", "--from", "2010-12-01", "--to", "2011-12-10")
    assert reading["details"]["customers"] == published["customers"]
    assert reading["details"]["repeat_customers"] == published["repeat_customers"]
    assert reading["value"] == rounded(published["repeat_pct"])


@of("tickets-servicenow-a")
def test_an_event_log_gives_incidents_reopened_and_within_target(ask: Ask) -> None:
    published = expected("tickets-servicenow-a")
    year = ("--from", "2016-01-01", "--to", "2017-06-01")
    reopened = ask("reopened", *year)
    assert reopened["denominator"] == published["incidents"]
    assert reopened["numerator"] == published["reopened_incidents"]
    # made_sla is true until the target is missed: the last row of each incident counts.
    assert ask("within-target", *year)["value"] == rounded(published["made_sla_pct"])


@of("tickets-kaggle-csat")
def test_a_dirty_ticket_file_gives_satisfaction_and_sets_its_impossible_rows_aside(ask: Ask) -> None:
    published = expected("tickets-kaggle-csat")
    years = ("--from", "2000-01-01", "--to", "2030-01-01")
    check_survey(ask("csat", *years), published["csat"])
    channels = groups(ask("csat", *years, "--split", "channel"))
    for name, channel in published["by_channel"].items():
        check_survey(channels[name], channel)
    (source,) = ask("sources")["sources"]
    assert source["rejected_rows"] == published["negative_durations"]


def test_every_example_of_the_issue_is_asked() -> None:
    """Bugs have no expected values: the ranking is measured by the benchmarks."""
    asked = {
        mark.args[1][0]
        for name, each in globals().items()
        if name.startswith("test_")
        for mark in getattr(each, "pytestmark", [])
    }
    assert asked == set(json.loads(EXPECTED.read_text("utf-8")))
