"""Opens a file that somebody exported, makes sure that it is the table it should be, and reads it row by row.

Two passes. `check` goes over the whole file once and refuses it in one sentence if it is not a table (wrong encoding,
a quote that is never closed, a web page instead of a file). `read` then gives the rows. Neither holds more than a
few thousand rows in memory, and nothing is unpacked to disk outside a temporary file that is gone afterwards.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any

from data_sources.files import workbook
from data_sources.files.workbook import BadCell
from data_sources.source import SourceError
from data_sources.words import listed, nearest, number

TYPES = ("csv", "tsv", "blanks", "jsonl", "xlsx", "parquet")
ENDINGS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
}
LONGEST_CELL = 1_000_000  # a longer cell is a quote that was never closed
LONGEST_LINE = 10_000_000  # characters; a longer line is no row of a table
MOST_COLUMNS = 20_000
MOST_EXPANSION = 1_000  # an honest table does not shrink to a thousandth; a bomb does
SMALL = 4_000_000  # below this many bytes unpacked, expansion harms nobody
MOST_TEXT_OF_WORKBOOK = 400_000_000  # a workbook's texts are held in memory while it is read
RAGGED_SHARE = 0.10  # more rows than this with another number of cells: not a table

csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True, slots=True)
class Layout:
    """How one file is laid out, from its entry in empathy.toml."""

    type: str | None = None
    delimiter: str | None = None
    encoding: str = "utf-8"
    header: bool | tuple[str, ...] | None = None
    skip: int = 0
    sheet: str | None = None
    each: str | None = None
    split: str | None = None
    most_unpacked_mb: float = 10_000


@dataclass(slots=True)
class Shape:
    """What `check` found: the names of the columns, and how many rows there are where that is known."""

    type: str
    columns: list[str]
    rows: int | None
    wanted: list[str]

    def place_of(self, column: str) -> int:
        """Where this column stands in the rows that `read` gives."""
        return (self.wanted if self.type in ("jsonl", "parquet") else self.columns).index(column)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no row of this table."""

    column: str
    value: str
    reason: str


Row = list[Any] | BadRow


def check(path: Path, layout: Layout, wanted: Iterable[str]) -> Shape:
    """The shape of the whole file. Raises SourceError if it is not a table or lacks a wanted column."""
    names = list(dict.fromkeys(wanted))
    with _sentences(path, layout):
        kind = type_of(path, layout)
        if kind == "jsonl":
            return _check_json(path, layout, names)
        if kind == "parquet":
            return _check_parquet(path, layout, names)
        if kind == "xlsx":
            return _check_workbook(path, layout, names)
        return _check_text(path, layout, kind, names)


def read(path: Path, layout: Layout, shape: Shape) -> Iterator[tuple[int, Row]]:
    """Every row with its number as a person counts (the header is row 1)."""
    with _sentences(path, layout):
        if shape.type == "jsonl":
            yield from _read_json(path, layout, shape)
        elif shape.type == "parquet":
            yield from _read_parquet(path, layout, shape)
        else:
            if shape.type == "xlsx":
                rows = _read_workbook(path, layout, shape)
            else:
                rows = _read_text(path, layout, shape)
            yield from _one_for_each(rows, layout, shape) if layout.each else rows


def type_of(path: Path, layout: Layout) -> str:
    """One of TYPES: as written, else as the content says, else by the ending of the name."""
    with _unpacked(path, layout) as stream:
        start = stream.read(2048)
    if not start:
        raise SourceError(f"{path.name} is empty.")
    if start[:4] == b"PK\x03\x04":
        found = "xlsx"
        if layout.type not in (None, "xlsx") or ".xls" not in path.name.lower():
            raise SourceError(f"{path.name} is a zip archive; unpack it and name the file inside.")
    elif start[:4] == b"PAR1":
        found = "parquet"
    elif start[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if path.name.lower().endswith((".xlsx", ".xlsm")):
            raise SourceError(
                f"{path.name} is protected with a password, or an old Excel file; save it as .xlsx without one."
            )
        raise SourceError(f"{path.name} is an old Excel file (.xls); save it as .xlsx or CSV.")
    else:
        ending = Path(path.name.lower().removesuffix(".gz")).suffix
        found = layout.type or ENDINGS.get(ending, "csv")
        if found in ("xlsx", "parquet"):
            raise SourceError(f"{path.name} is named like a file of type {found}, but it is none inside.")
        _refuse_other_text(path, layout, start)
    if layout.type and layout.type != found:
        raise SourceError(f'{path.name} is of type {found}, and the mapping says type = "{layout.type}".')
    return found


def _refuse_other_text(path: Path, layout: Layout, start: bytes) -> None:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and "16" not in layout.encoding:
        raise SourceError(f'{path.name} is encoded as UTF-16; write encoding = "utf-16" in its mapping.')
    beginning = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if beginning.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body", b"<script")):
        raise SourceError(
            f"{path.name} is a web page, not a table; the export probably answered with a sign-in or error page."
        )
    if beginning.startswith(b"%pdf"):
        raise SourceError(f"{path.name} is a PDF, not a table.")


# --- bytes -------------------------------------------------------------------------------------------------------


def opened(path: Path) -> IO[bytes]:
    """The file, if it is one: a pipe or a device could make its reader wait for ever. Raises SourceError and OSError."""
    try:
        # Does not wait for the other end of a pipe; and what was opened is looked at, not what the name stood for before.
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}.") from None
    except ValueError as error:
        raise SourceError(f"{path.name} cannot be read: {error}.") from None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise SourceError(f"{path.name} is not a file.")
    return os.fdopen(number, "rb")


