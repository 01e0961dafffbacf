"""Reads the rows of a workbook (.xlsx) one after another, without ever holding a sheet in memory.

Only what a table needs is looked at: the names of the sheets, their cells, the shared texts, and which styles are
dates. A cell that cannot be what it says it is costs its row; where a row or cell stands is a number beside it, never
a count of empty ones before it.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO
from xml.parsers import expat

from data_sources.source import SourceError
from data_sources.words import nearest
from store.rejected import DATE_OUT_OF_RANGE, NOT_A_DATE, NOT_A_NUMBER, Rejected

CHUNK = 1 << 16
DEFINITIONS = "holds definitions that no spreadsheet writes; it was not read."
UNREADABLE = "is not a workbook that can be read"
MOST_COLUMNS = 16_384  # of a sheet, by its format
LARGEST_PART = 50_000_000  # bytes unpacked of a part other than a sheet and its texts: styles, the list of sheets


@dataclass(slots=True)
class Book:
    """An open workbook."""

    name: str
    archive: zipfile.ZipFile
    sheets: dict[str, tuple[str, str]] = field(default_factory=dict)  # name -> part, type
    texts: list[str] = field(default_factory=list)
    dates: dict[str, bool] = field(default_factory=dict)  # style of a date -> whether it is a length of time
    epoch: datetime | None = None


def opened(name: str, stream: IO[bytes]) -> Book:
    """Reads all but the sheets. Raises SourceError, and what zipfile raises."""
    book = Book(name, zipfile.ZipFile(stream))
    main = "xl/workbook.xml"
    for kind, target in _relations(book, "").values():
        if kind == "officeDocument":
            main = target
    parts = _relations(book, main)
    _sheets(book, main, parts)
    for kind, target in parts.values():
        if kind == "styles":
            _styles(book, target)
        elif kind == "sharedStrings":
            _texts(book, target)
    return book


def rows(book: Book, sheet: str | None) -> Iterator[tuple[int, list[object] | Rejected]]:
    """Row number, and its cells up to the last that is filled; or the bad cell that makes it no row. Empty rows are left out."""
    if not book.sheets:
        raise SourceError(f"{book.name} is not a workbook that can be read: it names no sheets.")
    if sheet is not None and sheet not in book.sheets:
        raise SourceError(f"{book.name} has no sheet {sheet!r}; {nearest(sheet, book.sheets, 'its sheets are')}.")
    title = sheet or next(iter(book.sheets))
    part, kind = book.sheets[title]
    if kind != "worksheet":
        raise SourceError(f"{book.name}: the sheet {title!r} is a chart, not a table.")
    if part not in book.archive.namelist():
        raise SourceError(f"{book.name}: the sheet {title!r} is not in the file; save it again.")
    found = _Rows(book)
    for _ in _parsed(book, part, found.start, found.end, found.characters):
        yield from found.done
        found.done.clear()


# --- XML ---------------------------------------------------------------------------------------------------------


def _parsed(
    book: Book,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    characters: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Feeds the part to the handlers, a few kilobytes at each step."""

    def refuse(*_: object) -> None:
        raise SourceError(f"{book.name} {DEFINITIONS}")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if characters is not None:
        parser.CharacterDataHandler = characters
    try:
        with book.archive.open(part) as stream:
            while chunk := stream.read(CHUNK):
                parser.Parse(chunk)
                yield
            parser.Parse(b"", True)
            yield
    except expat.ExpatError as error:
        raise SourceError(
            f"{book.name} {UNREADABLE}: {expat.ErrorString(error.code)} in {part}, line {error.lineno:,}."
        ) from None


class _Locals(dict[str, str]):
    """Full name of an element -> its name without the namespace."""

    def __missing__(self, name: str) -> str:
        if len(self) > 1_000:
            self.clear()
        self[name] = name.rpartition("}")[2]
        return self[name]


def _all(
    book: Book,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    characters: Callable[[str], None] | None = None,
) -> None:
    if part not in book.archive.namelist():
        raise SourceError(f"{book.name} is not a workbook that can be read: it holds no {part}.")
    if end is None and book.archive.getinfo(part).file_size > LARGEST_PART:
        size = book.archive.getinfo(part).file_size / 1e6
        raise SourceError(f"{book.name} holds {size:,.0f} MB in {part}; it was not read. Save it as CSV.")
    for _ in _parsed(book, part, start, end, characters):
        pass


def _relations(book: Book, part: str) -> dict[str, tuple[str, str]]:
    """Id -> what it is, and the part, of all that this part refers to."""
    folder, name = posixpath.split(part)
    listed = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith("}Relationship") and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target)

    if listed in book.archive.namelist():
        _all(book, listed, start)
    return found


def _sheets(book: Book, main: str, parts: dict[str, tuple[str, str]]) -> None:
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH  # imported here: refresh starts faster without it

    book.epoch = WINDOWS_EPOCH
    local = _Locals()

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = local[tag]
        if name == "workbookPr" and attributes.get("date1904", "0") in ("1", "true"):
            book.epoch = MAC_EPOCH
        elif name == "sheet":
            id = next((value for key, value in attributes.items() if key.endswith("}id")), "")
            kind, part = parts.get(id, ("worksheet", f"(nothing under {id!r})"))
            book.sheets[attributes.get("name", "")] = (part, kind)

    _all(book, main, start)


