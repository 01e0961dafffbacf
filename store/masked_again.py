"""Texts that were stored by an older version of masking are masked again, so that what it let through is nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, bindparam, insert, select, true, update

from store.marks import stored_fields
from store.masking import VERSION, clean, mask
from store.publishing.stale import is_done
from store.records import RECORDS
from store.schema import FACTS, excerpt_of_bug, excerpt_of_survey, listed_bug, rejected_row, run, snapshot

NAME = "masking"  # in meta: by which version all stored texts are masked
SHOWN = 500  # characters of a text that readers see, or of a reason
# Where texts of people are, besides the rows they came in: column -> in which of its rows.
COPIES = {
    excerpt_of_bug.c.subject: true(),
    excerpt_of_bug.c.excerpt: true(),
    excerpt_of_survey.c.comment: true(),
    listed_bug.c.title: listed_bug.c.is_cluster,  # there it is the subject of a ticket; that of a bug nobody masks
    rejected_row.c.value: true(),
    rejected_row.c.reason: true(),
    run.c.reason: true(),
}


def mask_again(connection: Connection) -> int:
    """Masks every stored text again, if that was not done by this version yet. How many became others.

    Names of people are not known any more: what stands for them stays. Readers see it as another snapshot of the same
    counts. In the transaction of the caller.
    """
    if is_done(connection, NAME, str(VERSION)):
        return 0
    changed = sum(_mask_column(connection, *each) for each in _texts())
    if changed:
        last = select(snapshot.c.published_at, snapshot.c.is_sample, snapshot.c.newest_run)
        same = last.order_by(snapshot.c.id.desc()).limit(1)
        connection.execute(insert(snapshot).from_select(["published_at", "is_sample", "newest_run"], same))
    return changed


def _texts() -> Iterator[tuple[Column[str], int, ColumnElement[bool]]]:
    """Columns, how long their texts may be, and in which rows they are texts of people."""
    for record in RECORDS:
        for each in stored_fields(record):
            if each.mark.free_text:
                yield FACTS[record.TABLE].c[each.name], each.mark.free_text, true()
    for column, rows in COPIES.items():
        yield column, SHOWN, rows


def _mask_column(connection: Connection, column: Column[str], longest: int, rows: ColumnElement[bool]) -> int:
    table = column.table
    assert isinstance(table, Table)
    keys = list(table.primary_key)
    asked = select(*keys, column).where(column.is_not(None), rows)
    found = connection.execute(asked.execution_options(yield_per=5_000))
    # Only what becomes another text is kept in memory, and written after the last was read.
    changed = [
        {**{f"of_{at}": cell for at, cell in enumerate(key)}, "masked": again}
        for *key, text in found
        if (again := clean(mask(text), longest)) != text
    ]
    if changed:
        mine = and_(*(key == bindparam(f"of_{at}", type_=key.type) for at, key in enumerate(keys)))
        connection.execute(update(table).where(mine).values({column: bindparam("masked")}), changed)
    return len(changed)
