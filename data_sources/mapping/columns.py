"""Whole columns of cells at once: what a million rows go through. The exact rules (cells.py) judge whatever is not plain.

A column is a list as it can be sent to another process: an instant as seconds since 1970 (whole microseconds where a float
would not hold each one), a day as its number, everything else as it is. FAULT stands for a cell that needs a closer look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from data_sources.mapping.plan import Blanks, FieldMap, Value
from store.records import WORDS

EPOCH, NAIVE_EPOCH = datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1)  # noqa: DTZ001
MICRO = timedelta(microseconds=1)
EXACT = 4_000_000_000.0  # seconds to either side of 1970, up to 2096: so far a float holds each microsecond
MOST_REMEMBERED = 8_192
FAULT = object()

Row = Sequence[Value]
Get = Callable[[Row], Value]  # the value of one field in one row; raises Rejected
Whole = Callable[[Sequence[Value], Sequence[Row]], list[Value]]  # of the cells of its column, or of the rows


def to_send(kind: type, values: Iterable[Value]) -> list[Value]:
    if kind is datetime:
        return [each if each is None or each is FAULT else _number(each) for each in values]
    if kind is date:
        return [each if each is None or each is FAULT else each.toordinal() for each in values]
    return list(values)


def received(kind: type, column: list[Value]) -> list[Value]:
    if kind is datetime:
        return [
            None if at is None else datetime.fromtimestamp(at, UTC) if at.__class__ is float else EPOCH + at * MICRO
            for at in column
        ]
    return [None if at is None else date.fromordinal(at) for at in column] if kind is date else column


def _number(moment: datetime) -> float | int:
    seconds = moment.timestamp()
    return seconds if -EXACT < seconds < EXACT else (moment - EPOCH) // MICRO


def whole(record: str, mapped: FieldMap, get: Get, get_cell: Get | None) -> Whole:
    """What makes a column of a field. `get_cell` does it for a row of that one cell, where it is made of one column."""
    kind = mapped.kind
    row_by_row = _row_by_row(kind, get)
    if get_cell is None or kind is tuple:
        return row_by_row
    by_text: Callable[[Sequence[Value]], list[Value]]
    if mapped.values is None and kind is datetime and mapped.formats[0] == "iso":
        by_text = _instants(mapped, get_cell)
    elif mapped.values is None and kind is str and (record, mapped.name) not in WORDS:
        by_text = _texts(mapped.blanks)
    else:
        by_text = _Remembered(kind, get_cell).column

    def column(cells: Sequence[Value], rows: Sequence[Row]) -> list[Value]:
        # 1, 1.0 and True are the same to a dictionary, and dates of a workbook need no reading.
        return by_text(cells) if set(map(type, cells)) == {str} else row_by_row(cells, rows)

    return column


def _row_by_row(kind: type, get: Get) -> Whole:
    def column(_: Sequence[Value], rows: Sequence[Row]) -> list[Value]:
        try:
            values = [get(row) for row in rows]
        except Exception:  # one bad cell costs one row, whatever it breaks
            values = [_tried(get, row) for row in rows]
        return to_send(kind, values)

    return column


def _tried(get: Get, row: Row) -> Value:
    try:
        return get(row)
    except Exception:
        return FAULT


class _Remembered(dict[str, Value]):
    """The same words, days and amounts come again and again; the last few thousand are kept."""

    def __init__(self, kind: type, get_cell: Get) -> None:
        self._kind, self._get = kind, get_cell

    def __missing__(self, cell: str) -> Value:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        (self[cell],) = to_send(self._kind, [_tried(self._get, (cell,))])
        return self[cell]

    def column(self, cells: Sequence[str]) -> list[Value]:
        return [self[cell] for cell in cells]


def _texts(blanks: Blanks) -> Callable[[Sequence[str]], list[str | None]]:
    if blanks.is_only_empty:
        return lambda cells: [text or None for text in map(str.strip, cells)]
    folded, longest = blanks.folded, blanks.longest
    return lambda cells: [
        None if len(text) <= longest and text.casefold() in folded else text for text in map(str.strip, cells)
    ]


class _Ahead(dict[float, float | None]):
    """Hour of a clock -> seconds that it is ahead of UTC; None where it changes within the hour."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def __missing__(self, hour: float) -> float | None:
        start = NAIVE_EPOCH + timedelta(hours=hour)
        first, last = (
            (each.replace(tzinfo=self._zone).utcoffset() or timedelta()).total_seconds()
            for each in (start, start + timedelta(hours=1) - MICRO)
        )
        if len(self) > 24 * 366 * 50:
            self.clear()
        self[hour] = first if first == last else None
        return self[hour]


def _instants(mapped: FieldMap, get_cell: Get) -> Callable[[Sequence[str]], list[Value]]:
    """Instants like 2026-01-31 14:05, of which hardly two are the same."""
    texts = _texts(mapped.blanks)
    is_utc, ahead = str(mapped.time_zone) == "UTC", _Ahead(mapped.time_zone)
    read = datetime.fromisoformat

    def one(text: str) -> Value:
        return to_send(datetime, [_tried(get_cell, (text,))])[0]

    def column(cells: Sequence[str]) -> list[Value]:
        given = texts(cells)
        try:
            found: list[Value] = [
                None if text is None else (read(text) - NAIVE_EPOCH).total_seconds() for text in given
            ]
            if not is_utc:
                found = [None if at is None else at - ahead[at // 3600] for at in found]
        except (ValueError, TypeError, OverflowError):  # a cell that is no date, or has a zone, or where clocks change
            return [None if text is None else one(text) for text in given]
        if all(at is None or -EXACT < at < EXACT for at in found):
            return found
        return [None if text is None else one(text) for text in given]

    return column
