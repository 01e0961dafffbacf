"""What a card says of one number: its value, who is behind it, how it changed, and what it is for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from metrics.cautions import NoRows
from metrics.metric import Metric
from metrics.reading import Reading
from reporting import words
from reporting.readings import SMALL, why
from reporting.reasons import counted

BETTER = {"higher": "Higher is better.", "lower": "Lower is better.", None: "Neither high nor low is better."}
NOT_CONNECTED = "Not connected: the README says how to add a source."
# Where a unit begins and ends, so that the place of a bar means something.
ENDS = {"percent": (0.0, 100.0), "points": (-100.0, 100.0)}
Moved = Literal["better", "worse", "changed"]


def moved(reading: Reading) -> Moved | None:
    """None where nothing is said of a change: there is none that is clear, or it could not be tested."""
    comparison = reading.comparison
    if reading.state != "full" or comparison is None or comparison.difference is None:
        return None
    if comparison.verdict not in ("up", "down"):
        return None
    return "changed" if comparison.good is None else "better" if comparison.good else "worse"


def change(metric: Metric, reading: Reading) -> str:
    """ "▲ better: +4.0 points than the 4 weeks before"."""
    comparison = reading.comparison
    assert comparison is not None
    assert comparison.difference is not None
    arrow = "▲" if comparison.verdict == "up" else "▼"
    amount = words.difference(metric, comparison.difference.value)
    return f"{arrow} {moved(reading)}: {amount} vs previous {words.length(comparison.previous.period)}"


def value(metric: Metric, reading: Reading) -> str:
    return words.value(metric, reading.value)


def based_on(metric: Metric, reading: Reading) -> str:
    """ "80-94% · 86 answers"; where there is no number, why."""
    if reading.value is None:
        return NOT_CONNECTED if isinstance(reading.reason, NoRows) else why(reading)
    ends = words.interval(metric, reading.low, reading.high)
    few = SMALL if reading.state == "thin" else ""
    return " · ".join(each for each in (ends or "", counted(metric.people, reading.n), few) if each)


def scale(metric: Metric, reading: Reading, line: Sequence[float | None] = ()) -> tuple[float, float]:
    """Where the bar of a card begins and ends: 0 to 100%, -100 to +100 points; 0 to the highest of the time shown."""
    low, high = ENDS.get(metric.unit, (0.0, 0.0))
    return low, max(high, *(each or 0.0 for each in (*line, reading.high, reading.value))) or 1.0


def about(metric: Metric, reading: Reading, line: Sequence[float | None], now: datetime) -> str:
    """Definition, days and age of one number, for whoever asks; and what its bar shows."""
    age = f" Read {words.ago(reading.as_of, now)}." if reading.as_of else ""
    ends = [words.value(metric, end) for end in scale(metric, reading, line)]
    bar = f" The bar: 95% confidence interval, from {' to '.join(ends)}." if reading.low is not None else ""
    return (
        f"{metric.asks} {metric.in_short} {BETTER[metric.better]} "
        f"For {words.period(reading.period, now.date())}.{age}{bar}"
    )
