"""Reads files that other systems exported (CSV, JSON lines, Excel, Parquet ...), as a mapping in empathy.toml says.

A file that did not change since last time is not read again; one that did is read whole, and the store replaces what
differs. The place where it stopped (the cursor) names, for each file, its size, time, content hash and mapping.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_sources.files import formats, mapping
from data_sources.files.formats import BadRow, Shape
from data_sources.files.mapping import Bound, Entry, Wrong
from data_sources.files.words import listed
from data_sources.source import Asked, Page, SetAside, Source, SourceError
from store.records import BY_TABLE

PAGE = 5_000  # records
LOOKED_AT = 25_000  # rows after which a page is given even if few of them are records, so that progress shows


def fetch(asked: Asked) -> Iterator[Page]:
    """Pages of every file that changed. A file that is no table is left out whole, and said at the end."""
    entries = mapping.entries(asked)
    known = _known(asked.since)
    current: dict[str, Any] = {}
    waiting: list[_Reading] = []
    refused: list[str] = []
    for entry in entries:
        try:
            paths = _paths(entry, asked.settings.folder)
        except SourceError as error:
            refused.append(str(error))
            continue
        for path in paths:
            try:
                _plan(entry, path, asked.settings.folder, known, current, waiting)
            except SourceError as error:
                refused.append(str(error))
    counts = [each.shape.rows for each in waiting]
    total = None if None in counts else sum(each or 0 for each in counts)
    for reading in waiting:
        try:
            yield from _pages(reading, current, total)
        except SourceError as error:
            refused.append(str(error))
    if not waiting and current != known:
        yield Page(cursor=_written(current), total=0)  # touched, or gone: nothing to read, but something to remember
    if refused:
        raise SourceError(" ".join(dict.fromkeys(refused)))


@dataclass(slots=True)
class _Reading:
    entry: Entry
    path: Path
    shape: Shape
    place: str  # in the cursor
    mark: list[Any]  # size, time, hash


def _known(since: str | None) -> dict[str, Any]:
    try:
        known = json.loads(since) if since else {}
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}


def _written(current: dict[str, Any]) -> str:
    return json.dumps(current, sort_keys=True)


def _plan(
    entry: Entry, path: Path, folder: Path, known: dict[str, Any], current: dict[str, Any], waiting: list[_Reading]
) -> None:
    """Reads it again only if its content or its mapping changed; time and size are asked first, being cheap."""
    place = f"{os.path.relpath(path, folder)}#{entry.digest}"
    if place in current:
        return  # two entries that say the same
    before = known.get(place)
    size, changed = _stat(path)
    if before and before[:2] == [size, changed]:
        current[place] = before
        return
    mark = [size, changed, _digest(path)]
    if before and before[2] == mark[2]:
        current[place] = mark
        return
    shape = formats.check(path, entry.layout, entry.wanted)
    reading = _Reading(entry, path, shape, place, mark)
    if entry.same_id == "merge":
        _refuse_scattered(reading)
    if before:
        current[place] = before  # until its last page is saved, the old mark stands
    waiting.append(reading)


def _stat(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror}.") from None
    return found.st_size, found.st_mtime_ns


def _digest(path: Path) -> str:
    try:
        if not path.is_file():
            raise SourceError(f"{path.name} is not a file.")
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror}.") from None


def _pages(reading: _Reading, current: dict[str, Any], total: int | None) -> Iterator[Page]:
    entry = reading.entry
    bound = Bound(entry, reading.shape)
    records: dict[str, Any] = {}
    page = Page(total=total)
    seen: set[int] = set()
    keeps_first = entry.same_id == "first"
    for count, found in _records(reading, bound):
        page.read += count
        if found is None:
            pass
        elif found.__class__ is SetAside:
            page.set_aside.append(found)
        elif keeps_first:
            # Hashes instead of ids: 1 million of them are about 60 MB.
            mark = hash(found.id)
            if mark not in seen:
                seen.add(mark)
                records[found.id] = found
        else:
            records[found.id] = found  # a page never holds the same id twice: the later row wins
        if len(records) >= PAGE or page.read >= LOOKED_AT or len(page.set_aside) >= PAGE:
            page.records = list(records.values())
            yield page
            records, page = {}, Page(total=total)
    if _stat(reading.path) != tuple(reading.mark[:2]):
        raise SourceError(f"{reading.path.name} changed while it was read; it is read again at the next refresh.")
    page.records = list(records.values())
    current[reading.place] = reading.mark
    page.cursor = _written(current)
    yield page


def _records(reading: _Reading, bound: Bound) -> Iterator[tuple[int, Any]]:
    """For each row: how many rows were looked at, and the record, what was set aside, or None."""
    entry, name = reading.entry, reading.path.name
    keeps, values, make = bound.keeps, bound.values, bound.make
    merges = entry.same_id == "merge"
    together: list[list[Any]] = []
    where = ""
    last_row: list[Any] = []
    before = 0
    for row_number, row in formats.read(reading.path, entry.layout, reading.shape):
        count = int(row_number != before)  # several records may come out of one row
        before = row_number
        if row.__class__ is BadRow:
            yield count, SetAside(entry.record, f"{name} row {row_number}", row.column, row.value, row.reason)
            continue
        if keeps is not None and not keeps(row):  # type: ignore[arg-type]
            yield count, None
            continue
        try:
            found = values(row)  # type: ignore[arg-type]
            if not merges:
                yield count, make(found)
                continue
        except Wrong as wrong:
            yield count, bound.explain(row, wrong, f"{name} row {row_number}")  # type: ignore[arg-type]
            continue
        if together and found[0] != together[0][0]:
            yield 0, _made(bound, together, last_row, where)
            together = []
        together.append(found)
        where, last_row = f"{name} row {row_number}", row  # type: ignore[assignment]
        if len(together) > 1:
            together = [bound.merged(together)]
        yield count, None
    if together:
        yield 0, _made(bound, together, last_row, where)


def _made(bound: Bound, together: list[list[Any]], row: list[Any], where: str) -> Any:
    try:
        return bound.make(together[0])
    except Wrong as wrong:
        return bound.explain(row, wrong, where)


def _refuse_scattered(reading: _Reading) -> None:
    """Merged rows must stand together: otherwise each stretch of them would replace the one before."""
    bound = Bound(reading.entry, reading.shape)
    ended: set[int] = set()
    now: str | None = None
    for row_number, row in formats.read(reading.path, reading.entry.layout, reading.shape):
        if isinstance(row, BadRow) or (bound.keeps and not bound.keeps(row)):
            continue
        try:
            name = bound.get[0](row)
        except Wrong:
            continue
        if name == now:
            continue
        if now is not None:
            ended.add(hash(now))
        now = name
        if hash(name) in ended:
            raise SourceError(
                f'{reading.path.name}: the rows of {name!r} do not stand together (row {row_number:,}), and same_id = "merge" '
                f"needs that; sort the file by {bound.label('id')}."
            )


def _paths(entry: Entry, folder: Path) -> list[Path]:
    pattern = re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", lambda found: _from_environment(entry, found), entry.path)
    whole = Path(os.path.normpath(folder / Path(pattern).expanduser()))
    if not glob.has_magic(pattern) or whole.exists():
        if not whole.exists():
            raise SourceError(f"There is no file {whole.resolve()}, which {entry.short_key} names.")
        return [whole]
    found = [Path(each) for each in sorted(glob.glob(str(whole), recursive=True))]
    found = [each for each in found if not each.is_dir() and not each.name.startswith("~$")]  # ~$: Excel's lock files
    if not found:
        raise SourceError(f"No file matches {whole}, which {entry.short_key} names.")
    return found


def _from_environment(entry: Entry, found: re.Match[str]) -> str:
    value = os.environ.get(found[1]) or found[2]
    if value is None:
        raise SourceError(
            f"{entry.key}: the environment variable {found[1]} is not set; set it, or write a default: ${{{found[1]}:-folder}}."
        )
    return value


SOURCE = Source(
    type="files",
    says="Reads files that another system exported: CSV, TSV, columns of blanks, JSON lines, XLSX, Parquet, each also gzipped.",
    records=tuple(BY_TABLE),
    options={"files": "a list of tables, each with " + listed(mapping.FILE_KEYS)},
    fetch=fetch,
    documented_at="docs/files.md",
    drops=(),
)
