"""The mapping as TOML to paste: what is not sure is said beside it, in a comment that begins with "not sure:"."""

from __future__ import annotations

# ruff: noqa: E501 (sentences for the comments of the mapping)
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from data_sources.files import formats
from data_sources.files.formats import BadRow, Layout, Shape, as_text
from data_sources.files.guess.choose import Guess
from data_sources.files.guess.columns import Column
from data_sources.mapping.grammar import MONEY, kind_of
from data_sources.source import OBEYED, harmless
from data_sources.words import listed, number
from store.records import BY_TABLE, SCALES, WORDS


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    written = json.dumps(str(value), ensure_ascii=False)
    return OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _toml(key)


def _said(texts: Iterable[str]) -> str:
    """Words of the file inside a comment: one line, whatever they hold."""
    return harmless(listed(texts))


def written(
    path: Path,
    shown_as: str,
    layout: Layout,
    doubts: dict[str, str],
    shape: Shape,
    columns: list[Column],
    guesses: list[Guess],
) -> list[str]:
    guess = guesses[0]
    source = (
        re.sub(r"[^a-z0-9]+", "_", path.name.casefold().removesuffix(".gz").rsplit(".", 1)[0]).strip("_") or "files"
    )
    rows = len(columns[0].cells)
    lines = [
        f'# Guessed from the first {number(rows, "row")} of {_said([path.name])}. Read it, mend what says "not sure",',
        "# and paste it into empathy.toml. What each line means: docs/files.md.",
        f"[sources.{source}]",
        'type = "files"',
        "",
        f"[[sources.{source}.files]]",
        f"path = {_toml(shown_as)}",
    ]
    line = f"record = {_toml(guess.record)}"
    if guess.points < 5:
        line += f"  # not sure: little in this file is known to this program; it could be one of {listed(BY_TABLE)}"
    elif guess.points - guesses[1].points < 2:
        line += f"  # not sure: could also be {_toml(guesses[1].record)}"
    lines.append(line)
    for name in ("type", "delimiter", "encoding", "header"):
        value = getattr(layout, name)
        if value is not None and (name, value) != ("encoding", "utf-8"):
            lines.append(f"{name} = {_toml(value)}" + (f"  # not sure: {doubts[name]}" if name in doubts else ""))
        elif name in doubts:
            lines.append(f"# not sure: {doubts[name]}")
    used = list(guess.fields.values())
    missing = sorted({word for column in used for word in column.missing})
    if missing:
        lines.append(f'blanks = {_toml(missing)}  # not sure: that these mean "not known"')
    guess.merges = _stand_together(path, layout, shape, guess)
    if guess.merges:
        lines.append(
            'same_id = "merge"  # not sure: many rows share an id and stand together; they are taken for one record'
        )
    body, entry_lines = _fields(guess, columns)
    lines += entry_lines
    lines.append(f"[sources.{source}.files.fields]")
    lines += body
    unused = [column.name for column in columns if column not in used]
    if unused:
        shown = _said(unused[:40]) + (f" and {len(unused) - 40} more" if len(unused) > 40 else "")
        lines.append(f"# not used: {shown}")
    return lines


def _fields(guess: Guess, columns: list[Column]) -> tuple[list[str], list[str]]:
    lines: list[str] = []
    entry: list[str] = []
    order = [each.name for each in fields(BY_TABLE[guess.record])]
    scale_lines = _scale(guess) if guess.record == "survey_response" else {}
    for name in order:
        if name == "id":
            lines += _id(guess, columns)
        elif name in scale_lines:
            lines.append(scale_lines[name])
        elif name in guess.fields:
            lines += _one_field(guess, name, guess.fields[name])
        elif guess.record == "survey_response" and name == "answered_at" and "answered_at" not in guess.fields:
            lines.append(
                "# answered_at = ...  # not sure: no column of dates was found, and without one the answers belong to no day"
            )
    times = [
        c
        for n, c in guess.fields.items()
        if kind_of(guess.record, n) is datetime and c.dates not in ("unix", "unix_ms")
    ]
    if any(
        not re.search(r"(Z|[+-]\d\d:?\d\d)$", text) and re.search(r"\d:\d\d", text)
        for c in times
        for text in c.texts[:50]
    ):
        entry.append(
            '# not sure: in which time zone its times are; the company\'s is taken, else write time_zone = "Europe/Madrid"'
        )
    return lines, entry


