"""Text that came from outside as one line of harmless letters, for charts, titles, files and the terminal."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_DIRECTION = dict.fromkeys((0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), None)
_JOINERS = "\u200c\u200d"  # letters of Persian and Hindi, and families of emoji, are written with them
MOST_MARKS = 8  # accents on one letter; more of them would cover the lines around


def tidy(text: str | None, longest: int = 300) -> str:
    """One line without control signs or changes of direction, cut at `longest` (for st.text, chart texts and files)."""
    whole = (text or "").strip()
    # Nobody waits for a million letters of which three hundred are shown.
    begun = whole[: 10 * longest]
    kept = " ".join((begun if begun.isascii() and begun.isprintable() else _readable(begun)).split())
    if len(kept) <= longest and len(begun) == len(whole):
        return kept
    return kept[: longest - 1].rstrip() + "…"


@lru_cache(2048)  # a page says the same again at its next run
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


def in_file(text: str | None) -> str:
    """For a cell of a CSV file: a spreadsheet must not take it for a formula."""
    kept = tidy(text, 1000)
    # Also in the full width of Chinese and Japanese.
    return f"'{kept}" if kept[:1] in ("=", "+", "-", "@", "＝", "＋", "－", "＠") else kept
