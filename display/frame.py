"""What every page has around its own matter: the ribbon that says sample data, the help where there is no data yet, the age."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from display.escape import plain
from reporting import pages
from reporting.sources import updated
from reporting.sources import warning_of_age as age
from settings import SettingsError
from views.sources import sources
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
        st.title(pages.UNREACHABLE)
        say(str(error))
        say(pages.RELOAD)
        st.stop()
    except SettingsError as error:
        # It names files and variables of the server: for its log.
        log.warning("The settings cannot be read: %s", error)
        st.title(pages.NO_SETTINGS)
        say(pages.NO_SETTINGS_WHY)
        st.stop()
    if found is None:
        nothing_yet()
        raise AssertionError("the page has stopped")
    ribbon(found)
    return found


def nothing_yet() -> None:
    st.title(pages.NOTHING_YET)
    for text, command in pages.NOTHING_YET_STEPS:
        say(text)
        if command:
            st.code(command, language=None)
    st.stop()


def say(text: str, strong: bool = False) -> None:
    """A sentence, letter for letter: parts of it may have come from outside."""
    st.markdown(f"**{plain(text, 2000)}**" if strong else plain(text, 2000))


def note(text: str) -> None:
    """A sentence in small letters."""
    st.caption(plain(text, 2000))


def ribbon(view: View) -> None:
    """On every page, before anything else, where what is shown was invented."""
    if view.snapshot.is_sample:
        with st.container(key="ribbon"):
            st.markdown(f":orange-badge[Sample data] {plain(pages.SAMPLE)}")


def as_of(view: View, used: tuple[str, ...] | None = None) -> None:
    """The last line of a page: how old what it shows is, source by source, worst first."""
    told = updated(view, sources(view), used)
    st.caption(" ".join(f"**{plain(text, 1000)}**" if strong else plain(text, 1000) for text, strong in told))


def warning_of_age(view: View) -> None:
    """Said before the numbers, where some of them are older than promised."""
    if old := age(sources(view), view.now):
        st.warning(plain(old, 2000))