def _stand_together(path: Path, layout: Layout, shape: Shape, guess: Guess) -> bool:
    """Whether this is an event log or the lines of orders: ids repeat, and the rows of each one follow each other."""
    column = guess.fields.get("id")
    if guess.record not in ("ticket", "purchase") or column is None or column.distinct > 0.9 * len(column.texts):
        return False
    asked = Shape(shape.type, shape.columns, shape.rows, [column.name])
    place = asked.place_of(column.name)
    seen: set[int] = set()
    now = ""
    for _, row in formats.read(path, layout, asked):
        text = "" if isinstance(row, BadRow) else as_text(row[place])
        if text and text != now:
            if hash(text) in seen:
                return False
            seen.add(hash(text))
            now = text
    return True


def _id(guess: Guess, columns: list[Column]) -> list[str]:
    column = guess.fields.get("id")
    rows = len(columns[0].cells)
    if column is not None and guess.merges:
        return [f"id = {_toml(column.name)}"]
    if column is not None and column.distinct >= 0.5 * len(column.texts):
        repeated = len(column.texts) - column.distinct
        doubt = ""
        if repeated:
            doubt = (
                f'  # not sure: {number(repeated, "row")} of {rows:,} repeat an id and are rejected; where the later row is right, write same_id = "last_wins";'
                ' for an event log or the lines of an order write same_id = "merge"'
            )
        return [f"id = {_toml(column.name)}{doubt}"]
    parts = [
        guess.fields[name].name
        for name in (
            "id",
            "bug",
            "ticket",
            "customer",
            "ordered_at",
            "answered_at",
            "opened_at",
            "reported_at",
            "started_on",
        )
        if name in guess.fields
    ]
    parts = list(dict.fromkeys(parts))
    if len(parts) >= 2 and guess.record in ("purchase", "bug_report", "survey_response", "subscription"):
        return [f"id = {_toml(parts)}  # not sure: no single column tells the rows apart"]
    if column is not None:
        return [
            f"id = {_toml(column.name)}  # not sure: each stands in many rows, and the later ones are rejected; "
            'if the rows of one stand together, write same_id = "merge"'
        ]
    unique = sorted((each for each in columns if each.texts), key=lambda each: (-each.distinct, each.dates is not None))
    return [
        f"id = {_toml((unique or columns)[0].name)}  # not sure: no column is named like a key; this one differs most from row to row"
    ]


def _one_field(guess: Guess, name: str, column: Column) -> list[str]:
    record = guess.record
    kind = kind_of(record, name)
    options: dict[str, Any] = {}
    doubts: list[str] = []
    if name in guess.by_content:
        doubts.append("only its content fits, its name does not say so")
    if guess.merges and name in ("opened_at", "ordered_at"):
        options["take"] = "min"
    elif guess.merges and name == "solved_at":
        options["take"] = "max"
    elif guess.merges and name == "amount":
        options["take"] = "sum"
        doubts.append("the rows are added up; if each already holds the whole amount, leave take away")
    if kind in (date, datetime) and column.dates not in (None, "iso"):
        options["format"] = column.dates
        if column.dates_too:
            doubts.append(f"day or month first? {column.dates_too} would read every one of them, too")
    if kind is int and name != "score":
        if column.comma:
            options["decimal_comma"] = True
        if column.comma_unsure:
            doubts.append(
                f"is {_said([next(t for t in column.texts if re.search(r'[.,][0-9]{3}$', t))])} more than a thousand?"
            )
        if name not in MONEY and any(re.search(r"[.,]\d*[1-9]", text) for text in column.texts):
            doubts.append("it holds broken numbers, which are set aside")
    allowed = WORDS.get((record, name))
    if allowed:
        said = list(dict.fromkeys(column.texts))[:20]
        if any(text.casefold() not in allowed for text in said):
            options["values"] = {text: _meant(name, text, allowed) for text in said}
            options["other"] = ""
            doubts.append(f"say what each one means: {listed(allowed)}, or nothing")
    if name == "ended_on":
        doubts.append("if this is the last day and not the first day after it, add plus = { days = 1 }")
    if not options:
        return [f"{name} = {_toml(column.name)}" + (f"  # not sure: {'; '.join(doubts)}" if doubts else "")]
    return [
        f"{name} = {_toml({'column': column.name, **options})}"
        + (f"  # not sure: {'; '.join(doubts)}" if doubts else "")
    ]


