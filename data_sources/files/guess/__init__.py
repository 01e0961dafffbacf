"""Looks at a file that nobody described yet, and writes the mapping that it probably needs.

What it is not sure of it says, in a comment that begins with "not sure:". The printed mapping works as it stands; whether
it means the right thing is for a person to judge. A file that cannot be counted, because it is not one of our records or does
not say when something happened, gets no mapping that would run, but the reason, and comments that show what is missing.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from data_sources.files import formats
from data_sources.files.guess import headers, write
from data_sources.files.guess.by_headers import drafts_of_known
from data_sources.files.guess.choose import Guess, guesses
from data_sources.files.guess.columns import Column, profiles
from data_sources.files.guess.compose import StandTogether, draft_of, ratings_beside, stands_together
from data_sources.files.guess.layout import layout_of
from data_sources.files.guess.lines import Draft
from data_sources.files.layout import BadRow, Layout, Shape
from data_sources.mapping.cells import as_text
from data_sources.source import SourceError, harmless
from data_sources.words import listed, number
from store.records import BY_TABLE

PASTE = 'Read it, correct what says "not sure", and paste it into empathy.toml.'


def mapping_for(path: Path, shown_as: str | None = None) -> str:
    """TOML to paste into empathy.toml; only comments where there is no mapping. Raises SourceError for what is no table."""
    layout, doubts = layout_of(path)
    shape = formats.check(path, layout, [])
    columns = profiles(path, layout, shape)
    if not columns:
        raise SourceError(f"{path.name} has columns but no rows; there is nothing to guess from.")
    name = harmless(path.name)
    system, drafts = drafts_of_known(columns)
    head: list[str] = []
    if not drafts:
        found = guesses(path, columns)
        if not found[0].is_enough or _is_other(found[0]):
            return write.in_comments("\n".join(_none(name, found[0], columns)))
        drafts = _drafts(found, columns, _together(path, layout, shape))
        if "id" in drafts[0].missing:
            found[0].missing.append("id")
            return write.in_comments("\n".join(_none(name, found[0], columns)))
        head = [line for draft in drafts for line in _undated(name, draft, columns)]
    running = [draft for draft in drafts if not draft.missing]
    lacking = [draft for draft in drafts if draft.missing]
    text = ""
    source = write.name_of_source(path.name)
    if lacking:
        draft_text = write.mapping(source, shown_as or path.name, layout, doubts, lacking, [])
        text += write.in_comments("\n".join(head)) + "#\n" + write.in_comments(draft_text)
        head = []
    if running:
        from_what = f"the first {number(len(columns[0].cells), 'row')} of {name}"
        head += [
            f"Guessed from {from_what}{f', an export of {system}' if system else ''}. What each line means: docs/files.md.",
            PASTE,
        ]
        text += ("\n" if text else "") + write.mapping(source, shown_as or path.name, layout, doubts, running, head)
        unused = [column.name for column in columns if not any(column.name in draft.used for draft in drafts)]
        if unused:
            text += f"# not used: {write.said(unused)}\n"
    return text


def shown(path: Path) -> str:
    """The path as it should stand in an empathy.toml of this folder."""
    relative = os.path.relpath(path)
    return str(path.resolve()) if relative.startswith("..") else relative


def _drafts(found: list[Guess], columns: list[Column], together: StandTogether) -> list[Draft]:
    best, second = found[:2]
    draft = draft_of(best, columns, together)
    if not second.missing and best.points - second.points < headers.CLOSE:
        draft.doubts.append(f"could also be {second.record}")
    ratings = ratings_beside(draft, best, columns, found)
    return [draft] if ratings is None else [draft, ratings]


def _together(path: Path, layout: Layout, shape: Shape) -> StandTogether:
    """Looks at the whole file: a sample may end before the first id comes again."""

    def together(names: Sequence[str]) -> bool:
        asked = Shape(shape.type, shape.columns, shape.rows, list(names))
        places = [asked.place_of(name) for name in names]
        rows = (row for _, row in formats.read(path, layout, asked) if not isinstance(row, BadRow))
        return stands_together(tuple(as_text(row[place]) for place in places) for row in rows)

    return together


def _is_other(guess: Guess) -> bool:
    """It lacks more than a day: too little to call it this record."""
    return bool(set(guess.missing) - {headers.EVENT[guess.record]})


def _undated(name: str, draft: Draft, columns: list[Column]) -> list[str]:
    """What comes first of all: that the day is not there on which something happened."""
    event = headers.EVENT[draft.record]
    dated = [column.name for column in columns if column.dates]
    if event in draft.missing:
        lines = [
            f"{name} holds rows like {draft.record}, but does not say {headers.MEANS[event]}: without a date they cannot be counted."
        ]
        others = [each for each in dated if each not in draft.used] or dated
        lines.append(
            f"Its columns of dates: {write.said(others)}. If one of them is the right one, write its name for {event} and remove the #."
            if others
            else f"It has no column of dates. Export it with one, or write {event} by hand and remove the #:"
        )
        lines += [
            f"{harmless(each.name)} holds numbers from 1 to 31. If it is the day of a month, write for example "
            f'{event} = {{template = "2026-01-{{{harmless(each.name)}}}", format = "%Y-%m-%d"}}.'
            for each in columns
            if "date" in each.folded and _is_day_of_month(each)
        ]
        return lines
    if draft.record == "customer" and not {"started_on", "ended_on"} & draft.fields.keys():
        known = listed(each for each in ("segment", "plan", "mrr") if each in draft.fields) or "names"
        return [
            f"{name} does not say when a customer came or left: churn cannot be computed from it, only {known}.",
        ]
    return []


def _is_day_of_month(column: Column) -> bool:
    numbers = column.numbers() if column.is_number and not column.dates else []
    return bool(numbers) and all(1 <= each <= 31 for each in numbers) and max(numbers) > 12


def _none(name: str, nearest: Guess, columns: list[Column]) -> list[str]:
    lines = [f"{name} is not one of the records that are counted: {listed(BY_TABLE)}."]
    means = [f"{each} ({headers.MEANS[each]})" if each in headers.MEANS else each for each in nearest.missing]
    if nearest.fields and means:
        lines.append(f"The nearest is {nearest.record}, and no column was found for its {listed(means)}.")
    key = next((column for column in columns if column.names_a_key), None)
    if key is not None and nearest.points < 0:
        lines.append(f"Its key, {harmless(key.name)}, names something else.")
    lines.append(f"Its columns: {write.said([column.name for column in columns])}.")
    lines.append("If it is one of them all the same, docs/files.md says how to write a mapping by hand.")
    return lines
