"""How fast the first person answered, in calendar time and in office hours, and how many replies a ticket took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

MONDAY_TO_FRIDAY = frozenset(range(5))
OPENS, CLOSES = time(9), time(17)
MANY = 3  # after so many replies it is time to call


class Reply(NamedTuple):
    """One message on a ticket from our side."""

    at: datetime
    is_by_a_person: bool = True
    is_public: bool = True


def first_human_reply(replies: Iterable[Reply]) -> datetime | None:
    """When a customer first heard from a person: automatic replies and internal notes do not count (reply-003)."""
    return min((reply.at for reply in replies if reply.is_by_a_person and reply.is_public), default=None)


def calendar_minutes(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 60


def office_minutes(
    start: datetime,
    end: datetime,
    opens: time = OPENS,
    closes: time = CLOSES,
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY,
    holidays: frozenset[date] = frozenset(),
) -> float:
    """Minutes of office hours between two times of the same clock (reply-001, reply-002); Monday is 0."""
    total = 0.0
    day = start.date()
    while day <= end.date():
        if day.weekday() in weekdays and day not in holidays:
            opened = datetime.combine(day, opens, start.tzinfo)
            closed = datetime.combine(day, closes, start.tzinfo)
            total += max(0.0, calendar_minutes(max(start, opened), min(end, closed)))
        day += timedelta(days=1)
    return total


def hours_of_day(day: date, zone: tzinfo) -> float:
    """How many hours a calendar day has: 23 or 25 where the clocks change (day-002)."""
    start = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return (end - start) / timedelta(hours=1)


class RepliesPerTicket(NamedTuple):
    n: int
    mean: float | None
    share_with_many: float | None  # of tickets with more than three replies


def replies_per_ticket(tickets_by_replies: Mapping[int, int]) -> RepliesPerTicket:
    """From {replies: tickets} of solved tickets, which adds up over days and shards (replies-001)."""
    n = sum(tickets_by_replies.values())
    if n == 0:
        return RepliesPerTicket(0, None, None)
    total = sum(replies * tickets for replies, tickets in tickets_by_replies.items())
    many = sum(tickets for replies, tickets in tickets_by_replies.items() if replies > MANY)
    return RepliesPerTicket(n, total / n, many / n)
