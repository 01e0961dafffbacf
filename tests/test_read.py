"""`./run read`: what it prints, and what it says when it cannot."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import read
from estimates.interval import Difference
from metrics import METRICS, metric
from metrics.cautions import Why
from metrics.period import Period
from metrics.reading import Comparison, Reading
from ranking.memory import learned_if_due
from reporting import ranking, tables
from reporting.data import plain
from reporting.readings import sentence
from reporting.terminal import as_text
from settings import Settings, load
from tests.builders import NOW, answer, bug, customer, days_ago, employment, filled, noon, report, subscription, ticket
from views.question import Groups, History, Metrics, OneNumber, Question
from views.question import answer as answer_to

ROOT = Path(__file__).parent.parent
SEPTEMBER = ("--from", "2026-09-01", "--to", "2026-10-01")
MONDAY = date(2026, 9, 7)
CSAT = metric("csat")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of 40 customers, 10 who left in September, 60 answers in two weeks, and a bug."""
    folder = tmp_path_factory.mktemp("company")
    customers = [customer(f"c{n}", segment="large" if n % 4 else "small") for n in range(40)]
    customers += [customer(f"gone{n}", ended_on=date(2026, 9, 12)) for n in range(10)]
    answers = [
        answer(5 if n % 3 else 2, answered_at=noon(MONDAY + timedelta(days=n % 14)), area="Billing") for n in range(60)
    ]
    tickets = [ticket(f"t{n}", customer=f"c{n}", opened_at=days_ago(3)) for n in range(3)]
    bugs = [bug("B-1", title="Coupon \x1b[31mfails"), *(report("B-1", ticket=each.id) for each in tickets)]
    filled(f"sqlite:///{folder / 'empathy.db'}", *customers, *answers, *tickets, *bugs).engine.dispose()
    (folder / "empathy.toml").write_text("")
    return folder


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program itself, with the settings of this folder."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("EMPATHY_")}
    return subprocess.run(
        [sys.executable, str(ROOT / "read.py"), *arguments],
        cwd=folder,
        env={**clean, "EMPATHY_CONFIG": str(folder / "empathy.toml"), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def here(company: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    monkeypatch.setenv("EMPATHY_CONFIG", str(company / "empathy.toml"))
    return Here(capsys)


class Here:
    """The same inside this process, which is faster."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def says(self, *arguments: str) -> str:
        assert read.main(list(arguments)) == 0
        return self._capsys.readouterr().out

    def json(self, *arguments: str) -> Any:
        return json.loads(self.says(*arguments, "--json"))

    def refuses(self, *arguments: str) -> str:
        assert read.main(list(arguments)) == 2
        said = self._capsys.readouterr()
        assert said.out == ""
        assert said.err.count("\n") == 1, "one sentence, on one line"
        return said.err.strip()


def test_an_old_name_of_a_metric_is_answered_under_its_new_one(here: Here) -> None:
    assert here.json("within_target")["metric"] == "sla_met"
    assert here.says("revenue") == here.says("revenue_retention")


def test_the_program_prints_a_number_with_all_that_belongs_to_it(company: Path) -> None:
    done = run(company, "churn", *SEPTEMBER, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    reading = json.loads(done.stdout)
    assert reading["value"] == 20.0
    assert (reading["numerator"], reading["denominator"], reading["n"]) == (10, 50, 50)
    assert reading["low"] == pytest.approx(11.24374, abs=1e-4)
    assert reading["high"] == pytest.approx(33.037105932)
    assert reading["period"] == {"from": "2026-09-01", "to": "2026-10-01"}
    assert reading["state"] == "thin"
    assert reading["sources"] == ["test"]
    assert reading["as_of"] == "2026-11-21T12:00:00+00:00"
    assert set(reading) >= {"metric", "name", "unit", "better", "where", "people", "reason", "details", "comparison"}
    assert reading["comparison"]["period"] == {"from": "2026-08-01", "to": "2026-09-01"}
    assert reading["definition_version"] == 1


def test_the_program_says_it_in_a_sentence_and_a_table_of_eighty_columns(company: Path) -> None:
    done = run(company, "churn", *SEPTEMBER)
    assert done.returncode == 0, done.stderr
    said, rest = done.stdout.split("\n\n", 1)
    assert " ".join(said.split()).startswith(
        "Customer churn, September 2026: 20% (95% CI 11.2-33%), 50 customers at the start. Small sample."
    )
    assert "At the start  50" in rest
    assert "Annualised    93%" in rest
    assert "hazard" not in rest, "what has no plain name is in --json only"
    assert rest.rstrip().endswith("As of 21 Nov 2026 12:00 UTC, from test.")
    assert max(len(line) for line in done.stdout.splitlines()) <= 80


def test_a_history_has_one_number_for_each_week_and_null_where_there_is_none(here: Here) -> None:
    found = here.json("csat", "--from", "2026-08-31", "--to", "2026-09-28", "--by", "week")
    assert [each["period"]["from"] for each in found["series"]] == [
        "2026-08-31",
        "2026-09-07",
        "2026-09-14",
        "2026-09-21",
    ]
    assert [each["value"] is None for each in found["series"]] == [True, False, False, True]
    assert [found["series"][n]["reason"] for n in (0, 3)] == ["Data begins 7 Sep 2026.", "No answers in this period."]
    assert sum(each["n"] for each in found["series"]) == 60
    text = here.says("csat", "--from", "2026-08-31", "--to", "2026-09-28", "--by", "week")
    assert text.startswith("Customer satisfaction (CSAT) by week: 2 of 4 have a value.")


def test_a_split_has_one_number_for_each_group(here: Here) -> None:
    found = here.json("churn", *SEPTEMBER, "--split", "segment")
    assert {each["group"]: (each["numerator"], each["denominator"]) for each in found["groups"]} == {
        "large": (0, 30),
        "small": (10, 20),
    }
    assert "large" in here.says("churn", *SEPTEMBER, "--split", "segment")


def test_where_narrows_to_one_group(here: Here) -> None:
    reading = here.json("churn", *SEPTEMBER, "--where", "segment=small")
    assert (reading["where"], reading["denominator"]) == ({"segment": "small"}, 20)


def test_a_metric_may_be_written_with_a_hyphen(here: Here) -> None:
    assert here.json("first-reply")["metric"] == "first_reply"


@pytest.mark.parametrize("key", METRICS)
def test_every_metric_answers_without_any_options(here: Here, key: str) -> None:
    reading = here.json(key)
    assert reading["metric"] == key
    assert (reading["value"] is None) == (reading["state"] in ("no data", "withheld"))
    assert here.says(key).split("\n\n")[0].rstrip().endswith(".")
    assert len(here.json(key, "--by", "month")["series"]) == 12


def test_the_first_day_alone_means_until_now(here: Here) -> None:
    assert here.json("csat", "--from", "2026-09-10")["period"]["from"] == "2026-09-10"


def test_the_last_day_alone_means_the_metrics_own_length_before_it(here: Here) -> None:
    assert here.json("churn", "--to", "2026-10-01")["period"] == {"from": "2026-09-01", "to": "2026-10-01"}
    assert here.json("csat", "--to", "2026-10-19")["period"] == {"from": "2026-09-21", "to": "2026-10-19"}


def test_a_period_that_begins_before_its_data_is_said_as_what_it_is(here: Here) -> None:
    shortened = here.json("csat", "--from", "2026-08-24", "--to", "2026-09-21")
    assert (shortened["period"], shortened["n"]) == ({"from": "2026-09-07", "to": "2026-09-21"}, 60)
    said = here.says("csat", "--from", "2026-08-24", "--to", "2026-09-21")
    assert said.startswith("Customer satisfaction (CSAT), 7 to 20 Sep 2026: ")
    assert "Data begins 7 Sep 2026." in " ".join(said.split())
    # Fewer tickets than there were would be too low a rate: that cannot be shortened, only left out.
    rate = here.json("contact-rate", "--from", "2026-11-16", "--to", "2026-11-21")
    assert (rate["value"], rate["state"], rate["reason"]) == (None, "no data", "Data begins 18 Nov 2026.")


def test_no_text_can_move_the_cursor_or_leave_its_column() -> None:
    text = as_text(Metrics((replace(CSAT, key="a\x1b[2J\n", asks="b" * 200),)), Settings())
    assert text.splitlines()[1:] == ["a [2J   " + "b" * 72, *[" " * 8 + "b" * n for n in (72, 56)]]


def test_top_bugs_come_as_data_and_as_lines(here: Here) -> None:
    found = here.json("top-bugs", "--at", "2026-11-21")
    assert [(each["rank"], each["id"], each["customers"]) for each in found["bugs"]] == [(1, "B-1", 3)]
    text = here.says("top-bugs", "--at", "2026-11-21")
    assert "B-1" in text
    assert "\x1b" not in text
    assert here.json("top-bugs", "--at", "2026-10-01")["bugs"] == []


def test_a_bug_in_the_terminal_says_what_the_page_says(here: Here) -> None:
    text = here.says("top-bugs", "--at", "2026-11-21")
    assert text.startswith("As known on 21 Nov 2026. ")
    assert max(len(line) for line in text.splitlines()) <= 80
    said = " ".join(text.split())
    (bug,) = here.json("top-bugs", "--at", "2026-11-21")["bugs"]
    assert "1. Coupon [31mfails [B-1, " in said, "what could move the cursor is a blank"
    assert f"{bug['why']} {bug['arithmetic']} {bug['status_line']}" in said
    assert said.count(bug["arithmetic"]) == 1
    assert bug["status_line"] == "open for 40 days", "who had it on a day of the past is not known"
    now = " ".join(as_text(answer_to(Question("top-bugs"), load(), NOW), load()).split())
    assert "nobody owns it yet · open for 40 days · no fix date" in now
    assert "As known on" not in now


def test_the_ranking_says_from_when_on_it_can_be_scored_and_then_how_it_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: Here
) -> None:
    tickets = [ticket(f"t{n}", customer=f"c{n}", opened_at=days_ago(10 * n)) for n in range(60)]
    reports = [report("A", ticket=each.id) for each in tickets]
    store = filled(f"sqlite:///{tmp_path / 'empathy.db'}", bug("A", opened_at=days_ago(600)), *tickets, *reports)
    (tmp_path / "empathy.toml").write_text("")
    monkeypatch.setenv("EMPATHY_CONFIG", str(tmp_path / "empathy.toml"))
    early = here.json("ranking")
    assert early["ranking"] == [ranking.TOO_EARLY]
    assert (early["months"], early["rows"], early["half_lives_in_use"]) == ([], [], None)
    assert " ".join(here.says("ranking").split()) == ranking.TOO_EARLY
    with store.reading() as published:
        due = learned_if_due(published, NOW.date(), store.settings)
    assert due is not None
    with store.refreshing(NOW) as refresh:
        refresh.save_ranking(*due, NOW)
    store.engine.dispose()
    found = here.json("ranking")
    assert found["half_lives_in_use"] == [30.0]
    assert len(found["months"]) == len(found["rows"]) == 12
    assert {month["ours"] for month in found["months"]} == {1.0}
    text = here.says("ranking")
    assert max(len(line) for line in text.splitlines()) <= 80
    assert " ".join(found["ranking"]) in " ".join(text.split())
    assert "Newest first" in text


def test_money_is_in_whole_units_with_its_currency(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: Here) -> None:
    records = [
        customer("c", mrr=1_234_00),
        subscription("c", mrr=1_234_00),
        ticket("t", customer="c", opened_at=days_ago(3)),
        bug("B"),
        report("B", ticket="t"),
    ]
    filled(f"sqlite:///{tmp_path / 'empathy.db'}", *records).engine.dispose()
    (tmp_path / "empathy.toml").write_text('currency = "CHF"\n')
    monkeypatch.setenv("EMPATHY_CONFIG", str(tmp_path / "empathy.toml"))
    found = here.json("top-bugs", "--at", "2026-11-21")
    assert (found["currency"], found["bugs"][0]["revenue"]["total"]) == ("CHF", 1234)
    assert found["bugs"][0]["revenue"]["of_all"] == 1234
    assert "affected customers pay CHF 1,234 a month (of CHF 1,234)" in " ".join(here.says("top-bugs").split())
    assert here.json("contract-churn")["currency"] == "CHF"


def test_a_long_list_is_wrapped_and_nothing_is_cut() -> None:
    sources = ["source-" + "x" * 40 + str(n) for n in range(4)]
    withheld = reading(value=None, state="withheld", reason="Word " * 40, sources=tuple(sources))
    text = as_text(OneNumber(CSAT, withheld), Settings())
    assert max(len(line) for line in text.splitlines()) <= 80
    assert text.count("Word") == 40
    assert all(name in text for name in sources)


def test_the_age_is_told_by_the_clock_of_the_company(here: Here) -> None:
    tokyo = load().model_copy(update={"time_zone": "Asia/Tokyo"})
    said = as_text(OneNumber(CSAT, reading()), tokyo)
    assert said.endswith("As of 21 Nov 2026 21:00 Asia/Tokyo, from test.")


def test_a_store_that_counts_other_days_is_not_read(company: Path) -> None:
    done = run(company, "churn", EMPATHY_TIME_ZONE="Asia/Tokyo")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("This store counts days in UTC, the settings say Asia/Tokyo.")


def test_how_few_are_hidden_is_not_told_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: Here) -> None:
    few = [employment(), employment(ended_on=days_ago(40).date(), left_how="voluntary")]
    filled(f"sqlite:///{tmp_path / 'empathy.db'}", *few).engine.dispose()
    (tmp_path / "empathy.toml").write_text("")
    monkeypatch.setenv("EMPATHY_CONFIG", str(tmp_path / "empathy.toml"))
    reading = here.json("attrition")
    assert (reading["state"], reading["n"], reading["value"]) == ("withheld", None, None)
    assert " –  hidden" in here.says("attrition", "--by", "year")


def test_a_month_that_is_scaled_to_a_year_says_so_beside_the_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: Here
) -> None:
    people = [employment() for _ in range(60)] + [employment(ended_on=date(2026, 5, 12)) for _ in range(2)]
    filled(f"sqlite:///{tmp_path / 'empathy.db'}", *people).engine.dispose()
    (tmp_path / "empathy.toml").write_text("")
    monkeypatch.setenv("EMPATHY_CONFIG", str(tmp_path / "empathy.toml"))
    may = ("attrition", "--from", "2026-05-01", "--to", "2026-06-01")
    months = here.json("attrition", "--from", "2026-01-01", "--to", "2026-07-01", "--by", "month")["series"]
    assert [each["annualised"] for each in months] == [True] * 6
    assert here.json(*may)["annualised"] is True
    assert here.json(*may)["comparison"]["annualised"] is True
    assert ": 39% annualised (95% CI " in " ".join(here.says(*may).split())
    assert "), 61 people" in " ".join(here.says(*may).split())
    assert "39% annualised" in here.says("attrition", "--from", "2026-01-01", "--to", "2026-07-01", "--by", "month")
    year = here.json("attrition")
    assert (year["value"] is not None, year["annualised"]) == (True, False)
    assert year["period"] == {"from": "2025-10-01", "to": "2026-10-01"}
    assert "annualised" not in here.says("attrition")


def test_sources_and_metrics_are_listed(here: Here) -> None:
    (source,) = here.json("sources")["sources"]
    assert (source["name"], source["outcome"], source["rows"]["customer"]) == ("test", "ok", 50)
    assert "1 source, 0 failed the last time." in here.says("sources")
    assert [each["metric"] for each in here.json("metrics")["metrics"]] == list(METRICS)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["chrun"], "There is no metric 'chrun'. Did you mean 'churn'?"),
        (["churn", "--from", "soon"], "'soon': write a day like 2026-11-21"),
        (["churn", "--from", "2026-09-01", "--to", "2026-09-01"], "--to is the first day that is not counted."),
        (
            ["churn", "--where", "area=Billing"],
            "Customer churn cannot be broken down by 'area'; it can be broken down by segment, plan.",
        ),
        (["churn", "--where", "small"], "write it like --where area=Billing"),
        (["csat", "--by", "area"], "use --split area"),
        (["csat", "--by", "week", "--split", "area"], "cannot be used together"),
        (["csat", "--config", "nowhere.toml"], "There is no settings file"),
        (["--json"], "Missing argument"),
        (["csat", "--colour"], "No such option"),
        (["top-bugs", "--where", "area=Billing"], "--where does not go with top-bugs: it takes --at."),
        (["top-bugs", "--from", "2026-09-01"], "--from does not go with top-bugs: it takes --at."),
        (["top-bugs", "--to", "2026-09-01"], "--to does not go with top-bugs"),
        (["top-bugs", "--by", "week"], "--by does not go with top-bugs"),
        (["top-bugs", "--split", "area"], "--split does not go with top-bugs"),
        (["top-bugs", "--at", "2999-01-01"], "--at is in the future; the newest day is "),
        (["sources", "--by", "week"], "--by does not go with sources: it takes none of these."),
        (["csat", "--at", "2026-09-01"], "are chosen with --from and --to"),
        (["csat", "--where", "area=a", "--where", "Area=b"], "--where area was given twice"),
        (["csat", "--where", "area=Nope"], "There is no area 'Nope'; there is Billing."),
        (["churn", "--where", "segment=huge"], "There is no segment 'huge'; there are large, small."),
        (["csat", "--split", "plan"], "cannot be broken down by 'plan'"),
    ],
)
def test_what_cannot_be_answered_is_said_in_one_sentence(here: Here, arguments: list[str], sentence: str) -> None:
    assert sentence in here.refuses(*arguments)


def test_without_a_store_it_says_what_to_type_and_makes_none(tmp_path: Path) -> None:
    (tmp_path / "empathy.toml").write_text("")
    done = run(tmp_path, "churn")
    assert done.returncode == 2
    assert done.stderr == "The store is empty: nothing has been read yet. Type ./run refresh\n"
    assert [path.name for path in tmp_path.iterdir()] == ["empathy.toml"], (
        "asking must not make a store: ./run would take it for a real one"
    )


def test_a_store_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empathy.toml").write_text("")
    done = run(tmp_path, "churn", EMPATHY_DATABASE_URL="postgresql://nobody@127.0.0.1:9/empathy")
    assert done.returncode == 2
    assert done.stderr.startswith("The database cannot be reached")
    assert "Traceback" not in done.stderr


def reading(**changes: Any) -> Reading:
    plain: dict[str, Any] = {
        "metric": "csat",
        "period": Period(date(2026, 11, 2), date(2026, 11, 9)),
        "where": {},
        "value": 88.0,
        "low": 83.0,
        "high": 92.0,
        "numerator": 187,
        "denominator": 212,
        "n": 212,
        "state": "full",
        "reason": None,
        "as_of": NOW,
        "sources": ("test",),
        "details": {},
    }
    return Reading(**{**plain, **changes})


def compared(value: float, low: float, high: float, verdict: Any, good: bool | None, **previous: Any) -> Comparison:
    before = reading(**{"value": 80.0, "period": Period(date(2026, 10, 26), date(2026, 11, 2)), **previous})
    found = Difference(value, low, high, 0.2, "z test")
    return Comparison(before, None if verdict == "not enough data" else found, verdict, good)


def test_an_unclear_change_says_what_it_could_be() -> None:
    said = sentence(CSAT, reading(comparison=compared(8, -2, 18, "no clear change", None)), in_full=True)
    assert said == (
        "Customer satisfaction (CSAT), 2 to 8 Nov 2026: 88% (95% CI 83-92%), 212 answers. "
        "Previous week: 80%. No clear change: +8.0 points (95% CI −2.0 to +18.0)."
    )


def test_a_clear_change_says_whether_it_is_better() -> None:
    said = sentence(CSAT, reading(comparison=compared(8, 2, 14, "up", True)))
    assert said.endswith("Previous week: 80%. Better: +8.0 points (95% CI +2.0 to +14.0).")
    said = sentence(CSAT, reading(comparison=compared(-8, -14, -2, "down", False)))
    assert said.endswith("Worse: −8.0 points (95% CI −14.0 to −2.0).")


def test_what_must_not_be_compared_says_why() -> None:
    rate = "the response rate fell from 29% to 23%"
    why = Why("response rate", {"before": 29.1, "now": 22.9})
    found = replace(compared(8, 2, 14, "not tested", None), difference=None, why=why)
    assert sentence(CSAT, reading(comparison=found)).endswith(f"Previous week: 80%. Not comparable: {rate}.")


def test_a_split_says_small_sample_and_why_there_is_no_number_and_cuts_no_word(here: Here) -> None:
    text = here.says("csat", "--from", "2026-09-07", "--to", "2026-09-09", "--split", "area")
    assert "Billing" in text
    assert "small sample" in here.says("churn", *SEPTEMBER, "--split", "segment")
    assert "thin" not in here.says("churn", *SEPTEMBER, "--by", "month")
    why = "Hidden so that nobody can be identified, here or by subtraction."
    teams = {name: reading(value=None, low=None, high=None, n=0, state="withheld", reason=why) for name in ("A", "B")}
    said = as_text(Groups(CSAT, "area", reading().period, teams), Settings())
    assert max(map(len, said.splitlines())) <= 80
    assert "..." not in said
    cells = [line.split("  ")[-1].strip() for line in said.splitlines()]
    assert " ".join(cells).count(why) == 2


def test_the_busiest_weekday_is_named_with_its_share_and_two_decimals() -> None:
    of_week = {"busiest_day": "Monday", "weeks": 12, "monday": 1.5400001, "sunday": 0.4}
    monday = reading(
        metric="weekdays",
        value=1.5400001,
        low=1.48,
        high=1.6099,
        numerator=220,
        denominator=1000 / 7,
        n=1000,
        details=of_week,
    )
    weekdays = metric("weekdays")
    said = "Monday has the most tickets: 22% of all, 1.54 times the average day (95% CI 1.48 to 1.61), 1,000 tickets."
    assert sentence(weekdays, monday) == said
    assert sentence(weekdays, monday, in_full=True) == f"Busiest weekday, 2 to 8 Nov 2026. {said}"
    text = as_text(OneNumber(weekdays, monday), Settings())
    assert "Monday, compared with the average day  1.54" in text
    assert "Sunday, compared with the average day  0.40" in text
    history = as_text(History(weekdays, "week", (monday,)), Settings())
    assert "Monday 1.54" in history
    row = tables.reading_of(weekdays, replace(monday, comparison=Comparison(monday, None, "not tested", None)))
    assert row["Current"] == row["Previous"] == "Monday 1.54 times the average day"


def test_the_overview_ranks_on_the_day_of_top_bugs_and_says_the_day_where_the_data_are_old(tmp_path: Path) -> None:
    at = [days_ago(days) for days in (1, 2, 30)]  # thirty days before yesterday is no more in the list of today
    tickets = [ticket(f"t{n}", customer=f"c{n}", opened_at=when) for n, when in enumerate(at)]
    reports = [report("A", ticket=each.id) for each in tickets]
    filled(f"sqlite:///{tmp_path / 'empathy.db'}", bug("A"), *tickets, *reports).engine.dispose()
    (tmp_path / "empathy.toml").write_text("")
    here = load(tmp_path / "empathy.toml")

    def told(what: str, later: int = 0) -> str:
        return " ".join(as_text(answer_to(Question(what), here, NOW + timedelta(days=later)), here).split())

    today = "2 customers reported one bug in the last 30 days."
    assert told("top-bugs").startswith(today)
    assert f"- Top ten bugs: {today}" in told("overview")
    assert "- Top ten bugs: As known on 20 Nov 2026. 3 customers reported one bug in the last" in told("overview", 100)


def test_too_few_are_not_compared() -> None:
    few = compared(8, 2, 14, "not enough data", None, state="thin")
    assert sentence(CSAT, reading(comparison=few)).endswith("Previous week: 80%. Not enough data to compare.")


def test_a_long_unit_is_said_once() -> None:
    said = sentence(metric("contact_rate"), reading(value=2.276, low=2.1, high=2.45))
    assert said.count("tickets per customer per month") == 1
    assert "2.28 tickets per customer per month (95% CI 2.10 to 2.45)" in said


def test_what_is_hidden_says_why_and_no_number() -> None:
    why = "Hidden: fewer than 10 people."
    hidden = reading(value=None, low=None, high=None, n=0, state="withheld", reason=why)
    assert sentence(CSAT, hidden, in_full=True) == f"Customer satisfaction (CSAT), 2 to 8 Nov 2026: {why}"


def test_an_endless_number_is_null() -> None:
    assert plain({"high": float("inf"), "low": float("nan"), "day": date(2026, 1, 2)}) == {
        "high": None,
        "low": None,
        "day": "2026-01-02",
    }


def test_now_is_the_first_page_in_short(company: Path, here: Here) -> None:
    said = here.says("now")
    assert said.splitlines()[0].endswith("reported one bug in the last 30 days.")
    assert max(map(len, said.splitlines())) <= 100
    found = here.json("now")
    assert f"{found['company']}: {found['headline']}" == said.splitlines()[0]
    assert [bug["rank"] for bug in found["top_bugs"]["bugs"]] == [1]
    assert {each["metric"]: each["value"] for each in found["metrics"]}["nps"] is None
    assert here.refuses("now", "--by", "week").startswith("--by does not go with now")
