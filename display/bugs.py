"""One bug as people see it: labels, arithmetic, details, its course, and what reporting/bugs.py says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

import streamlit as st

from display import tables
from display.escape import plain
from display.sparkline import COLOUR
from ranking.labels import Label
from ranking.top_bugs import Explained, TopBug
from reporting import bugs, words
from reporting.one_metric import AS_A_TABLE
from settings import Settings
from views.one_bug import Excerpt

# The word carries the meaning; the colour only helps.
COLOURS: dict[Label, str] = {
    "rising": "red",
    "regression": "red",
    "new": "orange",
    "chronic": "violet",
    "fading": "green",
}
LABEL_COLOURS = {bugs.LABELS[label]: colour for label, colour in COLOURS.items()}


def marks(bug: TopBug) -> str:
    """The labels of a bug and what happened to its place since last week."""
    return " ".join(f":{LABEL_COLOURS.get(mark, 'gray')}-badge[{plain(mark)}]" for mark in bugs.marks(bug))


def badges(bug: TopBug) -> None:
    if shown := marks(bug):
        st.markdown(shown)


def why(explained: Explained, settings: Settings) -> None:
    """The arithmetic, factor by factor, and the way out."""
    tables.facts(bugs.factors(explained, settings), bugs.HOW_IMPACT)


def beside(bug: TopBug, settings: Settings) -> None:
    tables.facts(bugs.details(bug, settings), bugs.WHAT_DETAILS)
    if link := web_address(bug.url):
        st.link_button(plain(bugs.in_the_tracker(urlsplit(link).hostname or "")), link)


def web_address(url: str | None) -> str | None:
    """Only what a browser opens as a page, and only where its name says: a tracker's address may be anything."""
    told = re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?([/?#]\S*)?", url or "", re.IGNORECASE)
    return told[0] if told and told[0].isprintable() else None


def course(explained: Explained) -> None:
    """26 weeks of impact: a sentence, a chart, a table."""
    points = explained.history
    telling = bugs.history(points)
    if telling is None:
        st.markdown(bugs.no_reports(len(points)))
        return
    st.markdown(plain(telling))
    st.bar_chart(
        {"Week to": [point.day for point in points], "Impact": [round(point.impact, 1) for point in points]},
        x="Week to",
        y="Impact",
        color=COLOUR,
        height=220,
        alt=telling,
    )
    rows = [
        {
            "Week to": words.day(point.day),
            "Impact": bugs.rounded(point.impact),
            "Recent customers": f"{point.recent_customers:,.1f}",
            "Uncertainty": f"±{point.se:,.0f}",
        }
        for point in reversed(points)
    ]
    with st.expander(AS_A_TABLE):
        tables.table(rows, bugs.BY_WEEK)


def said(voices: Sequence[Excerpt]) -> None:
    """The newest tickets, letter for letter (masked before they were stored)."""
    if not voices:
        st.markdown(bugs.NO_EXCERPT)
        return
    st.caption(bugs.MASKED)
    for voice in voices:
        with st.container(border=True, gap="xxsmall"):
            where = ", ".join(part for part in (voice.area, voice.channel) if part)
            st.markdown(f"**{plain(voice.subject, 200)}**" if voice.subject else "**No subject**")
            if voice.excerpt:
                st.markdown(plain(voice.excerpt, 500))
            st.caption(words.day(voice.opened_on) + (f", {plain(where)}" if where else ""))
