"""What a cell means: a date, a number, an amount, one of a few words. The exact rules, one cell at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from datetime import time as clock
from decimal import ROUND_HALF_UP, Decimal, DecimalException, InvalidOperation
from zoneinfo import ZoneInfo

from data_sources.mapping.plan import MONEY, FieldMap, Value
from data_sources.words import listed
from store.records import WORDS
from store.rejected import DATE_OUT_OF_RANGE, NOT_A_DATE, NOT_A_NUMBER, NOT_A_WHOLE_NUMBER, Rejected

Convert = Callable[[str], Value]


def as_text(cell: object) -> str:
    """A cell as a person would have typed it: 17.0 of a spreadsheet is 17, midnight is the day."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, Rejected):
        return cell.value
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if cell != cell:
            return ""
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == clock(0) and cell.tzinfo is None else cell.isoformat(" ")
    if isinstance(cell, list):
        return listed([as_text(each) for each in cell])
    if isinstance(cell, dict):
        return json.dumps(cell, ensure_ascii=False, default=str)
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace").strip()
    return str(cell).strip()


def converter(record: str, mapped: FieldMap, company_zone: ZoneInfo) -> Convert:
    """What turns a text that is not blank into the value of this field. It raises Rejected."""
    convert = _of_kind(record, mapped, company_zone)
    return convert if mapped.values is None else _through_values(mapped.values, mapped.other, convert)


def constant(record: str, mapped: FieldMap, company_zone: ZoneInfo) -> Value:
    """The value of a field that is the same in every row. Raises Rejected."""
    text = as_text(mapped.source)
    value = None if text == "" else converter(record, mapped, company_zone)(text)
    return (() if value is None else (value,)) if mapped.kind is tuple else value


def typed(mapped: FieldMap, company_zone: ZoneInfo) -> dict[type, Callable[[Value], Value]]:
    """Cells that a workbook or Parquet already gives as what they are."""
    if mapped.values is not None:
        return {}
    kind = mapped.kind
    if kind in (date, datetime):
        settle = _settle(kind, mapped.time_zone, company_zone)
        return {datetime: settle, date: lambda day: day if kind is date else settle(datetime.combine(day, clock()))}
    return {bool: lambda truth: truth} if kind is bool else {}


def _of_kind(record: str, mapped: FieldMap, company_zone: ZoneInfo) -> Convert:
    kind = mapped.kind
    if kind in (date, datetime):
        return _dates(mapped.formats, _settle(kind, mapped.time_zone, company_zone))
    if kind is bool:
        return _truth
    if kind is int:
        number = decimals(mapped.decimal_comma)
        return lambda text: amount(mapped, number(text), text)
    allowed = WORDS.get((record, mapped.name))
    return _one_word_of(allowed) if allowed else str


def _through_values(values: dict[str, str], other: str | None, convert: Convert) -> Convert:
    def through(text: str) -> Value:
        meant = values.get(text, text if other is None else other)
        return convert(meant) if meant else None

    return through


def _settle(kind: type, zone: ZoneInfo, company_zone: ZoneInfo) -> Callable[[datetime], Value]:
    """A moment as the record wants it: an instant in UTC, or the calendar day of the company."""
    is_utc = str(zone) == "UTC"

    def instant(moment: datetime) -> datetime:
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC if is_utc else zone)
            if is_utc:
                return moment
        return _moved(moment, UTC)

    def day(moment: datetime) -> date:
        return moment.date() if moment.tzinfo is None else _moved(moment, company_zone).date()

    return day if kind is date else instant


