"""What is different from a week ago: bugs that came and went, tickets of last week, and who waits now. Facts, without words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from metrics import metric
from metrics.cautions import cautions
from metrics.counting.groups import grouped, whole
from metrics.period import whole_weeks
from ranking.gone import Gone
from ranking.top_bugs import TopBug, TopBugs
from store import Published
from store.published import Mark as Mark
from store.published import Waiting

USUAL_WEEKS = 12  # last week is set beside so many before it
RELEASE_DAYS = 14  # a release so shortly before the first report of a bug of its area is named beside it


@dataclass(frozen=True, slots=True)
class News:
    """`tickets` of the last whole week, `usual` the fewest and most of the weeks before; None where the data do not go back so far.

    `open_tickets` and `without_reply` are of today, None where no source can say it; `waiting` are the customers behind them.
    """

    came: tuple[TopBug, ...]
    gone: tuple[Gone, ...]
    tickets: int | None
    usual: tuple[int, int] | None
    open_tickets: int | None
    without_reply: int | None
    waiting: Waiting | None


def news(published: Published, top: TopBugs, today: date) -> News:
    last, before = _by_week(published, today)
    open_tickets = _waiting(published, "resolution", today)
    return News(
        came=tuple(bug for bug in top.bugs if bug.movement.kind in ("new", "new on the list")),
        gone=top.gone,
        tickets=last,
        usual=(min(before), max(before)) if len(before) == USUAL_WEEKS else None,
        open_tickets=open_tickets,
        without_reply=_waiting(published, "first_reply", today),
        waiting=None if open_tickets is None else published.waiting(),
    )


def _by_week(published: Published, today: date) -> tuple[int | None, list[int]]:
    """Tickets of the last whole week, and of those before it that lie wholly within the data: none in a week is 0 of them."""
    span = published.span("tickets")
    if span is None or cautions(published, ("ticket",)).withheld:
        return None, []
    weeks = whole_weeks(today, 1 + USUAL_WEEKS).split("week")
    days = whole(weeks)
    counts = [
        sum(each.n for each in groups.get("", ()))
        for groups in grouped(published.tally("tickets", days.start, days.end), weeks)
    ]
    known = [n for week, n in zip(weeks, counts, strict=True) if week.start >= span[0]]
    return (known[-1], known[:-1]) if known else (None, [])


def _waiting(published: Published, key: str, today: date) -> int | None:
    """Tickets that wait at the end of today, whenever they were opened."""
    of = metric(key)
    known = cautions(published, of.records, of.needs)
    if known.withheld or known.missing:
        return None
    return sum(each.n for each in published.tally(f"{key}_open", None, today + timedelta(days=1)))


def releases_before(published: Published, bugs: Sequence[TopBug]) -> dict[str, Mark]:
    """By the id of a bug: the last release of its area in the two weeks before its first report."""
    if not bugs:
        return {}
    span = published.span("tickets")
    if span is None:
        return {}
    # What was reported when the data begin may be older than that.
    known_from = span[0] + timedelta(days=RELEASE_DAYS)
    first = {
        bug.id: bug.first_reported_on
        for bug in bugs
        if bug.area and bug.first_reported_on and bug.first_reported_on >= known_from
    }
    if not first:
        return {}
    marks = published.releases(
        min(first.values()) - timedelta(days=RELEASE_DAYS), max(first.values()) + timedelta(days=1)
    )
    found: dict[str, Mark] = {}
    for mark in sorted(marks, key=lambda each: each.day):
        found |= {bug.id: mark for bug in bugs if bug.id in first and _is_before(mark, first[bug.id], bug.area)}
    return found


def is_of_area(mark: Mark, area: str | None) -> bool:
    """Whether a release changed this part of the product, however that is written."""
    return bool(area) and (mark.area or "").casefold() == (area or "").casefold()


def _is_before(mark: Mark, first_report: date, area: str | None) -> bool:
    return is_of_area(mark, area) and timedelta(0) <= first_report - mark.day <= timedelta(days=RELEASE_DAYS)
