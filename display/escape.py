"""Text that came from outside (titles, tickets, comments, names) becomes harmless here, and only here.

Streamlit reads Markdown nearly everywhere, so a ticket could otherwise draw a link, load a picture that reports who
looks, or write a formula. What passes `plain` is shown letter for letter.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

from markupsafe import Markup, escape

from reporting.letters import tidy
from settings import WEB_ADDRESS

# Signs that Markdown reads: a backslash before them makes them letters.
_READ = r"[\\`*_{}\[\]()#+\-.!$:<>|~^&\"'=@/]"
# Signs that begin what Streamlit's browser side looks for when Markdown has been read and no backslash is left: arrows and
# dashes ( -> <- <-> -- >= <= ~= ), :smile:, :streamlit:, :material_home:, http://, www.example.org, ann@example.org.
# It looks into each piece of text by itself, so one sign in a piece of its own ends it.
_LOOKED_FOR = r"(?<=[<>~-])[-=>]|:(?=[a-z0-9_+/-])|(?<=www)\.|@"
_SIGNS = re.compile(rf"(?P<apart>{_LOOKED_FOR})|{_READ}", re.IGNORECASE | re.ASCII)


def plain(text: str | None, longest: int = 300) -> str:
    """For any place where Streamlit reads Markdown: every sign that could mean something is escaped."""
    return _escaped(tidy(text, longest))


@lru_cache(2000)  # the same few titles and sentences, for every reader
def _escaped(text: str) -> str:
    # A "colour" without a colour is an element around one sign, and changes nothing that can be seen.
    return _SIGNS.sub(lambda sign: rf":color[\{sign[0]}]{{}}" if sign["apart"] else rf"\{sign[0]}", text)


def in_chart(text: str | None, longest: int = 300) -> str:
    """For Plotly, which reads <b>, <br> and <a href=...> in every text that it draws."""
    return html.escape(tidy(text, longest), quote=False)


def in_html(text: str | None, longest: int = 300) -> Markup:
    """For our own HTML (display/blocks.py), where Markup().format escapes whatever did not pass here, too."""
    return escape(tidy(text, longest))


def web_address(url: str | None) -> str | None:
    """Only what a browser opens as a page, and only where its name says: what stands in a tracker may be anything."""
    found = WEB_ADDRESS.fullmatch(url or "")
    return found[0] if found and found[0].isprintable() else None
