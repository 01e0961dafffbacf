"""What must be said beside a number so that nobody believes more than its sources can tell: rejected rows, missing fields.

The sentences are made here, once, for the pages, the terminal and JSON.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.published import Published, Unresolved

SAID_ABOVE, WITHHELD_ABOVE = 0.05, 0.50  # shares of rejected rows (METHODOLOGY 0)
Field = tuple[str, str]  # (record, field)
FIX = "Fix them in the source and refresh; fixed rows disappear from this list."
NAMES = {"survey_response": "survey answers", "bug_report": "bug reports", "employment": "employments"}
FIELDS = {
    "ended_on": "end dates",
    "sent_at": "send dates",
    "ordered_at": "order dates",
    "first_reply_at": "reply times",
    "solved_at": "solve times",
}


@dataclass(frozen=True, slots=True)
class Cautions:
    """`withheld`: why there must be no number. `missing`: which field nobody can say. `beside`: sentences beside it."""

    withheld: str | None = None
    missing: str | None = None
    left_out: str | None = None  # what is missing where only some sources cannot say it: "no end dates in crm"
    beside: tuple[str, ...] = ()


def cautions(
    published: Published, records: Iterable[str], needs: Iterable[Field] = (), wants: Iterable[tuple[Field, str]] = ()
) -> Cautions:
    """Of a number that is made from these records. `needs` are fields of which one source must have at least one;
    `wants` are fields without which only a part of it is not known, and the name of that part."""
    beside, withheld, missing, left_out = [], None, None, None
    made_of, needed = tuple(records), list(needs)
    for source, record, read, rejected in published.rejected(made_of):
        share = rejected / read if read else 0.0
        if share > WITHHELD_ABOVE:
            withheld = f"Withheld: {rejected_sentence(source, record, read, rejected)}"
        elif share > SAID_ABOVE:
            beside.append(rejected_sentence(source, record, read, rejected))
    if needed and not any(published.holders(record) for record in made_of):
        missing = f"No {' and no '.join(plural(record) for record in made_of)} in any source."
    lacking, said = _who_says(published, needed)
    if lacking:
        what = f"no {FIELDS[needed[0][1]]} in {', '.join(lacking)}"
        missing, left_out = (None, what) if said else (f"N{what[1:]}.", None)
    for field, part in wants:
        lacking, said = _who_says(published, [field])
        if lacking:
            names = ", ".join(lacking)
            why = f"no {FIELDS[field[1]]} in {names}"
            beside.append(f"{part} leaves out {names}: {why}." if said else f"{part} not known: {why}.")
    return Cautions(withheld, missing, left_out, tuple(beside))


def _who_says(published: Published, fields: list[Field]) -> tuple[list[str], list[str]]:
    """The sources that hold rows of these records and cannot say the field, and those that can."""
    lacking: set[str] = set()
    said: set[str] = set()
    for record, field in fields:
        for source in published.holders(record):
            (lacking if published.is_unsaid(source, record, field) else said).add(source)
    return sorted(lacking), sorted(said)


def rejected_sentence(source: str, record: str, read: int, rejected: int) -> str:
    """ "42,450 of 49,653 rows of purchases in shop were rejected (85%)." """
    of = f"{read:,} rows" if read != 1 else "1 row"
    were = "were" if rejected != 1 else "was"
    return f"{rejected:,} of {of} of {plural(record)} in {source} {were} rejected ({percent(rejected, read)})."


def waiting_sentence(waiting: int, stored: int) -> str:
    """What a terminal says of rows that have left their source, too many to remove without being asked."""
    return (
        f"{waiting:,} of {stored:,} rows are no longer in the source or now rejected. That is more than 20%, so "
        "they stay until you accept it: ./run refresh --accept-removal"
    )


def percent(part: int, whole: int) -> str:
    """Without a blank, one decimal under 20; neither none nor all where it is not."""
    share = 100 * part / whole if whole else 0.0
    if 0 < share < 0.1:
        return "under 0.1%"
    text = f"{share:.1f}" if share < 20 else f"{share:.0f}"
    if part < whole and text == "100":
        return "over 99%"
    return f"{text.removesuffix('.0')}%"


def plural(record: str) -> str:
    """The rows of this noun as readers call them: "tickets", "survey answers"."""
    return NAMES.get(record, record.replace("_", " ") + "s")


def found_elsewhere(each: Unresolved) -> str:
    """What to write into the settings where another source knows most of what the references of this one name."""
    if not each.elsewhere or each.found * 2 < each.missing:
        return ""
    things = {"customer": "customers", "ticket": "tickets", "bug": "bugs"}[each.field]
    return (
        f"{each.missing:,} of {each.given:,} {things} that {each.source} names ({percent(each.missing, each.given)}) are not "
        f"stored under its own ids; {each.elsewhere} has {each.found:,} of them. If {each.source} and {each.elsewhere} share "
        f'their ids, write shares_ids_with = ["{each.elsewhere}"] under [sources.{each.source}].'
    )
