"""What every page has around its own matter: the ribbon that says sample data, the help where there is no data yet, the age."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from display.escape import plain
from reporting import words
from settings import SettingsError
from views.sources import SourceState, is_stale, sources
from views.view import EmptyStoreError, StoreError, View, view

log = logging.getLogger("empathy.web")
LOOK = Path(__file__).with_name("look.css")


def look() -> None:
    """What the theme cannot say."""
    st.html(LOOK)


def opened() -> View:
    """The view of this run; where there is nothing to show, the page says why and what to do, and stops."""
    try:
        found = view(datetime.now(UTC))
    except EmptyStoreError:
        nothing_yet()
    except StoreError as error:
        log.warning("%s %s", error, error.details)
        st.title("The numbers cannot be reached")
        st.write(plain(str(error), 500))
        st.write("This page looks again by itself when you reload it.")
        st.stop()
    except SettingsError as error:
        # It names files and variables of the server: for its log.
        log.warning("The settings cannot be read: %s", error)
        st.title("The settings cannot be read")
        st.write("The log of this server says which one and why.")
        st.stop()
    if found is None:
        nothing_yet()
        raise AssertionError("the page has stopped")
    ribbon(found)
    return found


def nothing_yet() -> None:
    st.title("Nothing has been read yet")
    st.write(
        "This page shows how customers are doing and which ten bugs hurt them most, as soon as it has something to read."
    )
    st.write("To look around first, fill it with an invented company:")
    st.code("./run refresh --sample", language=None)
    st.write("To see your own numbers, point it at your files (the README has ten minutes on it), then type:")
    st.code("./run refresh", language=None)
    st.stop()


def say(text: str, strong: bool = False) -> None:
    """A sentence, letter for letter: parts of it may have come from outside."""
    st.markdown(f"**{plain(text, 2000)}**" if strong else plain(text, 2000))


def ribbon(view: View) -> None:
    """On every page, before anything else, where what is shown was invented."""
    if view.snapshot.is_sample:
        st.markdown(":orange-badge[Sample data] An invented company. The README says how to read your own.")


def as_of(view: View, used: tuple[str, ...] | None = None) -> None:
    """The last line of a page: how old what it shows is, source by source, worst first."""
    states = [state for state in sources(view) if used is None or state.name in used]
    lines = [freshness(state, view.now) for state in sorted(states, key=lambda each: not is_stale(each, view.now))]
    counted = words.ago(view.snapshot.published_at, view.now)
    st.caption(f"Counted {counted} (snapshot {view.snapshot.id}). " + " ".join(lines))


def freshness(state: SourceState, now: datetime) -> str:
    name = plain(state.name)
    if state.last_succeeded_at is None:
        return f"{name} has never been read."
    age = words.ago(state.last_succeeded_at, now)
    if state.outcome == "failed":
        return f"**{name} could not be read; its numbers are from {age}.**"
    if is_stale(state, now):
        return f"**{name} is old: read {age}.**"
    return f"{name} read {age}."


def warning_of_age(view: View) -> None:
    """Said before the numbers, where some of them are older than promised."""
    old = [state for state in sources(view) if is_stale(state, view.now)]
    if old:
        st.warning(" ".join(freshness(state, view.now).replace("**", "") for state in old))
