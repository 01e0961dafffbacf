"""The parts of the page about one number: the choice of a split, the course in a sentence, the definition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from display import tables
from display.escape import plain
from display.links import METRIC
from display.request import asked
from metrics.metric import Metric
from metrics.reading import Reading
from reporting import words
from reporting.details import named
from views.one_metric import Mark, MetricPage

MOST_MARKS = 8  # releases named beside a chart; more would cover it
DIRECTION = {
    "higher": "A higher value is better.",
    "lower": "A lower value is better.",
    None: "Neither a high nor a low value is better in itself.",
}


def choose_split(metric: Metric) -> str | None:
    """What the address or the control below says; anything that this metric has not is ignored."""
    chosen = str(st.session_state.get("by") or asked("by")).lower()
    return chosen if chosen in metric.dimensions else None


def offer_split(metric: Metric) -> None:
    st.segmented_control("Split by", [name.capitalize() for name in metric.dimensions], key="by", bind="query-params")


def links(metrics: Sequence[Metric]) -> None:
    for each in metrics:
        st.page_link(METRIC, label=each.name, query_params={"metric": each.key})


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


def history_table(metric: Metric, history: Sequence[Reading]) -> None:
    rows = [
        {
            "Days": words.stretch(reading.period),
            "Value": words.value(metric, reading.value),
            "95 % range": words.interval(metric, reading.low, reading.high) or words.NOTHING,
            "Stands on": tables.stands_on(metric, reading),
            "": "" if reading.state == "full" else plain(reading.reason),
        }
        for reading in reversed(history)
    ]
    st.table(tables.columns(rows), border="horizontal", hide_index=True, alt=f"{metric.name}, newest first")


def definition(metric: Metric, page: MetricPage, currency: str) -> None:
    """Everything a finance director asks."""
    st.markdown(f"**{plain(metric.asks)}** {plain(metric.why, 1000)}")
    rows = [
        ("How it is counted", metric.formula[:1].upper() + metric.formula[1:]),
        ("Direction", DIRECTION[metric.better]),
        ("Not shown below", metric.counted(metric.withheld_below)),
        ("Only a range below", metric.counted(metric.thin_below)),
        *details(metric, page.reading, currency),
        *((each.metric.name, words.sentence(each.metric, each.reading)) for each in page.details),
        ("After", "; ".join(metric.cites)),
        ("Looked after by", f"{metric.owner}; definition {metric.version}, reviewed {words.day(metric.reviewed_on)}"),
    ]
    tables.facts([(name, plain(text, 1000)) for name, text in rows], f"Definition of {metric.name}")
    st.markdown("**What to beware of**")
    st.markdown("\n".join(f"- {plain(caveat, 500)}" for caveat in metric.caveats))


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
    if unit == "money":
        return f"{currency} {found:,.0f}"
    number = words.number(found, 0 if float(found).is_integer() else 1)
    return f"{number} {unit}".strip()
