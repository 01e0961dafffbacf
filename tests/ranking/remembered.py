"""A snapshot that is kept in memory: reports go in as (bug, customer, day), and it answers as store.published.Published does.

For tests of the ranking alone; the same promises are tested on the real store in test_top_bugs_stored.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from store.published import BugDay, Count, ListedBug, Published, Reach


class Report(NamedTuple):
    bug: str
    customer: str
    day: date
    weight: float = 1.0
    rated: int = 0
    bad: int = 0


@dataclass
class Remembered(Published):
    """`mrr` is the price of each customer; `answers` and `problems` are rows of the tallies csat and problem_tickets."""

    known: list[ListedBug] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    mrr: dict[str, int] = field(default_factory=dict)
    answers: list[tuple[date, str, int]] = field(default_factory=list)
    problems: list[tuple[date, str, int]] = field(default_factory=list)
    tickets: int = 1
    asked: Counter[str] = field(default_factory=Counter)

    def bugs(self, at: date) -> list[ListedBug]:
        self.asked["bugs"] += 1
        return [_as_of(bug, at) for bug in self.known if bug.opened_at.date() <= at]

    def bug(self, id: str, at: date | None = None) -> ListedBug | None:
        return next((_as_of(bug, at or date.max) for bug in self.known if bug.id == id), None)

    def reaches(self, at: date) -> list[Reach]:
        self.asked["reaches"] += 1
        last: dict[tuple[str, str], Report] = {}
        for report in sorted(self.reports, key=lambda report: report.day):
            if report.day <= at:
                last[report.bug, report.customer] = report
        grouped = Counter((bug, report.day, report.weight) for (bug, _), report in last.items())
        return [Reach(bug, day, weight, n) for (bug, day, weight), n in grouped.items()]

    def reach_of(self, bug: str, at: date) -> list[Reach]:
        return [reach for reach in self.reaches(at) if reach.bug == bug]

    def bug_days(self, start: date, end: date, bug: str | None = None) -> list[BugDay]:
        self.asked["bug_days"] += 1
        found: dict[tuple[str, date], list[int]] = defaultdict(lambda: [0, 0, 0])
        for report in self.reports:
            if start <= report.day < end and bug in (None, report.bug):
                counts = found[report.bug, report.day]
                counts[0] += 1
                counts[1] += report.rated
                counts[2] += report.bad
        return [BugDay(bug, day, *counts) for (bug, day), counts in found.items()]

    def bug_customers(self, start: date, end: date) -> dict[str, int]:
        self.asked["bug_customers"] += 1
        found: dict[str, set[str]] = defaultdict(set)
        for report in self.reports:
            if start <= report.day < end:
                found[report.bug].add(report.customer)
        return {bug: len(customers) for bug, customers in found.items()}

    def distinct_customers(self, bugs: list[str], start: date, end: date) -> int:
        self.asked["distinct_customers"] += 1
        return len({each.customer for each in self.reports if each.bug in bugs and start <= each.day < end})

    def bug_revenue(self, at: date, bugs: list[str]) -> dict[str, tuple[int, int, int]]:
        self.asked["bug_revenue"] += 1
        found = {}
        for bug in bugs:
            customers = {each.customer for each in self.reports if each.bug == bug and each.day <= at}
            prices = [self.mrr[customer] for customer in customers if customer in self.mrr]
            if prices:
                found[bug] = (len(prices), sum(prices), max(prices))
        return found

    def revenue_of_bugs(self, at: date, bugs: list[str]) -> tuple[int, int, int]:
        self.asked["revenue_of_bugs"] += 1
        return self._paid({each.customer for each in self.reports if each.bug in bugs and each.day <= at})

    def revenue_of_all(self) -> tuple[int, int, int]:
        self.asked["revenue_of_all"] += 1
        return self._paid(set(self.mrr))

    def _paid(self, customers: set[str]) -> tuple[int, int, int]:
        prices = [self.mrr[customer] for customer in customers if customer in self.mrr]
        return len(prices), sum(prices), max(prices, default=0)

    def tally(self, measure, start, end, where=None, by=None):
        self.asked["tally"] += 1
        rows = {"csat": self.answers, "problem_tickets": self.problems}[measure]
        return [Count(day, "", bin, n, 0) for day, bin, n in rows if (start is None or start <= day) and day < end]

    def rejected(self, records: tuple[str, ...]) -> list[tuple[str, str, int, int]]:
        return []

    def rows(self, record: str) -> int:
        return {"ticket": self.tickets, "bug": sum(not bug.is_pain for bug in self.known)}[record]


def bug(id: str = "B1", opened: date = date(2025, 1, 1), title: str | None = None, **details: object) -> ListedBug:
    """A bug rated major that is open; `released`, `closed` and `fixed` are days."""
    moments = {
        f"{name}_at": noon(details.pop(name)) if name in details else None  # type: ignore[arg-type]
        for name in ("fixed", "released", "closed")
    }
    plain: dict[str, object] = {
        "severity": "major",
        "status": None,
        "expected_on": None,
        "area": None,
        "owner": None,
        "url": None,
        "is_pain": False,
    }
    return ListedBug(id=id, title=title or f"Title of {id}", opened_at=noon(opened), **moments, **{**plain, **details})  # type: ignore[arg-type]


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def reports(bug: str, at: date, *ages: int, customer: str = "") -> list[Report]:
    """One report for each age in days before `at`, each of another customer unless `customer` is given."""
    return [
        Report(bug, customer or f"{bug}-customer-{index}", at - timedelta(days=age)) for index, age in enumerate(ages)
    ]


def _as_of(bug: ListedBug, at: date) -> ListedBug:
    later: dict[str, Any] = {
        name: None
        for name in ("fixed_at", "released_at", "closed_at")
        if (moment := getattr(bug, name)) is not None and moment.date() > at
    }
    return replace(bug, **later)
