"""Turns the rows of a file into tickets, survey answers, customers and so on, as the mapping in empathy.toml says.

A mapping is read twice: `entries` checks every word of it before any file is opened; `bind` makes one small function
for each field once the columns of a file are known, so that nothing is looked up again for each of a million rows.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import math
import re
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, dataclass, field, fields
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import time as clock
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, available_timezones

from data_sources.files.formats import TYPES, Layout, Shape, as_text
from data_sources.files.workbook import BadCell
from data_sources.source import Request, SourceError
from data_sources.words import listed, nearest
from store.records import BY_TABLE, SCALES, WORDS
from store.rejected import Rejected

MONEY = ("mrr", "amount")  # whole hundredths; every other number is a whole number as it stands
REFERENCES = ("id", "customer", "ticket", "bug")  # joined of several columns only if all of them are there
VERSION = 2  # raise it when the same mapping gives other records: then every file is read again

FILE_KEYS = {
    "path": "the file, relative to the folder of empathy.toml; * and ** stand for anything, ${NAME:-default} for the environment",
    "record": "what one row is: " + listed(BY_TABLE),
    "fields": "for each field of the record, where its value comes from",
    "where": "keep only the rows where these hold",
    "type": "how the file is written: " + listed(TYPES) + "; else seen from its content and its name",
    "delimiter": "the character between two cells; a comma unless written",
    "encoding": "utf-8 unless written; often cp1252 for older exports",
    "header": "false: no line with names, columns are called 1, 2, 3 ...; or the list of their names",
    "skip": "this many lines stand before the header",
    "sheet": "of a workbook; the first unless written",
    "each": "one record for each element of this list (JSON lines, Parquet) or part of this cell",
    "split": "what separates the parts of the cell named by `each`; a comma unless written",
    "same_id": "rows with the same id: reject the later ones (the default), last_wins (a later row replaces), first "
    "(later ones are left out), or merge (they stand together)",
    "format": "of all dates that have none of their own",
    "time_zone": "of times without one; the company's unless written",
    "decimal_comma": "true where 1.234,56 is a number",
    "blanks": "cells that mean nothing was written; an empty cell always does",
    "most_unpacked_mb": "refuse a packed file that unpacks to more; 10000 unless written",
    "deadline_seconds": "give a file up that takes longer to read; 60 and 5 more for each MB unless written",
}
FIELD_KEYS = {
    "column": "the column",
    "columns": "several columns, joined",
    "join": "what stands between joined columns; / unless written",
    "constant": "the same value for every row",
    "template": "text with {column} in it",
    "product": "columns to multiply",
    "values": "what a cell says = what is meant",
    "other": "what every cell that is not in `values` means; an empty text means not known",
    "format": "of a date: iso (the default), unix, unix_ms, or like %d/%m/%Y %H:%M; or a list to try in turn",
    "plus": "time to add: { minutes = column or number }, also seconds, hours, days",
    "time_zone": "of times without one",
    "decimal_comma": "true where 1.234,56 is a number",
    "blanks": "more cells that mean nothing was written",
    "take": "of rows that are merged: last (the default), first, min, max, sum",
}
CONDITIONS = ("is", "not", "starts", "not_starts", "ends", "contains", "not_contains", "blank", "at_least", "at_most")
WAYS = ("column", "columns", "constant", "template", "product")
TAKES = ("last", "first", "min", "max", "sum")
SAME_ID = ("reject", "last_wins", "first", "merge", "last")  # last: how last_wins was called before
UNITS = ("seconds", "minutes", "hours", "days")


class Wrong(Exception):
    """A cell that cannot be what its field needs."""

    def __init__(self, value: str, reason: str, column: str | None = None) -> None:
        self.value, self.reason, self.column = value, reason, column


@dataclass(slots=True)
class FieldMap:
    """Where the value of one field comes from."""

    name: str
    way: str
    source: Any
    options: dict[str, Any]

    @property
    def columns(self) -> list[str]:
        named: list[str] = []
        if self.way == "column":
            named = [self.source]
        elif self.way in ("columns", "product"):
            named = list(self.source)
        elif self.way == "template":
            named = re.findall(r"\{([^{}]+)\}", self.source)
        return named + [each for each in self.options.get("plus", {}).values() if isinstance(each, str)]

    @property
    def label(self) -> str:
        return listed(self.columns) or f"({self.name})"


@dataclass(slots=True)
class Entry:
    """One [[sources.NAME.files]] table, checked."""

    key: str
    path: str
    record: str
    layout: Layout
    fields: dict[str, FieldMap]
    where: dict[str, Any]
    same_id: str
    time_zone: ZoneInfo
    company_zone: ZoneInfo
    decimal_comma: bool
    blanks: frozenset[str]
    format: Any
    deadline: float | None = None  # seconds
    digest: str = field(default="")

    @property
    def short_key(self) -> str:
        return self.key.split(" (")[0]

    @property
    def wanted(self) -> list[str]:
        named = [column for each in self.fields.values() for column in each.columns] + list(self.where)
        if self.layout.each:
            named.append(self.layout.each)
        return list(dict.fromkeys(named))


# --- reading the mapping -----------------------------------------------------------------------------------------


def entries(asked: Request) -> list[Entry]:
    """The entries of this source. Raises SourceError that names the key and the nearest right one."""
    key = f"sources.{asked.name}"
    for option in asked.options:
        if option != "files":
            raise SourceError(
                f"{key}.{option}: a source of type files has no such option; it has [[{key}.files]] tables."
            )
    tables = asked.options.get("files")
    if isinstance(tables, dict):
        tables = [tables]
    if not isinstance(tables, list) or not tables or not all(isinstance(each, dict) for each in tables):
        raise SourceError(
            f"{key} names no files; write a [[{key}.files]] table, or let ./run files guess PATH write it."
        )
    return [_entry(f"{key}.files[{place}]", table, asked.settings.zone) for place, table in enumerate(tables, 1)]


def _entry(key: str, table: dict[str, Any], company_zone: ZoneInfo) -> Entry:
    _refuse_unknown(key, table, FILE_KEYS, "option")
    path = _text(key, table, "path")
    record = _text(key, table, "record")
    key = f"{key} ({path if len(path) <= 100 else path[:100] + '…'})"
    if record not in BY_TABLE:
        raise SourceError(f"{key}: there is no record {record!r}; {nearest(record, BY_TABLE, 'there are')}.")
    layout = _layout(key, table)
    zone = _zone(key, table["time_zone"]) if "time_zone" in table else company_zone
    written = table.get("fields")
    if not isinstance(written, dict) or not written:
        raise SourceError(f"{key} maps no fields; write a [...fields] table with at least id.")
    names = {each.name: each for each in fields(BY_TABLE[record])}
    mapped = {}
    for name, value in written.items():
        if name not in names:
            raise SourceError(
                f"{key}.fields.{name}: a {record} has no field {name!r}; {nearest(name, names, 'it has')}."
            )
        mapped[name] = _field(f"{key}.fields.{name}", name, value, kind_of(record, name))
    for name, declared in names.items():
        if declared.default is MISSING and declared.default_factory is MISSING and name not in mapped:
            raise SourceError(
                f"{key}: a {record} needs the field {name!r}, and the mapping does not say where it comes from."
            )
    same_id = _one_of(key, "same_id", table.get("same_id", "reject"), SAME_ID)
    for name, each in mapped.items():
        if "take" in each.options and same_id != "merge":
            raise SourceError(f'{key}.fields.{name}.take has a meaning only with same_id = "merge".')
    where = table.get("where", {})
    if not isinstance(where, dict):
        raise SourceError(f'{key}.where: write a table, for example where = {{ Status = "Closed" }}.')
    for column, condition in where.items():
        if isinstance(condition, dict):
            _refuse_unknown(f"{key}.where.{column}", condition, CONDITIONS, "condition")
    entry = Entry(
        key=key,
        path=path,
        record=record,
        layout=layout,
        fields=mapped,
        where=where,
        same_id="last_wins" if same_id == "last" else same_id,
        time_zone=zone,
        company_zone=company_zone,
        decimal_comma=_flag(key, table, "decimal_comma"),
        blanks=_blanks(key, table),
        format=table.get("format"),
        deadline=_positive(key, "deadline_seconds", table["deadline_seconds"]) if "deadline_seconds" in table else None,
    )
    meant = json.dumps([VERSION, table, str(zone), str(company_zone)], sort_keys=True, default=str)
    entry.digest = hashlib.sha256(meant.encode()).hexdigest()[:16]
    _refuse_undated(entry)
    _check_scale(entry)
    return entry


def _layout(key: str, table: dict[str, Any]) -> Layout:
    kind = table.get("type")
    if kind is not None:
        _one_of(key, "type", kind, TYPES)
    delimiter = table.get("delimiter")
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n\0'):
        raise SourceError(f"{key}.delimiter: write one character, for example ';' or '\\t'.")
    header = table.get("header")
    if isinstance(header, list):
        if not header or not all(isinstance(each, str) for each in header) or len(set(header)) != len(header):
            raise SourceError(f"{key}.header: write true, false, or a list of different names.")
        header = tuple(header)
    elif header is not None and not isinstance(header, bool):
        raise SourceError(f"{key}.header: write true, false, or a list of names.")
    skip = table.get("skip", 0)
    if not isinstance(skip, int) or isinstance(skip, bool) or skip < 0:
        raise SourceError(f"{key}.skip: write how many lines stand before the header.")
    most = _positive(key, "most_unpacked_mb", table.get("most_unpacked_mb", 10_000))
    for name in ("encoding", "sheet", "each", "split"):
        if name in table and (not isinstance(table[name], str) or not table[name]):
            raise SourceError(f"{key}.{name}: write a text.")
    if "encoding" in table:
        _refuse_encoding(key, table["encoding"])
    if "split" in table and "each" not in table:
        raise SourceError(f"{key}.split has a meaning only with `each`, which names the column to split.")
    return Layout(
        type=kind,
        delimiter=delimiter,
        encoding=table.get("encoding", "utf-8"),
        header=header,
        skip=skip,
        sheet=table.get("sheet"),
        each=table.get("each"),
        split=table.get("split"),
        most_unpacked_mb=most,
    )


NO_TEXT = ("idna", "punycode", "raw_unicode_escape", "unicode_escape", "undefined")  # Python's own, of no file


def _refuse_encoding(key: str, name: str) -> None:
    """Python knows encodings that no file of text has, such as rot13 and base64."""
    try:
        known = codecs.lookup(name)
        is_text = bool(known._is_text_encoding)  # False: bytes to bytes, or text to text
    except (LookupError, ValueError, UnicodeError):
        is_text = False
    if not is_text or known.name.replace("-", "_") in NO_TEXT:
        raise SourceError(f"{key}: there is no encoding {name!r}; usual ones are utf-8, cp1252, latin-1, utf-16.")


def _positive(key: str, name: str, value: Any) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value < 10**12:
        raise SourceError(f"{key}.{name}: write a number above 0.")
    return value


def _field(key: str, name: str, written: Any, kind: type) -> FieldMap:
    if isinstance(written, str):
        written = {"column": written}
    elif isinstance(written, list):
        written = {"columns": written}
    elif isinstance(written, int) and not isinstance(written, bool):
        written = {"column": str(written)}  # a column of a file without a header
    if not isinstance(written, dict):
        raise SourceError(f"{key}: write a column, a list of columns, or a table like {{ constant = ... }}.")
    _refuse_unknown(key, written, FIELD_KEYS, "option")
    ways = [way for way in WAYS if way in written]
    if len(ways) != 1:
        raise SourceError(f"{key}: write exactly one of {listed(WAYS)}" + (f", not {listed(ways)}." if ways else "."))
    way, source = ways[0], written[ways[0]]
    options = {option: value for option, value in written.items() if option != way}
    if way in ("columns", "product"):
        if not isinstance(source, list) or not source or not all(isinstance(each, (str, int)) for each in source):
            raise SourceError(f"{key}.{way}: write a list of columns.")
        source = [str(each) for each in source]
    elif way == "column":
        source = str(source)
    elif way == "template" and not (isinstance(source, str) and re.search(r"\{[^{}]+\}", source)):
        raise SourceError(f"{key}.template: write a text with at least one {{column}} in it.")
    if way == "product" and kind is not int:
        raise SourceError(f"{key}.product: only a number or an amount can be a product.")
    if "take" in options:
        _one_of(key, "take", options["take"], TAKES)
        if options["take"] == "sum" and kind is not int:
            raise SourceError(f"{key}.take: only a number or an amount can be summed.")
    if "values" in options and not isinstance(options["values"], dict):
        raise SourceError(f'{key}.values: write a table, for example {{ "1 - High" = "major" }}.')
    if "other" in options and "values" not in options:
        raise SourceError(f"{key}.other has a meaning only beside `values`.")
    if "format" in options and kind not in (date, datetime):
        raise SourceError(f"{key}.format: {name} is no date.")
    if "time_zone" in options:
        _zone(key, options["time_zone"])
    if "plus" in options:
        plus = options["plus"]
        if kind not in (date, datetime) or not isinstance(plus, dict) or not plus:
            raise SourceError(f'{key}.plus: write time to add to a date, for example {{ minutes = "wait_minutes" }}.')
        _refuse_unknown(f"{key}.plus", plus, UNITS if kind is datetime else ("days",), "unit")
        for unit, amount in plus.items():
            if not isinstance(amount, str):
                _refuse_length(f"{key}.plus.{unit}", unit, amount)
    _blanks(key, options)
    _flag(key, options, "decimal_comma")
    return FieldMap(name, way, source, options)


def _refuse_length(key: str, unit: str, amount: Any) -> None:
    if not isinstance(amount, (int, float)) or isinstance(amount, bool):
        raise SourceError(f"{key}: write a column or a number.")
    try:
        timedelta(**{unit: amount})
    except (ValueError, OverflowError):
        raise SourceError(f"{key}: {amount} is too much time to add.") from None


def _refuse_undated(entry: Entry) -> None:
    """What the record class cannot say: the store would refuse every single row of these."""
    has = entry.fields.keys()
    if entry.record == "survey_response" and "answered_at" not in has and ("score" in has or "sent_at" not in has):
        raise SourceError(
            f"{entry.key} does not say when a survey was answered; map answered_at, without it an answer belongs to no day."
        )
    if entry.record == "bug_report" and "ticket" not in has and not {"customer", "reported_at"} <= has:
        raise SourceError(f"{entry.key}: a bug_report needs a ticket, or a customer and reported_at.")


def _check_scale(entry: Entry) -> None:
    if entry.record != "survey_response":
        return
    kind, scale = entry.fields["kind"], entry.fields["scale"]
    if kind.way == scale.way == "constant" and (kind.source, scale.source) not in SCALES:
        known = listed(f'{each} "{name}"' for each, name in SCALES)
        raise SourceError(
            f"{entry.key}: there is no scale {scale.source!r} for {kind.source!r}; understood are {known}."
        )


def _refuse_unknown(key: str, table: dict[str, Any], known: Iterable[str], noun: str) -> None:
    for name in table:
        if name not in known:
            raise SourceError(f"{key}.{name}: there is no such {noun}; {nearest(name, known, 'there are')}.")


def _text(key: str, table: dict[str, Any], name: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value:
        raise SourceError(f"{key} does not say its {name}: {FILE_KEYS[name]}.")
    return value


def _one_of(key: str, name: str, value: Any, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise SourceError(f"{key}.{name}: {value!r} is none of {listed(allowed)}.")
    return str(value)


def _flag(key: str, table: dict[str, Any], name: str) -> bool:
    value = table.get(name, False)
    if not isinstance(value, bool):
        raise SourceError(f"{key}.{name}: write true or false.")
    return value


def _blanks(key: str, table: dict[str, Any]) -> frozenset[str]:
    written = table.get("blanks", [])
    if not isinstance(written, list):
        raise SourceError(f'{key}.blanks: write a list, for example ["NA", "?"].')
    return frozenset({"", *(as_text(each) for each in written)})


def _zone(key: str, name: Any) -> ZoneInfo:
    if not isinstance(name, str) or name not in available_timezones():
        raise SourceError(f"{key}.time_zone: there is no time zone {name!r}; write one like 'Europe/Madrid' or 'UTC'.")
    return ZoneInfo(name)


def declared(asked: Request) -> dict[str, frozenset[str]]:
    """Record -> the fields that its mappings fill, from the settings alone. Raises SourceError as `entries` does."""
    found: dict[str, frozenset[str]] = {}
    for entry in entries(asked):
        filled = {
            name
            for name, each in entry.fields.items()
            if each.way != "constant" or as_text(each.source) not in entry.blanks | {""}
        }
        found[entry.record] = found.get(entry.record, frozenset()) | filled
    return found


def kind_of(record: str, name: str) -> type:
    """str, int, bool, date, datetime or tuple: what this field holds when it holds something."""
    hint = get_type_hints(BY_TABLE[record])[name]
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(each for each in get_args(hint) if each is not type(None))
    kind: type = get_origin(hint) or hint
    return kind


# --- from row to record ------------------------------------------------------------------------------------------

Get = Callable[[list[Any]], Any]


class Bound:
    """A mapping bound to the columns of one file."""

    def __init__(self, entry: Entry, shape: Shape) -> None:
        self.entry, self.shape = entry, shape
        self.record = BY_TABLE[entry.record]
        declared = [each for each in fields(self.record)]
        last = max(place for place, each in enumerate(declared) if each.name in entry.fields)
        self.names = [each.name for each in declared[: last + 1]]
        self.kinds = [kind_of(entry.record, name) for name in self.names]
        self.required = sum(each.default is MISSING and each.default_factory is MISSING for each in declared)
        self.get: list[Get] = []
        for each in declared[: last + 1]:
            if each.name in entry.fields:
                self.get.append(_getter(entry, shape, entry.fields[each.name]))
            else:
                default = each.default if each.default is not MISSING else ()
                self.get.append(lambda row, default=default: default)  # type: ignore[misc]
        self.keeps = _condition(entry, shape)
        self.take = [entry.fields[n].options.get("take", "last") if n in entry.fields else "last" for n in self.names]
        self._is_survey = entry.record == "survey_response"
        self._place = {name: place for place, name in enumerate(self.names)}

    def values(self, row: list[Any]) -> list[Any]:
        """Raises Wrong."""
        return [get(row) for get in self.get]

    def checked(self, values: list[Any]) -> list[Any] | None:
        """The values of a record, in the order of its fields; None where the row is no record of this kind. Raises Wrong."""
        if self._is_survey and _unanswered(self._place, values):
            return None
        if None in values[: self.required]:
            name = self.names[values.index(None)]
            raise Wrong("", f"is blank, and a {self.entry.record} needs its {name}", name)
        return values

    def merged(self, rows: list[list[Any]]) -> list[Any]:
        """One row of values out of several; a row that left a field blank has no say in it."""
        together: list[Any] = []
        for take, column in zip(self.take, zip(*rows, strict=True), strict=True):
            said = [value for value in column if value is not None]
            if not said:
                together.append(None)
            elif take == "last":
                together.append(said[-1])
            elif take == "first":
                together.append(said[0])
            else:
                together.append(_TOGETHER[take](said))
        return together

    def label(self, name: str) -> str:
        return self.entry.fields[name].label if name in self.entry.fields else name

    def explain(self, row: list[Any], fault: Exception, place: str) -> Rejected:
        """Which cell it was: found by asking field by field again, so that good rows pay nothing for it.

        A cell can also break what reads it, which is no fault of the other rows.
        """
        column = self.label(fault.column) if isinstance(fault, Wrong) and fault.column else None
        value = fault.value if isinstance(fault, Wrong) else ""
        if column is None:
            for name, get in zip(self.names, self.get, strict=True):
                try:
                    get(row)
                except Exception as error:
                    column = self.label(name)
                    if not isinstance(error, Wrong):
                        value = self._raw(row, name)
                    break
        reason = fault.reason if isinstance(fault, Wrong) else f"cannot be read ({type(fault).__name__})"
        return Rejected(self.entry.record, place, column or "", value[:200], reason)

    def _raw(self, row: list[Any], name: str) -> str:
        """The cells of this field, as far as they can be shown."""
        shown = []
        for column in self.entry.fields[name].columns if name in self.entry.fields else []:
            cell = row[self.shape.place_of(column)]
            shown.append(cell if isinstance(cell, str) else f"({type(cell).__name__})")
        return listed(shown)


_TOGETHER: dict[str, Callable[[list[Any]], Any]] = {"min": min, "max": max, "sum": sum}


def _unanswered(place: dict[str, int], values: list[Any]) -> bool:
    """Whether it is a survey that nobody answered and nobody says was sent: no record. One that was sent has no answer."""
    if "score" in place and values[place["score"]] is not None:
        return False
    if "sent_at" not in place or values[place["sent_at"]] is None:
        return True
    if "answered_at" in place:
        values[place["answered_at"]] = None
    return False


def _getter(entry: Entry, shape: Shape, mapped: FieldMap) -> Get:
    kind = kind_of(entry.record, mapped.name)
    blanks = entry.blanks | _blanks(entry.key, mapped.options)
    convert = _converter(entry, mapped, kind)
    if "values" in mapped.options:
        convert = _through_values(mapped.options, convert)
    if mapped.way == "constant":
        try:
            text = as_text(mapped.source)
            fixed = None if text == "" else convert(text)
        except Wrong as wrong:
            raise SourceError(f"{entry.key}.fields.{mapped.name}: {wrong.value!r} {wrong.reason}.") from None
        get: Get = lambda row: fixed  # noqa: E731
    elif mapped.way == "column":
        get = _from_column(shape.place_of(mapped.source), blanks, convert, _typed(entry, mapped, kind))
        if kind is tuple:
            get = _as_names([get])
    elif mapped.way == "columns":
        texts = [_from_column(shape.place_of(each), blanks, _same, {}) for each in mapped.source]
        if kind is tuple:
            get = _as_names(texts)
        else:
            get = _joined(texts, str(mapped.options.get("join", "/")), mapped.name in REFERENCES, convert)
    elif mapped.way == "product":
        numbers = [
            _from_column(shape.place_of(each), blanks, _decimals(_comma(entry, mapped)), {}) for each in mapped.source
        ]
        get = _multiplied(numbers, mapped.name)
    else:
        parts = re.split(r"\{([^{}]+)\}", mapped.source)
        texts = [_from_column(shape.place_of(each), blanks, _same, {}) for each in parts[1::2]]
        get = _filled_in(parts[::2], texts, convert)
    if "plus" in mapped.options:
        get = _later(get, entry, shape, mapped, blanks)
    return get


def _from_column(
    place: int, blanks: frozenset[str], convert: Callable[[str], Any], typed: dict[type, Callable[[Any], Any]]
) -> Get:
    def get(row: list[Any]) -> Any:
        cell = row[place]
        if cell.__class__ is str:
            cell = cell.strip()
        elif cell is None:
            return None
        elif cell.__class__ in typed:
            return typed[cell.__class__](cell)
        elif cell.__class__ is BadCell:
            raise Wrong(cell.value, cell.reason)
        else:
            cell = as_text(cell)
        return None if cell in blanks else convert(cell)

    return get


def _same(text: str) -> str:
    return text


def _as_names(texts: list[Get]) -> Get:
    def get(row: list[Any]) -> tuple[str, ...]:
        return tuple(name for text in texts if (name := text(row)))

    return get


def _joined(texts: list[Get], between: str, all_needed: bool, convert: Callable[[str], Any]) -> Get:
    def get(row: list[Any]) -> Any:
        parts = [text(row) for text in texts]
        if None in parts:
            if all_needed:
                return None
            parts = [part for part in parts if part is not None]
        return convert(between.join(parts)) if parts else None

    return get


def _filled_in(between: list[str], texts: list[Get], convert: Callable[[str], Any]) -> Get:
    def get(row: list[Any]) -> Any:
        whole = [between[0]]
        for text, after in zip(texts, between[1:], strict=True):
            part = text(row)
            if part is None:
                return None
            whole += (part, after)
        return convert("".join(whole))

    return get


def _multiplied(numbers: list[Get], name: str) -> Get:
    def get(row: list[Any]) -> int | None:
        result = Decimal(1)
        for each in numbers:
            factor = each(row)
            if factor is None:
                return None
            result *= factor
        return _hundredths(result) if name in MONEY else int(result)

    return get


def _later(get: Get, entry: Entry, shape: Shape, mapped: FieldMap, blanks: frozenset[str]) -> Get:
    fixed = timedelta()
    moving: list[tuple[str, Get]] = []
    for unit, amount in mapped.options["plus"].items():
        if isinstance(amount, str):
            moving.append((unit, _from_column(shape.place_of(amount), blanks, _decimals(_comma(entry, mapped)), {})))
        else:
            fixed += timedelta(**{unit: amount})

    def later(row: list[Any]) -> Any:
        start = get(row)
        if start is None:
            return None
        whole = fixed
        for unit, amount in moving:
            found = amount(row)
            if found is None:
                return None
            try:
                whole += timedelta(**{unit: float(found)})
            except OverflowError:
                raise Wrong(str(found), "is too much time to add") from None
        try:
            return start + whole
        except OverflowError:
            raise Wrong(str(whole), "is too much time to add") from None

    return later


def _through_values(options: dict[str, Any], convert: Callable[[str], Any]) -> Callable[[str], Any]:
    values = {as_text(said): as_text(meant) for said, meant in options["values"].items()}
    other = as_text(options["other"]) if "other" in options else None

    def through(text: str) -> Any:
        meant = values.get(text, text if other is None else other)
        return convert(meant) if meant else None

    return through


# --- what a text means -------------------------------------------------------------------------------------------


def _comma(entry: Entry, mapped: FieldMap) -> bool:
    return bool(mapped.options.get("decimal_comma", entry.decimal_comma))


def _converter(entry: Entry, mapped: FieldMap, kind: type) -> Callable[[str], Any]:
    if kind in (date, datetime):
        zone = _zone(entry.key, mapped.options["time_zone"]) if "time_zone" in mapped.options else entry.time_zone
        formats = mapped.options.get("format", entry.format) or "iso"
        formats = formats if isinstance(formats, list) else [formats]
        readers = [_reader_of(f"{entry.key}.fields.{mapped.name}", each) for each in formats]
        return _remembered(_dates(readers, formats, kind, zone, entry.company_zone))
    if kind is bool:
        return _truth
    if kind is int:
        decimal = _decimals(_comma(entry, mapped))
        return _remembered(_money(decimal) if mapped.name in MONEY else _whole(decimal, mapped.name))
    allowed = WORDS.get((entry.record, mapped.name))
    return _one_word_of(allowed) if allowed else _same


def _typed(entry: Entry, mapped: FieldMap, kind: type) -> dict[type, Callable[[Any], Any]]:
    """Cells that a workbook or Parquet already gives as what they are."""
    if "values" in mapped.options:
        return {}
    if kind in (date, datetime):
        zone = _zone(entry.key, mapped.options["time_zone"]) if "time_zone" in mapped.options else entry.time_zone
        settle = _settle(kind, zone, entry.company_zone)
        return {datetime: settle, date: lambda day: day if kind is date else settle(datetime.combine(day, clock()))}
    if kind is bool:
        return {bool: lambda truth: truth}
    return {}


def _remembered(convert: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same dates and amounts come again and again; the last few thousand are kept."""
    memory: dict[str, Any] = {}

    def remembered(text: str) -> Any:
        found = memory.get(text)
        if found is None:
            if len(memory) >= 8_192:
                memory.clear()
            found = memory[text] = convert(text)
        return found

    return remembered


