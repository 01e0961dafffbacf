"""How one file is laid out, what was found in it, and the bounds of what is read as a table."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from data_sources.mapping.plan import Mapping

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
    """What `check` found: the names of the columns, and how many rows there are where that is known.

    A row as it is read holds the `wanted` columns only, in that order.
    """

    type: str
    columns: list[str]
    rows: int | None
    wanted: list[str]

    @property
    def picks(self) -> Callable[[Sequence[object]], Sequence[object]]:
        """What takes the wanted cells out of a whole row."""
        places = [self.columns.index(name) for name in self.wanted]
        return itemgetter(*places) if len(places) > 1 else lambda row: [row[place] for place in places]

    def place_of(self, column: str) -> int:
        """Where this column stands in the rows that `read` gives."""
        return self.wanted.index(column)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no row of this table."""

    column: str
    value: str
    reason: str


Row = Sequence[object] | BadRow


@dataclass(slots=True)
class Entry:
    """One [[sources.NAME.files]] table, checked: which files, how they are written, and what one row is."""

    key: str
    path: str
    layout: Layout
    mapping: Mapping
    digest: str  # of all that the settings say about it
    deadline: float | None = None  # seconds

    @property
    def short_key(self) -> str:
        return self.key.split(" (")[0]

    @property
    def wanted(self) -> list[str]:
        return self.mapping.columns + ([self.layout.each] if self.layout.each else [])
