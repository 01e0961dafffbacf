"""Makes sure that a file is the table it should be, and reads it row by row, whatever it is written in.

Two passes. `check` goes over the whole file once and refuses it in one sentence if it is not a table (wrong encoding,
a quote that is never closed, a web page instead of a file). `read` then gives the rows. Neither holds more than a
few thousand rows in memory, and nothing is unpacked to disk outside a temporary file that is gone afterwards.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from pathlib import Path

from data_sources.files import delimited, json_lines, parquet, sheets
from data_sources.files.layout import ENDINGS, Layout, Row, Shape
from data_sources.files.opening import sentences, unpacked
from data_sources.source import SourceError

_READERS = {"jsonl": json_lines, "parquet": parquet, "xlsx": sheets}  # all others are delimited


def check(path: Path, layout: Layout, wanted: Iterable[str]) -> Shape:
    """The shape of the whole file. Raises SourceError if it is not a table or lacks a wanted column."""
    with sentences(path, layout):
        kind = type_of(path, layout)
        shape: Shape = _READERS.get(kind, delimited).check(path, layout, kind, list(dict.fromkeys(wanted)))
        return shape


def read(path: Path, layout: Layout, shape: Shape) -> Iterator[tuple[int, Row]]:
    """Every row with its number as a person counts (the header is row 1)."""
    with sentences(path, layout):
        rows = _READERS.get(shape.type, delimited).read(path, layout, shape)
        is_flat = shape.type not in ("jsonl", "parquet")  # those give each element of a list themselves
        yield from delimited.one_for_each(rows, layout, shape) if layout.each and is_flat else rows


def type_of(path: Path, layout: Layout) -> str:
    """One of the types of layout.ENDINGS, or blanks: as written, else as the content says, else by the ending of the name."""
    with unpacked(path, layout) as stream:
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
            raise SourceError(f"{path.name} is named like a file of type {found}, but it is not one inside.")
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