class _Unpacking(io.RawIOBase):
    """A gzipped file as a plain stream, which stops a file that unpacks to far more than it should."""

    def __init__(self, path: Path, packed: IO[bytes], most: float) -> None:
        self._name = path.name
        self._inside = gzip.GzipFile(fileobj=packed, mode="rb")
        self._most = most
        self._fair = max(SMALL, os.fstat(packed.fileno()).st_size * MOST_EXPANSION)
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        chunk = self._inside.read(len(into))
        self._given += len(chunk)
        if self._given > self._fair:
            raise SourceError(f"{self._name} unpacks to more than {MOST_EXPANSION:,} times its size; it was not read.")
        if self._given > self._most:
            raise SourceError(
                f"{self._name} unpacks to more than {self._most / 1e6:,.0f} MB; "
                "if that is meant, raise most_unpacked_mb in its mapping."
            )
        into[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._inside.close()
        super().close()


@contextmanager
def _unpacked(path: Path, layout: Layout) -> Iterator[IO[bytes]]:
    with opened(path) as plain:
        is_packed = plain.read(2) == b"\x1f\x8b"
        plain.seek(0)
        if not is_packed:
            yield plain
            return
        with io.BufferedReader(_Unpacking(path, plain, layout.most_unpacked_mb * 1e6), 1 << 18) as stream:
            yield stream


@contextmanager
def _seekable(path: Path, layout: Layout) -> Iterator[IO[bytes]]:
    """For formats that are read from the end: a gzipped one is unpacked to a temporary file without a name."""
    with _unpacked(path, layout) as stream:
        if not isinstance(stream.raw if hasattr(stream, "raw") else stream, _Unpacking):
            yield stream
            return
        with tempfile.TemporaryFile() as unpacked:
            while chunk := stream.read(1 << 20):
                unpacked.write(chunk)
            unpacked.seek(0)
            yield unpacked


@contextmanager
def _sentences(path: Path, layout: Layout) -> Iterator[None]:
    """Turns what the libraries raise into one sentence for a person."""
    try:
        yield
    except UnicodeDecodeError:
        raise SourceError(_where_not_decodable(path, layout)) from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise SourceError(f"{path.name} is a broken gzip file; it was probably cut off while it was copied.") from None
    except zipfile.BadZipFile:
        raise SourceError(f"{path.name} is a broken .xlsx file; open it in a spreadsheet and save it again.") from None
    except UnicodeError as error:
        raise SourceError(f"{path.name} is not encoded as {layout.encoding}: {error}.") from None
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror or error}.") from None


def _where_not_decodable(path: Path, layout: Layout) -> str:
    decoder = codecs.getincrementaldecoder(layout.encoding)()
    before, line = 0, 1
    with _unpacked(path, layout) as stream:
        while True:
            chunk = stream.read(1 << 16)
            waiting = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                at = before - waiting + error.start
                line += chunk[: max(0, error.start - waiting)].count(b"\n")
                byte = error.object[error.start]
                return (
                    f"{path.name} is not encoded as {layout.encoding}: byte {at + 1:,} (line {line:,}) is 0x{byte:02x}; "
                    'write its encoding in the mapping, often encoding = "cp1252".'
                )
            if not chunk:
                return f"{path.name} is not encoded as {layout.encoding}."
            before += len(chunk)
            line += chunk.count(b"\n")


# --- CSV, TSV, fixed blanks --------------------------------------------------------------------------------------


