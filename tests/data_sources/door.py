"""What the store lets in of the pages of a source, and what it rejects, without a store: its own checks, record by record."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from data_sources.source import Page, RejectedRow
from store.saving import CannotRead, Shape


@cache
def _shape(record: str) -> Shape:
    return Shape(record, "sqlite", ZoneInfo("UTC"), lambda id: id)


def let_in(page: Page) -> tuple[list[Any], list[RejectedRow]]:
    """The records that go in, and the rows that do not: those of the source, and those that the store refuses."""
    good, rejected = [], list(page.rejected_rows)
    for at, record in enumerate(page.records):
        try:
            _shape(record.TABLE).row("test", record)
        except CannotRead as error:
            assert page.where is not None
            place, column = page.where(at, error.column)
            rejected.append(RejectedRow(record.TABLE, place, column, str(error.value), error.reason))
        else:
            good.append(record)
    return good, rejected
