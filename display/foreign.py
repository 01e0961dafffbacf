"""Text that came from outside (titles, tickets, comments, names) becomes harmless here, and only here.

Streamlit reads Markdown nearly everywhere, so a ticket could otherwise draw a link, load a picture that reports who
looks, or write a formula. What passes `plain` is shown letter for letter.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!$:<>|~^&\"'=@/])")
_DIRECTION = dict.fromkeys((0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), None)


@lru_cache(2000)  # the same few titles and sentences, for every reader
def plain(text: str | None, longest: int = 300) -> str:
    """For any place where Streamlit reads Markdown: every sign that could mean something is escaped."""
    return _MARKDOWN.sub(r"\\\1", tidy(text, longest))


def tidy(text: str | None, longest: int = 300) -> str:
    """One line without control signs or changes of direction, cut at `longest` (for st.text and cells of tables)."""
    kept = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in (text or "").translate(_DIRECTION))
    kept = " ".join(kept.split())
    return kept if len(kept) <= longest else kept[: longest - 1].rstrip() + "…"


def in_file(text: str | None) -> str:
    """For a cell of a CSV file: a spreadsheet must not take it for a formula."""
    kept = tidy(text, 1000)
    return f"'{kept}" if kept[:1] in ("=", "+", "-", "@", "\t", "\r") else kept
