"""The parts of the page about sources: how old each is, what it holds, and the rows that could not be read."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from display import frame, tables, words
from display.foreign import plain
from metrics.cautions import found_elsewhere, percent
from metrics.readings import SourceState, Unresolved, View

SHOWN = 50
NAMES = {
    "survey_response": "survey answers",
    "bug_report": "bug reports",
    "employment": "employments",
}


def answer(states: Sequence[SourceState], view: View) -> str:
    """Is everything read, and recently enough?"""
    if not states:
        return "No source is set up yet."
    late = [state.name for state in states if frame.is_stale(state, view.now)]
    aside = sum(state.set_aside for state in states)
    rows = f"{aside:,} rows could not be read and were set aside" if aside else "No row had to be set aside"
    rows = rows.replace("1 rows could not be read and were", "1 row could not be read and was") if aside == 1 else rows
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
            "State": plain(_state(state, view), 400),
            "Holds": ", ".join(_held(record, n) for record, n in sorted(state.rows.items()) if n) or "nothing",
            "Set aside": f"{state.set_aside:,}",
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
    st.header("References to nothing", anchor=False)
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
        kept = "; the rows of before are kept" if any(state.rows.values()) else ""
        return f"failed{kept}. {state.reason}"
    if state.outcome == "interrupted":
        return "the last read did not finish; the next one goes on from there"
    if state.outcome == "never read":
        return "has not been read yet: type ./run refresh"
    if frame.is_stale(state, view.now):
        return f"old: promised every {state.stale_after_hours:g} hours"
    return "being read now" if state.outcome == "running" else "read in time"


def _held(record: str, n: int) -> str:
    word = NAMES.get(record, record.replace("_", " ") + "s")
    return f"{n:,} {word if n != 1 else word.removesuffix('s')}"


def rows_set_aside(rows: Sequence[dict[str, str]]) -> None:
    """Where each is, and what is wrong with it. The values were masked before they were stored."""
    if not rows:
        st.markdown("None: every row that was read could be used.")
        return
    st.markdown(
        "These rows are in no number. Mend them where they come from and refresh: a row that can be read leaves this list."
    )
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
    st.table(tables.columns(shown), border="horizontal", hide_index=True, alt="Rows that could not be read")
    if len(rows) > SHOWN:
        st.caption(f"The newest {SHOWN} are shown.")
    st.download_button(
        "Take them as a file (CSV)",
        data=lambda: tables.as_csv(dict(row) for row in rows),
        file_name="set-aside.csv",
        mime="text/csv",
        on_click="ignore",
    )
