"""What is different from a week ago: bugs that came and went, tickets of last week, and who waits now. Facts, without words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from metrics import metric
from metrics.period import whole_weeks
from metrics.reading import headline_period, read, series
from ranking.gone import Gone
from ranking.top_bugs import TopBug, TopBugs
from settings import Settings
from store import Published
from store.published import Mark as Mark

USUAL_WEEKS = 12  # last week is set beside so many before it
RELEASE_DAYS = 14  # a release so shortly before the first report of a bug of its area is named beside it


@dataclass(frozen=True, slots=True)
class News:
    """`tickets` of the last whole week, `usual` the fewest and most of the weeks before; None where there are no tickets.

    `open_tickets` and `without_reply` are of today, None where no source can say it.
    """

    came: tuple[TopBug, ...]
    gone: tuple[Gone, ...]
    tickets: int | None
    usual: tuple[int, int] | None
    open_tickets: int | None
    without_reply: int | None


def news(published: Published, top: TopBugs, today: date, settings: Settings) -> News:
    weeks = whole_weeks(today, 1 + USUAL_WEEKS).split("week")
    counts = [each.n for each in series(published, metric("contact_rate"), weeks, settings)]
    before = [n for n in counts[:-1] if n]
    return News(
        came=tuple(bug for bug in top.bugs if bug.movement.kind in ("new", "new on the list")),
        gone=top.gone,
        tickets=counts[-1] or None,
        usual=(min(before), max(before)) if len(before) == USUAL_WEEKS else None,
        open_tickets=_waiting(published, "resolution", today, settings),
        without_reply=_waiting(published, "first_reply", today, settings),
    )


def _waiting(published: Published, key: str, today: date, settings: Settings) -> int | None:
    of = metric(key)
    found = read(published, of, headline_period(of, today), settings).details.get("still_waiting")
    return int(found) if found is not None else None


def releases_before(published: Published, top: TopBugs) -> dict[str, Mark]:
    """By the id of a bug: the last release of its area in the two weeks before its first report."""
    if not top.bugs:
        return {}
    first = {bug.id: bug.first_reported_on for bug in top.bugs if bug.first_reported_on and bug.area}
    if not first:
        return {}
    marks = published.releases(
        min(first.values()) - timedelta(days=RELEASE_DAYS), max(first.values()) + timedelta(days=1)
    )
    found: dict[str, Mark] = {}
    for mark in sorted(marks, key=lambda each: each.day):
        found |= {bug.id: mark for bug in top.bugs if bug.id in first and _is_before(mark, first[bug.id], bug.area)}
    return found


def _is_before(mark: Mark, first_report: date, area: str | None) -> bool:
    same_area = (mark.area or "").casefold() == (area or "").casefold()
    return same_area and timedelta(0) <= first_report - mark.day <= timedelta(days=RELEASE_DAYS)
