"""The indexes of the nouns, which a first load goes without: a million rows are sorted once, where each would have to find
its place in every index while it is saved.

What finds a row by its id is part of its table and always there. Nothing else asks for rows before they are counted.
"""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.schema import DropIndex

from store.schema import FACTS, row_count


def leave_out(connection: Connection) -> None:
    """Takes the indexes away where there are no rows. Called while nothing is counted, so that `make` follows."""
    if connection.scalar(select(row_count.c.n).where(row_count.c.n > 0).limit(1)):
        return
    for table in FACTS.values():
        for index in table.indexes:
            connection.execute(DropIndex(index, if_exists=True))


def make(connection: Connection) -> None:
    """Makes those that are missing."""
    for table in FACTS.values():
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            index.create(connection, checkfirst=True)
