"""The ten bugs as people read them: rank, name, what it does to how many, and the arithmetic behind the place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

import streamlit as st

from display import tables
from display.escape import plain
from display.links import BUG
from display.sparkline import COLOUR, picture
from ranking.top_bugs import Explained, TopBug, TopBugs
from reporting import words
from settings import Settings
from views.one_bug import Excerpt

# The word carries the meaning; the colour only helps.
LABEL_COLOURS = {"rising": "red", "regression": "red", "new": "orange", "chronic": "violet", "fading": "green"}

RULE = (
    "Ranked by pain: how many customers told us (lately counts more), times how bad it is, times how they rate us for it. "
    "The bars are reports a week."
)


def ranked(top: TopBugs, settings: Settings) -> None:
    """The list. Each line opens the page of its bug."""
    # One box for all and two elements a bug: each element costs the server a fifth of a millisecond.
    with st.container(key="ten", gap=None):
        for bug in top.bugs:
            st.page_link(BUG, label=f"{bug.rank}. {plain(bug.title, 90)}", query_params={"bug": bug.id})
            st.markdown(f"{picture(bug.weeks)} {told(bug, settings)}")


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


def badges(bug: TopBug) -> None:
    if shown := marks(bug):
        st.markdown(shown)


def told(bug: TopBug, settings: Settings) -> str:
    """Its labels, why it stands here in one sentence, the arithmetic, and who is at it."""
    why = bug.why[:1].upper() + bug.why[1:]
    return (
        f"{marks(bug)} {plain(why)}  \n:gray[Pain: {plain(arithmetic(bug))}.  \n{plain(who_is_at_it(bug, settings))}]"
    ).lstrip()


def who_is_at_it(bug: TopBug, settings: Settings) -> str:
    """Owner, state, age, promise and revenue in one line: "Checkout; open for 27 days; expected 27 Nov 2026; ..."."""
    owner = bug.owner or ("nobody owns it yet" if not bug.is_pain else "not in the tracker")
    age = f"{bug.standing} for {bug.age_days:,} days" if bug.standing == "open" else bug.standing
    expected = f"expected {words.day(bug.expected_on)}" if bug.expected_on else "no date given"
    return "; ".join(part for part in (owner, age, expected, bug.paid) if part) + "."


def arithmetic(bug: TopBug) -> str:
    return bug.arithmetic.replace(" x ", " × ")


def facts(bug: TopBug, settings: Settings) -> list[tuple[str, str]]:
    """What is shown beside a bug and never counted: owner, age, state, money."""
    area = [("Area", bug.area)] if bug.area else []
    return [
        ("Standing", bug.standing),
        *area,
        ("Owner", bug.owner or "nobody yet"),
        ("Opened", f"{words.day(bug.opened_on)} ({bug.age_days:,} days ago)"),
        ("Expected", words.day(bug.expected_on) if bug.expected_on else "no date given"),
        ("Revenue of its customers", revenue(bug, settings)),
    ]


def revenue(bug: TopBug, settings: Settings) -> str:
    """Beside the ranking, never inside it: one large account must not outrank a hundred small ones."""
    if bug.revenue.customers == 0:
        return f"not known for any of its {settings.words.customers}"
    largest = bug.revenue.largest_percent
    share = f"; the largest pays {largest:.0f} % of it" if largest is not None and bug.revenue.customers > 1 else ""
    total, whole = (words.money(each, settings.currency) for each in (bug.revenue.total, bug.revenue.of_all))
    return (
        f"{total} a month, of {whole} ({bug.revenue.customers:,} {settings.words.customers} of the last 90 days{share})"
    )


def why(explained: Explained, settings: Settings) -> None:
    """The arithmetic, factor by factor, and the way out."""
    bug = explained.bug
    customers = settings.words.customers
    place = f"{bug.rank} of {explained.of}" if bug.rank is not None else "not ranked"
    share = f"{bug.bad} of {bug.rated} ratings of its tickets were bad" if bug.rated else "no ratings of its tickets"
    rows = [
        ("Place", place if explained.why_not_listed is None else f"{place}. {explained.why_not_listed}"),
        ("Pain", arithmetic(bug)),
        (
            f"{customers.capitalize()} now",
            f"{bug.reach:.1f}: each of {bug.customers_behind:,} {customers} counts 1 on the day of the last report and "
            f"half as much every {settings.pain.half_life_days:g} days after",
        ),
        (
            "Severity",
            f"{bug.severity.word}, counts {bug.severity.weight:g}"
            + ("" if bug.severity.is_rated else " (nobody rated it)"),
        ),
        ("Mood", f"{bug.mood:.2f}: {share}"),
        ("How sure", f"chance moves the pain by about {bug.se:.0f} either way"),
        *((label.word.capitalize(), label.reason) for label in bug.labels),
        ("To leave the list", bug.leaves),
    ]
    tables.facts([(name, text) for name, text in rows if text], "How the pain of this bug is worked out")


def beside(bug: TopBug, settings: Settings) -> None:
    tables.facts(facts(bug, settings), "Owner, age, state and revenue")
    if link := web_address(bug.url):
        st.link_button(f"Open in the tracker ({plain(urlsplit(link).hostname)})", link)


def web_address(url: str | None) -> str | None:
    """Only what a browser opens as a page, and only where its name says: a tracker's address may be anything."""
    told = re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?([/?#]\S*)?", url or "", re.IGNORECASE)
    return told[0] if told and told[0].isprintable() else None


def course(explained: Explained) -> None:
    """26 weeks of pain: a sentence, a chart, a table."""
    points = explained.history
    if not any(point.pain for point in points):
        st.markdown("It has not hurt anybody in the last 26 weeks.")
        return
    worst = max(points, key=lambda point: point.pain)
    now = points[-1]
    telling = (
        f"Its pain is {now.pain:,.0f} now; the most in {len(points)} weeks was {worst.pain:,.0f} "
        f"in the week to {words.day(worst.day)}. Each point is worked out from what was known on that day."
    )
    st.markdown(plain(telling))
    st.bar_chart(
        {"Week to": [point.day for point in points], "Pain": [round(point.pain, 1) for point in points]},
        x="Week to",
        y="Pain",
        color=COLOUR,
        height=220,
        alt=telling,
    )
    rows = [
        {
            "Week to": words.day(point.day),
            "Pain": f"{point.pain:,.0f}",
            "Customers now": f"{point.reach:,.1f}",
            "Give or take": f"{point.se:,.0f}",
        }
        for point in reversed(points)
    ]
    with st.expander("The same as a table"):
        tables.table(rows, "Pain by week, newest first")


def said(voices: Sequence[Excerpt]) -> None:
    """The newest tickets, letter for letter (masked before they were stored)."""
    if not voices:
        st.markdown("No ticket with a text is linked to it.")
        return
    st.caption(
        "E-mail addresses, phone and card numbers and the writer's own name were taken out before these were stored; "
        "other names may have stayed. The newest first."
    )
    for voice in voices:
        with st.container(border=True, gap="xxsmall"):
            where = ", ".join(part for part in (voice.area, voice.channel) if part)
            st.markdown(f"**{plain(voice.subject, 200)}**" if voice.subject else "**No subject**")
            if voice.excerpt:
                st.markdown(plain(voice.excerpt, 500))
            st.caption(words.day(voice.opened_on) + (f", {plain(where)}" if where else ""))
