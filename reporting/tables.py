"""The rows of tables: what a chart shows, to read and to hear."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.metric import Metric
from metrics.reading import Reading
from reporting import words
from views.lines import Card


def readings(shown: Sequence[Card]) -> list[dict[str, str]]:
    """One row for each number: now, range, who stands behind it, before, what changed."""
    return [_reading(card.metric, card.reading) for card in shown]


def _reading(metric: Metric, reading: Reading) -> dict[str, str]:
    before = reading.comparison.previous if reading.comparison else None
    return {
        "Number": metric.name,
        "Now": words.told(metric, reading) if reading.apart else words.value(metric, reading.value),
        "95 % range": words.interval(metric, reading.low, reading.high) or words.NOTHING,
        "Stands on": stands_on(metric, reading),
        "Days": words.stretch(reading.period),
        "Before": words.value(metric, before.value) if before else words.NOTHING,
        "Changed": changed(metric, reading),
    }


def stands_on(metric: Metric, reading: Reading) -> str:
    """How many stand behind it, and what must be said beside it."""
    counted = metric.counted(reading.n) if reading.n else words.NOTHING
    return ". ".join([counted, " ".join(reading.cautions)]) if reading.cautions else counted


def changed(metric: Metric, reading: Reading) -> str:
    """The verdict for a cell: "worse: up 1.2 points (0.3 to 2.1)"."""
    comparison = reading.comparison
    if reading.value is None:
        return reading.reason or words.NOTHING
    if comparison is None or comparison.verdict == "too few to say":
        return reading.reason or "too few before to compare"
    found = comparison.difference
    if found is None:
        return "not tested"
    if found.p is None:
        return f"not tested: {found.method}"
    reach = ""
    if found.low is not None and found.high is not None:
        low, high = words.difference(metric, found.low), words.difference(metric, found.high)
        reach = f" ({low.removesuffix(' points')} to {high.removesuffix(' points')})"
    amount = f"{words.difference(metric, found.value)}{reach}"
    if comparison.verdict == "no clear change":
        return f"no clear change: {amount}"
    how = {True: "better: ", False: "worse: ", None: ""}[comparison.good]
    return f"{how}{comparison.verdict} {amount}"


def groups(metric: Metric, found: dict[str, Reading], dimension: str) -> list[dict[str, str]]:
    """A number split by area, channel, segment, plan or team."""
    return [
        {
            dimension.capitalize(): name or "not said",
            "Now": words.value(metric, reading.value),
            "95 % range": words.interval(metric, reading.low, reading.high) or words.NOTHING,
            "Stands on": stands_on(metric, reading),
            "Changed": changed(metric, reading),
        }
        for name, reading in found.items()
    ]
