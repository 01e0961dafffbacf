"""What has changed since the last publishing, and what was done for which day or setting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, exists, insert, select, update

from store.schema import dirty, meta


def is_noted(connection: Connection, what: str) -> bool:
    return connection.scalar(select(meta.c.value).where(meta.c.name == what)) is not None


def is_dirty(connection: Connection, *kinds: str) -> bool:
    return bool(connection.scalar(select(select(dirty.c.kind).where(dirty.c.kind.in_(kinds)).exists())))


def is_done(connection: Connection, what: str, until: str) -> bool:
    """Whether this was done with this value of the day, month or setting that it depends on; remembers that it is now."""
    known = connection.scalar(select(meta.c.value).where(meta.c.name == what))
    if known is None:
        connection.execute(insert(meta).values(name=what, value=until))
    elif known != until:
        connection.execute(update(meta).where(meta.c.name == what).values(value=until))
    return bool(known == until)


def keys(kind: str) -> Any:
    return select(dirty.c.key).where(dirty.c.kind == kind)


def add_dirt(connection: Connection, chosen: Any) -> None:
    """`INSERT ... SELECT ... ON CONFLICT DO NOTHING`, said without a word that only one engine knows."""
    new = chosen.subquery("new")
    kind, day, key = new.columns
    known = exists().where(dirty.c.kind == kind, dirty.c.day == day, dirty.c.key == key)
    connection.execute(insert(dirty).from_select(["kind", "day", "key"], select(kind, day, key).where(~known)))


def in_parts(values: list[str], most: int = 500) -> Iterator[list[str]]:
    for start in range(0, len(values), most):
        yield values[start : start + most]
