"""A choice that is a row of plain links: it is kept in the address, works before the app does, and can be sent to others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup

from display.blocks import NOTHING
from display.escape import in_html


class Option(NamedTuple):
    label: str
    asked: Mapping[str, str]
    is_chosen: bool


def choice(page: str, label: str, options: Iterable[Option], more: Markup = NOTHING) -> Markup:
    """The chosen one is marked, and a link like the others."""
    links = NOTHING.join(to(page, each.label, each.asked, each.is_chosen) for each in options)
    return Markup('<nav class="choice" aria-label="{0}"><span>{0}:</span>{1}{2}</nav>').format(label, links, more)


def to(page: str, label: str, asked: Mapping[str, str], is_chosen: bool = False) -> Markup:
    """A link to a page that is told the same as this one."""
    current = Markup(' aria-current="true"') if is_chosen else NOTHING
    query = urlencode(asked)
    return Markup('<a class="in-app" target="_self" href="{}"{}>{}</a>').format(
        f"{page}?{query}" if query else page, current, in_html(label, 120) or page
    )
