"""Reads one file as its mapping says, a page at a time: this is what happens inside the fence (fence.py).

A row that breaks what reads it is rejected like any other wrong row, and a page says up to which row it goes.
"""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterator
from pathlib import Path

from data_sources.files import formats
from data_sources.files.layout import BadRow, Entry, Layout, Shape
from data_sources.files.opening import opened, sentences
from data_sources.mapping.pages import Collected, Rows, Seen
from data_sources.mapping.records import Bound
from data_sources.source import SourceError

MOST_FILES = 100_000  # of one pattern


def digest(path: Path) -> str:
    with sentences(path, Layout()), opened(path) as stream:
        found = hashlib.sha256()
        while chunk := stream.read(1 << 20):
            found.update(chunk)
        return found.hexdigest()


def matching(pattern: str) -> list[str]:
    """The paths that a pattern with ** stands for; it may lead round in circles of links."""
    found = []
    for path in glob.iglob(pattern, recursive=True):
        found.append(path)
        if len(found) > MOST_FILES:
            raise SourceError(f"More than {MOST_FILES:,} files match {pattern}.")
    return found


def check(path: Path, entry: Entry) -> Shape:
    """Raises SourceError where the whole file is not what the mapping needs."""
    shape = formats.check(path, entry.layout, entry.wanted)
    bound = Bound(entry.mapping, shape.wanted)
    if entry.mapping.same_id == "merge":
        _refuse_scattered(path, entry, shape, bound)
    return shape


def pages(path: Path, entry: Entry, shape: Shape, named: str) -> Iterator[Rows]:
    """Every row of the file; `named` is what the file is called beside a rejected row. The last page may be empty."""
    page = Collected(Bound(entry.mapping, shape.wanted), lambda number: f"{named} row {number}")
    for row_number, row in formats.read(path, entry.layout, shape):
        if isinstance(row, BadRow):
            page.reject(row_number, row.column, row.value, row.reason)
        else:
            page.add(row_number, row)
        if page.is_full:
            yield page.done()
    yield page.done(is_last=True)


def _refuse_scattered(path: Path, entry: Entry, shape: Shape, bound: Bound) -> None:
    """Merged rows must be consecutive: otherwise each group of them would replace the one before."""
    ended = Seen()
    now: str | None = None
    for row_number, row in formats.read(path, entry.layout, shape):
        if isinstance(row, BadRow):
            continue
        try:
            if bound.keeps and not bound.keeps(row):
                continue
            name = bound.get[0](row)
        except Exception:
            continue  # rejected when it is read
        if name == now:
            continue
        if not ended.add(str(name)):
            raise SourceError(
                f'{path.name}: the rows of {name!r} are not consecutive (row {row_number:,}), and same_id = "merge" '
                f"needs that; sort the file by {bound.mapping.label('id')}."
            )
        now = name
