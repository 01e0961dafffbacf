"""Bars of weeks: what their scale shows, and that no name of a release covers another."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from display.weeks import Bar, Line, bars, months_of, rows, scale

FIRST = date(2026, 6, 7)


def shown(*counts: int, lines: tuple[Line, ...] = ()) -> str:
    return bars(
        [Bar(FIRST + timedelta(weeks=n), each, f"{each} of week {n}") for n, each in enumerate(counts)], lines, "x"
    )


@pytest.mark.parametrize(("most", "step"), [(0, 1), (1, 1), (3, 1), (4, 2), (8, 5), (41, 20), (66, 50), (1_200, 500)])
def test_the_scale_has_few_lines_at_round_numbers(most: int, step: int) -> None:
    assert scale(most) == step
    assert most <= 3 * scale(most)


def test_a_bar_is_as_high_as_its_number_on_the_scale() -> None:
    body = shown(0, 10, 41)
    assert re.findall(r'<i style="height:([\d.]+)%"', body) == ["0.00", "16.67", "68.33"]
    assert re.findall(r'class="rule" style="bottom:([\d.]+)%"><b>(\d+)', body) == [
        ("0.00", "0"),
        ("33.33", "20"),
        ("66.67", "40"),
        ("100.00", "60"),
    ]
    assert 'title="41 of week 2"' in body


def test_a_release_stands_at_its_day_and_in_the_list_under_the_bars() -> None:
    body = shown(1, 1, lines=(Line(FIRST + timedelta(days=1), "8 Jun", "<b>Coupons</b>"),))
    # The seventh of fourteen days has ended.
    assert 'style="left:50.00%" title="8 Jun &lt;b&gt;Coupons&lt;/b&gt;"><b>8 Jun</b>' in body
    assert "<li><b>8 Jun</b> &lt;b&gt;Coupons&lt;/b&gt;</li>" in body


def test_days_that_lie_close_to_one_another_stand_in_rows_and_what_finds_no_room_is_not_written() -> None:
    days = [FIRST + timedelta(days=n) for n in (0, 5, 10, 15, 30)]
    assert rows(days) == [1, 2, 3, 0, 1]


def test_a_month_that_begins_at_the_very_end_has_no_room_for_its_name() -> None:
    assert months_of(date(2026, 6, 1), 63) == [date(2026, 6, 1), date(2026, 7, 1)]


def test_without_weeks_there_is_no_chart() -> None:
    assert shown() == ""