_MEANINGS = {
    "blocker": r"block|critical|^p0$|^s1$|urgent|highest",
    "major": r"major|high|^p1$|^s2$",
    "minor": r"minor|medium|normal|moderate|^p2$|^s3$",
    "cosmetic": r"cosmetic|trivial|^low|lowest|^p[45]$|^s4$",
    "involuntary": r"involunt|dismiss|for cause|layoff|laid off|fired|redundan",
    "voluntary": r"volunt|resign|quit",
    "problem": r"problem|bug|incident|technical|error|defect|fault",
    "question": r"question|inquiry|enquiry|how to",
    "request": r"request|refund|cancel|change|wish",
}


def _meant(name: str, text: str, allowed: tuple[str, ...]) -> str:
    for meaning, pattern in _MEANINGS.items():
        if meaning in allowed and re.search(pattern, text.casefold()):
            return meaning
    return ""


def _scale(guess: Guess) -> dict[str, str]:
    """The lines of kind, scale and score. Codes outside the scale are named, and not guessed away."""
    column = guess.fields["score"]
    numbers = Counter(int(float(text)) for text in column.texts if re.fullmatch(r"\d{1,2}(\.0+)?", text))
    words = sorted({text for text in column.texts if not re.fullmatch(r"\d{1,2}(\.0+)?", text)})
    total = sum(numbers.values())
    folded = column.folded
    doubt = ""
    if re.search(r"nps|recommend|netpro|promoter", folded):
        kind, scale = "nps", "0-10"
    elif re.search(r"ces|effort|ease|easy", folded):
        many = sum(often for each, often in numbers.items() if each > 5)
        kind, scale = "ces", ("2.0" if many > 0.1 * total else "1-5 easy")
        doubt = "high means easy? Where 1 is the easiest, the scale is 1.0"
    else:
        kind, scale = "csat", "1-5"
        if sum(often for each, often in numbers.items() if each > 6) > 0.2 * total:
            kind, scale = "nps", "0-10"
        doubt = f"the highest score is {max(numbers, default=0)}"
        if not re.search(r"csat|satisf", folded):
            doubt += ", and the name does not say what was asked"
    low, high = SCALES[kind, scale]
    outside = sorted(each for each in numbers if not low <= each <= high)
    doubts = []
    if outside:
        rows = sum(numbers[each] for each in outside)
        doubts.append(
            f'{number(rows, "row")} with {listed(map(str, outside))} are set aside; if that means "no answer", add it to blanks'
        )
    value: Any = column.name
    if words:
        value = {"column": column.name, "blanks": words[:20]}
        doubts.append(f"{_said(words[:5])} is taken for no answer")
    return {
        "kind": f"kind = {{ constant = {_toml(kind)} }}" + (f"  # not sure: {doubt}" if doubt else ""),
        "scale": f"scale = {{ constant = {_toml(scale)} }}",
        "score": f"score = {_toml(value)}" + (f"  # not sure: {'; '.join(doubts)}" if doubts else ""),
    }
