"""Tables: what a chart shows, to read, to hear and to take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import streamlit as st

from display.escape import in_file, plain
from metrics.metric import Metric
from metrics.reading import Reading, is_annualised
from reporting import words
from views.lines import Card


def readings(shown: Sequence[Card], alt: str) -> None:
    """One line for each number: now, range, who stands behind it, before, what changed."""
    rows = [_reading(card.metric, card.reading) for card in shown]
    st.table(columns(rows), border="horizontal", hide_index=True, alt=alt)


def _reading(metric: Metric, reading: Reading) -> dict[str, str]:
    before = reading.comparison.previous if reading.comparison else None
    return {
        "Number": metric.name,
        "Now": plain(words.told(metric, reading)) if reading.apart else words.value(metric, reading.value),
        "95 % range": words.interval(metric, reading.low, reading.high) or words.NOTHING,
        "Stands on": stands_on(metric, reading),
        "Days": words.stretch(reading.period),
        "Before": words.value(metric, before.value) if before else words.NOTHING,
        "Changed": plain(changed(metric, reading)),
    }


def stands_on(metric: Metric, reading: Reading) -> str:
    """How many stand behind it, and what must be said beside it."""
    counted = metric.counted(reading.n) if reading.n else words.NOTHING
    return ". ".join([counted, plain(" ".join(reading.cautions), 500)]) if reading.cautions else counted


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


def groups(metric: Metric, found: dict[str, Reading], dimension: str, alt: str) -> None:
    """A number split by area, channel, segment, plan or team."""
    rows = [
        {
            dimension.capitalize(): plain(name) if name else "not said",
            "Now": words.value(metric, reading.value),
            "95 % range": words.interval(metric, reading.low, reading.high) or words.NOTHING,
            "Stands on": stands_on(metric, reading),
            "Changed": plain(changed(metric, reading)),
        }
        for name, reading in found.items()
    ]
    st.table(columns(rows), border="horizontal", hide_index=True, alt=alt)


def facts(rows: Iterable[tuple[str, str]], alt: str) -> None:
    """Names and values, one under the other. The values must be harmless already (display.escape)."""
    st.table(
        columns([{"": f"**{name}**", " ": value} for name, value in rows]),
        border="horizontal",
        hide_index=True,
        hide_header=True,
        alt=alt,
    )


def columns(rows: Sequence[dict[str, str]]) -> dict[str, list[str]]:
    """Rows as columns, which is how Streamlit takes them without building a data frame for us first."""
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else {})}


def as_csv(rows: Iterable[dict[str, object]]) -> bytes:
    """A file for a spreadsheet (UTF-8 with a mark so that it is recognised); no data is an empty cell."""
    listed = list(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(listed[0]) if listed else [])
    writer.writeheader()
    for row in listed:
        writer.writerow({name: in_file(cell) if isinstance(cell, str) else cell for name, cell in row.items()})
    return out.getvalue().encode("utf-8-sig")


def history_rows(metric: Metric, history: Iterable[Reading]) -> list[dict[str, object]]:
    """The history of one number as rows of a file: full precision, and everything needed to check it."""
    return [
        {
            "metric": metric.key,
            "definition_version": metric.version,
            "unit": metric.unit,
            "from": reading.period.start.isoformat(),
            "to_before": reading.period.end.isoformat(),
            "value": reading.value,
            "low_95": reading.low,
            "high_95": reading.high,
            "annualised": is_annualised(reading),
            "numerator": reading.numerator,
            "denominator": reading.denominator,
            "n": reading.n,
            "state": reading.state,
            "reason": reading.reason,
            "cautions": " ".join(reading.cautions) or None,
            "as_of": reading.as_of.isoformat() if reading.as_of else None,
        }
        for reading in history
    ]
