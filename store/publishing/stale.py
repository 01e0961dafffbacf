"""What has changed since the last publishing, and what was done for which day or setting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, exists, insert, select, update

from store.schema import meta, stale_key


def is_noted(connection: Connection, what: str) -> bool:
    return connection.scalar(select(meta.c.value).where(meta.c.name == what)) is not None


def is_stale(connection: Connection, *kinds: str) -> bool:
    return bool(connection.scalar(select(select(stale_key.c.kind).where(stale_key.c.kind.in_(kinds)).exists())))


def is_done(connection: Connection, what: str, until: str) -> bool:
    """Whether this was done with this value of the day, month or setting that it depends on; remembers that it is now."""
    known = connection.scalar(select(meta.c.value).where(meta.c.name == what))
    if known is None:
        connection.execute(insert(meta).values(name=what, value=until))
    elif known != until:
        connection.execute(update(meta).where(meta.c.name == what).values(value=until))
    return bool(known == until)


def keys(kind: str) -> Any:
    return select(stale_key.c.key).where(stale_key.c.kind == kind)


def add_stale_keys(connection: Connection, chosen: Any) -> None:
    """`INSERT ... SELECT ... ON CONFLICT DO NOTHING`, said without a word that only one engine knows."""
    new = chosen.subquery("new")
    kind, day, key = new.columns
    known = exists().where(stale_key.c.kind == kind, stale_key.c.day == day, stale_key.c.key == key)
    connection.execute(insert(stale_key).from_select(["kind", "day", "key"], select(kind, day, key).where(~known)))


def in_parts(values: list[str], most: int = 500) -> Iterator[list[str]]:
    for start in range(0, len(values), most):
        yield values[start : start + most]