def _moved(moment: datetime, zone: tzinfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:
        raise Rejected.cell(moment.isoformat(" "), DATE_OUT_OF_RANGE) from None


def _dates(formats: tuple[str, ...], settle: Callable[[datetime], Value]) -> Convert:
    readers = [reader_of(each) for each in formats]
    expected = " or ".join(map(as_people_write, formats))

    def convert(text: str) -> Value:
        for reader in readers:
            try:
                moment = reader(text)
            except (ValueError, OverflowError, OSError):
                continue
            return settle(moment)
        raise Rejected.cell(text, f"{NOT_A_DATE} (expected {expected})")

    return convert


_LETTERS = {
    "%d": "DD",
    "%m": "MM",
    "%Y": "YYYY",
    "%y": "YY",
    "%H": "HH",
    "%I": "HH",
    "%M": "MM",
    "%S": "SS",
    "%p": "AM/PM",
}
_NAMED = {"iso": "YYYY-MM-DD or YYYY-MM-DD HH:MM", "unix": "seconds since 1970", "unix_ms": "milliseconds since 1970"}


def as_people_write(pattern: str) -> str:
    """A format of dates without percent signs: "DD/MM/YYYY HH:MM"."""
    return _NAMED.get(pattern) or re.sub(r"%\w", lambda found: _LETTERS.get(found[0], found[0]), pattern)


def reader_of(pattern: str) -> Callable[[str], datetime]:
    """What reads a date in this format; it raises ValueError, OverflowError and OSError. Raises ValueError for no format."""
    if pattern == "iso":
        return datetime.fromisoformat
    if pattern in ("unix", "unix_ms"):
        part = 1 if pattern == "unix" else 1000
        return lambda text: datetime.fromtimestamp(float(text) / part, UTC)
    if "%" not in pattern:
        raise ValueError(f'{pattern!r} is not one of iso, unix, unix_ms or a text like "%d/%m/%Y"')
    try:
        datetime.strptime(datetime(2026, 1, 31, 14, 5).strftime(pattern), pattern)  # noqa: DTZ001, DTZ007
    except ValueError as error:
        raise ValueError(f"{pattern!r} is not a date format ({error})") from None
    return _quick(pattern) or (lambda text: datetime.strptime(text, pattern))  # noqa: DTZ007 (its zone comes later)


_QUICK = {"%Y": r"(?P<Y>\d{4})", "%y": r"(?P<y>\d{2})"} | {f"%{c}": rf"(?P<{c}>\d{{1,2}})" for c in "mdHMS"}


def _quick(pattern: str) -> Callable[[str], datetime] | None:
    """Four times as fast as strptime, for the formats of numbers only; None for the others."""
    pieces = re.split(r"(%[a-zA-Z%])", pattern)
    used = pieces[1::2]
    if len(set(used)) != len(used) or not set(used) <= set(_QUICK) or not {"%m", "%d"} <= set(used):
        return None
    if len({"%Y", "%y"} & set(used)) != 1 or any(a == "" for a in pieces[2:-1:2]):
        return None  # without marks between them, where one number ends is for strptime to find out
    exact = re.compile("".join(_QUICK.get(each, re.escape(each)) for each in pieces), re.ASCII).fullmatch
    places = {
        letter: place
        for letter, place in re.compile(
            "".join(_QUICK.get(each, re.escape(each)) for each in pieces)
        ).groupindex.items()
    }
    order = [places.get(letter) for letter in "YmdHMS"]
    short = places.get("y")

    def read(text: str) -> datetime:
        found = exact(text)
        if found is None:
            raise ValueError(text)
        if short is not None:
            two = int(found[short])
            year = two + (2000 if two < 69 else 1900)  # as strptime does
        else:
            year = int(found[order[0]])  # type: ignore[index]
        rest = [0 if place is None else int(found[place]) for place in order[1:]]
        return datetime(year, *rest)  # type: ignore[arg-type]  # noqa: DTZ001 (its zone comes later)

    return read


_TRUE = ("true", "yes", "y", "t", "1", "on")
_FALSE = ("false", "no", "n", "f", "0", "off")


def _truth(text: str) -> bool:
    folded = text.casefold()
    if folded in _TRUE:
        return True
    if folded in _FALSE:
        return False
    raise Rejected.cell(text, "is neither true nor false (true, yes, 1; false, no, 0)")


def _one_word_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def convert(text: str) -> str:
        if text in allowed:
            return text
        folded = text.casefold()
        if folded in allowed:
            return folded
        raise Rejected.cell(text, f"is not one of {listed(allowed)}; say what it means with values = {{ ... }}")

    return convert


_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII).fullmatch
_AROUND = re.compile(r"[\s\u00a0\u202f'’$€£¥]|(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_POINTS = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d{1,2})?", re.ASCII).fullmatch
_COMMAS = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)?(?:,\d+)?", re.ASCII).fullmatch


def decimals(comma: bool) -> Callable[[str], Decimal]:
    """1234.56, 1,234.56, $1 234.56, EUR 12, (12.00) for minus; with a decimal comma 1.234,56."""

    def convert(text: str) -> Decimal:
        if not comma and len(text) < 30 and _PLAIN(text):
            return Decimal(text)
        bare = _AROUND.sub("", text)
        if bare.startswith("(") and bare.endswith(")"):
            bare = "-" + bare[1:-1]
        if len(bare) < 30 and (_COMMAS if comma else _POINTS)(bare):
            try:
                return Decimal(bare.replace(".", "").replace(",", ".") if comma else bare.replace(",", ""))
            except InvalidOperation:
                pass
        hint = ""
        if not comma and _COMMAS(bare):
            hint = "; if the comma is a decimal comma, write decimal_comma = true"
        elif comma and _POINTS(bare):
            hint = "; the mapping says decimal_comma = true"
        raise Rejected.cell(text, f"{NOT_A_NUMBER}{hint}")

    return convert


def _hundredths(number: Decimal) -> int:
    cents = int((number * 100).quantize(Decimal(1), ROUND_HALF_UP))
    if abs(cents) > 10**15:
        raise Rejected.cell(str(number), "is too large an amount")
    return cents


def amount(mapped: FieldMap, number: Decimal, shown: str) -> int:
    """A number as the field holds it: money in whole hundredths, all else whole. Raises Rejected."""
    if mapped.times != 1 or mapped.divided_by != 1:
        try:
            number = number * mapped.times / mapped.divided_by
        except DecimalException:
            raise Rejected.cell(shown, "is too large a number") from None
    if mapped.name in MONEY:
        return _hundredths(number)
    if number != number.to_integral_value() or abs(number) > 10**9:
        raise Rejected.cell(shown, NOT_A_WHOLE_NUMBER)
    if number < 0 and mapped.name != "score":
        raise Rejected.cell(shown, "must not be negative")
    return int(number)
