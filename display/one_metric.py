"""The controls of the page about one number: the choice of a split, and links to the others."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from display import tables
from display.escape import plain
from display.links import METRIC
from display.request import asked
from metrics.metric import Metric
from reporting import one_metric as said
from views.one_metric import MetricPage


def choose_split(metric: Metric) -> str | None:
    """What the address or the control below says; anything that this metric has not is ignored."""
    chosen = str(st.session_state.get("by") or asked("by")).lower()
    return chosen if chosen in metric.dimensions else None


def offer_split(metric: Metric) -> None:
    st.segmented_control("Split by", [name.capitalize() for name in metric.dimensions], key="by", bind="query-params")


def links(metrics: Sequence[Metric]) -> None:
    for each in metrics:
        st.page_link(METRIC, label=each.name, query_params={"metric": each.key})


def definition(metric: Metric, page: MetricPage, currency: str) -> None:
    st.markdown(f"**{plain(metric.asks)}** {plain(metric.why, 1000)}")
    tables.facts(said.definition(metric, page, currency), f"Definition of {metric.name}")
    st.markdown(f"**{said.CAVEATS}**")
    st.markdown("\n".join(f"- {plain(caveat, 500)}" for caveat in metric.caveats))
