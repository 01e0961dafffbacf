"""One number as a card: value, what changed, a small line of the past, and how many people stand behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from display.escape import plain
from display.links import METRIC
from metrics.metric import Metric
from metrics.reading import Reading
from reporting import cards as said
from reporting import words
from reporting.cautions import all_said
from reporting.readings import standing, why
from views.lines import Card


def cards(shown: Sequence[Card], now: datetime, width: int = 150) -> None:
    """A grid of cards that falls to two columns on a phone."""
    grid = st.grid(min_column_width=width, gap="small")
    for card in shown:
        with grid, st.container(border=True, key=f"card-{card.metric.key}", gap="xxsmall", height="stretch"):
            one_card(card, now)


def one_card(card: Card, now: datetime) -> None:
    metric, reading = card.metric, card.reading
    st.page_link(
        METRIC,
        label=metric.short,
        query_params={"metric": metric.key},
        help=plain(said.about(metric, reading, now), 1000),
    )
    line = [each for each in card.line if each is not None]
    drawn: dict[str, Any] = {"chart_data": line, "chart_type": "area"} if len(line) >= 3 else {}
    st.metric(
        metric.name,
        words.value(metric, reading.value),
        label_visibility="collapsed",
        delta_description=plain(standing(metric, reading)),
        **delta(metric, reading),
        **drawn,
    )
    if reading.value is None:
        st.caption(plain(why(reading), 500))
    for caution in all_said(reading.cautions):
        st.caption(plain(caution, 500))


def delta(metric: Metric, reading: Reading) -> dict[str, Any]:
    """What changed since the period before, and how sure that is; colour and arrow only where it is clear."""
    comparison = reading.comparison
    if reading.value is None:
        return {}
    changed = said.change(metric, reading)
    clear = comparison is not None and comparison.verdict in ("up", "down")
    if reading.state == "thin" or not clear or comparison is None or comparison.difference is None:
        return {"delta": changed, "delta_color": "off", "delta_arrow": "off"}
    # Streamlit colours by the sign of the number; ours is a word with a sign, and what is good differs by metric.
    rose = comparison.difference.value > 0
    colour = "off" if comparison.good is None else "normal" if comparison.good == rose else "inverse"
    return {"delta": changed, "delta_color": colour, "delta_arrow": comparison.verdict}
