"""Text that came from outside (titles, tickets, comments, names) becomes harmless here, and only here.

Streamlit reads Markdown nearly everywhere, so a ticket could otherwise draw a link, load a picture that reports who
looks, or write a formula. What passes `plain` is shown letter for letter.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

# Signs that Markdown reads: a backslash before them makes them letters.
_READ = r"[\\`*_{}\[\]()#+\-.!$:<>|~^&\"'=@/]"
# Signs that begin what Streamlit's browser side looks for when Markdown has been read and no backslash is left: arrows and
# dashes ( -> <- <-> -- >= <= ~= ), :smile:, :streamlit:, :material_home:, http://, www.example.org, ann@example.org.
# It looks into each piece of text by itself, so one sign in a piece of its own ends it.
_LOOKED_FOR = r"(?<=[<>~-])[-=>]|:(?=[a-z0-9_+/-])|(?<=www)\.|@"
_SIGNS = re.compile(rf"(?P<apart>{_LOOKED_FOR})|{_READ}", re.IGNORECASE | re.ASCII)
_DIRECTION = dict.fromkeys((0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), None)
_JOINERS = "\u200c\u200d"  # letters of Persian and Hindi, and families of emoji, are written with them
MOST_MARKS = 8  # accents on one letter; more of them would cover the lines around


def plain(text: str | None, longest: int = 300) -> str:
    """For any place where Streamlit reads Markdown: every sign that could mean something is escaped."""
    return _escaped(tidy(text, longest))


@lru_cache(2000)  # the same few titles and sentences, for every reader
def _escaped(text: str) -> str:
    # A "colour" without a colour is an element around one sign, and changes nothing that can be seen.
    return _SIGNS.sub(lambda sign: rf":color[\{sign[0]}]{{}}" if sign["apart"] else rf"\{sign[0]}", text)


def tidy(text: str | None, longest: int = 300) -> str:
    """One line without control signs or changes of direction, cut at `longest` (for st.text, chart texts and files)."""
    whole = (text or "").strip()
    # Nobody waits for a million letters of which three hundred are shown.
    begun = whole[: 10 * longest]
    kept = " ".join((begun if begun.isascii() and begun.isprintable() else _readable(begun)).split())
    if len(kept) <= longest and len(begun) == len(whole):
        return kept
    return kept[: longest - 1].rstrip() + "…"


def _readable(text: str) -> str:
    """Without what cannot be seen or turns the line around."""
    kept: list[str] = []
    marks = 0
    for sign in text.translate(_DIRECTION):
        kind = unicodedata.category(sign)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if kind == "Cc":
            kept.append(" ")
        elif kind in ("Cs", "Co") or (kind == "Cf" and sign not in _JOINERS) or _is_no_character(sign):
            continue
        elif marks <= MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def _is_no_character(sign: str) -> bool:
    code = ord(sign)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def in_chart(text: str | None, longest: int = 300) -> str:
    """For Plotly, which reads <b>, <br> and <a href=...> in every text that it draws."""
    return html.escape(tidy(text, longest), quote=False)


def in_file(text: str | None) -> str:
    """For a cell of a CSV file: a spreadsheet must not take it for a formula."""
    kept = tidy(text, 1000)
    # Also in the full width of Chinese and Japanese.
    return f"'{kept}" if kept[:1] in ("=", "+", "-", "@", "＝", "＋", "－", "＠") else kept
