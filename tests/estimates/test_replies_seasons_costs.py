"""Office minutes, the rhythm of the week, answers on their way, and what a ticket costs."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from estimates.costs import cost_of_one_more, cost_per_ticket
from estimates.replies import Reply, first_human_reply, hours_of_day, office_minutes, replies_per_ticket
from estimates.seasons import complete_from, expected_final, weekday_index, without_weekday

MADRID = ZoneInfo("Europe/Madrid")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MADRID)


def test_the_night_the_weekend_and_a_holiday_are_no_office_time() -> None:
    assert office_minutes(at("2026-03-06T17:30"), at("2026-03-09T09:15")) == 15
    assert office_minutes(at("2026-03-07T10:00"), at("2026-03-08T15:00")) == 0
    assert office_minutes(at("2026-03-05T16:50"), at("2026-03-06T09:20"), holidays=frozenset({date(2026, 3, 6)})) == 10
    assert office_minutes(at("2026-03-05T10:00"), at("2026-03-05T11:30")) == 90


def test_an_automatic_reply_and_a_note_among_colleagues_are_no_answer() -> None:
    replies = [
        Reply(at("2026-03-05T10:00"), is_by_a_person=False),
        Reply(at("2026-03-05T10:05"), is_public=False),
        Reply(at("2026-03-05T11:00")),
        Reply(at("2026-03-05T10:30")),
    ]
    assert first_human_reply(replies) == at("2026-03-05T10:30")
    assert first_human_reply(replies[:2]) is None


def test_the_days_on_which_the_clocks_change_have_23_and_25_hours() -> None:
    assert [hours_of_day(date(2026, *day), MADRID) for day in ((3, 29), (10, 25), (5, 1))] == [23, 25, 24]


def test_tickets_without_replies_have_no_mean() -> None:
    assert replies_per_ticket({}) == (0, None, None)
    assert replies_per_ticket({1: 40, 2: 30, 3: 15, 4: 10, 6: 5}) == (100, 2.15, 0.15)


def test_a_weekday_index_needs_four_whole_weeks_and_leaves_out_a_half_one() -> None:
    week = [10, 10, 10, 10, 10, 3, 0]
    assert weekday_index(week * 3) is None
    assert weekday_index([0] * 28) is None
    index = weekday_index([*week * 4, 900, 900])
    assert index is not None
    assert sum(index) == pytest.approx(7)
    adjusted = without_weekday(week, index)
    assert adjusted[:6] == pytest.approx([53 / 7] * 6)
    assert adjusted[6] is None


def test_answers_that_are_still_on_their_way_are_estimated_only_where_some_have_come() -> None:
    usual = [0, 0.5, 0.8, 0.92, 1]
    assert expected_final(40, 2, usual) == 50
    assert expected_final(0, 0, usual) is None
    assert expected_final(40, 99, usual) == 40
    assert complete_from(usual) == 3
    assert complete_from([0, 0.5]) is None


def test_the_ticket_that_does_not_come_saves_less_than_the_average_ticket_costs() -> None:
    assert cost_per_ticket(27_000, 1_000) == 27
    assert cost_of_one_more(18, 48, 0.8) == pytest.approx(18)
    assert cost_per_ticket(27_000, 0) is None
