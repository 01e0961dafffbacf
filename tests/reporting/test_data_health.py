"""What data health says of the time until which the numbers are as new as promised."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from reporting import data_health as said
from reporting.sources import age_of_all
from reporting.wall import in_date_for
from store import Snapshot, open_store
from store.published import SourceState
from store.published.sources import RejectedRow
from tests.builders import NOW, settings
from views.view import View


def a_source(name: str, hours_ago: float, stale_after_hours: float = 26.0, outcome: str = "ok") -> SourceState:
    read_at = NOW - timedelta(hours=hours_ago)
    return SourceState(name, "files", False, read_at, read_at, outcome, None, stale_after_hours, {}, 0, {}, 0)


def a_view() -> View:
    here = settings("sqlite://", time_zone="Europe/Madrid")
    return View(here, open_store(here), Snapshot(3, NOW - timedelta(minutes=6), False, "store"), NOW)


def facts(*states: SourceState) -> dict[str, str]:
    return dict(said.facts(a_view(), states))


def test_the_top_of_every_page_and_the_wall_agree_on_what_is_out_of_date() -> None:
    never = replace(a_source("desk", 1), last_succeeded_at=None)
    for states, top in (
        ([a_source("crm", 1)], "Updated 6 min ago"),
        ([a_source("crm", 1), a_source("desk", 30)], "Out of date: 1 day ago"),
        ([a_source("crm", 30), never], "Out of date: desk was never read"),
    ):
        said_there, is_late = age_of_all(a_view(), states)
        assert said_there == top
        assert is_late == (in_date_for(tuple(states), NOW) == 0)


def test_the_first_source_that_will_be_out_of_date_says_until_when_the_numbers_are_as_new_as_promised() -> None:
    # 12:00 UTC is 13:00 in Madrid; read an hour ago it holds for 26 hours, read two hours ago for three.
    found = facts(a_source("crm", 1), a_source("desk", 2, stale_after_hours=3))
    assert found.pop("Last refresh").startswith("21 Nov 12:54 · ")
    assert found == {
        "Up to date until": "21 Nov 14:00",
        "Time zone": "Europe/Madrid",
        "Week starts": "Monday",
    }


def test_one_source_that_is_out_of_date_makes_the_numbers_so() -> None:
    assert facts(a_source("crm", 1), a_source("desk", 30))["Up to date until"] == "out of date now"
    assert facts(a_source("crm", 1), a_source("desk", 2, outcome="failed"))["Up to date until"] == "out of date now"
    assert facts()["Up to date until"] == "–"


def test_each_source_says_it_for_itself() -> None:
    states = (a_source("crm", 1), a_source("desk", 30))
    rows = said.rows(states, NOW, settings("sqlite://").zone, NOW.date())
    assert list(rows[0])[2:4] == ["Last read", "Up to date until"]
    assert [row["Up to date until"] for row in rows] == ["22 Nov 13:00", "out of date now"]


def test_why_a_row_was_rejected_stands_right_after_its_source() -> None:
    row = RejectedRow(
        source="desk",
        record="ticket",
        place="a.csv row 7",
        file="a.csv",
        row=7,
        column="opened",
        value="x",
        reason="is not a date",
        seen_at="",
    )
    assert list(said.rejected([row])[0].values()) == ["desk", "is not a date", "a.csv row 7", "opened", "x"]
