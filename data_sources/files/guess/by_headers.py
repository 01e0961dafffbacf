"""The mapping of an export that is known by its headers, filled in with what this file holds: formats, and new words."""

from __future__ import annotations

from dataclasses import fields

from data_sources.files.guess.columns import Column, folded
from data_sources.files.guess.compose import add_common
from data_sources.files.guess.known_exports import EXPORTS, RATING, Table
from data_sources.files.guess.lines import Draft, Line, columns_in, line_of, meant
from data_sources.files.guess.ratings import rating_of
from data_sources.mapping.plan import Written
from store.records import BY_TABLE, WORDS


def drafts_of_known(columns: list[Column]) -> tuple[str, list[Draft]]:
    """The system and its mappings; none where these are the headers of none of them."""
    names = {folded(column.name) for column in columns}
    for export in EXPORTS:
        if all(any(folded(each) in names for each in said.split(" | ")) for said in export.headers):
            drafts = [draft for table in export.tables if (draft := _draft(table, columns)) is not None]
            if drafts:
                return export.system, drafts
    return "", []


def _draft(table: Table, columns: list[Column]) -> Draft | None:
    if not all(_column(said, columns) for said in table.needs):
        return None
    draft = Draft(table.record)
    found = {name: line for name, spec in table.fields.items() if (line := _line(table.record, name, spec, columns))}
    score = table.fields.get("score")
    if isinstance(score, str) and score.startswith(RATING):
        column = _column(score.removeprefix(RATING), columns)
        rating = rating_of(column) if column is not None else None
        if rating is None or rating.wrong:
            return None
        found["score"] = Line(rating.score if len(rating.score) > 1 else rating.score["column"], rating.about_score)
        found.setdefault("kind", Line({"constant": rating.kind}, rating.about_kind))
        found.setdefault("scale", Line({"constant": rating.scale}))
    draft.fields = {
        name: found[name] for name in [each.name for each in fields(BY_TABLE[table.record])] if name in found
    }
    where, doubts = _where(table, columns)
    if doubts and table.only_if_said:
        return None
    if where:
        draft.options["where"] = Line(where, doubts)
    draft.options |= {name: Line(value) for name, value in table.options.items()}
    add_common(draft, columns)
    return draft


def _column(said: str, columns: list[Column]) -> Column | None:
    """The first of these that is in the file and filled in half of the rows; else the one that is filled most."""
    by_name = {folded(column.name): column for column in columns if column.texts}
    there = [by_name[folded(name)] for name in said.split(" | ") if folded(name) in by_name]
    return next(
        (each for each in there if 2 * len(each.texts) >= len(each.cells)), max(there, key=_filled, default=None)
    )


def _filled(column: Column) -> int:
    return len(column.texts)


def _line(record: str, name: str, spec: Written, columns: list[Column]) -> Line | None:
    if isinstance(spec, str):
        column = _column(spec.removeprefix(RATING), columns)
        return None if column is None else _plain(record, name, column)
    spec = dict(spec)
    if "column" in spec:
        column = _column(spec["column"], columns)
        if column is None:
            return None
        plain = _plain(record, name, column)
        known = spec.pop("values", None)
        line = Line({**(plain.value if isinstance(plain.value, dict) else {}), **spec, "column": column.name})
        if known is not None:
            line = _with_values(record, name, column, known, line)
    else:
        line = Line(spec)
    by_name = {folded(column.name): column.name for column in columns if column.texts}
    named = columns_in(line.value)
    if not all(folded(each) in by_name for each in named):
        return None
    value = line.value
    if "plus" in value:
        value["plus"] = {unit: by_name[folded(each)] for unit, each in value["plus"].items()}
    if "product" in value:
        value["product"] = [by_name[folded(each)] for each in value["product"]]
    return line


def _plain(record: str, name: str, column: Column) -> Line:
    """A column with the format of its dates; its doubts are only those about day and month, and about last days."""
    line = line_of(record, name, column, False)
    if isinstance(line.value, dict):
        line.value = {"column": column.name, **{key: each for key, each in line.value.items() if key != "column"}}
    return line


def _with_values(record: str, name: str, column: Column, known: dict[str, str], line: Line) -> Line:
    """All that the system is known to write, and what else stands in the file."""
    allowed = WORDS.get((record, name))
    by_folded = {folded(said): means for said, means in known.items()}
    values = dict(known)
    new = [text for text in dict.fromkeys(column.texts) if folded(text) not in by_folded]
    for text in dict.fromkeys(column.texts):
        values[text] = by_folded.get(folded(text)) or meant(name, text, allowed or (), [text])
    doubts = [f"what {', '.join(new[:10])} means was guessed"] if new and allowed else []
    rest: dict[str, Written] = {"column": column.name, "values": values}
    if allowed or "other" in line.value:
        rest["other"] = ""
    return Line({**rest, **{key: each for key, each in line.value.items() if key not in rest}}, doubts)


def _where(table: Table, columns: list[Column]) -> tuple[dict[str, Written], list[str]]:
    """Only conditions whose column is there; a list of words is left out where the file uses none of them."""
    where: dict[str, Written] = {}
    doubts: list[str] = []
    for said, condition in table.where.items():
        column = _column(said, columns)
        if column is None:
            continue
        if isinstance(condition, list):
            seen = [text for text in dict.fromkeys(column.texts) if folded(text) in set(map(folded, condition))]
            if not seen:
                doubts.append(f"no row says {' or '.join(condition[:2])} in {column.name}, so all are used")
                continue
            condition = list(dict.fromkeys((*condition, *seen)))
        where[column.name] = condition
    return where, doubts
