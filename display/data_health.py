"""The parts of the page about sources: how old each is, what it holds, and the rows that could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from display import tables
from display.escape import plain
from metrics.cautions import FIX, found_elsewhere, percent, plural
from reporting import words
from views.sources import SourceState, Unresolved, is_stale
from views.view import View

SHOWN = 50


def answer(states: Sequence[SourceState], view: View) -> str:
    """Is everything read, and recently enough?"""
    if not states:
        return "No source is set up yet."
    late = [state.name for state in states if is_stale(state, view.now)]
    aside = sum(sum(rejected for rejected, _ in state.rejected.values()) or state.rejected_rows for state in states)
    rows = f"{aside:,} rejected {'row' if aside == 1 else 'rows'}" if aside else "No rejected rows"
    if not late:
        every = "The only source was" if len(states) == 1 else f"All {len(states)} sources were"
        return f"{every} read in time. {rows}."
    word = "source is" if len(late) == 1 else "sources are"
    return f"{len(late)} of {len(states)} {word} old or failing: {words.listed(late)}. {rows}."


def table(states: Sequence[SourceState], view: View) -> None:
    rows = [
        {
            "Source": plain(state.name),
            "Kind": plain(state.type),
            "Last read": words.ago(state.last_succeeded_at, view.now) if state.last_succeeded_at else "never",
            "State": plain(_state(state, view) + _waiting(state), 600),
            "Holds": ", ".join(_held(record, n) for record, n in sorted(state.rows.items()) if n) or "nothing",
            "Rejected": plain(_rejected(state), 400),
        }
        for state in states
    ]
    if rows:
        st.table(tables.columns(rows), border="horizontal", hide_index=True, alt="Sources, their age and their rows")


def references(found: Sequence[Unresolved]) -> None:
    """Which references name nothing that is stored, if any do, and where they would find it."""
    missing = [each for each in found if each.missing]
    if not missing:
        return
    st.header("Unresolved references", anchor=False)
    rows = [
        {
            "Source": plain(each.source),
            "Reference": f"{each.field} of {each.record.replace('_', ' ')}",
            "Given": f"{each.given:,}",
            "Name no stored row": f"{each.missing:,} ({percent(each.missing, each.given)})",
        }
        for each in missing
    ]
    st.table(tables.columns(rows), border="horizontal", hide_index=True, alt="References that name no stored row")
    for each in missing:
        if hint := found_elsewhere(each):
            st.markdown(plain(hint, 1000))


def _state(state: SourceState, view: View) -> str:
    if state.outcome == "failed":
        kept = "; previous data kept" if any(state.rows.values()) else ""
        return f"failed{kept}. {state.reason}"
    if state.outcome == "interrupted":
        return "the last read did not finish; the next one goes on from there"
    if state.outcome == "never read":
        return "has not been read yet: type ./run refresh"
    if is_stale(state, view.now):
        return f"old: promised every {state.stale_after_hours:g} hours"
    return "being read now" if state.outcome == "running" else "read in time"


def _waiting(state: SourceState) -> str:
    if not state.waiting:
        return ""
    return (
        f". {state.waiting:,} of {sum(state.rows.values()):,} rows are no longer in the source or now rejected: they are still counted, "
        "until somebody accepts that so many go (./run refresh --accept-removal)"
    )


def _rejected(state: SourceState) -> str:
    """ "4 of 3,187 purchases (0.1%)"; the number alone of rows that were read before they were counted."""
    counts = [
        f"{rejected:,} of {read:,} {plural(record)} ({percent(rejected, read)})"
        for record, (rejected, read) in sorted(state.rejected.items())
    ]
    return ", ".join(counts) or f"{state.rejected_rows:,}"


def _held(record: str, n: int) -> str:
    word = plural(record)
    return f"{n:,} {word if n != 1 else word.removesuffix('s')}"


def rejected_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Where each is, and what is wrong with it. The values were masked before they were stored."""
    if not rows:
        st.markdown("None: every row that was read could be used.")
        return
    st.markdown(f"Rejected rows are in no number. {FIX}")
    shown = [
        {
            "Source": plain(row["source"]),
            "Where": plain(row["place"], 120),
            "Column": plain(row["column"]),
            "Value": plain(row["value"], 60),
            "Why": plain(row["reason"], 200),
        }
        for row in rows[:SHOWN]
    ]
    st.table(tables.columns(shown), border="horizontal", hide_index=True, alt="Rejected rows")
    if len(rows) > SHOWN:
        st.caption(f"The newest {SHOWN} are shown.")
    st.download_button(
        "Take them as a file (CSV)",
        data=lambda: tables.as_csv(rows),
        file_name="rejected-rows.csv",
        mime="text/csv",
        on_click="ignore",
    )