def _settle(kind: type, zone: ZoneInfo, company_zone: ZoneInfo) -> Callable[[datetime], Any]:
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
        raise Wrong(moment.isoformat(" "), "date out of range") from None


def _dates(
    readers: list[Callable[[str], datetime]], formats: list[str], kind: type, zone: ZoneInfo, company_zone: ZoneInfo
) -> Callable[[str], Any]:
    settle = _settle(kind, zone, company_zone)
    expected = " or ".join(each if each != "iso" else "like 2026-01-31 or 2026-01-31 14:05" for each in formats)

    def convert(text: str) -> Any:
        for reader in readers:
            try:
                moment = reader(text)
            except (ValueError, OverflowError, OSError):
                continue
            return settle(moment)
        raise Wrong(text, f"is no date ({expected})")

    return convert


def _reader_of(key: str, pattern: Any) -> Callable[[str], datetime]:
    if not isinstance(pattern, str) or not pattern:
        raise SourceError(f'{key}.format: write a text like "%d/%m/%Y", or a list of them.')
    if pattern == "iso":
        return datetime.fromisoformat
    if pattern in ("unix", "unix_ms"):
        part = 1 if pattern == "unix" else 1000
        return lambda text: datetime.fromtimestamp(float(text) / part, UTC)
    if "%" not in pattern:
        raise SourceError(f'{key}.format: {pattern!r} is none of iso, unix, unix_ms or a text like "%d/%m/%Y".')
    try:
        datetime.strptime(datetime(2026, 1, 31, 14, 5).strftime(pattern), pattern)  # noqa: DTZ001, DTZ007
    except ValueError as error:
        raise SourceError(f"{key}.format: {pattern!r} is no format of a date ({error}).") from None
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
    raise Wrong(text, "is neither true nor false (true, yes, 1; false, no, 0)")


