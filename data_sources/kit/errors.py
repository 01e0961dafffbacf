"""What can go wrong while another system is asked, by what is to be done about it."""

from __future__ import annotations

from data_sources.source import SourceError
from store.rejected import Rejected


class Refused(SourceError):
    """Somebody must change something: the other side answered with a status that trying again will not change."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Later(SourceError):
    """The next refresh tries again and may succeed: it does not answer, its limit is used up, or the time was."""


def shown(value: object) -> str:
    """Whatever JSON may hold, as a short text."""
    return str(value)[:200]


def bad_cell(column: str, value: object, reason: str) -> Rejected:
    """To be raised: one value cannot be read, its row is rejected, and the others go in."""
    return Rejected.cell(shown(value), reason, column)
