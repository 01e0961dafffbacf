"""Reads files that other systems exported (CSV, JSON lines, Excel, Parquet ...), as a mapping in empathy.toml says.

A file that did not change since last time is not read again; one that did is read whole, and the store replaces what
differs. Files are read inside a fence (fence.py): whatever is wrong with one costs that file alone. The place where it
stopped (the cursor) names, for each file, its size, time, content hash and all that its mappings say.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_sources.files.entries import Files, declared
from data_sources.files.entries import entries as entries_of
from data_sources.files.fence import Fence
from data_sources.files.layout import Entry, Shape
from data_sources.source import Page, Request, Source, SourceError
from store.records import BY_TABLE

UNREAD = [0, 0, "", ""]  # the mark of a file that must be read whatever it is


def fetch(asked: Request) -> Iterator[Page]:
    """Pages of every file that changed. A file that is no table is left out whole, and said at the end."""
    entries = entries_of(asked)
    known, is_old = _known(asked.since or asked.before)
    if asked.since is None:
        known = dict.fromkeys(known, UNREAD)  # all is read again; which files there were is still known
    refused: list[str] = []
    with Fence() as fence:
        files = _files(entries, asked.settings.folder, fence, refused)
        left = {} if refused else _left(files, known, asked.settings.folder, refused)
        current = dict(known)
        # An id that left with its file may stand in another one, which has not changed: then it is not gone.
        waiting = [file for file in files.values() if _must_be_read(file, fence, known, current, bool(left), refused)]
        if is_old:
            yield Page()  # what was rejected when pages did not name their file is judged anew
        counts = [shape.rows for file in waiting for shape in file.shapes.values()]
        total = None if None in counts else sum(each or 0 for each in counts)
        for file in waiting:
            for page in _pages(file, fence, refused):
                page.total = total
                if page.whole:
                    current[file.place] = file.mark
                    page.cursor = _written(current)
                elif current.get(file.place, UNREAD) != UNREAD:
                    current[file.place] = UNREAD  # should this end half-way, what was there before is no longer true
                    page.cursor = _written(current)
                yield page
        for place in left if not refused else ():
            del current[place]
            yield Page(cursor=_written(current), total=total, place=place, whole=True)
    if not waiting and not left and current != known:
        yield Page(cursor=_written(current), total=0)  # touched: nothing to read, but something to remember
    if refused:
        raise SourceError(" ".join(dict.fromkeys(refused)))


@dataclass(slots=True)
class _File:
    """One file, and all the entries of the settings that name it."""

    path: Path
    place: str  # relative to the folder of the settings
    named: str  # what it is called beside a rejected row
    entries: list[Entry] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)  # digest of the entry -> what its columns are
    mark: list[Any] = field(default_factory=list)  # size, time, hash, what the mappings say


def _known(since: str | None) -> tuple[dict[str, Any], bool]:
    """The marks of the files that were read, and whether the cursor is one of a version that remembered other things."""
    try:
        known = json.loads(since) if since else {}
    except ValueError:
        return {}, True
    if not isinstance(known, dict):
        return {}, True
    marks = {place: mark for place, mark in known.items() if isinstance(mark, list) and len(mark) == 4}
    return marks, len(marks) < len(known)


def _written(current: dict[str, Any]) -> str:
    return json.dumps(current, sort_keys=True)


# --- which files -------------------------------------------------------------------------------------------------


def _files(entries: list[Entry], folder: Path, fence: Fence, refused: list[str]) -> dict[str, _File]:
    """Place -> file, in the order of the settings. An entry whose files cannot be found is said in `refused`."""
    files: dict[str, _File] = {}
    for entry in entries:
        try:
            paths, above = _paths(entry, folder, fence)
        except SourceError as error:
            refused.append(str(error))
            continue
        for path in paths:
            place = _printable(os.path.relpath(path, folder))
            file = files.setdefault(place, _File(path, place, _printable(os.path.relpath(path, above))))
            if entry.digest not in [each.digest for each in file.entries]:  # two entries may say the same
                file.entries.append(entry)
    return files


def _printable(name: str) -> str:
    """Names of files are bytes; what is no text in them is written as \\xNN."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _paths(entry: Entry, folder: Path, fence: Fence) -> tuple[list[Path], Path]:
    """The files of an entry, and the folder that is above all of them."""
    pattern = re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", lambda found: _from_environment(entry, found), entry.path)
    try:
        whole = Path(os.path.normpath(folder / Path(pattern).expanduser()))
        is_there = _status(whole) is not None
        if not glob.has_magic(pattern) or is_there:
            if not is_there:
                raise SourceError(f"There is no file {_without_folder(pattern)}, which {entry.short_key} names.")
            return [whole], whole.parent
        if "**" in pattern:
            found = fence.matching(str(whole), entry.deadline)  # it follows links, which may lead round in circles
        else:
            found = [Path(each) for each in glob.glob(str(whole))]
        found = [
            each for each in sorted(found) if not each.is_dir() and not each.name.startswith("~$")
        ]  # ~$: Excel's locks
    except (OSError, ValueError, RuntimeError) as error:  # a name that is too long, holds a NUL, or is no one's home
        said = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise SourceError(f"{entry.short_key}.path {_without_folder(pattern)!r} cannot be read: {said}.") from None
    if not found:
        raise SourceError(f"No file matches {_without_folder(pattern)}, which {entry.short_key} names.")
    fixed = [part for part in whole.parts if not glob.has_magic(part)]
    above = whole.parents[len(whole.parts) - 1 - next(n for n, part in enumerate(whole.parts) if glob.has_magic(part))]
    return found, above if fixed else folder


