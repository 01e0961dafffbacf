"""Ids of two sources stay two, unless the settings say that the sources share them.

Two help desks may both have a ticket 35436. Sources that share their ids are a group; what stands before a group's ids
in the store keeps them apart from those of other groups. The first group of a store has nothing there, so that a store
with one group holds ids as they are. It is put there in one place, when a row is saved; a reference then finds a row of
its own group, or none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, literal, select, update

from store.records import REFERENCES
from store.schema import (
    BEFORE,
    FACTS,
    counted,
    id_group,
    meta,
    row_count,
    severity_change,
    stale_contact,
    stale_key,
    tally_change,
    unresolved,
)

SEPARATOR = "\x1f"  # in no id: saving takes signs like this one out
CLUSTER = "cluster:"  # what the id of a cluster of tickets without a bug starts with; that of its oldest ticket follows
OLD_CLUSTER = "pain:"  # the same in links that were made before
NAMED = frozenset(REFERENCES.values())  # the nouns that others refer to
COUNT_ALL = "count all"  # noted in `meta` until everything has been counted anew


def keyed(record: str) -> list[str]:
    """The columns of a noun that hold ids that others refer to, or such references."""
    own = ["id"] if record in NAMED else []
    return own + [field for table, field in REFERENCES if table == record]


def bare(id: str) -> str:
    """The id as its source knows it, as it is shown to people."""
    if SEPARATOR not in id:
        return id  # as nearly all, and each row of a list is asked for
    before, _, own = id.rpartition(SEPARATOR)
    return (CLUSTER if before.startswith(CLUSTER) else "") + own


def meant_by(connection: Connection, name: str) -> list[str]:
    """The ids in the store that a name from outside may mean: as it is here, or as some source knows it."""
    if name.startswith(OLD_CLUSTER):
        name = CLUSTER + name.removeprefix(OLD_CLUSTER)
    start = CLUSTER if name.startswith(CLUSTER) else ""
    prefixes = connection.scalars(select(id_group.c.prefix).distinct())
    return [name, *(start + prefix + name.removeprefix(start) for prefix in prefixes)]


def settle(connection: Connection, shares: Mapping[str, Collection[str]]) -> tuple[dict[str, str], list[str]]:
    """What stands before the ids of each source, and sentences about what changed. Rows of before are brought in line.

    `shares`: for each source of the settings, in their order, the sources whose ids it shares. Sources that the settings
    do not name keep what they have.
    """
    known: dict[str, str] = dict(connection.execute(select(id_group.c.source, id_group.c.prefix)).all())
    stored = select(row_count.c.source, func.sum(row_count.c.n)).group_by(row_count.c.source)
    rows = {source: int(n) for source, n in connection.execute(stored) if n}
    before = {source: known.get(source, "") for source in rows}
    groups = _groups(shares)
    chosen = _prefixes(groups, known | before, rows)
    now = {source: chosen[nth] for nth, group in enumerate(groups) for source in group}
    moved = {source for source in now if source in rows and before[source] != now[source]}
    for source in sorted(moved):
        _move(connection, source, before[source], now[source])
    if moved:
        _count_all(connection)
    if now.items() - known.items():
        connection.execute(delete(id_group).where(id_group.c.source.in_(list(now))))
        connection.execute(insert(id_group), [{"source": source, "prefix": now[source]} for source in now])
    return known | now, [_sentence(source, before, now, moved) for source in shares if source in moved]


def _groups(shares: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Sources that are connected, in the order of the settings."""
    group_of = {source: {source} for source in shares}
    for source, others in shares.items():
        for other in others:
            joined = group_of[source] | group_of[other]
            for each in joined:
                group_of[each] = joined
    groups: list[list[str]] = []
    for source in shares:
        if not any(source in group for group in groups):
            groups.append([each for each in shares if each in group_of[source]])
    return groups


def _prefixes(groups: list[list[str]], known: Mapping[str, str], rows: Mapping[str, int]) -> dict[int, str]:
    """One for each group: the one that most of its rows have, unless more rows of another group have it."""
    claims: dict[tuple[int, str], int] = {}
    for nth, group in enumerate(groups):
        for source in group:
            if source in known:
                claim = (nth, known[source])
                claims[claim] = claims.get(claim, 0) + rows.get(source, 0)
    chosen: dict[int, str] = {}
    for (nth, prefix), _ in sorted(claims.items(), key=lambda each: (-each[1], each[0])):
        if nth not in chosen and prefix not in chosen.values():
            chosen[nth] = prefix
    used = {*chosen.values(), *known.values()}
    for nth, group in enumerate(groups):
        if nth not in chosen:
            names = [*group, *(f"{group[0]} {number}" for number in range(2, len(used) + 3))]
            free = [""] if "" not in chosen.values() else [name + SEPARATOR for name in names]
            chosen[nth] = next(prefix for prefix in free if prefix == "" or prefix not in used)
            used.add(chosen[nth])
    return chosen