def _styles(book: Book, part: str) -> None:
    from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

    formats = {str(number): code for number, code in BUILTIN_FORMATS.items()}
    local = _Locals()
    inside = False
    style = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside, style
        name = local[tag]
        if name == "numFmt":
            formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name in ("cellXfs", "cellStyleXfs"):
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            code = formats.get(attributes.get("numFmtId", "0"), "General")
            if is_date_format(code):
                book.dates[str(style)] = bool(is_timedelta_format(code))
            style += 1

    _all(book, part, start)


def _texts(book: Book, part: str) -> None:
    local = _Locals()
    parts: list[str] = []
    collecting = False
    spoken = False  # how a word is pronounced stands beside it and is no part of the text

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal collecting, spoken
        name = local[tag]
        if name == "t":
            collecting = not spoken
        elif name == "rPh":
            spoken = True

    def end(tag: str) -> None:
        nonlocal collecting, spoken
        name = local[tag]
        if name == "t":
            collecting = False
        elif name == "rPh":
            spoken = False
        elif name == "si":
            book.texts.append("".join(parts).replace("x005F_", ""))
            parts.clear()

    def characters(text: str) -> None:
        if collecting:
            parts.append(text)

    _all(book, part, start, end=end, characters=characters)


# --- cells -------------------------------------------------------------------------------------------------------


class _Rows:
    """What the parser calls while it goes over a sheet; finished rows are put into `done`."""

    def __init__(self, book: Book) -> None:
        self.done: list[tuple[int, list[object] | Rejected]] = []
        self._book = book
        self._local = _Locals()
        self._columns: dict[str, int] = {}  # letters -> place, from 0
        self._row = 0
        self._place = -1
        self._cells: list[object] = []
        self._bad: Rejected | None = None
        self._kind, self._style = "n", ""
        self._parts: list[str] = []
        self._in_cell = self._collecting = self._spoken = self._is_filled = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self._local[tag]
        if name == "c":
            self._in_cell = True
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            reference = attributes.get("r")
            if reference is None:
                self._place += 1
            else:
                letters = reference.rstrip("0123456789")
                place = self._columns.get(letters)
                self._place = self._column(letters, reference) if place is None else place
        elif name == "v" or name == "t":
            self._collecting = self._in_cell and not self._spoken
        elif name == "rPh":
            self._spoken = True
        elif name == "row":
            self._begin(attributes.get("r"))

    def characters(self, text: str) -> None:
        if self._collecting:
            self._parts.append(text)

    def end(self, tag: str) -> None:
        name = self._local[tag]
        if name == "v" or name == "t":
            self._collecting = False
        elif name == "c":
            self._in_cell = False
            if self._parts:
                text = self._parts[0] if len(self._parts) == 1 else "".join(self._parts)
                self._parts.clear()
                if text:
                    self._put(_value(self._book, self._kind, self._style, text))
        elif name == "rPh":
            self._spoken = False
        elif name == "row":
            if self._bad is not None:
                self.done.append((self._row, self._bad))
            elif self._is_filled:
                self.done.append((self._row, self._cells))
            self._cells, self._bad, self._is_filled = [], None, False

    def _begin(self, number: str | None) -> None:
        self._place = -1
        if number is not None:
            if number.isdecimal() and len(number) < 16:
                self._row = int(number)
                return
            self._bad = Rejected.cell(number, "is not the number of a row")
        self._row += 1

    def _column(self, letters: str, reference: str) -> int:
        place = 0
        for letter in letters if len(letters) <= 3 and letters.isascii() and letters.isalpha() else "":
            place = place * 26 + ord(letter.upper()) - 64
        if not 0 < place <= MOST_COLUMNS:
            self._bad = Rejected.cell(reference, "is not the place of a cell")
            return self._place + 1
        self._columns[letters] = place - 1
        return place - 1

    def _put(self, value: object) -> None:
        cells = self._cells
        if self._place >= MOST_COLUMNS:
            return
        if self._place > len(cells):
            cells.extend([None] * (self._place - len(cells)))
        if self._place == len(cells):
            cells.append(value)
        else:
            cells[self._place] = value
        self._is_filled = True


def _value(book: Book, kind: str, style: str, text: str) -> object:
    try:
        if kind == "n":
            number = float(text) if "." in text or "E" in text or "e" in text else int(text)
            return _date(book, style, number, text) if style in book.dates else number
        if kind == "s":
            if not text.isdecimal():
                raise IndexError
            return book.texts[int(text)]
        if kind == "b":
            return bool(int(text))
        if kind == "d":
            from openpyxl.utils.datetime import from_ISO8601

            return from_ISO8601(text)
    except IndexError:
        return Rejected.cell(text, f"is the number of a text, and the workbook holds {len(book.texts):,}")
    except (ValueError, OverflowError):
        kinds = {"n": NOT_A_NUMBER, "b": "is neither true nor false", "d": NOT_A_DATE}
        return Rejected.cell(text, kinds.get(kind, "is the number of a text that the workbook does not hold"))
    return text


def _date(book: Book, style: str, number: float, text: str) -> object:
    from openpyxl.utils.datetime import from_excel

    try:
        return from_excel(number, book.epoch, timedelta=book.dates[style])
    except (ValueError, OverflowError):
        return Rejected.cell(text, DATE_OUT_OF_RANGE)
