"""How this source speaks: counts with their noun, lists, and the nearest right word for a wrong one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def nearest(word: str, known: Iterable[str], introduction: str) -> str:
    """The words most like this one; where none is like it, the first of them all."""
    all_of_them = list(dict.fromkeys(each[:200] for each in known))
    by_folded = {each.casefold().strip(): each for each in all_of_them}
    word = word[:200]
    close = [by_folded[each] for each in get_close_matches(word.casefold().strip(), by_folded, n=3, cutoff=0.6)]
    if close:
        return "the nearest is " + " or ".join(repr(each) for each in close)
    more = f" and {len(all_of_them) - 12} more" if len(all_of_them) > 12 else ""
    return f"{introduction} {listed(all_of_them[:12])}{more}"
