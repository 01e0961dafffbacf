"""From which day on a metric can be true: a figure whose period begins before its data does is not made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from metrics.cautions import DataBegins
from metrics.period import Period

if TYPE_CHECKING:
    from metrics.metric import Metric
    from store.published import Published


A_YEAR = 365  # days


@dataclass(frozen=True, slots=True)
class Begins:
    """From which day on a metric can be true: a figure whose period begins before its data does is not made (METHODOLOGY 0).

    The data begin on the first day on which each of `measures` has a count (of those that have any), and `history_days`
    must have passed since then: who is new is known only after some time of orders. `history_why` completes the sentence
    "... is needed before". A share of what was told (`shortens`) is as true of the days from there on: a period that
    begins earlier is shortened to them, and says so. `details` of the number may need more history than itself.
    """

    measures: tuple[str, ...]
    history_days: int = 0
    history_why: str = ""
    shortens: bool = False
    details: Mapping[str, int] = field(default_factory=dict)  # name of a detail -> days of history that it needs


@dataclass(frozen=True, slots=True)
class Known:
    """Where the data of a metric begin in one store. `since` is None where nothing is there to begin."""

    begins: Begins
    since: date | None

    @property
    def first_day(self) -> date | None:
        """The first day on which a period may begin."""
        return self.since + timedelta(days=self.begins.history_days) if self.since else None

    def fit(self, period: Period) -> Period | None:
        """The part of the period of which the metric can be true; None where there is none."""
        first = self.first_day
        if first is None or period.start >= first:
            return period
        return Period(first, period.end) if self.begins.shortens and first < period.end else None

    @property
    def fact(self) -> DataBegins:
        """What is said of a period of which the metric cannot be true, or only in part."""
        assert self.since is not None
        assert self.first_day is not None
        return DataBegins(self.since, self.first_day, self.begins.history_why if self.begins.history_days else "")

    def hidden_details(self, period: Period) -> set[str]:
        """Details for which the data begin too late."""
        if self.since is None:
            return set()
        return {name for name, days in self.begins.details.items() if period.start < self.since + timedelta(days=days)}


def known(published: Published, metric: Metric) -> Known:
    """Where the data of this metric begin."""
    spans = [published.span(measure) for measure in metric.begins.measures]
    return Known(metric.begins, max((span[0] for span in spans if span), default=None))