def _sentence(source: str, before: Mapping[str, str], now: Mapping[str, str], moved: Collection[str]) -> str:
    left = [each for each in now if each != source and before.get(each) == before[source] and now[each] != now[source]]
    joined = [
        each for each in now if each != source and now[each] == now[source] and before.get(each) != before[source]
    ]
    if joined:
        return f"{source} shares its ids with {_listed(joined)} now. All metrics are recounted."
    return (
        f"The ids of {source} are kept apart from those of {_listed(left) or 'other sources'} now: one id in two "
        "sources may be two customers or tickets. If the ids of both mean the same, write "
        f'shares_ids_with = ["{left[0] if left else "..."}"] under [sources.{source}] and refresh. '
        "All metrics are recounted."
    )


def _listed(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part) if names else ""


def _move(connection: Connection, source: str, old: str, new: str) -> None:
    """Puts `new` before the ids of the stored rows of a source, instead of `old`."""

    def moved(column: Any) -> Any:
        return literal(new) + func.substr(column, len(old) + 1)

    bug = FACTS["bug"]
    mine = select(bug.c.id).where(bug.c.source == source)
    others = exists().where(bug.c.id == severity_change.c.bug, bug.c.source != source)
    change = severity_change.c
    # What another source has by the same name may be meant by it, too: then both keep it.
    connection.execute(
        insert(severity_change).from_select(
            ["bug", "changed_at", "before", "after"],
            select(moved(change.bug), change.changed_at, change.before, change.after).where(change.bug.in_(mine)),
        )
    )
    connection.execute(delete(severity_change).where(change.bug.in_(mine), ~others))
    for record, table in FACTS.items():
        if columns := keyed(record):
            values = {name: moved(table.c[name]) for name in columns}
            connection.execute(update(table).where(table.c.source == source).values(values))


def _count_all(connection: Connection) -> None:
    """What was noted by other ids is of no use: the next publishing counts everything, and until then nothing is noted."""
    for table in (stale_key, stale_contact, *BEFORE.values(), tally_change, counted):
        connection.execute(delete(table))
    connection.execute(delete(meta).where(meta.c.name == COUNT_ALL))
    connection.execute(insert(meta).values(name=COUNT_ALL, value="1"))


# --- references to nothing ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reference:
    """A field of a noun of one source that names rows of another noun."""

    source: str
    record: str
    field: str


def note_unresolved(connection: Connection) -> None:
    """Counts the references of each source that name no stored row, and where most of them would be found.

    Only where anybody has such rows at all: a company that has only its help desk in here misses nothing.
    """
    prefixes: dict[str, str] = dict(connection.execute(select(id_group.c.source, id_group.c.prefix)).all())
    stored = {(row.source, row.record) for row in connection.execute(select(row_count)) if row.n}
    connection.execute(delete(unresolved))
    rows = []
    for (record, field), named in REFERENCES.items():
        holders = sorted(source for source, each in stored if each == named)
        for source in sorted(source for source, each in stored if each == record) if holders else ():
            given, missing = _missing(connection, Reference(source, record, field))
            if not given:
                continue
            mine = prefixes.get(source, "")
            others = [each for each in holders if prefixes.get(each, "") != mine] if missing else []
            found = {
                each: _found(connection, Reference(source, record, field), mine, each, prefixes) for each in others
            }
            best = max(others, key=lambda each: found[each], default=None)
            elsewhere = best if best is not None and found[best] else None
            rows.append(
                {
                    "source": source,
                    "record": record,
                    "field": field,
                    "given": given,
                    "missing": missing,
                    "elsewhere": elsewhere,
                    "found": found[elsewhere] if elsewhere else 0,
                }
            )
    if rows:
        connection.execute(insert(unresolved), rows)


def _of(reference: Reference) -> tuple[Any, Any, Any]:
    table = FACTS[reference.record]
    column = table.c[reference.field]
    target = FACTS[REFERENCES[reference.record, reference.field]].alias("named")
    return column, target, (table.c.source == reference.source) & column.is_not(None)


def _missing(connection: Connection, reference: Reference) -> tuple[int, int]:
    column, target, mine = _of(reference)
    given = connection.scalar(select(func.count()).where(mine))
    nowhere = ~exists().where(target.c.id == column)
    missing = connection.scalar(select(func.count()).where(mine, nowhere))
    return int(given or 0), int(missing or 0)


def _found(connection: Connection, reference: Reference, mine: str, other: str, prefixes: Mapping[str, str]) -> int:
    """How many of the references that name nothing would name a row of another source."""
    column, target, of_source = _of(reference)
    nowhere = ~exists().where(target.c.id == column)
    theirs = literal(prefixes.get(other, "")) + func.substr(column, len(mine) + 1)
    there = exists().where(target.c.id == theirs, target.c.source == other)
    return int(connection.scalar(select(func.count()).where(of_source, nowhere, there)) or 0)