def _without_folder(name: str) -> str:
    """As the settings say it, but of what lies elsewhere the last part alone: everybody reads this on Data health."""
    lies_elsewhere = Path(name).is_absolute() or name.startswith(("~", ".."))
    return _printable(Path(name).name if lies_elsewhere else name)


def _status(path: Path) -> os.stat_result | None:
    """None where nothing is there. Raises OSError where that cannot be known: a name too long, links in a circle."""
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _left(files: dict[str, _File], known: dict[str, Any], folder: Path, refused: list[str]) -> dict[str, Any]:
    """Files that were read once and are certainly no longer there, or no longer named by the settings.

    A folder that is away, as when a disk is not mounted, says nothing about its files: that is said in `refused`.
    """
    left = {place: mark for place, mark in known.items() if place not in files}
    for place in left:
        parent = Path(os.path.normpath(folder / place)).parent
        try:
            os.listdir(parent)
        except OSError as error:
            name = _printable(os.path.relpath(parent, folder))
            shown = "of the settings" if name == "." else _without_folder(name)
            refused.append(f"The folder {shown} cannot be read: {error.strerror}. Rows from it are kept.")
    return {} if refused else left


# --- whether, and how --------------------------------------------------------------------------------------------


def _must_be_read(
    file: _File, fence: Fence, known: dict[str, Any], current: dict[str, Any], anyway: bool, refused: list[str]
) -> bool:
    """Only if its content or its mapping changed; time and size are asked first, being cheap."""
    before = known.get(file.place)
    meaning = hashlib.sha256(" ".join(sorted(each.digest for each in file.entries)).encode()).hexdigest()[:16]
    if before and before[3] != meaning:
        before = None
    try:
        size, changed = _stat(file.path)
        if before and before[:2] == [size, changed] and not anyway:
            return False
        file.mark = [size, changed, fence.digest(file.path, size), meaning]
        if before and before[2] == file.mark[2] and not anyway:
            current[file.place] = file.mark
            return False
    except SourceError as error:
        refused.append(str(error))
        return False
    for entry in file.entries:
        try:
            file.shapes[entry.digest] = fence.check(file.path, entry, size)
        except SourceError as error:
            refused.append(str(error))
    return bool(file.shapes)


def _stat(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror}.") from None
    if not stat.S_ISREG(found.st_mode):
        raise SourceError(f"{path.name} is not a file.")
    return found.st_size, found.st_mtime_ns


def _pages(file: _File, fence: Fence, refused: list[str]) -> Iterator[Page]:
    """All that the file holds for each of its entries; the last page is `whole` if nothing of it was left out."""
    is_whole = len(file.shapes) == len(file.entries)
    readable = [entry for entry in file.entries if entry.digest in file.shapes]
    waiting: Page | None = None
    for entry in readable:
        try:
            for page in fence.pages(file.path, entry, file.shapes[entry.digest], file.named, file.mark[0]):
                if waiting is not None:
                    yield waiting
                waiting = page
                page.place = file.place
        except SourceError as error:
            refused.append(str(error))
            is_whole = False
    try:
        if _stat(file.path) != tuple(file.mark[:2]):
            raise SourceError(f"{file.path.name} changed while it was read; it is read again at the next refresh.")
    except SourceError as error:
        refused.append(str(error))
        is_whole = False
    if waiting is not None:
        waiting.whole = is_whole
        yield waiting


def _from_environment(entry: Entry, found: re.Match[str]) -> str:
    value = os.environ.get(found[1]) or found[2]
    if value is None:
        raise SourceError(
            f"{entry.key}: the environment variable {found[1]} is not set; set it, or write a default: ${{{found[1]}:-folder}}."
        )
    return value


SOURCE = Source(
    type="files",
    says="Reads files that another system exported: CSV, TSV, columns separated by spaces, JSON lines, XLSX, Parquet, each also gzipped.",
    records=tuple(BY_TABLE),
    options=Files,
    fetch=fetch,
    declares=declared,
    documented_at="docs/files.md",
    drops=(),
)
