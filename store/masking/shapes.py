"""What has a shape: addresses, keys, account numbers; and runs of digits, which are judged by themselves (numbers.py)."""

from __future__ import annotations

import re
from ipaddress import ip_address

from stdnum import iban

from store.masking.numbers import NUMBERS, before, number
from store.masking.placeholders import EMAIL, IBAN, IP, KEY, QUERY


def mask_shapes(text: str) -> str:
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
    return NUMBERS.sub(number, text) if digits >= 7 else text


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
    return match[0] if _VERSION_WORD.search(before(match, 14)) else IP


def _ip6(match: re.Match[str]) -> str:
    text = match[0]
    if len(text) < 7 or _DIGIT.search(text) is None:
        return text
    try:
        ip_address(text)
    except ValueError:
        return text
    return IP
