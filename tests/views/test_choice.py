"""The days that an address asks for, and that every page then shows, whatever somebody writes into it."""

from __future__ import annotations

from datetime import date

import pytest

from metrics import all_metrics, metric
from metrics.period import Period
from metrics.reading import headline_period
from views.choice import LATEST, OWN, QUARTER, YEAR, Choice, chosen, period_of
from views.lines import windows

TODAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("", LATEST),
        ("quarter", QUARTER),
        ("QUARTER", QUARTER),
        ("12-months", YEAR),
        ("12 months", YEAR),
        ("nonsense", LATEST),
    ],
)
def test_a_period_is_chosen_by_its_name_in_any_case(said: str, name: str) -> None:
    assert chosen({"period": said}, TODAY) == Choice(name)


def test_addresses_of_before_keep_working() -> None:
    assert (chosen({"period": "Now"}, TODAY).name, chosen({"period": "Year"}, TODAY).name) == (LATEST, YEAR)


def test_own_dates_are_a_first_and_a_last_day_and_come_back_in_every_link() -> None:
    choice = chosen({"from": "2026-09-10", "to": "2026-10-20", "period": "quarter"}, TODAY)
    assert (choice.name, choice.own) == (OWN, Period(date(2026, 9, 10), date(2026, 10, 21)))
    assert chosen(choice.asked, TODAY) == choice
    assert all(chosen(Choice(name).asked, TODAY).name == name for name in (LATEST, QUARTER, YEAR))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-10-20", "2026-09-10"),
        ("soon", "2026-10-20"),
        ("2026-10-20", ""),
        ("0001-01-01", "9999-12-31"),
        ("2000-01-01", "2026-01-01"),
        ("2026-12-02", "2026-12-24"),
    ],
)
def test_days_that_cannot_be_are_said_to_be_wrong_and_the_latest_are_shown(first: str, last: str) -> None:
    choice = chosen({"from": first, "to": last}, TODAY)
    assert (choice.name, choice.is_wrong) == (LATEST, True)
    # What is kept for an address that was understood is not shown to one that was not.
    assert choice != chosen({}, TODAY)


def test_own_dates_end_today_at_the_latest() -> None:
    for last in ("2026-12-01", "2026-12-24", "9999-12-31"):
        own = chosen({"from": "2026-11-01", "to": last}, TODAY).own
        assert own == Period(date(2026, 11, 1), date(2026, 12, 2)), last


def test_what_means_something_over_its_own_days_only_keeps_them() -> None:
    kept = [each.key for each in all_metrics() if each.keeps_its_period]
    assert kept == ["revenue_retention", "weekdays", "repeat", "attrition"]
    for each in all_metrics():
        is_kept = all(period_of(Choice(name), each, TODAY) == headline_period(each, TODAY) for name in (QUARTER, YEAR))
        assert is_kept == each.keeps_its_period, each.key


@pytest.mark.parametrize("name", [LATEST, QUARTER, YEAR])
@pytest.mark.parametrize("key", [each.key for each in all_metrics()])
def test_the_period_of_the_number_is_the_last_point_of_its_line(key: str, name: str) -> None:
    shown = metric(key)
    period = period_of(Choice(name), shown, TODAY)
    line = windows(shown, period, 8)
    assert line[-1] == period
    assert line == sorted(line)
    assert {headline_period(shown, TODAY).days // 80} == {each.days // 80 for each in line} or name != LATEST


def test_own_days_have_windows_of_the_same_length_a_week_apart() -> None:
    own = Period(date(2026, 9, 10), date(2026, 10, 21))
    line = windows(metric("csat"), own, 3)
    assert [each.days for each in line] == [own.days] * 3
    assert [(own.end - each.end).days for each in line] == [14, 7, 0]
