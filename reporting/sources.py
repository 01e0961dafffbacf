"""How the sources are: what is read and how recently, what they hold, and what was rejected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reporting import words
from reporting.cautions import FIX, found_elsewhere, plural, waiting_sentence
from views.sources import RejectedRow, SourceState, Unresolved, is_stale
from views.view import View

SHOWN = 50  # rejected rows that are listed; the file has all of them
NONE_REJECTED = "None: every row that was read could be used."
WHAT_REJECTED_MEANS = f"Rejected rows are in no number. {FIX}"
MORE_REJECTED = f"The newest {SHOWN} are shown."
TABLE = "Sources, their age and their rows"
REFERENCES = "References that name no stored row"
AS_A_FILE = "Take them as a file (CSV)"


def answer(states: Sequence[SourceState], now: datetime) -> str:
    """Is everything read, and recently enough?"""
    if not states:
        return "No source is set up yet."
    late = [state.name for state in states if is_stale(state, now)]
    aside = sum(sum(rejected for rejected, _ in state.rejected.values()) or state.rejected_rows for state in states)
    rows = f"{aside:,} rejected {'row' if aside == 1 else 'rows'}" if aside else "No rejected rows"
    if not late:
        every = "The only source was" if len(states) == 1 else f"All {len(states)} sources were"
        return f"{every} read in time. {rows}."
    word = "source is" if len(late) == 1 else "sources are"
    return f"{len(late)} of {len(states)} {word} old or failing: {words.listed(late)}. {rows}."


def rows(states: Sequence[SourceState], now: datetime) -> list[dict[str, str]]:
    """One row for each source."""
    return [
        {
            "Source": state.name,
            "Kind": state.type,
            "Last read": words.ago(state.last_succeeded_at, now) if state.last_succeeded_at else "never",
            "State": _state(state, now) + _waiting(state),
            "Holds": ", ".join(_held(record, n) for record, n in sorted(state.rows.items()) if n) or "nothing",
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
            "Given": f"{each.given:,}",
            "Name no stored row": f"{each.missing:,} ({words.share(each.missing, each.given)})",
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
        return "the last read did not finish; the next one goes on from there"
    if state.outcome == "never read":
        return "has not been read yet: type ./run refresh"
    if is_stale(state, now):
        return f"old: promised every {state.stale_after_hours:g} hours"
    return "being read now" if state.outcome == "running" else "read in time"


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
    """The last line of a page, sentence by sentence, and whether each must be seen: how old it is, worst source first.

    `used` are the sources that the page is made from; None for all.
    """
    told = sorted(
        (state for state in states if used is None or state.name in used), key=lambda each: not is_stale(each, view.now)
    )
    counted = words.ago(view.snapshot.published_at, view.now)
    lines = [(freshness(state, view.now), is_stale(state, view.now) and _was_read(state)) for state in told]
    return [(f"Counted {counted} (snapshot {view.snapshot.id}).", False), *lines]


def age_of_all(view: View, states: Sequence[SourceState]) -> tuple[str, bool]:
    """ "Updated 6 min ago", and whether it must be seen, for the top of every page: the oldest of what is late, where something is."""
    late = [state.last_succeeded_at for state in states if is_stale(state, view.now) and state.last_succeeded_at]
    if late:
        return f"Out of date: {words.ago(min(late), view.now)}", True
    return f"Updated {words.ago(view.snapshot.published_at, view.now)}", False


def _was_read(state: SourceState) -> bool:
    return state.last_succeeded_at is not None


def freshness(state: SourceState, now: datetime) -> str:
    if state.last_succeeded_at is None:
        return f"{state.name} has never been read."
    age = words.ago(state.last_succeeded_at, now)
    if state.outcome == "failed":
        return f"{state.name} could not be read; its numbers are from {age}."
    return f"{state.name} is old: read {age}." if is_stale(state, now) else f"{state.name} read {age}."


def warning_of_age(states: Sequence[SourceState], now: datetime) -> str:
    """Said before the numbers, where some of them are older than promised; else ""."""
    return " ".join(freshness(state, now) for state in states if is_stale(state, now))
