"""Takes out of a text what would tell who wrote it, before it is stored: addresses, numbers, keys and known names.

What has a shape is found by its shape and, where there is one, its checksum (METHODOLOGY 7.2). Names have no shape:
only those that are given are found. A text that holds nothing of the kind comes back untouched, in under a
microsecond. Every search here takes time in proportion to the length of the text, whatever the text is.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from ipaddress import ip_address

from stdnum import iban, luhn

VERSION = 1  # goes up with every change of what is masked

EMAIL, PHONE, CARD, IBAN, IP = "[e-mail]", "[phone]", "[card]", "[IBAN]", "[IP]"
KEY, NUMBER, NAME, QUERY = "[key]", "[number]", "[name]", "[query]"
PLACEHOLDERS = frozenset({EMAIL, PHONE, CARD, IBAN, IP, KEY, NUMBER, NAME, QUERY})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Everything with a shape has one of these in it; most texts have none.
WORTH_A_LOOK = re.compile("[@:=0-9\uff20\uff10-\uff19\u0660-\u0669\u06f0-\u06f9]")


def mask(text: str, names: tuple[str, ...] | list[str] = ()) -> str:
    """The text with placeholders such as [e-mail] for what is private, and [name] for each of `names`.

    A name is found in any case, with or without accents, whole or in parts of three letters and more.
    """
    if WORTH_A_LOOK.search(text):
        text = _mask_shapes(text)
    if names:
        text = _mask_names(text, tuple(names))
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


# ---- what has a shape -------------------------------------------------------------------------------------------


def _mask_shapes(text: str) -> str:
    text = text.translate(_PLAIN_DIGITS) if not text.isascii() else text
    if "=" in text:
        text = _QUERY.sub(rf"\1{QUERY}", text)
    if "@" in text:
        text = _mask_emails(_URL_SIGN_IN.sub(rf"\1{KEY}@", text))
    digits = len(_DIGIT.findall(text))
    if digits == 0:
        return text
    small = text.lower()
    if any(word in small for word in _SECRET_WORDS):
        text = _SPOKEN_SECRET.sub(rf"\1{KEY}", text)
    if digits >= 9:
        text = _IBAN_LIKE.sub(_iban, text)
    if digits >= 4 and text.count(".") >= 3:
        text = _IP4_LIKE.sub(_ip4, text)
    if text.count(":") >= 2:
        text = _IP6_LIKE.sub(_ip6, text)
    text = _LONG_WORD.sub(_key, text)
    return _NUMBERS.sub(_number, text) if digits >= 7 else text


_DIGIT = re.compile("[0-9]")
_PLAIN_DIGITS = {
    **{start + digit: ord("0") + digit for start in (0xFF10, 0x0660, 0x06F0) for digit in range(10)},
    0xFF20: ord("@"),
}

# What stands behind the ? or # of an address: tokens, e-mail addresses, search words.
_QUERY = re.compile(r"([?#])[\w.%\-\[\]]{1,64}=[^\s<>\"']*")
_URL_SIGN_IN = re.compile(r"(://)[^\s/@:]{1,64}:[^\s/@]{1,128}@")
_LOCAL_PART = frozenset("!#$%&'*+/=?^_`{|}~.-")
_DOMAIN = re.compile(r"[^\W_][\w\-]{0,62}(?:\.[^\W_][\w\-]{0,62}){1,9}")


def _mask_emails(text: str) -> str:
    """From each @ it looks left and right: a search that starts at every letter would take too long on a hostile text."""
    parts, done = [], 0
    at = text.find("@")
    while at >= 0:
        start = at
        while start > done and at - start < 64 and (text[start - 1].isalnum() or text[start - 1] in _LOCAL_PART):
            start -= 1
        while start < at and text[start] in "'`{|*_=?!/#.&":  # quoted, or in brackets
            start += 1
        domain = _DOMAIN.match(text, at + 1) if start < at else None
        if domain:
            parts += [text[done:start], EMAIL]
            done = domain.end()
        at = text.find("@", max(done, at + 1))
    return "".join([*parts, text[done:]]) if parts else text


_SECRET_WORDS = ("pass", "pwd", "pin", "secret", "key", "token", "contraseña")
_SPOKEN_SECRET = re.compile(
    r"(\b(?:password|passwort|passcode|contraseña|mot de passe|pwd|pin|secret|api[ _\-]?key|access[ _\-]?key|token)\b"
    r"\s{0,3}(?:is|ist|es|:|=)\s{0,3})(?=[^\s\d]{0,40}\d)[^\s,;]{4,200}(?<![.!?)])",
    re.IGNORECASE,
)

_KEY_PREFIX = re.compile(
    r"(?:sk|pk|rk)[_-](?:live|test|proj|ant)?|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AKIA|ASIA|AIza|eyJ|SG\.|shpat_|npm_|hf_"
)
_LONG_WORD = re.compile(r"[A-Za-z0-9_\-+/=.]{16,}")
_WORD_PARTS = re.compile("([./=]+)")
_UUID = re.compile(r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def _key(match: re.Match[str]) -> str:
    """A long word in which letters and digits are mixed as no person would. Paths, slugs and file names stay."""
    word = match[0]
    bare = word.rstrip(".-/=")
    tail = word[len(bare) :].replace("=", "")
    if _KEY_PREFIX.match(bare) and sum(map(str.isdigit, bare[:400])) >= 1:
        return KEY + tail
    if len(word) < 4_000:
        word = _UUID.sub(KEY, word)
    return "".join(KEY if _looks_random(part) else part for part in _WORD_PARTS.split(word))


def _looks_random(word: str) -> bool:
    if len(word) < 16 or KEY in word:
        return False
    if len(word) > 4_000:
        return True
    for piece in re.split(r"[-_+]", word):
        digits = sum(map(str.isdigit, piece))
        letters = len(piece) - digits
        if len(piece) >= 16 and digits >= 2 and letters >= 2 and _changes(piece) >= 4:
            return True
    digits = sum(map(str.isdigit, word))
    return len(word) >= 32 and digits >= 4 and _changes(word) >= 10


def _changes(word: str) -> int:
    """How often letters turn into digits or digits into letters."""
    return sum(word[index].isdigit() != word[index - 1].isdigit() for index in range(1, len(word)))


# ---- IBAN ---------------------------------------------------------------------------------------------------------

_IBAN_LIKE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?:[ \u00a0\-]?[A-Za-z0-9]){11,30}")


_SHORTEST_IBAN, _LONGEST_IBAN = 15, 34


def _iban(match: re.Match[str]) -> str:
    """What is an IBAN of its country by structure and checksum (stdnum); what follows it stays."""
    text = match[0]
    places = [place for place, letter in enumerate(text) if letter.isalnum()]
    for count in range(min(len(places), _LONGEST_IBAN), _SHORTEST_IBAN - 1, -1):
        end = places[count - 1] + 1
        if not text[end : end + 1].isalnum() and iban.is_valid(
            "".join(text[place] for place in places[:count]), check_country=False
        ):
            return IBAN + text[end:]
    return text


# ---- IP addresses -------------------------------------------------------------------------------------------------

_IP4_LIKE = re.compile(r"(?<![\w.\-])([0-9]{1,3}(?:\.[0-9]{1,3}){3})(?![\w\-]|\.[0-9])")
_IP6_LIKE = re.compile(r"(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])")
_VERSION_WORD = re.compile(
    r"(?:\bv|\b(?:version|release|build|firmware|update|app|driver|ios|android|windows|chrome|firefox))[ .:#]{0,2}$",
    re.I,
)


def _ip4(match: re.Match[str]) -> str:
    parts = match[1].split(".")
    if any(int(part) > 255 or (len(part) > 1 and part[0] == "0") for part in parts):
        return match[0]
    return match[0] if _VERSION_WORD.search(_before(match, 14)) else IP


def _ip6(match: re.Match[str]) -> str:
    text = match[0]
    if len(text) < 7 or _DIGIT.search(text) is None:
        return text
    try:
        ip_address(text)
    except ValueError:
        return text
    return IP


def _before(match: re.Match[str], letters: int) -> str:
    return match.string[max(0, match.start() - letters) : match.start()]


# ---- numbers: cards, phones, accounts -----------------------------------------------------------------------------

# A run of digits with what people put between them. Commas and colons end it: sums and times.
_NUMBERS = re.compile(
    r"(?<![\w.,:#])(?:(?:\+[0-9]{1,3}|1) ?\(|\+|\()?[0-9](?:[ \u00a0\u202f.\-\u2010-\u2013/)]{0,3}[0-9])*"
)
_GROUPS = re.compile(r"[0-9]+")
_DATE = re.compile(
    r"(?<![0-9])(?<![0-9][\-/.])(?:(?:19|20)[0-9]{2}([\-/.])[0-9]{1,2}\1[0-9]{1,2}"
    r"|[0-9]{1,2}([\-/.]) ?[0-9]{1,2}\2 ?(?:(?:19|20)[0-9]{2}|[0-9]{2})"
    r"|(?:19|20)[0-9]{2} ?[\-/\u2013] ?(?:19|20)?[0-9]{2})(?![0-9]|[\-/.][0-9])"
    r"|(?<![0-9\-/.])[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?= [0-9]{2}$)"  # of any year, with its time
)
_STAMP = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[0-9]{4}|[0-9]{6})?$")
_PHONE_WORD = re.compile(
    r"\b(?:tel|phone|telephone|call|mobile|cell|ring|whats ?app|fax|text|sms|reach|handy|rufnummer|anruf|movil|móvil|tlf)"
    r"\b[^.!?\n]{0,22}$",
    re.I,
)
_MONEY_BEFORE = re.compile(r"(?:[€$£¥]|\b(?:eur|usd|gbp|chf|jpy|sek|nok|dkk|pln))\s?$", re.I)
_MONEY_AFTER = re.compile(
    r"\s?(?:[€$£¥%]|(?:eur|euros?|usd|dollars?|gbp|pounds|chf|jpy|yen|sek|nok|dkk|pln)\b|,[0-9]{2}\b)", re.I
)
_PHONE_SHAPES = frozenset(
    {
        (3, 3, 4),
        (3, 3, 3),
        (3, 2, 2, 2),
        (3, 6),
        (3, 7),
        (1, 3, 3, 4),
        (3, 3, 2, 2),
        (3, 4, 4),
        (2, 3, 4),
        (2, 4, 4),
        (2, 3, 2, 2),
        (2, 5, 4),
    }
)
_LONGEST_RUN = 200  # of characters; a longer run of digits is nothing that anybody has to read


def _number(match: re.Match[str]) -> str:
    run = match[0]
    if len(run) < 7:
        return run
    if len(run) > _LONGEST_RUN:
        return NUMBER
    if len(run) < 9 and len(_GROUPS.findall(run)) == 1:
        return PHONE if sum(map(str.isdigit, run)) >= 7 and _PHONE_WORD.search(_before(match, 30)) else run
    found = _DATE.search(run)
    if found:
        head, tail = run[: found.start()], run[found.end() :]
        return _judged(head, match, 0) + found[0] + _judged(tail, match, found.end())
    return _judged(run, match, 0)


def _judged(run: str, match: re.Match[str], offset: int) -> str:
    """What becomes of a run of digits that holds no date."""
    groups = _GROUPS.findall(run)
    digits = "".join(groups)
    if len(digits) < 7:
        return run
    if card := _with_card(run):
        return card
    core = run.strip(_BETWEEN)
    start = run.index(core)
    if core.startswith("(") and ")" not in core:
        core, start = core[1:], start + 1
    after = match.string[match.start() + offset + len(run) :][:12]
    spoken = bool(_PHONE_WORD.search(_before(match, 30)))
    if _is_phone(core, groups, spoken, after):
        return run[:start] + PHONE + run[start + len(core) :]
    if _is_money(core, match, after) or _STAMP.match(digits):
        return run
    return _LONG_GROUP.sub(lambda group: PHONE if len(group[0]) < 12 else NUMBER, run)


_BETWEEN = " -/.\u00a0\u202f\u2010\u2011\u2012\u2013"
_LONG_GROUP = re.compile("[0-9]{9,}")
_CODE_GOES_ON = re.compile(r"[\-/.]?[^\W\d_]")


def _is_phone(core: str, groups: list[str], spoken: bool, after: str) -> bool:
    lengths = tuple(map(len, groups))
    total = sum(lengths)
    if total > 16 or _is_thousands(core):
        return False
    if (core.startswith("+") and total >= 8) or (core.lstrip("(").startswith("00") and total >= 11):
        return True
    if spoken and total <= 15:
        return True
    if total < 9 or total > 15 or len(groups) == 1 or _CODE_GOES_ON.match(after):
        return False
    if core.startswith("0") and lengths[0] > 1 and len(groups) <= 6:
        return True
    return (core.startswith("(") and len(groups) <= 5) or lengths in _PHONE_SHAPES


def _is_thousands(run: str) -> bool:
    """1.234.567 or 12 500 000, but not 612 345 678, which is a phone number in half of Europe."""
    return bool(re.fullmatch(r"[0-9]{1,2}(?: [0-9]{3})+|[0-9]{1,3}(?:\.[0-9]{3})+", run))


def _is_money(run: str, match: re.Match[str], after: str) -> bool:
    if re.fullmatch(r"[0-9]+\.[0-9]{1,2}", run) or _is_thousands(run):
        return True
    return bool(_MONEY_BEFORE.search(_before(match, 5)) or _MONEY_AFTER.match(after))


def _with_card(run: str) -> str | None:
    """The run with its card number masked, wherever in the run it starts; None if there is none."""
    groups = list(_GROUPS.finditer(run))
    for first in range(len(groups)):
        digits = ""
        for last in range(first, len(groups)):
            digits += groups[last][0]
            if len(digits) > 19 or len(groups[last][0]) < 3:
                break
            if len(digits) >= 13 and digits[0] in "23456" and luhn.is_valid(digits):
                head, tail = run[: groups[first].start()], run[groups[last].end() :]
                return head.rstrip("(+") + CARD + tail
    return None


# ---- names --------------------------------------------------------------------------------------------------------

# Words inside names that are no name by themselves.
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


def _mask_names(text: str, names: tuple[str, ...]) -> str:
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
