"""How an unknown file is laid out: its encoding, what separates its cells, whether it has a header."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import islice
from pathlib import Path

from data_sources.files import formats
from data_sources.files.formats import Layout
from data_sources.source import SourceError


def layout_of(path: Path) -> tuple[Layout, dict[str, str]]:
    doubts: dict[str, str] = {}
    encoding = _encoding(path, doubts)
    layout = Layout(encoding=encoding)
    with formats._sentences(path, layout):
        kind = formats.type_of(path, layout)
        if kind not in ("csv", "tsv"):
            return layout, doubts
        with formats._lines(path, layout) as text:
            lines = [line for line in islice(text, 400) if line.strip()]
    if not lines:
        raise SourceError(f"{path.name} is empty.")
    if lines[0].lstrip().startswith("{") and _is_json(lines[0]):
        return Layout(encoding=encoding, type="jsonl"), doubts
    delimiter = _delimiter(lines, "\t" if kind == "tsv" else ",")
    if delimiter is None:
        return _without_delimiter(lines, encoding, doubts)
    layout = Layout(encoding=encoding, delimiter=None if delimiter == ("\t" if kind == "tsv" else ",") else delimiter)
    if not _looks_like_header(lines[0].split(delimiter), [line.split(delimiter) for line in lines[1:20]]):
        doubts["header"] = "the first line looks like data, so columns are called by their place"
        layout = Layout(encoding=encoding, delimiter=layout.delimiter, header=False)
    return layout, doubts


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _encoding(path: Path, doubts: dict[str, str]) -> str:
    with formats._sentences(path, Layout()), formats._unpacked(path, Layout()) as stream:
        start = stream.read(4)
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
        if start in (b"PK\x03\x04", b"PAR1"):
            return "utf-8"
    try:
        with formats._lines(path, Layout()) as text:
            for _ in text:
                pass
    except UnicodeDecodeError:
        doubts["encoding"] = "it is not UTF-8; Windows exports are often cp1252: look at names with accents"
        try:
            with formats._lines(path, Layout(encoding="cp1252")) as text:
                for _ in text:
                    pass
        except UnicodeDecodeError:
            return "latin-1"
        return "cp1252"
    except (OSError, EOFError):
        pass  # said in a sentence by the check
    return "utf-8"


def _delimiter(lines: list[str], usual: str) -> str | None:
    bare = [re.sub(r'"(?:[^"]|"")*"', "", line) for line in lines[:100]]
    counts = {
        mark: Counter(line.count(mark) for line in bare).most_common(1)[0] for mark in (usual, ",", ";", "\t", "|")
    }
    steady = {mark: often for mark, (many, often) in counts.items() if many > 0 and bare[0].count(mark) > 0}
    if not steady:
        return usual if len({len(line.split()) for line in lines}) > 1 or len(lines[0].split()) == 1 else None
    return max(steady, key=lambda mark: (steady[mark], counts[mark][0]))


def _without_delimiter(lines: list[str], encoding: str, doubts: dict[str, str]) -> tuple[Layout, dict[str, str]]:
    rows = [line.split() for line in lines]
    if _looks_like_header(rows[0], rows[1:20]):
        return Layout(encoding=encoding, type="blanks", header=True), doubts
    doubts["header"] = "the file has no header, so columns are called by their place"
    return Layout(encoding=encoding, type="blanks"), doubts


def _looks_like_header(first: list[str], rest: list[list[str]]) -> bool:
    cells = [cell.strip().strip('"') for cell in first]
    if any(re.fullmatch(r"[-+\d.,:/ ]+", cell) for cell in cells if cell):
        return False
    others = {tuple(cell.strip().strip('"') for cell in row) for row in rest}
    return tuple(cells) not in others and len(set(cells)) > len(cells) / 2
