"""What is around every page: company, menu, search and age above it, the ribbon that says sample data, help where there is no data yet."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import NamedTuple

import streamlit as st
from markupsafe import Markup

from display import blocks
from display.choices import to
from display.escape import in_html, plain
from display.request import asked_all
from reporting import pages
from reporting.sources import age_of_all, updated
from reporting.sources import warning_of_age as age
from settings import SettingsError
from views.choice import chosen
from views.sources import sources
from views.view import EmptyStoreError, StoreError, View, view

log = logging.getLogger("empathy.web")
Answer = Callable[[View, Mapping[str, str]], Markup]


class Around(NamedTuple):
    """The menu, as (label, address), and which page of it is open; `title` is what a browser's tab says of it ("": its
    heading); `over_days`: the addresses of pages that show the days that a reader chose."""

    menu: tuple[tuple[str, str], ...] = ()
    address: str = ""
    title: str = ""
    over_days: frozenset[str] = frozenset()


BARE = Around()
AROUND: ContextVar[Around] = ContextVar("around")  # of this run; set by web/menu.py


def page(answer: Answer) -> View:
    """Draws a page that is one block, and its frame; ends the run where there is nothing to show."""
    found = opened()
    block = answer(found, asked_all())
    st.set_page_config(page_title=title(AROUND.get(BARE), block, found))
    blocks.show(block)
    return found


def opened() -> View:
    """The view of this run; where there is nothing to show, the page says why and what to do, and stops."""
    try:
        found = view(datetime.now(UTC))
    except EmptyStoreError:
        nothing_yet()
    except StoreError as error:
        log.warning("%s %s", error, error.details)
        blocks.show(header(None, AROUND.get(BARE)))
        st.title(pages.UNREACHABLE)
        say(str(error))
        say(pages.RELOAD)
        st.stop()
    except SettingsError as error:
        # It names files and variables of the server: for its log.
        log.warning("The settings cannot be read: %s", error)
        blocks.show(header(None, AROUND.get(BARE)))
        st.title(pages.NO_SETTINGS)
        say(pages.NO_SETTINGS_WHY)
        st.stop()
    if found is None:
        nothing_yet()
        raise AssertionError("the page has stopped")
    blocks.show(header(found, AROUND.get(BARE), asked_all()))
    return found


def nothing_yet() -> None:
    blocks.show(header(None, AROUND.get(BARE)))
    st.title(pages.NOTHING_YET)
    for text, command in pages.NOTHING_YET_STEPS:
        say(text)
        if command:
            st.code(command, language=None)
    st.stop()


def header(view: View | None, around: Around, asked: Mapping[str, str] = {}) -> Markup:
    """Company, menu, search, age; under it the ribbon where what is shown was invented. Chosen days stay chosen."""
    days = chosen(asked, view.today).asked if view else {}
    links = blocks.NOTHING.join(
        Markup("<li>{}</li>").format(
            to(address or "./", label, days if address in around.over_days else {}, address == around.address)
        )
        for label, address in around.menu
    )
    company = view.company if view else ""
    return Markup(
        '<header class="top"><b class="company">{company}</b><nav aria-label="{menu}"><ul role="list">{links}</ul></nav>'
        "{search}{age}</header>{ribbon}"
    ).format(
        company=in_html(company, 100),
        menu=pages.MENU,
        links=links,
        search=SEARCH if view else blocks.NOTHING,
        age=_age(view) if view else blocks.NOTHING,
        ribbon=RIBBON if view and view.snapshot.is_sample else blocks.NOTHING,
    )


# The browser's own list under a field: web/links.js fills it when somebody comes to it, so it costs the page nothing.
SEARCH = Markup(
    '<input class="search" type="search" list="found" placeholder="{}" aria-label="{}" autocomplete="off">'
    '<datalist id="found"></datalist>'
).format(pages.SEARCH, pages.SEARCH_WHAT)
RIBBON = Markup('<p class="ribbon"><b>{}</b> {} <span class="on-screen">{} <code>{}</code></span></p>').format(
    pages.SAMPLE_DATA, pages.INVENTED, pages.OWN_DATA, pages.ADD
)


def _age(view: View) -> Markup:
    said, is_old = age_of_all(view, sources(view))
    as_of = pages.as_of(view.snapshot.published_at, view.settings.zone)
    return Markup(
        '<a class="in-app age{}" target="_self" href="data-health">{}</a><span class="on-paper">{}</span>'
    ).format(" loud" if is_old else "", said, as_of)


def as_of(view: View, used: tuple[str, ...] | None = None) -> Markup:
    """The last line of a page: how old what it shows is, source by source, worst first."""
    parts = updated(view, sources(view), used)
    said = Markup(" ").join(
        Markup("<b>{}</b>").format(in_html(text, 1000)) if strong else in_html(text, 1000) for text, strong in parts
    )
    return Markup('<p class="small as-of">{}</p>').format(said)


def warning_of_age(view: View) -> Markup:
    """Said before the numbers, where some of them are older than promised."""
    old = age(sources(view), view.now)
    return Markup('<p class="warning" role="status">{}</p>').format(in_html(old, 2000)) if old else blocks.NOTHING


def title(around: Around, block: Markup, view: View) -> str:
    """What a browser's tab says: "CSAT · Lumen Bikes"; a page about one thing is called as its heading calls that."""
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", block, re.DOTALL)
    name = around.title or (Markup(heading[1]).striptags() if heading else "")
    return pages.title(name, view.company)


def say(text: str, strong: bool = False) -> None:
    """A sentence, letter for letter: parts of it may have come from outside."""
    st.markdown(f"**{plain(text, 2000)}**" if strong else plain(text, 2000))
