"""What the page of data health asks: how each source is, what it names that nobody has, and the rows that were rejected."""

from __future__ import annotations

from datetime import datetime

from store import Published
from store.published import SourceState as SourceState
from store.published import Unresolved as Unresolved
from store.published.sources import RejectedRow as RejectedRow
from views.cache import cached
from views.view import View


@cached(4)
def sources(published: Published, view: View) -> tuple[SourceState, ...]:
    """As of the snapshot: every refresh publishes one, also when a source failed in it."""
    return tuple(published.sources())


@cached(4)
def unresolved(published: Published, view: View) -> list[Unresolved]:
    """References that name no stored row, as of the snapshot."""
    return published.unresolved()


def held(view: View) -> str | None:
    """Why nothing newer is published; None where nothing is held back."""
    with view.store.reading() as published:
        return published.held()


@cached(4)
def rejected_rows(published: Published, view: View) -> list[RejectedRow]:
    return published.rejected_rows()


def is_stale(state: SourceState, now: datetime) -> bool:
    """Whether what it holds is older than promised, or was never read."""
    if state.last_succeeded_at is None or state.outcome == "failed":
        return True
    return (now - state.last_succeeded_at).total_seconds() > state.stale_after_hours * 3600
