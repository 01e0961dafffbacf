"""The state of the sources: how recently each was read, its rows, and what was rejected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reporting import words
from reporting.cautions import FIX, found_elsewhere, plural, waiting_sentence
from views.sources import RejectedRow, SourceState, Unresolved, is_stale
from views.view import View

SHOWN = 50  # rejected rows that are listed; the file has all of them
NONE_REJECTED = "None: every row could be used."
WHAT_REJECTED_MEANS = f"Rejected rows are not counted in any metric. {FIX}"
MORE_REJECTED = f"The newest {SHOWN} are shown; the file has all."
TABLE = "Sources, their age and their rows"
REFERENCES = "References to rows that are not stored"
AS_A_FILE = "Download CSV"


def answer(states: Sequence[SourceState], now: datetime) -> str:
    """Is every source up to date?"""
    if not states:
        return "No source is set up yet."
    late = [state.name for state in states if is_stale(state, now)]
    n = sum(sum(rejected for rejected, _ in state.rejected.values()) or state.rejected_rows for state in states)
    rows = f"{n:,} rejected {'row' if n == 1 else 'rows'}" if n else "No rejected rows"
    if not late:
        every = "The only source is" if len(states) == 1 else f"All {len(states)} sources are"
        return f"{every} up to date. {rows}."
    word = "source is" if len(states) == 1 else "sources are"
    return f"{len(late)} of {len(states)} {word} out of date or failing: {words.listed(late)}. {rows}."


def rows(states: Sequence[SourceState], now: datetime) -> list[dict[str, str]]:
    """One row for each source."""
    return [
        {
            "Source": state.name,
            "Type": state.type,
            "Last read": words.ago(state.last_succeeded_at, now) if state.last_succeeded_at else "never",
            "Status": _state(state, now) + _waiting(state),
            "Rows": ", ".join(_held(record, n) for record, n in sorted(state.rows.items()) if n) or "none",
            "Rejected": _rejected(state),
        }
        for state in states
    ]


def references(found: Sequence[Unresolved]) -> list[dict[str, str]]:
    """One row for each kind of reference of which some name nothing that is stored."""
    return [
        {
            "Source": each.source,
            "Reference": f"{each.field} of {each.record.replace('_', ' ')}",
            "In all": f"{each.given:,}",
            "Not found": f"{each.missing:,} ({words.share(each.missing, each.given)})",
        }
        for each in found
        if each.missing
    ]


def hints(found: Sequence[Unresolved]) -> list[str]:
    """Where the references that name nothing would find it."""
    return [hint for each in found if each.missing and (hint := found_elsewhere(each))]


def _state(state: SourceState, now: datetime) -> str:
    if state.outcome == "failed":
        kept = "; previous data kept" if any(state.rows.values()) else ""
        return f"failed{kept}. {state.reason}"
    if state.outcome == "interrupted":
        return "the last refresh was interrupted; the next one continues there"
    if state.outcome == "never read":
        return "not read yet: type ./run refresh"
    if is_stale(state, now):
        return f"out of date: {_expected(state)}"
    return "being read" if state.outcome == "running" else "up to date"


def _waiting(state: SourceState) -> str:
    return f". {waiting_sentence(state.waiting, sum(state.rows.values()))}" if state.waiting else ""


def _rejected(state: SourceState) -> str:
    """ "4 of 3,187 purchases (0.1%)"; the number alone of rows that were read before they were counted."""
    counts = [
        f"{rejected:,} of {read:,} {plural(record)} ({words.share(rejected, read)})"
        for record, (rejected, read) in sorted(state.rejected.items())
    ]
    return ", ".join(counts) or f"{state.rejected_rows:,}"


def _held(record: str, n: int) -> str:
    word = plural(record)
    return f"{n:,} {word if n != 1 else word.removesuffix('s')}"


def rejected_rows(found: Sequence[RejectedRow]) -> list[dict[str, str]]:
    """Where each of the newest is, and what is wrong with it. The values were masked before they were stored."""
    return [
        {
            "Source": row["source"],
            "Where": row["place"],
            "Column": row["column"],
            "Value": row["value"],
            "Why": row["reason"],
        }
        for row in found[:SHOWN]
    ]


def updated(view: View, states: Sequence[SourceState], used: tuple[str, ...] | None = None) -> list[tuple[str, bool]]:
    """The last line of a page, part by part, and whether each must be seen: "Updated 6 min ago", "· sample 6 min"; worst first.

    `used` are the sources that the page is made from; None for all.
    """
    shown = sorted(
        (state for state in states if used is None or state.name in used), key=lambda each: not is_stale(each, view.now)
    )
    parts = [(f"· {_age(state, view.now)}", is_stale(state, view.now) and _was_read(state)) for state in shown]
    return [(f"Updated {words.ago(view.snapshot.published_at, view.now)}", False), *parts]


def _age(state: SourceState, now: datetime) -> str:
    """ "sample 6 min"; of one that is out of date or failing, the sentence that says so."""
    if state.last_succeeded_at is None or is_stale(state, now):
        return freshness(state, now).removesuffix(".")
    return f"{state.name} {words.ago(state.last_succeeded_at, now).removesuffix(' ago')}"


def age_of_all(view: View, states: Sequence[SourceState]) -> tuple[str, bool]:
    """ "Updated 6 min ago", and whether it must be seen, for the top of every page: the oldest of what is late, where something is."""
    late = [state for state in states if is_stale(state, view.now)]
    if never := [state.name for state in late if state.last_succeeded_at is None]:
        return f"Out of date: {never[0]} was never read", True
    if read := [state.last_succeeded_at for state in late if state.last_succeeded_at]:
        return f"Out of date: {words.ago(min(read), view.now)}", True
    return f"Updated {words.ago(view.snapshot.published_at, view.now)}", False


def _was_read(state: SourceState) -> bool:
    return state.last_succeeded_at is not None


def _expected(state: SourceState) -> str:
    return f"expected every {state.stale_after_hours:g} h"


def freshness(state: SourceState, now: datetime) -> str:
    """Of a source that is out of date or failing."""
    if state.last_succeeded_at is None:
        return f"{state.name} has never been read."
    age = words.ago(state.last_succeeded_at, now)
    if state.outcome == "failed":
        return f"{state.name} could not be read; its data is from {age}."
    return f"{state.name} is out of date: last read {age}, {_expected(state)}."


def warning_of_age(states: Sequence[SourceState], now: datetime) -> str:
    """Said before the numbers, where some sources are out of date; else ""."""
    return " ".join(freshness(state, now) for state in states if is_stale(state, now))
