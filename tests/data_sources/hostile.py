"""Builders of files that nobody means well with; nothing large is kept in the repository."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/></Types>'
)
HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>opened</t></is></c></row>'
)
DATES = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'


def row(number: int | str, id: str, opened: str = '<c t="inlineStr"><is><t>2026-01-01</t></is></c>') -> str:
    return f'<row r="{number}"><c t="inlineStr"><is><t>{id}</t></is></c>{opened}</row>'


def workbook(
    *rows: str | bytes,
    styles: str | Iterable[bytes] = DATES,
    texts: Iterable[str] = (),
    sheets: str = '<sheet name="Sheet1" sheetId="1" r:id="s"/>',
    part: str | None = "xl/worksheets/sheet1.xml",
    header: str = HEADER,
) -> bytes:
    """A workbook of one sheet, its rows as the XML they are."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", _relations({"w": ("officeDocument", "xl/workbook.xml")}))
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>{sheets}</sheets></workbook>'
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            _relations(
                {
                    "s": ("worksheet", "worksheets/sheet1.xml"),
                    "f": ("styles", "styles.xml"),
                    "t": ("sharedStrings", "sharedStrings.xml"),
                }
            ),
        )
        with archive.open("xl/styles.xml", "w") as stream:
            for piece in [styles.encode()] if isinstance(styles, str) else styles:
                stream.write(piece)
        items = "".join(f"<si><t>{text}</t></si>" for text in texts)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{items}</sst>')
        if part:
            with archive.open(part, "w") as stream:
                stream.write(f'<worksheet xmlns="{MAIN}"><sheetData>{header}'.encode())
                for each in rows:
                    stream.write(each if isinstance(each, bytes) else each.encode())
                stream.write(b"</sheetData></worksheet>")
    return packed.getvalue()


def _relations(targets: dict[str, tuple[str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="{id}" Type="{DOCUMENT}/{kind}" Target="{target}"/>'
        for id, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{RELATIONS}">{lines}</Relationships>'


def packed(pieces: Iterable[bytes]) -> bytes:
    """Gzipped, without ever holding what is unpacked."""
    into = io.BytesIO()
    with gzip.GzipFile(fileobj=into, mode="wb", compresslevel=1) as stream:
        for piece in pieces:
            stream.write(piece)
    return into.getvalue()


def deep(levels: int) -> str:
    """A JSON line whose field is a list in a list in a list ..."""
    return json.dumps({"id": "deep", "opened": "2026-01-01"})[:-1] + ', "x": ' + "[" * levels + "]" * levels + "}"


def parquet(path: Path, columns: dict[str, object]) -> None:
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table(columns), path)
