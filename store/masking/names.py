"""Known names: found in any case, with or without accents, whole or in parts."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from store.masking.placeholders import NAME, PLACEHOLDERS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PARTICLES = _words("van von der den del dos das des los las the and for mrs miss herr frau sir bin ibn ter ten zur")
# Names that are also ordinary words: taken for a name only with a capital.
_ALSO_WORDS = _words(
    "will may mark rose grace hope faith joy summer bill sue pat art dean drew rich jack ray guy miles frank gene june april august "
    "dawn ivy iris lily violet olive amber ruby pearl penny chase chance hunter mason carter cooper baker cook king young long short "
    "small brown black white green gray grey stone wood woods hill field fields banks bank price page case cash day best good love "
    "sharp strong swift bush park parks street lane west north east south snow winter noble major bishop order orders card shop help "
    "support test new any all can not you our are was has had but store customer user admin team"
)
_WORD = re.compile(r"[^\W\d_]+")
_ACCENTED = {"ß": "s", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "æ": "a", "Æ": "a", "ı": "i"}


class _Folding(dict[int, str]):
    """For str.translate: each character becomes one small letter without accent, so that places stay the same."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        plain = _ACCENTED.get(letter) or unicodedata.normalize("NFKD", letter)[:1]
        small = plain.lower()[:1] or letter
        self[code] = small
        return small


_FOLDING = _Folding()
_MARKS = re.compile("[\u0300-\u036f]")


def _folded(text: str) -> str:
    """As long as the text itself."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


def mask_names(text: str, names: tuple[str, ...]) -> str:
    parts, pattern = _names(names)
    if pattern is None:
        return text
    if not text.isascii() and _MARKS.search(text):
        text = unicodedata.normalize("NFC", text)
    folded = _folded(text)
    for part in parts:
        if part in folded:
            break
    else:
        return text
    pieces, done = [], 0
    for match in pattern.finditer(folded):
        start, end = match.span()
        if text[start - 1 : end + 1] in PLACEHOLDERS or (
            folded[start:end] in _ALSO_WORDS and text[start:end].islower()
        ):
            continue
        pieces += [text[done:start], NAME]
        done = end
    return "".join([*pieces, text[done:]]) if pieces else text


@lru_cache(maxsize=4096)
def _names(names: tuple[str, ...]) -> tuple[tuple[str, ...], re.Pattern[str] | None]:
    """What to look for, first quickly and then exactly: whole names (also short ones) and their parts, longest first."""
    whole, parts = set(), set()
    for name in names:
        words = _WORD.findall(_folded(unicodedata.normalize("NFC", name))) if isinstance(name, str) else []
        if len(words) > 1 and sum(map(len, words)) >= 3:
            whole.add(tuple(words))
        for word in words:
            if word not in _PARTICLES and (
                len(word) >= 3 or (len(word) == 2 and not word.isascii() and word.isalpha() and word[0] > "\u2e80")
            ):
                parts.add(word)
    if not whole and not parts:
        return (), None
    singles = [_bounded(re.escape(part), part) for part in sorted(parts, key=len, reverse=True)]
    full = [
        _bounded(r"[\W_]{1,3}".join(map(re.escape, words)), "".join(words))
        for words in sorted(whole, key=len, reverse=True)
    ]
    one = "|".join(full + singles)
    quick = tuple(parts | {words[0] for words in whole})
    return quick, re.compile(rf"(?:{one})(?:[ \-'’.]{{1,2}}(?:{one}))*")


def _bounded(pattern: str, word: str) -> str:
    """Whole words only, save in writing that puts no space between words."""
    return pattern if word[0] > "\u2e80" else rf"(?<![^\W_]){pattern}(?![^\W\d_])"
