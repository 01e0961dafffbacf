"""What the page of one bug asks: why it ranks where it does, who reported it in which week, and what they wrote about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from ranking.known import WEEK_DAYS, days_up_to
from ranking.top_bugs import HISTORY_WEEKS, Explained, explain
from store import Published
from store.published import Excerpt as Excerpt
from store.published import Mark as Mark
from store.published import Reporters as Reporters
from views.cache import cached
from views.news import is_of_area, releases_before
from views.ranking import memory_at
from views.view import View

LONGEST = 500  # letters of an id
FEWEST = 3  # customers of a group that is named: of fewer, a reader who knows the customers would know who it is
MOST_GROUPS = 6  # that are named; the rest is added up
Dimension = Literal["segment", "plan", "channel"]
DIMENSIONS: tuple[Dimension, ...] = ("segment", "plan", "channel")


class Week(NamedTuple):
    """Seven days that end with `day`: distinct customers who reported the bug (None for days before the data begin), and the
    releases of its area."""

    day: date
    customers: int | None
    releases: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """Customers of a bug by segment, plan or channel, most first. `other` are those of groups that are not named, `unknown`
    those of whom nothing says it; all together are the customers of the window."""

    named: tuple[tuple[str, int], ...]
    other: int
    unknown: int


@dataclass(frozen=True, slots=True)
class OneBug:
    """`contacts` are the reports in the window of the list, which are tickets where `has_tickets`. `release` came shortly before the
    first report. Of `groups` a dimension is None where no source says it."""

    explained: Explained
    excerpts: tuple[Excerpt, ...]
    contacts: int
    has_tickets: bool
    weeks: tuple[Week, ...]
    release: Mark | None
    groups: dict[Dimension, Groups | None]


def one_bug(view: View, name: str) -> OneBug | None:
    """None where there is no bug of this name, as it is here or as its tracker knows it; that costs one small look."""
    id = _id_of(view, name[:LONGEST])
    return _one_bug(view, id) if id else None


@cached(256)
def _id_of(published: Published, view: View, name: str) -> str | None:
    return published.bug_named(name)


@cached(128)
def _one_bug(published: Published, view: View, id: str) -> OneBug | None:
    explained = explain(published, id, view.today, view.settings, memory_at(published, view.today, view.settings))
    if explained is None:
        return None
    bug = explained.bug
    window = days_up_to(view.today, bug.window_days)
    reporters = published.reporters(id, *window)
    return OneBug(
        explained=explained,
        excerpts=tuple(published.excerpts(id)),
        contacts=sum(each.contacts for each in published.bug_days(*window, id)),
        has_tickets=published.rows("ticket") > 0,
        weeks=_weeks(published, id, bug.area, view.today),
        release=releases_before(published, [bug]).get(id),
        groups={by: groups((getattr(each, by), each.customers) for each in reporters) for by in DIMENSIONS},
    )


def _weeks(published: Published, id: str, area: str | None, today: date) -> tuple[Week, ...]:
    """The last 26 stretches of seven days, oldest first; the last ends today."""
    ends = [today - timedelta(days=WEEK_DAYS * week) for week in reversed(range(HISTORY_WEEKS))]
    customers = published.customers_by_week(id, ends)
    start = ends[0] - timedelta(days=WEEK_DAYS - 1)
    marks = [each for each in published.releases(start, today + timedelta(days=1)) if is_of_area(each, area)]
    span = published.span("tickets")
    begin = span[0] if span else start
    return tuple(
        Week(
            end,
            n if n or end - timedelta(days=WEEK_DAYS) >= begin - timedelta(days=1) else None,
            tuple(each for each in marks if end - timedelta(days=WEEK_DAYS) < each.day <= end),
        )
        for end, n in zip(ends, customers, strict=True)
    )


def groups(counts: Iterable[tuple[str | None, int]]) -> Groups | None:
    """Adds up what is alike. A group of fewer than three is not named, and neither is what would give such a few away."""
    total: Counter[str | None] = Counter()
    for name, n in counts:
        total[name] += n
    unknown = total.pop(None, 0)
    if not total:
        return None
    in_order = sorted(((name or "", n) for name, n in total.items()), key=lambda each: (-each[1], each[0]))
    named = [each for each in in_order if each[1] >= FEWEST][:MOST_GROUPS]
    other = sum(total.values()) - sum(n for _, n in named)
    while named and 0 < other < FEWEST:
        other += named.pop()[1]
    return Groups(tuple(named), other, unknown)
