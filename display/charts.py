"""The chart of one number over time: a line, the band in which chance moves it, and a mark for each release.

Colours are the theme's (in light and dark); what is drawn stands in a table and a sentence as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from threading import Lock
from typing import TYPE_CHECKING

import streamlit as st

from display.escape import in_chart
from metrics.metric import Metric
from metrics.reading import Reading
from reporting import words
from reporting.letters import tidy
from reporting.readings import with_interval
from views.one_metric import Mark, ends_on

if TYPE_CHECKING:
    import plotly.graph_objects as go

GREY = "rgba(128, 128, 128, 0.75)"
BAND = "rgba(47, 133, 128, 0.18)"
LINE = "#2F8580"


def history(metric: Metric, shown: Sequence[Reading], marks: Sequence[Mark], today: date, alt: str) -> None:
    st.plotly_chart(
        figure(metric, shown, marks, today),
        key=f"history-{metric.key}",
        config={"displayModeBar": False, "scrollZoom": False},
        alt=tidy(alt, 5000),
    )


def load() -> None:
    """Plotly and what it needs, a second of work: ahead of whoever opens a chart first. Two who load it at once would each get
    half of it."""
    with _loading:
        import plotly.graph_objects  # noqa: F401


_loading = Lock()


def figure(metric: Metric, shown: Sequence[Reading], marks: Sequence[Mark], today: date | None = None) -> go.Figure:
    load()
    import plotly.graph_objects as go

    scale = 3600.0 if metric.unit == "seconds" else 1.0
    days = [ends_on(each) for each in shown]
    drawn = go.Figure()
    points = broken(list(zip(days, shown, strict=True)))
    band = [(day, each.low if each else None, each.high if each else None) for day, each in points]
    for piece in unbroken(band):
        xs = [day for day, _, _ in piece]
        drawn.add_scatter(
            x=[*xs, *reversed(xs)],
            y=[*(high / scale for _, _, high in piece), *(low / scale for _, low, _ in reversed(piece))],
            fill="toself",
            fillcolor=BAND,
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        )
    drawn.add_scatter(
        x=[day for day, _ in points],
        y=[None if reading is None or reading.value is None else reading.value / scale for _, reading in points],
        mode="lines+markers",
        line={"color": LINE, "width": 2.5},
        marker={
            "size": 7,
            "color": LINE,
            # A hollow point stands on few: look at the band.
            "symbol": ["circle-open" if reading and reading.state == "thin" else "circle" for _, reading in points],
        },
        text=[
            "<br>".join(
                in_chart(line)
                for line in (
                    words.period(reading.period, today),
                    words.value(metric, reading.value),
                    with_interval(metric, reading),
                )
            )
            if reading
            else ""
            for _, reading in points
        ],
        hovertemplate="%{text}<extra></extra>",
        connectgaps=False,
        showlegend=False,
    )
    for nth, mark in enumerate(marks, start=1):
        drawn.add_vline(x=mark.day.isoformat(), line={"color": GREY, "width": 1, "dash": "dot"})
        # A number, since names would cover one another; the sentence above the chart has the names.
        drawn.add_annotation(
            x=mark.day.isoformat(), y=1, yref="paper", yanchor="bottom", text=str(nth), showarrow=False
        )
    unit = {"percent": "%", "points": "", "seconds": " h"}.get(metric.unit, "")
    around = timedelta(days=max(3, (days[-1] - days[0]).days // 40))
    drawn.update_layout(
        height=360,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        yaxis={"ticksuffix": unit, "rangemode": "tozero" if starts_near_zero(shown) else "normal", "title": None},
        xaxis={"title": None, "range": [(days[0] - around).isoformat(), (days[-1] + around).isoformat()]},
        hovermode="closest",
    )
    return drawn


def starts_near_zero(shown: Sequence[Reading]) -> bool:
    """Whether zero belongs on the axis: not where all happens between 80 and 95 %, and not for points below zero."""
    lows = [reading.low if reading.low is not None else reading.value for reading in shown if reading.value is not None]
    highs = [reading.value for reading in shown if reading.value is not None]
    known = [low for low in lows if low is not None]
    return bool(known) and 0 <= min(known) < 0.4 * max(highs)


def broken(points: list[tuple[date, Reading]]) -> list[tuple[date, Reading | None]]:
    """A gap where the question became another one (CES 1.0 and 2.0): no line and no band joins two definitions."""
    joined: list[tuple[date, Reading | None]] = []
    asked = None
    for day, reading in points:
        version = reading.details.get("version")
        if asked is not None and version is not None and version != asked:
            joined.append((day, None))
        asked = version or asked
        joined.append((day, reading))
    return joined


def unbroken(
    band: Sequence[tuple[object, float | None, float | None]],
) -> list[list[tuple[object, float, float]]]:
    """The pieces without a gap: a band must not be drawn over weeks of which nothing is known."""
    pieces: list[list[tuple[object, float, float]]] = [[]]
    for day, low, high in band:
        if low is None or high is None:
            pieces.append([])
        else:
            pieces[-1].append((day, low, high))
    return [piece for piece in pieces if piece]