def _one_word_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def convert(text: str) -> str:
        if text in allowed:
            return text
        folded = text.casefold()
        if folded in allowed:
            return folded
        raise Wrong(text, f"is none of {listed(allowed)}; say what it means with values = {{ ... }}")

    return convert


_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII).fullmatch
_AROUND = re.compile(r"[\s\u00a0\u202f'’$€£¥]|(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_POINTS = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d{1,2})?", re.ASCII).fullmatch
_COMMAS = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)?(?:,\d+)?", re.ASCII).fullmatch


def _decimals(comma: bool) -> Callable[[str], Decimal]:
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
        raise Wrong(text, f"is no number{hint}")

    return convert


def _hundredths(number: Decimal) -> int:
    cents = int((number * 100).quantize(Decimal(1), ROUND_HALF_UP))
    if abs(cents) > 10**15:
        raise Wrong(str(number), "is more money than can be meant")
    return cents


def _money(decimal: Callable[[str], Decimal]) -> Callable[[str], int]:
    return lambda text: _hundredths(decimal(text))


def _whole(decimal: Callable[[str], Decimal], name: str) -> Callable[[str], int]:
    def convert(text: str) -> int:
        number = decimal(text)
        if number != number.to_integral_value() or abs(number) > 10**9:
            raise Wrong(text, "is no whole number")
        if number < 0 and name != "score":
            raise Wrong(text, "is less than nothing")
        return int(number)

    return convert


