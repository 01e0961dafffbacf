"""Tables in workbooks (.xlsx): refuses what would explode, and gives the rows of one sheet."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from data_sources.files import workbook
from data_sources.files.delimited import columns_of, has_header, refuse_lacking
from data_sources.files.layout import MOST_EXPANSION, MOST_TEXT_OF_WORKBOOK, SMALL, BadRow, Layout, Row, Shape
from data_sources.files.opening import seekable
from data_sources.source import SourceError
from store.rejected import Rejected


@contextmanager
def _rows_of_sheet(path: Path, layout: Layout) -> Iterator[Iterator[tuple[int, list[object] | Rejected]]]:
    with seekable(path, layout) as stream:
        _refuse_bomb(path, layout, stream)
        try:
            book = workbook.opened(path.name, stream)
            yield (
                (row_number, row) for row_number, row in workbook.rows(book, layout.sheet) if row_number > layout.skip
            )
        except (NotImplementedError, RuntimeError) as error:  # packed in a way that zipfile does not know, or encrypted
            raise SourceError(f"{path.name} {workbook.UNREADABLE}: {error}.") from None


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
                        raise SourceError(f"{path.name} {workbook.DEFINITIONS}")
        if not any(member.filename == "[Content_Types].xml" for member in inside):
            raise SourceError(f"{path.name} is a zip archive, not a workbook.")
    stream.seek(0)


def check(path: Path, layout: Layout, kind: str, wanted: list[str]) -> Shape:
    with _rows_of_sheet(path, layout) as rows:
        for _, row in rows:
            if not isinstance(row, Rejected):
                columns = columns_of(row, layout, "xlsx")
                refuse_lacking(path, layout, "xlsx", columns, wanted)
                return Shape(kind, columns, None, wanted)
    raise SourceError(f"{path.name} has no rows{f' after the first {layout.skip:,}' if layout.skip else ' at all'}.")


def read(path: Path, layout: Layout, shape: Shape) -> Iterator[tuple[int, Row]]:
    width, picked = len(shape.columns), shape.picks
    waiting_for_header = has_header(layout, "xlsx")
    with _rows_of_sheet(path, layout) as rows:
        for row_number, row in rows:
            if isinstance(row, Rejected):
                yield row_number, BadRow("", row.value, row.reason)
            elif waiting_for_header:
                waiting_for_header = False
            elif len(row) > width:
                yield row_number, BadRow("", "", f"the row has more cells than the {width} of the header")
            else:
                yield row_number, picked(row + [None] * (width - len(row)))