def delimiter_of(layout: Layout, kind: str) -> str:
    return layout.delimiter or ("\t" if kind == "tsv" else ",")


@contextmanager
def _lines(path: Path, layout: Layout) -> Iterator[Iterator[str]]:
    encoding = "utf-8-sig" if layout.encoding.lower() in ("utf-8", "utf8") else layout.encoding
    with _unpacked(path, layout) as stream, io.TextIOWrapper(stream, encoding=encoding, newline="") as text:
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


def _has_header(layout: Layout, kind: str) -> bool:
    return kind != "blanks" if layout.header is None else layout.header is True


def _columns(first: Iterable[Any], layout: Layout, kind: str) -> list[str]:
    cells = list(first)
    if _has_header(layout, kind):
        return ["" if cell is None else str(cell).strip() for cell in cells]
    if isinstance(layout.header, tuple):
        return list(layout.header)
    return [str(place) for place in range(1, len(cells) + 1)]


def _sound(path: Path, lines: Iterable[str], longest: int | None = LONGEST_LINE) -> Iterator[str]:
    for count, line in enumerate(lines, 1):
        if "\0" in line:
            raise SourceError(
                f"{path.name} holds a NUL byte in line {count:,}: it is not a text file, or it is damaged."
            )
        if longest is not None and len(line) > longest:
            raise SourceError(f"{path.name} is not a table: line {count:,} is longer than {longest // 10**6} MB.")
        yield line


def _check_text(path: Path, layout: Layout, kind: str, wanted: list[str]) -> Shape:
    with _lines(path, layout) as text:
        rows = _cells(path, layout, kind, _sound(path, text))
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
                    columns = _columns(row, layout, kind)
                    _refuse_lacking(path, layout, kind, columns, wanted)
                    if not _has_header(layout, kind):
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


def _refuse_lacking(path: Path, layout: Layout, kind: str, columns: list[str], wanted: list[str]) -> None:
    if len(columns) > MOST_COLUMNS:
        raise SourceError(f"{path.name} is not a table: its first row has {len(columns):,} cells.")
    if _has_header(layout, kind) and wanted:
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


def _read_text(path: Path, layout: Layout, shape: Shape) -> Iterator[tuple[int, Row]]:
    width = len(shape.columns)
    with _lines(path, layout) as text:
        rows: Iterator[tuple[int, list[str]]] = enumerate(_cells(path, layout, shape.type, text), 1)
        if _has_header(layout, shape.type):
            for _, row in rows:
                if row:
                    break
        for row_number, row in rows:
            if len(row) == width:
                yield row_number, row
            elif row:
                yield row_number, BadRow("", "", f"the row has {number(len(row), 'cell')} and the header has {width}")


def _one_for_each(rows: Iterator[tuple[int, Row]], layout: Layout, shape: Shape) -> Iterator[tuple[int, Row]]:
    place = shape.place_of(layout.each or "")
    for row_number, row in rows:
        if isinstance(row, BadRow):
            yield row_number, row
            continue
        for part in str("" if row[place] is None else row[place]).split(layout.split or ","):
            if part.strip():
                yield row_number, [*row[:place], part.strip(), *row[place + 1 :]]


# --- JSON lines --------------------------------------------------------------------------------------------------


def _check_json(path: Path, layout: Layout, wanted: list[str]) -> Shape:
    missing = {name for name in wanted if not name.endswith(".#")}
    known: dict[str, None] = {}
    lines = bad = first_bad = 0
    with _lines(path, layout) as text:
        for line_number, line in _whole_lines(_sound(path, text, None)):
            if line is not None and not line.strip():
                continue
            lines += 1
            thing = None
            with suppress(ValueError, RecursionError):
                thing = json.loads(line or "")
            if not isinstance(thing, dict):
                bad += 1
                first_bad = first_bad or line_number
                continue
            if missing or lines <= 100:
                with suppress(RecursionError):
                    for name in islice(_paths(thing), MOST_COLUMNS):
                        known[name] = None
                missing.difference_update(known)
    if not lines:
        raise SourceError(f"{path.name} has no rows at all.")
    if bad > max(1, lines * RAGGED_SHARE) or bad == lines:
        raise SourceError(
            f"{path.name} is not JSON lines: {number(bad, 'line')} of {lines:,} are not one {{...}} each; "
            f"the first is line {first_bad:,}."
        )
    for name in wanted:
        if name in missing:
            raise SourceError(f"{path.name} has no field {name!r}; {nearest(name, list(known), 'the fields are')}.")
    return Shape("jsonl", list(known), lines, wanted)