# --- where -------------------------------------------------------------------------------------------------------


def _condition(entry: Entry, shape: Shape) -> Callable[[list[Any]], bool] | None:
    tests = list(_tests(entry, shape))
    if not tests:
        return None
    if len(tests) == 1:
        place, test = tests[0]
        return lambda row: test(as_text(row[place]))
    return lambda row: all(test(as_text(row[place])) for place, test in tests)


def _tests(entry: Entry, shape: Shape) -> Iterator[tuple[int, Callable[[str], bool]]]:
    for column, written in entry.where.items():
        place = shape.place_of(column)
        for condition, value in (written if isinstance(written, dict) else {"is": written}).items():
            yield place, _test(f"{entry.key}.where.{column}", condition, value, entry)


def _test(key: str, condition: str, value: Any, entry: Entry) -> Callable[[str], bool]:
    blanks = entry.blanks
    if condition == "blank":
        if not isinstance(value, bool):
            raise SourceError(f"{key}.blank: write true or false.")
        return lambda text: (text in blanks) is value
    if condition in ("at_least", "at_most"):
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
            raise SourceError(f"{key}.{condition}: write a number.")
        return _bounded(condition == "at_least", Decimal(str(value)), _decimals(entry.decimal_comma))
    words = tuple(as_text(each) for each in (value if isinstance(value, list) else [value]))
    exact = frozenset(words)
    tests: dict[str, Callable[[str], bool]] = {
        "is": lambda text: text in exact,
        "not": lambda text: text not in exact,
        "starts": lambda text: text.startswith(words),
        "not_starts": lambda text: not text.startswith(words),
        "ends": lambda text: text.endswith(words),
        "contains": lambda text: any(word in text for word in words),
        "not_contains": lambda text: not any(word in text for word in words),
    }
    return tests[condition]


def _bounded(is_least: bool, bound: Decimal, decimal: Callable[[str], Decimal]) -> Callable[[str], bool]:
    def test(text: str) -> bool:
        try:
            number = decimal(text)
        except Wrong:
            return False
        return number >= bound if is_least else number <= bound

    return test
