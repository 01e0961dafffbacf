"""What a number is before anybody asks whether it may be shown: its value, its interval, and how many people it is based on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from metrics.cautions import Reason, Why
from metrics.period import Period

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Published

Where = Mapping[str, str]
NOWHERE: Where = {}


Details = dict[str, Any]  # what is said beside a number, by name; each metric has its own


@dataclass(frozen=True, slots=True)
class Counted:
    """A metric over one period, before anybody asks whether it may be shown.

    `value`, `low`, `high` are in the metric's unit (percent: 0..100). `n` is how many it is based on, in the metric's
    `people`. `missing` says why there is no value. `hidden` is set where people would be exposed.
    `details` holds the parts that a careful reader asks for, by plain names. `left_out` is how many are not in it
    because no source can say what the metric needs of them; None where that is not counted.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    n: int = 0
    details: Details = field(default_factory=dict)
    missing: Reason | None = None
    hidden: Why | None = None
    left_out: int | None = None


# (published, periods, where, by, settings) -> for each period {group: Counted}; the group is "" where `by` is None.
Count = Callable[["Published", list[Period], Where, "str | None", "Settings"], "list[dict[str, Counted]]"]
