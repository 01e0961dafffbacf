"""One cell, or one row, that cannot be stored: the same thing from the cell in a file to the line that people read."""

from __future__ import annotations

from dataclasses import dataclass

# What is said of a value that is not what it should be, by whoever reads one: each goes on behind the value.
DATE_OUT_OF_RANGE = "is a date out of range"
NOT_A_DATE = "is not a date"
NOT_A_LIST = "is not a list"
NOT_A_NUMBER = "is not a number"
NOT_A_WHOLE_NUMBER = "is not a whole number"
NOT_AN_OBJECT = "is not an object"
NOT_TEXT = "is not text"


@dataclass
class Rejected(Exception):
    """Why a row is rejected, with all that somebody needs to correct it where it comes from.

    Made by whoever reads a cell, which knows its value and the reason: raised, or left in its row instead of the cell.
    Whoever knows which row that is says record, place and column, hands it on, and the store keeps it (masked) as a row
    of `rejected_row`.
    """

    record: str  # the table that the row was meant for, for example "ticket"
    place: str  # file and row, or address and id; "" while that is not known
    column: str  # as its source calls it
    value: str
    reason: str  # goes on behind the value: "is not a date"

    @classmethod
    def cell(cls, value: str, reason: str, column: str = "") -> Rejected:
        """Of a row that is not known here."""
        return cls("", "", column, value, reason)

    def __str__(self) -> str:
        return self.reason
