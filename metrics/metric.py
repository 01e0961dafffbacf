"""What every metric says of itself: the contract. A metric is a record (`METRIC`) in a module of its own.

Its `model` counts it and compares two of it (metrics/models.py). Whether it may be shown, the comparison with the period
before, its age: all that is done once for all metrics, in metrics/reading.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from metrics.begins import Begins
from metrics.cautions import Field
from metrics.models import Model


@dataclass(frozen=True, slots=True)
class Metric:
    """The one place that says what a number means. `better` is "higher", "lower" or None, and has no default."""

    key: str
    name: str
    asks: str  # the question it answers, as a person would ask it
    in_short: str  # how it is counted, in one sentence
    formula: str
    unit: str  # "percent", "points", "seconds", or what follows the number: "replies per ticket"
    better: Literal["higher", "lower"] | None
    people: str  # what n counts: "answers", "customers at the start", "people", ...
    withheld_below: int
    thin_below: int
    why: str
    caveats: tuple[str, ...]
    owner: str
    reviewed_on: date
    version: int
    records: tuple[str, ...]  # the tables it is made from: says which sources, and so how old it is
    dimensions: tuple[str, ...]  # what it can be split and filtered by
    grain: str  # of its history: "week", "month" or "quarter"
    headline: int  # how many whole grains the headline covers
    model: Model  # how it is counted, and what kind of number it is: that decides its interval and the test of a change
    cites: tuple[str, ...] = ()  # besides those of its model
    on_card: bool = False  # one of the six of the first page
    abbreviation: str | None = None  # what the field calls it for short: "CSAT"
    grouped_by: str | None = None  # a dimension whose values are shown before the whole where they lie far apart
    parent: str | None = None  # the metric on whose page this one stands, if it is a detail of it
    split_grain: str | None = None  # "year": a group of it is shown for whole calendar years only
    nothing: str | None = (
        None  # what is said where nothing is counted, if "No tickets in this period." would not be true
    )
    # Fields of which it needs at least one: rows of a source that cannot say it are left out, and where no source can,
    # there is no number (METHODOLOGY 0). And fields without which only the named part of it is not known.
    needs: tuple[Field, ...] = ()
    wants: tuple[tuple[Field, str], ...] = ()
    # Others that it is counted from: a source that gives not each of them cannot answer it.
    fields: tuple[Field, ...] = ()

    @property
    def begins(self) -> Begins:
        return self.model.begins

    @property
    def references(self) -> tuple[str, ...]:
        return (*self.cites, *self.model.cites)

    @property
    def keeps_its_period(self) -> bool:
        """Whether it means something over its own period only: of rare events a year, of money one month (a sum is of those
        who were there when it began)."""
        return self.grain == "quarter" or (self.grain == "month" and self.headline >= 12) or self.model.kind == "sum"

    @property
    def short(self) -> str:
        return self.abbreviation or self.name


class Unanswerable(Exception):
    """The question makes no sense for this metric; the text says what would."""
