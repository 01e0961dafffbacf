"""What the store lets in of the pages of a source, and what it rejects, without a store: its own checks, record by record."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from data_sources.source import Page
from store.engines import SQLITE
from store.rejected import Rejected
from store.shapes import Shape


@cache
def _shape(record: str) -> Shape:
    return Shape(record, SQLITE, ZoneInfo("UTC"), lambda id: id)


def let_in(page: Page) -> tuple[list[Any], list[Rejected]]:
    """The records that go in, and the rows that do not: those of the source, and those that the store refuses."""
    good, rejected = [], list(page.rejected_rows)
    for at, record in enumerate(page.records):
        rows, refused = _shape(record.TABLE).rows("test", [record])
        good += [record] * len(rows)
        for _, error in refused:
            assert page.where is not None
            error.place, error.column = page.where(at, error.column)
            rejected.append(error)
    return good, rejected
