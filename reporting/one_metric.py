"""What the page of one number says: its course in a sentence, its history as a table, its definition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metrics.metric import Metric
from metrics.reading import Reading
from reporting import tables, words
from reporting.details import named
from reporting.readings import note, sentence
from reporting.reasons import counted
from views.one_metric import Mark, MetricPage

MOST_MARKS = 8  # releases named beside a chart; more would cover it
NO_SUCH_METRIC = "There is no such number"
AS_A_TABLE = "The same as a table"
AS_A_FILE = "Take it as a file (CSV)"
CAVEATS = "What to beware of"
DIRECTION = {
    "higher": "A higher value is better.",
    "lower": "A lower value is better.",
    None: "Neither a high nor a low value is better in itself.",
}


def course(metric: Metric, history: Sequence[Reading], marks: Sequence[Mark]) -> str:
    """The chart in one sentence: from where to where, lowest, highest, and how many stretches could not be told."""
    known = [reading for reading in history if reading.value is not None]
    first, last = known[0], known[-1]
    lowest = min(known, key=lambda each: each.value or 0.0)
    highest = max(known, key=lambda each: each.value or 0.0)
    grain = "windows of twelve months" if first.period.days > 31 else f"{metric.grain}s"
    text = (
        f"Over {len(known)} {grain} it went from {words.value(metric, first.value)} to "
        f"{words.value(metric, last.value)}, between {words.value(metric, lowest.value)} "
        f"({words.stretch(lowest.period)}) and {words.value(metric, highest.value)} "
        f"({words.stretch(highest.period)}). The band is where chance alone would move it."
    )
    few = sum(reading.state == "withheld" for reading in history)
    none = len(history) - len(known) - few
    if few:
        text += f" {few} {'is' if few == 1 else 'are'} left out, because too few stood behind."
    if none:
        text += f" For {none} nothing is known."
    if marks:
        named = "; ".join(f"{at} {mark.name}, {words.day(mark.day)}" for at, mark in enumerate(marks, start=1))
        text += f" The dotted lines are releases: {named}."
    return text


def history(metric: Metric, readings: Sequence[Reading]) -> list[dict[str, str]]:
    """The history as rows, newest first."""
    return [
        {
            "Period": words.stretch(reading.period),
            "Value": words.value(metric, reading.value),
            "95% CI": words.interval(metric, reading.low, reading.high) or words.NOTHING,
            "Based on": tables.stands_on(metric, reading),
            "": note(reading),
        }
        for reading in reversed(readings)
    ]


def definition(metric: Metric, page: MetricPage, currency: str) -> list[tuple[str, str]]:
    """Everything a finance director asks."""
    return [
        ("How it is counted", metric.formula[:1].upper() + metric.formula[1:]),
        ("Direction", DIRECTION[metric.better]),
        ("Not shown below", counted(metric.people, metric.withheld_below)),
        ("Only a range below", counted(metric.people, metric.thin_below)),
        *details(metric, page.reading, currency),
        *((each.metric.name, sentence(each.metric, each.reading)) for each in page.details),
        ("After", "; ".join(metric.cites)),
        ("Looked after by", f"{metric.owner}; definition {metric.version}, reviewed {words.day(metric.reviewed_on)}"),
    ]


def details(metric: Metric, reading: Reading, currency: str) -> list[tuple[str, str]]:
    """The parts of the number by their plain names, with units."""
    return [(name, detail(found, unit, currency)) for name, found, unit in named(reading.details, metric.unit)]


def detail(found: Any, unit: str, currency: str) -> str:
    if isinstance(found, str) or found is None:
        return str(found or words.NOTHING)
    if unit == "percent":
        return words.percent(found)
    if unit == "seconds":
        return words.wait(found)
    if unit == "points":
        return f"{words.signed(found)} points"
    if unit == "times":
        return words.number(found, 2)
    if unit == "money":
        return words.money(100 * found, currency)
    number = words.number(found, 0 if float(found).is_integer() else 1)
    return f"{number} {unit}".strip()