def _whole_lines(lines: Iterable[str]) -> Iterator[tuple[int, str | None]]:
    """Number and line; None for one that is too long to be a row."""
    count, is_long = 1, False
    for line in lines:
        has_end = len(line) <= LONGEST_LINE
        if not is_long:
            yield count, line if has_end else None
        is_long = not has_end and line[-1] not in "\r\n"
        count += not is_long


def _paths(thing: Any, before: str = "") -> Iterator[str]:
    """The dotted path of every field, also of the fields of the things in a list."""
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield before + key
            if isinstance(value, (dict, list)):
                yield from _paths(value, f"{before}{key}.")
    elif isinstance(thing, list):
        for each in thing[:200]:
            if isinstance(each, dict):
                yield from _paths(each, before)


def _read_json(path: Path, layout: Layout, shape: Shape) -> Iterator[tuple[int, Row]]:
    with _lines(path, layout) as text:
        for line_number, line in _whole_lines(text):
            if line is None:
                yield line_number, BadRow("", "", f"the line is longer than {LONGEST_LINE // 10**6} MB")
                continue
            if not line.strip():
                continue
            try:
                thing = json.loads(line)
            except ValueError as error:
                yield line_number, BadRow("", line[:80], f"the line is not JSON ({error})")
                continue
            except RecursionError:
                yield line_number, BadRow("", line[:80], "the line is nested too deeply")
                continue
            if not isinstance(thing, dict):
                yield line_number, BadRow("", line[:80], "the line is not one {...}")
                continue
            for row in _picked(thing, layout.each, shape.wanted):
                yield line_number, row


def _picked(thing: dict[str, Any], each: str | None, wanted: list[str]) -> Iterator[list[Any]]:
    if each is None:
        yield [_at(thing, name) for name in wanted]
        return
    elements = _at(thing, each)
    inside = each + "."
    for position, element in enumerate(elements if isinstance(elements, list) else [], 1):
        yield [
            position
            if name == inside + "#"
            else _at(element, name[len(inside) :])
            if name.startswith(inside)
            else element
            if name == each
            else _at(thing, name)
            for name in wanted
        ]


def _at(thing: Any, dotted: str) -> Any:
    if isinstance(thing, dict) and dotted in thing:
        return thing[dotted]
    for part in dotted.split("."):
        if isinstance(thing, list) and part.isdecimal():
            thing = thing[int(part)] if int(part) < len(thing) else None
        elif isinstance(thing, dict):
            thing = thing.get(part)
        else:
            return None
    return thing


# --- XLSX --------------------------------------------------------------------------------------------------------


@contextmanager
def _rows_of_sheet(path: Path, layout: Layout) -> Iterator[Iterator[tuple[int, list[Any] | BadCell]]]:
    with _seekable(path, layout) as stream:
        _refuse_bomb(path, layout, stream)
        try:
            book = workbook.opened(path.name, stream)
            yield (
                (row_number, row) for row_number, row in workbook.rows(book, layout.sheet) if row_number > layout.skip
            )
        except (NotImplementedError, RuntimeError) as error:  # packed in a way that zipfile does not know, or encrypted
            raise SourceError(f"{path.name} is not a workbook that can be read: {error}.") from None


def _refuse_bomb(path: Path, layout: Layout, stream: IO[bytes]) -> None:
    """Looks at the list of contents before anything is unpacked."""
    stream.seek(0, io.SEEK_END)
    packed = stream.tell()
    stream.seek(0)
    with zipfile.ZipFile(stream) as archive:
        inside = archive.infolist()
        if any(member.flag_bits & 1 for member in inside):
            raise SourceError(f"{path.name} is protected with a password; save it without one.")
        unpacked = sum(member.file_size for member in inside)
        if unpacked > max(SMALL, packed * MOST_EXPANSION) or unpacked > layout.most_unpacked_mb * 1e6:
            raise SourceError(
                f"{path.name} unpacks to {unpacked / 1e6:,.0f} MB from {packed / 1e6:,.1f} MB; it was not read."
            )
        for member in inside:
            if member.filename.endswith("sharedStrings.xml") and member.file_size > MOST_TEXT_OF_WORKBOOK:
                raise SourceError(f"{path.name} holds too much text for a workbook; save it as CSV.")
            if member.filename.endswith((".xml", ".rels")):
                with archive.open(member) as xml:
                    if b"<!DOCTYPE" in xml.read(4096):
                        raise SourceError(f"{path.name} holds definitions that no spreadsheet writes; it was not read.")
        if not any(member.filename == "[Content_Types].xml" for member in inside):
            raise SourceError(f"{path.name} is a zip archive, not a workbook.")
    stream.seek(0)


