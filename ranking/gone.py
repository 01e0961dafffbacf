"""Bugs that were on the list a week ago and are not today, and whether that is because they are over."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ranking.endings import End
    from ranking.known import Known


class Gone(NamedTuple):
    """`end` is None where it is still open: it ranks lower now, or nobody reported it for longer than the window."""

    id: str
    title: str
    end: End | None


def gone(known: Known, listed: Collection[str]) -> tuple[Gone, ...]:
    """In the order of the list of a week ago."""
    before = sorted((place, bug) for bug, place in known.places_before.items() if place <= known.listed)
    left = [known.scored[bug] for _, bug in before if bug not in listed and bug in known.scored]
    return tuple(Gone(each.bug.id, each.bug.title, each.end if each.ending.state == "gone" else None) for each in left)
