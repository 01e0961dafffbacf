"""The ten bugs as people read them: rank, name, what it does to how many, and the arithmetic behind the place."""

from __future__ import annotations

import streamlit as st

from display import words
from display.foreign import plain
from display.links import BUG
from display.sparkline import bars, in_words
from metrics.top_bugs import TopBug, TopBugs
from settings import Settings

# The word carries the meaning; the colour only helps.
LABEL_COLOURS = {"rising": "red", "regression": "red", "new": "orange", "chronic": "violet", "fading": "green"}


def ranked(top: TopBugs) -> None:
    """The list. Each line opens the page of its bug."""
    for bug in top.bugs:
        with st.container(key=f"bug-{bug.rank}", gap="xxsmall"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.page_link(BUG, label=f"{bug.rank}. {plain(bug.title, 90)}", query_params={"bug": bug.id})
                if badges := marks(bug):
                    st.markdown(badges, width="content")
                st.image(bars(bug.weeks), alt=in_words(bug.weeks), width="content")
            st.caption(told(bug))


def marks(bug: TopBug) -> str:
    """The labels of a bug and what happened to its place since last week."""
    words_of_it = [bug.badge] if bug.badge else []
    found = [f":gray-badge[{plain(word)}]" for word in words_of_it]
    found += [f":{LABEL_COLOURS[label.word]}-badge[{label.word}]" for label in bug.labels]
    if bug.movement.words != "same":
        found.append(f":gray-badge[{plain(bug.movement.words)}]")
    if bug.about_equal_with_next:
        found.append(":gray-badge[about equal to the next]")
    return " ".join(found)


def told(bug: TopBug) -> str:
    """Why it stands here, in one sentence, and the arithmetic."""
    why = bug.why[:1].upper() + bug.why[1:]
    return f"{plain(why)}  \nPain: {plain(bug.arithmetic)}"


def facts(bug: TopBug, settings: Settings) -> list[tuple[str, str]]:
    """What is shown beside a bug and never counted: owner, age, state, money."""
    area = [("Area", plain(bug.area))] if bug.area else []
    return [
        ("Standing", plain(bug.standing)),
        *area,
        ("Owner", plain(bug.owner) if bug.owner else "nobody yet"),
        ("Opened", f"{words.day(bug.opened_on)} ({bug.age_days:,} days ago)"),
        ("Expected", words.day(bug.expected_on) if bug.expected_on else "no date given"),
        ("Severity", bug.severity.word),
        ("Revenue of its customers", revenue(bug, settings)),
    ]


def revenue(bug: TopBug, settings: Settings) -> str:
    """Beside the ranking, never inside it: one large account must not outrank a hundred small ones."""
    if bug.revenue.customers == 0:
        return f"not known for any of its {settings.words.customers}"
    largest = bug.revenue.largest_percent
    share = f"; the largest pays {largest:.0f} % of it" if largest is not None and bug.revenue.customers > 1 else ""
    total = words.money(bug.revenue.total, settings.currency)
    return f"{total} a month ({bug.revenue.customers:,} {settings.words.customers} of the last 90 days{share})"