def _check_workbook(path: Path, layout: Layout, wanted: list[str]) -> Shape:
    with _rows_of_sheet(path, layout) as rows:
        for _, row in rows:
            if not isinstance(row, BadCell):
                columns = _columns(row, layout, "xlsx")
                _refuse_lacking(path, layout, "xlsx", columns, wanted)
                return Shape("xlsx", columns, None, wanted)
    raise SourceError(f"{path.name} has no rows{f' after the first {layout.skip:,}' if layout.skip else ' at all'}.")


def _read_workbook(path: Path, layout: Layout, shape: Shape) -> Iterator[tuple[int, Row]]:
    width = len(shape.columns)
    waiting_for_header = _has_header(layout, "xlsx")
    with _rows_of_sheet(path, layout) as rows:
        for row_number, row in rows:
            if isinstance(row, BadCell):
                yield row_number, BadRow("", row.value, row.reason)
            elif waiting_for_header:
                waiting_for_header = False
            elif len(row) > width:
                yield row_number, BadRow("", "", f"the row has more cells than the {width} of the header")
            else:
                yield row_number, row + [None] * (width - len(row))


# --- Parquet -----------------------------------------------------------------------------------------------------


@contextmanager
def _parquet(path: Path, layout: Layout) -> Iterator[Any]:
    with _seekable(path, layout) as stream:
        import pyarrow  # imported here: refresh starts faster without it
        import pyarrow.parquet

        try:
            yield pyarrow.parquet.ParquetFile(stream)
        except pyarrow.ArrowException as error:
            first_line = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
            raise SourceError(f"{path.name} is a broken Parquet file: {first_line}.") from None


def _check_parquet(path: Path, layout: Layout, wanted: list[str]) -> Shape:
    with _parquet(path, layout) as table:
        columns = list(table.schema_arrow.names)
        for name in wanted:
            if name not in columns and name.split(".")[0] not in columns:
                raise SourceError(f"{path.name} has no column {name!r}; {nearest(name, columns, 'the columns are')}.")
        return Shape("parquet", columns, table.metadata.num_rows, wanted)


def _read_parquet(path: Path, layout: Layout, shape: Shape) -> Iterator[tuple[int, Row]]:
    tops = list(
        dict.fromkeys(
            n if n in shape.columns else n.split(".")[0]
            for n in [*shape.wanted, *([layout.each] if layout.each else [])]
        )
    )
    row_number = 1  # as if there were a header, so that the numbers fit the same table as CSV
    with _parquet(path, layout) as table:
        for batch in table.iter_batches(batch_size=5_000, columns=tops or None, use_threads=False):
            columns = {name: _plain(batch.column(place)) for place, name in enumerate(batch.schema.names)}
            if not layout.each and all(name in columns for name in shape.wanted):
                picked = [columns[name] for name in shape.wanted]
                for several in zip(*picked, strict=True):
                    row_number += 1
                    yield row_number, list(several)
                continue
            for cells in zip(*columns.values(), strict=True):
                row_number += 1
                for row in _picked(dict(zip(columns, cells, strict=True)), layout.each, shape.wanted):
                    yield row_number, row


def _plain(column: Any) -> list[Any]:
    """Python values. Nanoseconds are cut to microseconds: Arrow would need pandas to hand them over."""
    import pyarrow

    kind = column.type
    if pyarrow.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pyarrow.timestamp("us", tz=kind.tz), safe=False)
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError, TypeError, LookupError, pyarrow.ArrowException):
        return [_alone(cell) for cell in column]
    return values


def _alone(cell: Any) -> Any:
    """One cell of a column in which at least one cannot be had."""
    try:
        return cell.as_py()
    except Exception as error:  # whatever the type of the column makes of it
        raw = getattr(cell, "value", "")
        return BadCell(str(raw), f"is out of range for a {cell.type} ({type(error).__name__})")


def as_text(cell: Any) -> str:
    """A cell as a person would have typed it: 17.0 of a spreadsheet is 17, midnight is the day."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, BadCell):
        return cell.value
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if cell != cell:
            return ""
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) and cell.tzinfo is None else cell.isoformat(" ")
    if isinstance(cell, list):
        return listed([as_text(each) for each in cell])
    if isinstance(cell, dict):
        return json.dumps(cell, ensure_ascii=False, default=str)
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace").strip()
    return str(cell).strip()
