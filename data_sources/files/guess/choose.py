"""Which record the rows of a file are, and which column is which of its fields: by their names first, then by content."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from data_sources.files.guess import headers
from data_sources.files.guess.columns import Column, folded
from data_sources.files.guess.headers import FIELDS, KEYS, PLAIN_KEYS, Words
from data_sources.mapping.plan import REFERENCES, kind_of
from store.records import BY_TABLE

NUMBERED = re.compile(r"\d{1,2}(\.0+)?")


@dataclass(slots=True)
class Guess:
    """A record, which column is which field, and how much speaks for it."""

    record: str
    fields: dict[str, Column] = field(default_factory=dict)
    points: float = 0
    by_content: list[str] = field(default_factory=list)  # fields whose column has no telling name
    missing: list[str] = field(default_factory=list)  # fields it cannot be without, for which there is no column

    @property
    def is_enough(self) -> bool:
        return self.points >= headers.ENOUGH


def guesses(path: Path, columns: list[Column]) -> list[Guess]:
    """One for each record that has words, the likeliest first; one that lacks what it needs comes after a complete one
    close to it."""
    found = [guess_of(record, path, columns) for record in BY_TABLE if record in FIELDS]
    return sorted(found, key=lambda each: -(each.points - headers.CLOSE * bool(each.missing)))


def guess_of(record: str, path: Path, columns: list[Column]) -> Guess:
    guess = Guess(record)
    free = [column for column in columns if column.texts]
    key = _key(record, free)
    if key is not None:
        guess.fields["id"] = key
        if key.folded not in PLAIN_KEYS:
            free = [column for column in free if column is not key or record in ("survey_response", "release")]
    for name, words in FIELDS[record].items():
        found, weight = _best(record, name, words, free)
        if found is not None:
            guess.fields[name] = found
            guess.points += weight
            free = [column for column in free if column is not found]
    _by_content(guess, columns)
    guess.points += _what_the_key_says(record, columns) + _what_the_file_is_called(record, path)
    guess.missing = list(_missing(guess))
    return guess


def _best(record: str, name: str, words: Words, free: list[Column]) -> tuple[Column | None, float]:
    """The column for a field, and how much it says."""
    for said, weight in ((words.words, words.weight), (words.weak, words.weight * headers.WEAKER)):
        for word in said.split():
            for column in free:
                if _is_called(column, word, record) and fits(record, name, column):
                    return column, weight
    return None, 0


def _is_called(column: Column, word: str, record: str) -> bool:
    """Whether the column has this name, also after the name of the record: ticket_subject is a subject."""
    names = {column.stem, column.folded}
    nouns = (*KEYS[record].split(), record)
    names |= {name.removeprefix(f"{noun}_") for name in tuple(names) for noun in nouns if name.startswith(f"{noun}_")}
    return any(fnmatchcase(name, word) for name in names)


def fits(record: str, name: str, column: Column) -> bool:
    """Whether what is in the column can be in the field. A key is never a value, and an address of mail never a key."""
    kind = kind_of(record, name)
    if kind in (date, datetime):
        return column.dates is not None
    if name in REFERENCES:
        return column.dates is None and not column.is_mail
    if column.folded != column.stem and column.names_a_key and kind is not tuple:
        return False
    if name == "score":
        return bool(column.texts) and (looks_like_scores(column) or says_scores(column))
    if kind is int:
        return column.is_number and column.dates is None
    if kind is bool:
        return {text.casefold() for text in column.texts} <= {"true", "false", "yes", "no", "1", "0", "y", "n"}
    if kind is tuple:
        return not column.is_number
    return column.dates is None


def looks_like_scores(column: Column) -> bool:
    return sum(bool(NUMBERED.fullmatch(text)) for text in column.texts) >= 0.5 * len(column.texts)


def says_scores(column: Column) -> bool:
    """good, bad; very satisfied: few words, most of which are known."""
    from data_sources.files.guess.ratings import words_of

    return words_of(column) is not None


# --- the key -----------------------------------------------------------------------------------------------------


def _key(record: str, columns: list[Column]) -> Column | None:
    """The column named like the key of this record, the one that differs most; else one that is called id."""
    nouns = KEYS[record].split()
    ways: list[Callable[[Column], bool]] = [
        lambda c: c.stem in nouns,
        lambda c: c.folded in PLAIN_KEYS,
        _is_unknown_key,
    ]
    for named in ways:
        fitting = [c for c in columns if named(c) and c.dates is None and not c.is_mail]
        if fitting:
            return max(fitting, key=lambda c: (c.is_unique, c.distinct))
    return None


def _is_unknown_key(column: Column) -> bool:
    """Called a key, and of nothing that is known."""
    known = {noun for nouns in KEYS.values() for noun in nouns.split()}
    return column.names_a_key and column.stem not in known and column.is_unique


def _what_the_key_says(record: str, columns: list[Column]) -> float:
    """The first key of a table says what its rows are, also where it is the key of something else."""
    for column in columns:
        known = [each for each, nouns in KEYS.items() if column.stem in nouns.split()]
        if column.dates is None and known and (column.is_unique or column.names_a_key):
            if column.is_unique or record in ("ticket", "purchase"):
                return headers.KEY if record in known else 0.0
        elif column.names_a_key and column.is_unique and column.folded not in PLAIN_KEYS:
            return headers.FOREIGN
    return 0.0


def _what_the_file_is_called(record: str, path: Path) -> float:
    words = folded(path.name.split(".")[0])
    patterns = headers.FILES[record].split()
    parts = [words, *words.split("_")]
    return headers.FILE if any(fnmatchcase(part, pattern) for part in parts for pattern in patterns) else 0.0


# --- what is missing ---------------------------------------------------------------------------------------------


def _missing(guess: Guess) -> Iterator[str]:
    record = guess.record
    needed = [
        each.name for each in fields(BY_TABLE[record]) if is_required(each) and each.name not in ("kind", "scale")
    ]
    for name in dict.fromkeys((*needed, *headers.NEEDS.get(record, ()))):
        if name not in guess.fields and name != "id":
            yield name
    has = guess.fields.keys()
    if record == "bug_report" and "ticket" not in has:
        yield from (name for name in ("customer", "reported_at") if name not in has)
    if record == "customer":
        key = guess.fields.get("id")
        if key is None or not key.is_unique:
            yield "id"
        if not has & {"name", "segment", "plan", "mrr", "started_on"}:
            yield "started_on"
    elif record in ("release", "employment", "bug", "ticket") and "id" not in has:
        yield "id"


def is_required(declared: Field[object]) -> bool:
    return declared.default is MISSING and declared.default_factory is MISSING


def _by_content(guess: Guess, columns: list[Column]) -> None:
    """Where no name fits: the only column of dates; and in a file without names whatever it can be."""
    taken = [id(column) for column in guess.fields.values()]
    free = [column for column in columns if column.texts and id(column) not in taken]
    dated = [column for column in columns if column.is_recent and not _is_no_event(column)]
    event = headers.EVENT[guess.record]
    if event not in guess.fields and len(dated) == 1 and dated[0] in free:
        _take(guess, event, dated[0])
        guess.points += headers.UNNAMED
        free.remove(dated[0])
    if guess.record == "purchase" and all(column.name.isdigit() for column in columns):
        texts = [column for column in free if column.dates is None]
        _take(guess, "customer", next((c for c in texts if c.distinct < len(c.texts) and not _is_broken(c)), None))
        _take(guess, "amount", next((c for c in texts if _is_broken(c)), None))
        guess.points += 2.0 * sum(name in guess.by_content for name in ("customer", "amount"))


def _is_no_event(column: Column) -> bool:
    return any(part in headers.NO_EVENT for part in column.folded.split("_"))


def _is_broken(column: Column) -> bool:
    return column.is_number and any("." in text or "," in text for text in column.texts)


def _take(guess: Guess, name: str, column: Column | None) -> None:
    if column is not None and name not in guess.fields:
        guess.fields[name] = column
        guess.by_content.append(name)


def unused(columns: list[Column], used: Iterable[str]) -> list[Column]:
    names = set(used)
    return [column for column in columns if column.name not in names]
