"""Takes out of a text what would tell who wrote it, before it is stored: addresses, numbers, keys and known names.

What has a shape is found by its shape and, where there is one, its checksum (METHODOLOGY 7.2). Names have no shape:
only those that are given are found. A text that holds nothing of the kind comes back untouched, in under a
microsecond. Every search here takes time in proportion to the length of the text, whatever the text is.
"""

from __future__ import annotations

import re
import unicodedata

from store.masking.names import mask_names
from store.masking.placeholders import PLACEHOLDERS
from store.masking.shapes import mask_shapes

__all__ = ["PLACEHOLDERS", "VERSION", "WORTH_A_LOOK", "clean", "mask"]

# Goes up with every change of what is masked: what is stored is then masked again (store/masked_again.py).
VERSION = 2

# Everything with a shape has one of these in it; most texts have none.
WORTH_A_LOOK = re.compile("[@:=0-9\uff20\uff10-\uff19\u0660-\u0669\u06f0-\u06f9]")


def mask(text: str, names: tuple[str, ...] | list[str] = ()) -> str:
    """The text with placeholders such as [e-mail] for what is private, and [name] for each of `names`.

    A name is found in any case, with or without accents, whole or in parts of three letters and more.
    """
    if WORTH_A_LOOK.search(text):
        text = mask_shapes(text)
    if names:
        text = mask_names(text, tuple(names))
    return text


def clean(text: str, longest: int) -> str:
    """The text without control characters and half characters, and with … at the end where it was cut to `longest`."""
    if not (text.isascii() and text.isprintable()):
        text = _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        text = _HALF.sub("\ufffd", text)
    if len(text) <= longest:
        return text
    if longest < 1:
        return ""
    end = longest - 1
    while end > max(0, longest - 20) and (
        unicodedata.combining(text[end]) or text[end] in _JOINS or text[end - 1] == _ZWJ
    ):
        end -= 1  # a letter keeps its accents, a family its members
    return text[:end].rstrip() + "…"


_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_HALF = re.compile("[\ud800-\udfff]")
_ZWJ = "\u200d"
_JOINS = frozenset({_ZWJ, "\ufe0f", "\ufe0e", "\U0001f3fb", "\U0001f3fc", "\U0001f3fd", "\U0001f3fe", "\U0001f3ff"})
