"""Turns rows of cells into the values of records: one small function for each field, made once for the columns of a table.

Nothing is looked up again for each of a million rows, and nothing here knows where the rows come from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import timedelta
from decimal import Decimal

from data_sources.mapping import cells
from data_sources.mapping.cells import as_text
from data_sources.mapping.columns import FAULT, Get, Row, Whole, received, to_send, whole
from data_sources.mapping.plan import REFERENCES, Blanks, FieldMap, Mapping, Value, kind_of
from data_sources.mapping.where import holds
from data_sources.words import listed
from store.marks import Record
from store.records import BY_TABLE
from store.rejected import Rejected


@dataclass(slots=True)
class Converted:
    """What became of some rows: columns of values (columns.py), which rows those are, and which were rejected."""

    columns: list[list[Value]]
    kept: list[int]
    rejected: list[tuple[int, Rejected]] = field(default_factory=list)


class Bound:
    """A mapping bound to the columns of one table, which are the cells of its rows in this order."""

    def __init__(self, mapping: Mapping, columns: list[str]) -> None:
        self.mapping, self.columns = mapping, columns
        self.record = BY_TABLE[mapping.record]
        declared = [each for each in fields(self.record)]
        last = max(place for place, each in enumerate(declared) if each.name in mapping.fields)
        self.names = [each.name for each in declared[: last + 1]]
        self.kinds = [kind_of(mapping.record, name) for name in self.names]
        self.required = sum(each.default is MISSING and each.default_factory is MISSING for each in declared)
        self.get: list[Get] = []
        self._whole: list[Whole] = []
        self._cells: list[int | None] = []  # the column that each of them is made of
        for each in declared[: last + 1]:
            if each.name in mapping.fields:
                mapped = mapping.fields[each.name]
                self.get.append(_getter(mapping, columns, mapped))
                of_cell = _getter(mapping, [mapped.source], mapped) if _is_of_one_column(mapped) else None
                self._whole.append(whole(mapping.record, mapped, self.get[-1], of_cell))
                self._cells.append(columns.index(mapped.source) if of_cell else None)
            else:
                default = each.default if each.default is not MISSING else ()
                self.get.append(lambda row, default=default: default)  # type: ignore[misc]
                self._whole.append(lambda cells, rows, default=default: [default] * len(rows))  # type: ignore[misc]
                self._cells.append(None)
        self.keeps = holds(mapping.where, columns, mapping.blanks, mapping.decimal_comma)
        self.take = [mapping.fields[n].take if n in mapping.fields else "last" for n in self.names]
        self._is_survey = mapping.record == "survey_response"
        self._place = {name: place for place, name in enumerate(self.names)}

    def page(self, rows: Sequence[Row], place: Callable[[int], str]) -> Converted:
        """What becomes of these rows; `place` says what the n-th is called where it is rejected."""
        together = list(zip(*rows, strict=True))
        columns = [
            column(together[at] if at is not None and together else (), rows)
            for column, at in zip(self._whole, self._cells, strict=True)
        ]
        found = Converted(columns, list(range(len(rows))))
        left_out = set()
        for at in self._worth_a_look(columns, len(rows)):
            try:
                values = self.checked(self.values(rows[at]))
            except Exception as fault:  # one bad cell costs one row, whatever it breaks
                found.rejected.append((at, self.explain(rows[at], fault, place(at))))
                values = None
            if values is None:
                left_out.add(at)
            else:
                for column, value in zip(columns, self.to_send([values]), strict=True):
                    column[at] = value[0]
        if left_out:
            found.kept = [at for at in found.kept if at not in left_out]
            found.columns = [[column[at] for at in found.kept] for column in columns]
        return found

    def _worth_a_look(self, columns: list[list[Value]], count: int) -> list[int]:
        """The rows that are not plainly right: the exact rules decide about them, one by one."""
        odd: set[int] = set()
        for place, column in enumerate(columns):
            if FAULT in column:
                odd.update(at for at, cell in enumerate(column) if cell is FAULT)
            if place < self.required and None in column:
                odd.update(at for at, cell in enumerate(column) if cell is None)
        if self._is_survey:
            score = columns[self._place["score"]] if "score" in self._place else [None] * count
            odd.update(at for at, cell in enumerate(score) if cell is None)
        return sorted(odd)

    def to_send(self, rows: Sequence[Sequence[Value]]) -> list[list[Value]]:
        """Rows of values as columns (columns.py)."""
        columns = zip(*rows, strict=True) if rows else ([] for _ in self.kinds)
        return [to_send(kind, column) for kind, column in zip(self.kinds, columns, strict=True)]

    def records(self, columns: Sequence[list[Value]]) -> Iterator[Record]:
        """The records of columns as `page` gives them."""
        return map(self.record, *(received(kind, column) for kind, column in zip(self.kinds, columns, strict=True)))

    def values(self, row: Row) -> list[Value]:
        """Raises Rejected."""
        return [get(row) for get in self.get]

    def checked(self, values: list[Value]) -> list[Value] | None:
        """The values of a record, in the order of its fields; None where the row is no record of this kind. Raises Rejected."""
        if self._is_survey and _unanswered(self._place, values):
            return None
        if None in values[: self.required]:
            name = self.names[values.index(None)]
            raise Rejected.cell("", f"is blank, and a {self.mapping.record} needs its {name}", name)
        return values

    def merged(self, rows: list[list[Value]]) -> list[Value]:
        """One row of values out of several; a row that left a field blank has no say in it."""
        together: list[Value] = []
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

    def explain(self, row: Row, fault: Exception, place: str) -> Rejected:
        """Which cell it was: found by asking field by field again, so that good rows pay nothing for it.

        A cell can also break what reads it, which is no fault of the other rows.
        """
        column = self.mapping.label(fault.column) if isinstance(fault, Rejected) and fault.column else None
        value = fault.value if isinstance(fault, Rejected) else ""
        if column is None:
            for name, get in zip(self.names, self.get, strict=True):
                try:
                    get(row)
                except Exception as error:
                    column = self.mapping.label(name)
                    if not isinstance(error, Rejected):
                        value = self._raw(row, name)
                    break
        reason = fault.reason if isinstance(fault, Rejected) else f"cannot be read ({type(fault).__name__})"
        return Rejected(self.mapping.record, place, column or "", value[:200], reason)

    def _raw(self, row: Row, name: str) -> str:
        """The cells of this field, as far as they can be shown."""
        shown = []
        for column in self.mapping.fields[name].columns if name in self.mapping.fields else []:
            cell = row[self.columns.index(column)]
            shown.append(cell if isinstance(cell, str) else f"({type(cell).__name__})")
        return listed(shown)


_TOGETHER: dict[str, Callable[[list[Value]], Value]] = {"min": min, "max": max, "sum": sum}


def _unanswered(place: dict[str, int], values: list[Value]) -> bool:
    """Whether it is a survey that nobody answered and nobody says was sent: no record. One that was sent has no answer."""
    if "score" in place and values[place["score"]] is not None:
        return False
    if "sent_at" not in place or values[place["sent_at"]] is None:
        return True
    if "answered_at" in place:
        values[place["answered_at"]] = None
    return False


def _is_of_one_column(mapped: FieldMap) -> bool:
    return mapped.way == "column" and not mapped.plus and not mapped.when


def _getter(mapping: Mapping, columns: list[str], mapped: FieldMap) -> Get:
    record, zone, kind = mapping.record, mapping.company_zone, mapped.kind
    convert = cells.converter(record, mapped, zone)

    def texts_of(names: list[str]) -> list[Get]:
        return [_from_column(columns.index(each), mapped.blanks, str, {}) for each in names]

    if mapped.way == "constant":
        fixed = cells.constant(record, mapped, zone)
        get: Get = lambda row: fixed  # noqa: E731
    elif mapped.way == "column":
        place = columns.index(mapped.source)
        get = _from_column(place, mapped.blanks, convert, cells.typed(mapped, zone))
        if kind is tuple:
            get = _as_names([get])
    elif mapped.way == "columns":
        texts = texts_of(mapped.source)
        get = _as_names(texts) if kind is tuple else _joined(texts, mapped.join, mapped.name in REFERENCES, convert)
    elif mapped.way == "product":
        get = _multiplied([_number(columns, each, mapped) for each in mapped.source], mapped)
    else:
        parts = re.split(r"\{([^{}]+)\}", mapped.source)
        get = _filled_in(parts[::2], texts_of(parts[1::2]), convert)
    if mapped.plus:
        get = _later(get, columns, mapped)
    if mapped.when:
        get = _only_when(get, holds(mapped.when, columns, mapped.blanks, mapped.decimal_comma), kind)
    return get


def _number(columns: list[str], column: str, mapped: FieldMap) -> Get:
    return _from_column(columns.index(column), mapped.blanks, cells.decimals(mapped.decimal_comma), {})


def _from_column(
    place: int, blanks: Blanks, convert: Callable[[str], Value], typed: dict[type, Callable[[Value], Value]]
) -> Get:
    def get(row: Row) -> Value:
        cell = row[place]
        if cell.__class__ is str:
            cell = cell.strip()
        elif cell is None:
            return None
        elif cell.__class__ in typed:
            return typed[cell.__class__](cell)
        elif cell.__class__ is Rejected:
            raise Rejected.cell(cell.value, cell.reason)  # not itself, which would hold its row
        else:
            cell = as_text(cell)
        return None if cell in blanks else convert(cell)

    return get


def _as_names(texts: list[Get]) -> Get:
    def get(row: Row) -> tuple[str, ...]:
        return tuple(name for text in texts if (name := text(row)))

    return get


def _joined(texts: list[Get], between: str, all_needed: bool, convert: Callable[[str], Value]) -> Get:
    def get(row: Row) -> Value:
        parts = [text(row) for text in texts]
        if None in parts:
            if all_needed:
                return None
            parts = [part for part in parts if part is not None]
        return convert(between.join(parts)) if parts else None

    return get


def _filled_in(between: list[str], texts: list[Get], convert: Callable[[str], Value]) -> Get:
    def get(row: Row) -> Value:
        whole = [between[0]]
        for text, after in zip(texts, between[1:], strict=True):
            part = text(row)
            if part is None:
                return None
            whole += (part, after)
        return convert("".join(whole))

    return get


def _multiplied(numbers: list[Get], mapped: FieldMap) -> Get:
    def get(row: Row) -> int | None:
        result = Decimal(1)
        for each in numbers:
            factor = each(row)
            if factor is None:
                return None
            result *= factor
        return cells.amount(mapped, result, str(result))

    return get


def _only_when(get: Get, holds: Callable[[Row], bool] | None, kind: type) -> Get:
    nothing = () if kind is tuple else None
    return lambda row: get(row) if holds is None or holds(row) else nothing


def _later(get: Get, columns: list[str], mapped: FieldMap) -> Get:
    fixed = timedelta(**{unit: amount for unit, amount in mapped.plus.items() if not isinstance(amount, str)})
    moving = [
        (unit, _number(columns, amount, mapped)) for unit, amount in mapped.plus.items() if isinstance(amount, str)
    ]

    def later(row: Row) -> Value:
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
                raise Rejected.cell(str(found), "is too much time to add") from None
        try:
            return start + whole
        except OverflowError:
            raise Rejected.cell(str(whole), "is too much time to add") from None

    return later
