"""The mapping as TOML to paste: what is not sure is said beside it, in a comment that begins with "not sure:"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import tomlkit
from tomlkit.items import InlineTable, Item, Table

from data_sources.files.guess import headers
from data_sources.files.guess.lines import Draft, Line
from data_sources.files.layout import Layout
from data_sources.mapping.plan import Written
from data_sources.source import OBEYED, harmless
from data_sources.words import listed

LAYOUT = ("type", "delimiter", "encoding", "header")
_MOST_SHOWN = 40


def mapping(
    source: str, shown_as: str, layout: Layout, doubts: dict[str, str], drafts: Sequence[Draft], head: Iterable[str]
) -> str:
    """Comments of `head`, then one [[sources.NAME.files]] table for each draft."""
    document = tomlkit.document()
    for line in head:
        document.add(tomlkit.comment(line))
    tables = tomlkit.aot()
    for draft in drafts:
        tables.append(_table(shown_as, layout, doubts, draft))
    body = tomlkit.table()
    body.add("type", "files")
    body.add(tomlkit.nl())
    body.add("files", tables)
    sources = tomlkit.table(is_super_table=True)
    sources.add(source, body)
    document.add("sources", sources)
    return _harmless(tomlkit.dumps(document))


def in_comments(text: str) -> str:
    return "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())


def said(texts: Sequence[str]) -> str:
    """Words of the file inside a comment: one line, whatever they hold, and not too many."""
    more = f" and {len(texts) - _MOST_SHOWN} more" if len(texts) > _MOST_SHOWN else ""
    return harmless(listed(texts[:_MOST_SHOWN])) + more


def name_of_source(file: str) -> str:
    stem = file.casefold().removesuffix(".gz").rsplit(".", 1)[0]
    return re.sub(r"[^a-z0-9]+", "_", stem).strip("_") or "files"


def _table(shown_as: str, layout: Layout, doubts: dict[str, str], draft: Draft) -> Table:
    table = tomlkit.table()
    table.add("path", shown_as)
    table.add("record", _item(Line(draft.record, draft.doubts)))
    for name in LAYOUT:
        value = getattr(layout, name)
        doubt = [doubts[name]] if name in doubts else []
        if value is not None and (name, value) != ("encoding", "utf-8"):
            table.add(name, _item(Line(value, doubt)))
        elif doubt:
            table.add(tomlkit.comment(f"not sure: {doubt[0]}"))
    for name, line in draft.options.items():
        table.add(name, _item(line))
    for note in draft.notes:
        table.add(tomlkit.comment(note))
    fields = tomlkit.table()
    for name in draft.missing:
        means = headers.MEANS.get(name)
        fields.add(tomlkit.comment(f"{name} = ..." + (f"  # {means}" if means else "")))
    for name, line in draft.fields.items():
        fields.add(name, _item(line))
    table.add("fields", fields)
    return table


def _item(line: Line) -> Item:
    item = _inline(line.value) if isinstance(line.value, dict) else tomlkit.item(line.value)
    if line.doubts:
        item.comment(f"not sure: {'; '.join(line.doubts)}")
    return item


def _inline(value: dict[str, Written]) -> InlineTable:
    table = tomlkit.inline_table()
    for key, each in value.items():
        table.append(key, _inline(each) if isinstance(each, dict) else each)
    return table


def _harmless(text: str) -> str:
    """No terminal obeys it: what it would obey stands only inside quotes, where it can be written as a code."""
    return OBEYED.sub(lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", text)
