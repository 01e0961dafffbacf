"""What a reader must know beside a number, so that nobody believes more than its sources can tell: facts, without words.

reporting/cautions.py says them, once, for the pages, the terminal, JSON and files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from store.published import Published

SAID_ABOVE, WITHHELD_ABOVE = 0.05, 0.50  # shares of rejected rows (METHODOLOGY 0)
Field = tuple[str, str]  # (record, field)
WhyKind = Literal[
    "nothing", "too few", "few",  # of any metric
    "response rate", "another question", "questions left out",  # surveys
    "no median", "weeks too few", "contacts not over",  # tickets
    "weeks differ", "both periods differ", "chance alone",  # where an interval comes from
    "customers undated", "no customers", "no customers then", "orders not over", "ends too few",
    "one month", "no range",
    "people undated", "no such team", "people too few", "recognisable",  # staff
    "whole months only", "quarter not over", "quarters only", "years only", "teams years only",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class RejectedShare:
    """So many of the rows of this record that were read from this source were rejected."""

    source: str
    record: str
    read: int
    rejected: int


@dataclass(frozen=True, slots=True)
class NoRows:
    """No source has rows of any of these records."""

    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoField:
    """No source can say this field; `sources` are those that have the rows."""

    field: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The rows of these sources are not in the number, for they cannot say this field. `n`: how many, where it is counted."""

    field: str
    sources: tuple[str, ...]
    n: int | None = None


@dataclass(frozen=True, slots=True)
class PartUnknown:
    """A part of the number ("Response rate") is not known of these sources, which cannot say this field.

    `elsewhere`: other sources can, so that the part is known without these.
    """

    part: str
    field: str
    sources: tuple[str, ...]
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class DataBegins:
    """The data begin on `since`, and the metric is available from `available_from` on, because of `why` where that is later."""

    since: date
    available_from: date
    why: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """Why there is no number, only a range, or nothing to compare with, where none of the facts above is the reason.

    `named` is what the words of this kind name (reporting/reasons.py has them).
    """

    kind: WhyKind
    named: Mapping[str, Any] = field(default_factory=dict)


Caution = RejectedShare | NoRows | NoField | LeftOut | PartUnknown | DataBegins
Reason = str | Why | Caution  # why there is no number, or only a range; a str is what the metric's own record says


@dataclass(frozen=True, slots=True)
class Cautions:
    """`withheld`: why there must be no number. `missing`: why there can be none. `left_out`: what is not in it.

    `beside`: what else must stand beside it.
    """

    withheld: RejectedShare | None = None
    missing: NoRows | NoField | None = None
    left_out: LeftOut | None = None
    beside: tuple[Caution, ...] = ()


def cautions(
    published: Published, records: Iterable[str], needs: Iterable[Field] = (), wants: Iterable[tuple[Field, str]] = ()
) -> Cautions:
    """Of a number that is made from these records. `needs` are fields of which one source must have at least one;
    `wants` are fields without which only a part of it is not known, and the name of that part."""
    beside: list[Caution] = []
    withheld: RejectedShare | None = None
    missing: NoRows | NoField | None = None
    left_out: LeftOut | None = None
    made_of, needed = tuple(records), list(needs)
    for source, record, read, rejected in published.rejected(made_of):
        share = rejected / read if read else 0.0
        if share > WITHHELD_ABOVE:
            withheld = RejectedShare(source, record, read, rejected)
        elif share > SAID_ABOVE:
            beside.append(RejectedShare(source, record, read, rejected))
    if needed and not any(published.holders(record) for record in made_of):
        missing = NoRows(made_of)
    lacking, said = _who_says(published, needed)
    if lacking:
        field = needed[0][1]
        missing, left_out = (None, LeftOut(field, lacking)) if said else (NoField(field, lacking), None)
    for wanted, part in wants:
        lacking, said = _who_says(published, [wanted])
        if lacking:
            beside.append(PartUnknown(part, wanted[1], lacking, bool(said)))
    return Cautions(withheld, missing, left_out, tuple(beside))


def _who_says(published: Published, fields: list[Field]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sources that hold rows of these records and cannot say the field, and those that can."""
    lacking: set[str] = set()
    said: set[str] = set()
    for record, name in fields:
        for source in published.holders(record):
            (lacking if published.is_unsaid(source, record, name) else said).add(source)
    return tuple(sorted(lacking)), tuple(sorted(said))
