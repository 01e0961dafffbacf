"""Blocks of our own HTML: one element for Streamlit, whatever they hold.

An element costs the server a fifth of a millisecond, and rows made of several would not stand above the fold. Text from
outside passes `in_html`, the rest is escaped by Markup().format; links are taken over by web/links.js.
"""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup

from display.escape import in_html

NOTHING = Markup("")


def show(block: Markup) -> None:
    """Nothing where there is nothing to show."""
    if block:
        st.html(block)


def link(page: str, label: str, longest: int = 120, **asked: str) -> Markup:
    """A link inside a block. Its address is relative, so that it holds wherever the server is mounted; what is asked for
    with "" is left out of it."""
    named = {name: value for name, value in asked.items() if value}
    address = f"{page}?{urlencode(named)}" if named else page
    return Markup('<a class="in-app" target="_self" href="{}">{}</a>').format(address, in_html(label, longest) or page)


def more(*links: Markup) -> Markup:
    """Links in a line of their own."""
    return Markup('<p class="more">{}</p>').format(Markup(" ").join(links))


def parts(text: str, longest: int = 300) -> Markup:
    """A line of parts with " · " between them. Where the line wraps, a part begins the next one, and no dot hangs."""
    first, *rest = in_html(text, longest).split(" · ")
    inside = NOTHING.join(Markup('<span><i class="dot"> · </i>{}</span>').format(each) for each in rest)
    return Markup('<span class="parts"><span><span><i class="dot"></i>{}</span>{}</span></span>').format(first, inside)


def say(text: str, kind: str = "said") -> Markup:
    """A sentence, letter for letter; nothing where there is none. `kind` is how it looks: said, small, warning."""
    return Markup('<p class="{}">{}</p>').format(kind, in_html(text, 2000)) if text else NOTHING
