"""What is in each column of a file: dates and their format, numbers and their comma, words that mean nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from data_sources.files import formats
from data_sources.files.guess.headers import OF_DATES, OF_KEYS, PLAIN_KEYS
from data_sources.files.layout import BadRow, Layout, Shape
from data_sources.mapping.cells import as_text, decimals, reader_of
from store.rejected import Rejected

SAMPLE = 2_000  # rows
MISSING_WORDS = {"na", "n/a", "#n/a", "?", "-", "--", "null", "none", "nan", "nil", "blank", "(blank)", "unknown"}
MISSING_WORDS |= {"k.a.", "keine angabe", "nicht angegeben", "unbekannt", "leer"}
MONEY_WORDS = re.compile(r"[$€£¥]|(?<![A-Za-z])(EUR|USD|GBP)(?![A-Za-z])")

_TIMES = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p")
_DAYS = tuple(
    f"{order[0]}{mark}{order[1]}{mark}{year}"
    for mark in "/.-"
    for year in ("%Y", "%y")
    for order in (("%d", "%m"), ("%m", "%d"))
)
_WRITTEN_OUT = (
    "%Y/%m/%d",
    "%d-%b-%Y",
    "%d/%b/%Y",
    "%d/%b/%y",
    "%d %b %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%B %d, %Y",
)
_OTHERS = ("%a %b %d %H:%M:%S %Y", "%Y-%m-%d %H:%M:%S UTC")
CANDIDATES = ("iso", *(day + hour for day in _DAYS + _WRITTEN_OUT for hour in _TIMES), *_OTHERS)


@dataclass(slots=True)
class Column:
    """What is in one column of the sample."""

    name: str
    cells: list[object]
    texts: list[str] = field(default_factory=list)  # what is written, without what means nothing
    missing: list[str] = field(default_factory=list)  # words such as NA that mean nothing
    dates: str | None = None  # format
    dates_too: str | None = None  # another format that reads all of them as well
    is_number: bool = False
    comma: bool = False
    comma_unsure: bool = False

    @property
    def folded(self) -> str:
        return folded(self.name)

    @property
    def stem(self) -> str:
        """The name without what only says that this is a date, or a key."""
        said = OF_DATES if self.dates else OF_KEYS
        parts = [part for part in self.folded.split("_") if part not in said]
        return "_".join(parts) or self.folded

    @property
    def names_a_key(self) -> bool:
        """customer_id, InvoiceNo, id."""
        return self.dates is None and (self.stem != self.folded or self.folded in PLAIN_KEYS)

    @property
    def distinct(self) -> int:
        return len(set(self.texts))

    @property
    def is_unique(self) -> bool:
        """Nearly: an export may hold a row twice."""
        return len(self.texts) > 0.98 * len(self.cells) and self.distinct > 0.95 * len(self.texts)

    @property
    def is_mail(self) -> bool:
        return sum("@" in text for text in self.texts) > 0.5 * len(self.texts)

    @property
    def has_clock(self) -> bool:
        """Whether its dates hold a time of day."""
        return self.dates in ("unix", "unix_ms") or any(
            re.search(r"[1-9]", clock[0]) for text in self.texts[:300] if (clock := re.search(r"\d\d?:\d\d", text))
        )

    @property
    def is_recent(self) -> bool:
        """Whether its dates are of a time in which there were such files: spreadsheets write hours as days of 1899."""
        if not self.dates:
            return False
        read = reader_of(self.dates)
        years = []
        for text in self.texts[:100]:
            with suppress(ValueError, OverflowError, OSError):
                years.append(read(text).year)
        return sum(year >= 1980 for year in years) > 0.5 * len(years)

    def numbers(self) -> list[float]:
        read = decimals(self.comma)
        found = []
        for text in self.texts:
            with suppress(Rejected):
                found.append(float(read(text)))
        return found


def folded(name: str) -> str:
    """Lower case, one "_" for whatever is no letter or digit, umlauts in two letters, other accents gone."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).casefold().translate(_UMLAUTS)
    bare = unicodedata.normalize("NFKD", spaced.replace("#", " number "))
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"[\u0300-\u036f]", "", bare)).strip("_")


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def profiles(path: Path, layout: Layout, shape: Shape) -> list[Column]:
    names = [name for name in shape.columns if name and shape.columns.count(name) == 1]
    asked = Shape(shape.type, shape.columns, shape.rows, names)
    places = [asked.place_of(name) for name in names]
    found = [Column(name, []) for name in names]
    for _, row in islice(formats.read(path, layout, asked), SAMPLE):
        if isinstance(row, BadRow):
            continue
        for column, place in zip(found, places, strict=True):
            column.cells.append(row[place])
    for column in found:
        _look_into(column)
    return [column for column in found if column.cells]


def _look_into(column: Column) -> None:
    texts = [as_text(cell) for cell in column.cells]
    column.missing = sorted({text for text in texts if text.casefold() in MISSING_WORDS})
    column.texts = [text for text in texts if text and text not in column.missing]
    if not column.texts or any(isinstance(cell, (dict, list)) for cell in column.cells):
        column.texts = []
        return
    if any(isinstance(cell, (date, datetime)) for cell in column.cells):
        column.dates = "iso"
        return
    some = list(dict.fromkeys(column.texts))[:300]
    column.dates, column.dates_too = _date_formats(column.folded, some)
    points, commas = (_reads_all(decimals(comma), some) for comma in (False, True))
    column.is_number = points or commas
    written = [text for text in some if "," in text or "." in text]
    column.comma = (commas and not points) or (
        commas
        and bool(written)
        and all(re.search(r",\d{1,2}$", MONEY_WORDS.sub("", text).strip()) for text in written if "," in text)
        and any("," in text for text in written)
    )
    column.comma_unsure = points and commas and any(re.search(r"[.,]\d{3}$", text) for text in written)


def _failures(read: Callable[[str], object], texts: list[str]) -> int | None:
    """How many of these it cannot read; None if they are too many to be slips of the hand (one in fifty, or one of 20)."""
    slips = max(len(texts) // 50, len(texts) >= 20)
    failures = 0
    for text in texts:
        try:
            read(text)
        except (Rejected, ValueError, OverflowError, OSError):
            failures += 1
            if failures > slips:
                return None
    return failures


def _reads_all(read: Callable[[str], object], texts: list[str]) -> bool:
    return _failures(read, texts) is not None


def _date_formats(folded: str, texts: list[str]) -> tuple[str | None, str | None]:
    """The format of these dates, and another one that reads them as well."""
    if all(re.fullmatch(r"\d+", text) for text in texts):
        numbers = [int(text) for text in texts]
        named = re.search(r"date|time|_at$|_on$|^ts$|created|day", folded)
        if all(19_000_101 <= each <= 21_001_231 for each in numbers) and _reads_all(datetime.fromisoformat, texts):
            return "iso", None
        if named and all(600_000_000 <= each < 4_000_000_000 for each in numbers):
            return "unix", None
        if named and all(600_000_000_000 <= each < 4_000_000_000_000 for each in numbers):
            return "unix_ms", None
        return None, None
    if not all(any(c.isdigit() for c in text) and len(text) >= 6 for text in texts):
        return None, None
    fitting: list[tuple[int, str]] = []
    for candidate in CANDIDATES:
        failures = _failures(reader_of(candidate), texts)
        if failures is not None:
            fitting.append((failures, candidate))
            if candidate == "iso":
                break
    fitting.sort(key=lambda each: each[0])
    if not fitting:
        return None, None
    too = len(fitting) > 1 and fitting[1][0] == fitting[0][0]
    return fitting[0][1], fitting[1][1] if too else None
