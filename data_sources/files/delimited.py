"""CSV, TSV, and columns that stand apart by blanks."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from data_sources.files.layout import LONGEST_LINE, MOST_COLUMNS, RAGGED_SHARE, BadRow, Layout, Row, Shape
from data_sources.files.opening import unpacked
from data_sources.source import SourceError
from data_sources.words import nearest, number


def delimiter_of(layout: Layout, kind: str) -> str:
    return layout.delimiter or ("\t" if kind == "tsv" else ",")


@contextmanager
def lines(path: Path, layout: Layout) -> Iterator[Iterator[str]]:
    encoding = "utf-8-sig" if layout.encoding.lower() in ("utf-8", "utf8") else layout.encoding
    with unpacked(path, layout) as stream, io.TextIOWrapper(stream, encoding=encoding, newline="") as text:
        # A line comes in pieces where it has no end: a file of one line must not be held in memory whole.
        lines = iter(partial(text.readline, LONGEST_LINE + 1), "")
        for skipped in range(layout.skip):
            if not next(lines, ""):
                raise SourceError(
                    f"{path.name} has {number(skipped, 'line')}, and its mapping says skip = {layout.skip}."
                )
        yield lines


def _cells(path: Path, layout: Layout, kind: str, lines: Iterable[str]) -> Iterator[list[str]]:
    if kind == "blanks":
        return (line.split() for line in lines)
    return csv.reader(lines, delimiter=delimiter_of(layout, kind), strict=True)


def has_header(layout: Layout, kind: str) -> bool:
    return kind != "blanks" if layout.header is None else layout.header is True


def columns_of(first: Iterable[object], layout: Layout, kind: str) -> list[str]:
    cells = list(first)
    if has_header(layout, kind):
        return ["" if cell is None else str(cell).strip() for cell in cells]
    if isinstance(layout.header, tuple):
        return list(layout.header)
    return [str(place) for place in range(1, len(cells) + 1)]


def sound(path: Path, lines: Iterable[str], longest: int | None = LONGEST_LINE) -> Iterator[str]:
    for count, line in enumerate(lines, 1):
        if "\0" in line:
            raise SourceError(
                f"{path.name} holds a NUL byte in line {count:,}: it is not a text file, or it is damaged."
            )
        if longest is not None and len(line) > longest:
            raise SourceError(f"{path.name} is not a table: line {count:,} is longer than {longest // 10**6} MB.")
        yield line


def check(path: Path, layout: Layout, kind: str, wanted: list[str]) -> Shape:
    with lines(path, layout) as text:
        rows = _cells(path, layout, kind, sound(path, text))
        started = 1
        columns: list[str] = []
        seen = ragged = first_ragged = row_number = 0
        try:
            for row in rows:
                row_number += 1
                if columns:
                    if row:
                        seen += 1
                        if len(row) != len(columns):
                            ragged += 1
                            first_ragged = first_ragged or row_number
                elif row:
                    columns = columns_of(row, layout, kind)
                    refuse_lacking(path, layout, kind, columns, wanted)
                    if not has_header(layout, kind):
                        seen = 1
                        ragged = first_ragged = int(len(row) != len(columns))
                if kind != "blanks":
                    started = rows.line_num + 1  # type: ignore[attr-defined]
        except csv.Error as error:
            raise SourceError(_said_by_csv(path, str(error), started + layout.skip)) from None
    if not columns:
        raise SourceError(f"{path.name} has no rows at all.")
    if ragged > max(1, seen * RAGGED_SHARE) or ragged == seen > 0:
        raise SourceError(
            f"{path.name} is not a table: {number(ragged, 'row')} of {seen:,} do not have the {len(columns)} cells "
            f"that its header has; the first is row {first_ragged:,}."
        )
    return Shape(kind, columns, seen, wanted)


def _said_by_csv(path: Path, said: str, line: int) -> str:
    if "field larger" in said or "unexpected end" in said:
        return f"{path.name}: a quote that is opened in line {line:,} or soon after is never closed."
    if "expected after" in said:
        return (
            f"{path.name}: in the row that begins in line {line:,}, text follows a closing quote; "
            "a quote there is not closed or not doubled."
        )
    return f"{path.name} cannot be read as a table near line {line:,}: {said}."


def refuse_lacking(path: Path, layout: Layout, kind: str, columns: list[str], wanted: list[str]) -> None:
    if len(columns) > MOST_COLUMNS:
        raise SourceError(f"{path.name} is not a table: its first row has {len(columns):,} cells.")
    if has_header(layout, kind) and wanted:
        twice = [name for name in wanted if columns.count(name) > 1]
        if twice:
            raise SourceError(f"{path.name} has two columns {twice[0]!r}; rename one of them, or give header = [...].")
    for name in wanted:
        if name not in columns:
            hint = ""
            if len(columns) == 1 and kind in ("csv", "tsv"):
                used = [mark for mark in ";\t|," if mark in columns[0]]
                if used:
                    hint = f" The first line is separated by {used[0]!r}: write delimiter = {json.dumps(used[0])}."
            raise SourceError(f"{path.name} has no column {name!r}; {nearest(name, columns, 'the columns are')}.{hint}")


def read(path: Path, layout: Layout, shape: Shape) -> Iterator[tuple[int, Row]]:
    width, picked = len(shape.columns), shape.picks
    with lines(path, layout) as text:
        rows: Iterator[tuple[int, list[str]]] = enumerate(_cells(path, layout, shape.type, text), 1)
        if has_header(layout, shape.type):
            for _, row in rows:
                if row:
                    break
        for row_number, row in rows:
            if len(row) == width:
                yield row_number, picked(row)
            elif row:
                yield row_number, BadRow("", "", f"the row has {number(len(row), 'cell')} and the header has {width}")


def one_for_each(rows: Iterator[tuple[int, Row]], layout: Layout, shape: Shape) -> Iterator[tuple[int, Row]]:
    place = shape.place_of(layout.each or "")
    for row_number, row in rows:
        if isinstance(row, BadRow):
            yield row_number, row
            continue
        for part in str("" if row[place] is None else row[place]).split(layout.split or ","):
            if part.strip():
                yield row_number, [*row[:place], part.strip(), *row[place + 1 :]]
