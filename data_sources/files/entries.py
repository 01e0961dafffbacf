"""What may stand in a [[sources.NAME.files]] table, and what it means."""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterator
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from data_sources.files.layout import Entry, Layout
from data_sources.kit.options import Options, read
from data_sources.mapping.grammar import RecordOptions, Text, checked, mapping_of
from data_sources.mapping.plan import Written, filled
from data_sources.source import Request, SourceError
from data_sources.words import listed

VERSION = 3  # raise it when the same mapping gives other records: then every file is read again
NO_TEXT = ("idna", "punycode", "raw_unicode_escape", "unicode_escape", "undefined")  # Python's own, of no file


def _encoding(name: str) -> str:
    """Python knows encodings that no file of text has, such as rot13 and base64."""
    try:
        known = codecs.lookup(name)
        is_text = bool(known._is_text_encoding)  # False: bytes to bytes, or text to text
    except (LookupError, ValueError, UnicodeError):
        is_text = False
    if not is_text or known.name.replace("-", "_") in NO_TEXT:
        raise ValueError(f"there is no encoding {name!r}; usual ones are utf-8, cp1252, latin-1, utf-16")
    return name


def _delimiter(written: Written) -> Written:
    if not isinstance(written, str) or len(written) != 1 or written in '"\r\n\0':
        raise ValueError("write one character, for example ';' or '\\t'")
    return written


def _header(written: Written) -> Written:
    if isinstance(written, bool):
        return written
    names = written if isinstance(written, list) else []
    if not names or not all(isinstance(each, str) for each in names) or len(set(names)) != len(names):
        raise ValueError("write true, false, or a list of different names")
    return tuple(names)


Positive = Annotated[float, Field(gt=0, lt=10**12, allow_inf_nan=False)]


class FileOptions(RecordOptions):
    """One [[sources.NAME.files]] table."""

    path: Text = Field(
        description="the file, relative to the folder of empathy.toml; * and ** match anything, "
        "${NAME:-default} for the environment"
    )
    record: str = Field(description="what one row is")
    records: None = Field(
        None,
        description="instead of record and fields, if a row holds several records: a table with fields, where and "
        "same_id for each of them",
    )
    type: Literal["csv", "tsv", "blanks", "jsonl", "xlsx", "parquet"] | None = Field(
        None,
        description="file format; default: detected from the content, then from the name, else csv",
    )
    delimiter: Annotated[str, BeforeValidator(_delimiter)] | None = Field(
        None, description="the character between two cells; default: comma"
    )
    encoding: Annotated[Text, AfterValidator(_encoding)] = Field(
        "utf-8", description="character encoding; older exports often use cp1252"
    )
    header: Annotated[bool | tuple[str, ...], BeforeValidator(_header)] | None = Field(
        None,
        description="false if the file has no header: columns are then called 1, 2, 3 ...; or a list of column names",
    )
    skip: int = Field(0, ge=0, description="lines to skip before the header")
    sheet: Text | None = Field(None, description="sheet of a workbook; default: the first")
    each: Text | None = Field(
        None, description="one record for each element of this list (JSON lines, Parquet) or part of this cell"
    )
    split: Text | None = Field(None, description="what separates the parts of the cell named by `each`; default: comma")
    most_unpacked_mb: Positive = Field(10_000, description="reject a compressed file that expands to more than this")
    deadline_seconds: Positive | None = Field(
        None, description="stop reading a file that takes longer; default: 60 plus 5 for each MB"
    )


class Files(Options):
    """The options of a source of files."""

    files: Annotated[
        list[dict[str, Written]], BeforeValidator(lambda each: [each] if isinstance(each, dict) else each)
    ] = Field([], description="a list of tables, each with " + listed(FileOptions.model_fields))


def entries(asked: Request) -> list[Entry]:
    """The entries of this source. Raises SourceError that names the key and the nearest right one."""
    key = f"sources.{asked.name}"
    tables = read(Files, asked).files
    if not tables:
        raise SourceError(
            f"{key} names no files; write a [[{key}.files]] table, or let ./run files guess PATH write it."
        )
    return [
        _entry(inner_key, inner, asked.settings.zone)
        for place, table in enumerate(tables, 1)
        for inner_key, inner in _one_for_each_record(f"{key}.files[{place}]", table)
    ]


def _one_for_each_record(key: str, table: dict[str, Written]) -> Iterator[tuple[str, dict[str, Written]]]:
    """A table that says several records of one file, as if each had a table of its own."""
    several = table.get("records")
    if several is None:
        yield key, table
        return
    if not isinstance(several, dict) or not several or not all(isinstance(each, dict) for each in several.values()):
        raise SourceError(f"{key}.records: write a table for each record, for example [...records.ticket.fields].")
    for name in ("record", "fields"):
        if name in table:
            raise SourceError(f"{key}: write either {name} or records, not both.")
    common = {name: each for name, each in table.items() if name != "records"}
    for record, own in several.items():
        both = {"where": {**common["where"], **own["where"]}} if _has_where(common) and _has_where(own) else {}
        yield f"{key}.records.{record}", {**common, **own, **both, "record": record}


def _has_where(table: dict[str, Written]) -> bool:
    return isinstance(table.get("where"), dict)


def declared(asked: Request) -> dict[str, frozenset[str]]:
    """Record -> the fields that its mappings fill, from the settings alone. Raises SourceError as `entries` does."""
    return filled(entry.mapping for entry in entries(asked))


def _entry(key: str, table: dict[str, Written], company_zone: ZoneInfo) -> Entry:
    options = checked(FileOptions, key, table)
    shown = options.path if len(options.path) <= 100 else options.path[:100] + "…"
    key = f"{key} ({shown})"
    if options.split and not options.each:
        raise SourceError(f"{key}.split has a meaning only with `each`, which names the column to split.")
    layout = Layout(
        type=options.type,
        delimiter=options.delimiter,
        encoding=options.encoding,
        header=options.header,
        skip=options.skip,
        sheet=options.sheet,
        each=options.each,
        split=options.split,
        most_unpacked_mb=options.most_unpacked_mb,
    )
    zone = options.time_zone or company_zone
    meant = json.dumps([VERSION, table, str(zone), str(company_zone)], sort_keys=True, default=str)
    digest = hashlib.sha256(meant.encode()).hexdigest()[:16]
    mapping = mapping_of(key, options.record, options, company_zone)
    return Entry(key, options.path, layout, mapping, digest, options.deadline_seconds)
