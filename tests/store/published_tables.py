"""All that readers can see, as plain rows, to compare one store with another or with itself later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, select

from store import Store
from store.schema import (
    account,
    bug_contact,
    bug_rating,
    customer_interval,
    excerpt_of_bug,
    excerpt_of_survey,
    lease,
    listed_bug,
    mark,
    meta,
    metadata,
    paying,
    revenue_month,
    sign_of_life,
    stored_rows,
    tally,
    tally_total,
)

PUBLISHED = (
    account,
    customer_interval,
    revenue_month,
    paying,
    tally,
    tally_total,
    listed_bug,
    bug_contact,
    bug_rating,
    excerpt_of_bug,
    excerpt_of_survey,
    mark,
    stored_rows,
)

HOW_READ = ("read", "rejected")  # these follow how often and in which pages the rows were read, not what they are


def rows_of(store: Store, tables: Iterable[Any] = PUBLISHED) -> dict[str, list[str]]:
    """Table -> its rows as text, sorted; weights rounded, since sums of thirds differ in the last bit."""
    with store.engine.connect().execution_options(reading=True) as connection:
        return {
            table.name: sorted(
                str(tuple(round(cell, 9) if isinstance(cell, float) else cell for cell in row))
                for row in connection.execute(select(*(each for each in table.c if each.name not in HOW_READ)))
            )
            for table in tables
        }


def empty(store: Store) -> None:
    """Removes all rows; the shape, the lease, the time zone, its identity and the key's fingerprint stay."""
    with store.engine.begin() as connection:
        for table in metadata.sorted_tables:
            if table not in (meta, lease, sign_of_life):
                connection.execute(delete(table))
        connection.execute(delete(meta).where(meta.c.name.not_in(["time_zone", "store", "staff_key_fingerprint"])))
