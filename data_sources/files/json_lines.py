"""JSON lines: one {...} in each line, its fields named by dotted paths."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from data_sources.files.delimited import lines, sound
from data_sources.files.layout import LONGEST_LINE, MOST_COLUMNS, RAGGED_SHARE, BadRow, Layout, Row, Shape
from data_sources.source import SourceError
from data_sources.words import nearest, number


def check(path: Path, layout: Layout, kind: str, wanted: list[str]) -> Shape:
    missing = {name for name in wanted if not name.endswith(".#")}
    known: dict[str, None] = {}
    count = bad = first_bad = 0
    with lines(path, layout) as text:
        for line_number, line in _whole_lines(sound(path, text, None)):
            if line is not None and not line.strip():
                continue
            count += 1
            thing = None
            with suppress(ValueError, RecursionError):
                thing = json.loads(line or "")
            if not isinstance(thing, dict):
                bad += 1
                first_bad = first_bad or line_number
                continue
            if missing or count <= 100:
                with suppress(RecursionError):
                    for name in islice(_paths(thing), MOST_COLUMNS):
                        known[name] = None
                missing.difference_update(known)
    if not count:
        raise SourceError(f"{path.name} has no rows at all.")
    if bad > max(1, count * RAGGED_SHARE) or bad == count:
        raise SourceError(
            f"{path.name} is not JSON lines: {number(bad, 'line')} of {count:,} are not one {{...}} each; "
            f"the first is line {first_bad:,}."
        )
    for name in wanted:
        if name in missing:
            raise SourceError(f"{path.name} has no field {name!r}; {nearest(name, list(known), 'the fields are')}.")
    return Shape(kind, list(known), count, wanted)


def _whole_lines(lines: Iterable[str]) -> Iterator[tuple[int, str | None]]:
    """Number and line; None for one that is too long to be a row."""
    count, is_long = 1, False
    for line in lines:
        has_end = len(line) <= LONGEST_LINE
        if not is_long:
            yield count, line if has_end else None
        is_long = not has_end and line[-1] not in "\r\n"
        count += not is_long


def _paths(thing: object, before: str = "") -> Iterator[str]:
    """The dotted path of every field, also of the fields of the things in a list."""
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield before + key
            if isinstance(value, (dict, list)):
                yield from _paths(value, f"{before}{key}.")
    elif isinstance(thing, list):
        for each in thing[:200]:
            if isinstance(each, dict):
                yield from _paths(each, before)


def read(path: Path, layout: Layout, shape: Shape) -> Iterator[tuple[int, Row]]:
    with lines(path, layout) as text:
        for line_number, line in _whole_lines(text):
            if line is None:
                yield line_number, BadRow("", "", f"the line is longer than {LONGEST_LINE // 10**6} MB")
                continue
            if not line.strip():
                continue
            try:
                thing = json.loads(line)
            except ValueError as error:
                yield line_number, BadRow("", line[:80], f"the line is not JSON ({error})")
                continue
            except RecursionError:
                yield line_number, BadRow("", line[:80], "the line is nested too deeply")
                continue
            if not isinstance(thing, dict):
                yield line_number, BadRow("", line[:80], "the line is not one {...}")
                continue
            for row in picked(thing, layout.each, shape.wanted):
                yield line_number, row


def picked(thing: dict[str, object], each: str | None, wanted: list[str]) -> Iterator[list[object]]:
    if each is None:
        yield [_at(thing, name) for name in wanted]
        return
    elements = _at(thing, each)
    inside = each + "."
    for position, element in enumerate(elements if isinstance(elements, list) else [], 1):
        yield [
            position
            if name == inside + "#"
            else _at(element, name[len(inside) :])
            if name.startswith(inside)
            else element
            if name == each
            else _at(thing, name)
            for name in wanted
        ]


def _at(thing: object, dotted: str) -> object:
    if isinstance(thing, dict) and dotted in thing:
        return thing[dotted]
    for part in dotted.split("."):
        if isinstance(thing, list) and part.isdecimal():
            thing = thing[int(part)] if int(part) < len(thing) else None
        elif isinstance(thing, dict):
            thing = thing.get(part)
        else:
            return None
    return thing
