"""Runs of digits: which are card numbers, phone numbers or accounts, and which are dates, sums and amounts and stay."""

from __future__ import annotations

import re

from stdnum import luhn

from store.masking.placeholders import CARD, NUMBER, PHONE

NUMBERS = re.compile(
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


def number(match: re.Match[str]) -> str:
    run = match[0]
    if len(run) < 7:
        return run
    if len(run) > _LONGEST_RUN:
        return NUMBER
    if len(run) < 9 and len(_GROUPS.findall(run)) == 1:
        return PHONE if sum(map(str.isdigit, run)) >= 7 and _PHONE_WORD.search(before(match, 30)) else run
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
    spoken = bool(_PHONE_WORD.search(before(match, 30)))
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
    return bool(_MONEY_BEFORE.search(before(match, 5)) or _MONEY_AFTER.match(after))


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


def before(match: re.Match[str], letters: int) -> str:
    return match.string[max(0, match.start() - letters) : match.start()]
