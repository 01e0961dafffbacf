"""What a card says of one number: how it changed, and what it is for whoever asks."""

from __future__ import annotations

from datetime import datetime

from metrics.metric import Metric
from metrics.reading import Reading
from reporting import words
from reporting.readings import SMALL

BETTER = {"higher": "Higher is better.", "lower": "Lower is better.", None: "Neither high nor low is better."}


def change(metric: Metric, reading: Reading) -> str:
    """What changed since the period before, where there is a number: "+2.3 points", or why that is not said."""
    comparison = reading.comparison
    if reading.state == "thin" or comparison is None:
        return SMALL
    if comparison.why:
        return "not comparable"
    if comparison.difference is None or comparison.verdict not in ("up", "down"):
        return {"too few to say": "not enough data"}.get(comparison.verdict, comparison.verdict)
    return words.difference(metric, comparison.difference.value)


def about(metric: Metric, reading: Reading, now: datetime) -> str:
    """Definition, days and age of one number, for whoever asks."""
    age = f" Read {words.ago(reading.as_of, now)}." if reading.as_of else ""
    return (
        f"{metric.asks} {metric.formula[:1].upper()}{metric.formula[1:]}. {BETTER[metric.better]} "
        f"For {words.stretch(reading.period)}.{age} The line is drawn between its own lowest and highest value."
    )
