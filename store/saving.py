"""Saves one page of rows and moves the source's cursor, in one transaction; a row that cannot be read is rejected with the reason.

What changed marks its days (the old day and the new one) as stale_key, so that publishing counts again only those.
Rows are checked and turned into what the database driver takes in one pass, since this is where a first load of a
million tickets spends its time; one `executemany` a page.
"""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import attrgetter, itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from store.histogram import bin_of
from store.ids import PAIN, keyed
from store.instants import naive
from store.masking import clean, mask
from store.records import BY_TABLE, SCALES, WORDS, stored_fields
from store.schema import BEFORE, DERIVED, FACTS, NEVER_NULL, plain_type

LONGEST_STRING = 500  # of ids, names and the like; free text has its own limit
FAR_FUTURE_YEAR = 2200
NO_PREFIXES: Mapping[str, str] = {}


class CannotRead(Exception):
    """One cell cannot be stored."""

    def __init__(self, column: str, value: Any, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that was rejected while saving."""

    record: str
    id: str
    column: str
    value: str
    reason: str
    at: int  # its position among the records that were to be saved
    place: str = ""  # file and row, where the source says so


@dataclass(slots=True)
class Saved:
    saved: int = 0
    added: int = 0
    unchanged: int = 0
    ids: list[str] = dataclasses.field(default_factory=list)  # of all that are stored now, changed or not
    refused: list[Refused] = dataclasses.field(default_factory=list)


class Shape:
    """How the rows of one noun are checked, stored and watched, worked out once for each engine."""

    def __init__(
        self,
        table_name: str,
        dialect: str,
        zone: ZoneInfo,
        pseudonym: Callable[[str], str],
        prefixes: Mapping[str, str] = NO_PREFIXES,
    ) -> None:
        self.record = BY_TABLE[table_name]
        self.table = FACTS[table_name]
        self.name = table_name
        self.zone = zone
        self.prefixes = prefixes  # what stands before the ids of each source (store/ids.py)
        self.pseudonym = pseudonym
        self.sqlite = dialect == "sqlite"
        hints = typing.get_type_hints(self.record)
        self.fields = [each.name for each in stored_fields(self.record)]
        self.columns = ["source", *self.fields, *DERIVED.get(table_name, {})]
        self.position = {name: index for index, name in enumerate(self.columns)}
        self._keyed = [self.position[name] for name in keyed(table_name)]
        self._values = attrgetter(*self.fields)
        self._has_names = any(each.name == "names" for each in dataclasses.fields(self.record))
        # For each field: what turns its value into a cell, the cell of an empty one, and its name if it must not be empty.
        self._steps: list[tuple[Callable[[Any, Any], Any], str | None, str]] = [
            (
                self._converter(each, plain_type(hints[each.name]), pseudonym),
                "" if (table_name, each.name) in NEVER_NULL else None,
                each.name if each.default is dataclasses.MISSING else "",
            )
            for each in stored_fields(self.record)
        ]
        self._derive = [
            self._derived(how[0], [self.fields.index(name) for name in how[1:]])
            for how in DERIVED.get(table_name, {}).values()
        ]
        self._check = _CHECKS.get(table_name)
        self.upsert = self._upsert(dialect)
        mark = "?" if self.sqlite else "%s"
        among = "IN (SELECT value FROM json_each(?))" if self.sqlite else "= ANY(%s)"
        names = ", ".join(f'"{name}"' for name in self.columns)
        # Only names of our own tables and columns are written into SQL text here; every value is bound.
        self.select = f'SELECT {names} FROM "{table_name}" WHERE source = {mark} AND id {among}'  # noqa: S608

    def row(self, source: str, record: Any) -> tuple[Any, ...]:
        """The record as the driver takes it. Raises CannotRead."""
        values = self._values(record)
        row: list[Any] = [source]
        add = row.append
        names = record.names if self._has_names else ()
        for value, (convert, empty, required) in zip(values, self._steps, strict=False):
            if value is None or value == "":
                if required:
                    raise CannotRead(required, "", "it is empty, and must not be")
                add(empty)
            else:
                add(convert(value, names))
        if self._check is not None:
            self._check(record)
        for derived in self._derive:
            add(derived(values))
        if prefix := self.prefixes.get(source):
            for at in self._keyed:
                if row[at] is not None:
                    row[at] = prefix + row[at]
        return tuple(row)

    def stored_id(self, source: str, id: str) -> str | None:
        """The id under which a row is stored that its source calls so; None for what can be no id."""
        try:
            stored = str(self._steps[self.fields.index("id")][0](id, ()))
        except CannotRead:
            return None
        return self.prefixes.get(source, "") + stored if self.position["id"] in self._keyed else stored

    def shown(self, record: Any, error: CannotRead) -> tuple[str, str]:
        """Id and value of a record that was rejected, without what may not be stored: people's ids and names."""
        hidden = [each.name for each in stored_fields(self.record) if each.metadata.get("pseudonym")]
        names = tuple(each for each in record.names if isinstance(each, str)) if self._has_names else ()
        value = "(not kept)" if error.column in hidden else clean(mask(str(error.value)[:500], names), 200)
        if "id" not in hidden:
            return clean(mask(str(record.id)[:500], names), 200), value
        return (self.pseudonym(record.id) if isinstance(record.id, str) else "(not kept)"), value

    def _derived(self, how: str, positions: list[int]) -> Callable[[tuple[Any, ...]], Any]:
        """What works out a derived cell from the values of a record."""
        first, last = positions[0], positions[-1]
        zone, in_sqlite = self.zone, self.sqlite

        def wait(values: tuple[Any, ...]) -> str | None:
            before, after = values[first], values[last]
            if before is None or after is None:
                return None
            if before.tzinfo is not UTC or after.tzinfo is not UTC:
                # Python takes two times of one zone apart by their clocks, which are an hour off over a change of clocks.
                before, after = before.astimezone(UTC), after.astimezone(UTC)
            seconds = (after - before).total_seconds()
            # A reply before the question is the upstream's clock, not a fast answer: no wait is known.
            return bin_of(seconds) if seconds >= 0 else None

        def day(values: tuple[Any, ...]) -> Any:
            if values[first] is None:
                return None
            on = values[first].astimezone(zone).date()
            return on.isoformat() if in_sqlite else on

        def ordinal(values: tuple[Any, ...]) -> int | None:
            return None if values[first] is None else values[first].astimezone(zone).date().toordinal()

        return {"wait": wait, "day": day, "ordinal": ordinal}[how]

    def _converter(self, each: Any, kind: type, pseudonym: Callable[[str], str]) -> Callable[[Any, Any], Any]:
        name = each.name
        words = frozenset(WORDS.get((self.name, name), ()))
        longest = each.metadata.get("free_text")
        in_sqlite = self.sqlite
        names_bug = (self.name, name) in (("bug", "id"), ("bug_report", "bug"))

        def as_text(value: Any, _names: Any) -> str:
            if type(value) is not str:
                raise CannotRead(name, value, "it is not text")
            if len(value) > LONGEST_STRING:
                raise CannotRead(name, value, f"it is longer than {LONGEST_STRING} characters")
            if not (value.isascii() and value.isprintable()):
                value = clean(value, LONGEST_STRING)
            if words and value not in words:
                raise CannotRead(name, value, f"it is none of {', '.join(sorted(words))}")
            if not value:
                raise CannotRead(name, value, "nothing is left of it without characters that cannot be stored")
            if names_bug and value[: len(PAIN)].casefold() == PAIN:
                raise CannotRead(name, value, f"{PAIN} is how this program calls pains that have no bug")
            return str(value)

        def as_free_text(value: Any, names: Any) -> str:
            if type(value) is not str:
                raise CannotRead(name, value, "it is not text")
            return clean(mask(value, names), longest)

        def as_pseudonym(value: Any, _names: Any) -> str:
            return pseudonym(as_text(value, ()))

        def as_whole_number(value: Any, _names: Any) -> int:
            if type(value) is not int:
                raise CannotRead(name, value, "it is not a whole number")
            if not -(2**62) < value < 2**62:
                raise CannotRead(name, value, "it is too large a number")
            return value

        def as_yes_or_no(value: Any, _names: Any) -> Any:
            if type(value) is not bool:
                raise CannotRead(name, value, "it is neither yes nor no")
            return int(value) if in_sqlite else value

        def as_day(value: Any, _names: Any) -> Any:
            if type(value) is not date:
                raise CannotRead(name, value, "it is not a date")
            if not 1900 <= value.year < FAR_FUTURE_YEAR:
                raise CannotRead(name, value, "it is a date that cannot be")
            return value.isoformat() if in_sqlite else value

        def as_instant(value: Any, _names: Any) -> Any:
            if not isinstance(value, datetime) or value.tzinfo is None:
                raise CannotRead(name, value, "it is not an instant with a time zone")
            if not 1900 <= value.year < FAR_FUTURE_YEAR:
                raise CannotRead(name, value, "it is a date that cannot be")
            if value.tzinfo is not UTC:
                value = value.astimezone(UTC)
            # Without "+00:00": cheaper than to take the zone off first.
            return value.isoformat(" ")[:-6] if in_sqlite else value.replace(tzinfo=None)

        if each.metadata.get("pseudonym"):
            return as_pseudonym
        if longest:
            return as_free_text
        kinds: dict[type, Callable[[Any, Any], Any]] = {
            str: as_text,
            int: as_whole_number,
            bool: as_yes_or_no,
            date: as_day,
            datetime: as_instant,
        }
        return kinds[kind]

    def _upsert(self, dialect: str) -> str:
        maker = sqlite.insert if dialect == "sqlite" else postgresql.insert
        insert = maker(self.table)
        statement = insert.on_conflict_do_update(
            index_elements=["id", "source"],
            set_={name: insert.excluded[name] for name in self.columns if name not in ("id", "source")},
        )
        compiled = statement.compile(
            dialect=sqlite.dialect(paramstyle="qmark")
            if dialect == "sqlite"
            else postgresql.dialect(paramstyle="format"),
            column_keys=self.columns,
        )
        order = compiled.positiontup or []
        assert sorted(order) == sorted(self.columns)
        self.order = [self.position[name] for name in order]
        self.ordered = itemgetter(*self.order)
        return str(compiled)


def _check_ticket(record: Any) -> None:
    if record.replies is not None and record.replies < 0:
        raise CannotRead("replies", record.replies, "there cannot be fewer than 0")
    if record.solved_at is not None and record.solved_at < record.opened_at:
        opened = record.opened_at.astimezone(UTC).isoformat(" ", "minutes")
        raise CannotRead("solved_at", record.solved_at, f"it was solved before it was opened ({opened})")


def _check_survey(record: Any) -> None:
    bounds = SCALES.get((record.kind, record.scale))
    if bounds is None:
        known = ", ".join(scale for kind, scale in SCALES if kind == record.kind)
        raise CannotRead("scale", record.scale, f"a {record.kind} survey has no such scale; the scales are {known}")
    if record.score is None:
        if record.sent_at is None:
            raise CannotRead("score", "", "there is neither an answer nor a day on which it was sent")
        return
    if not bounds[0] <= record.score <= bounds[1]:
        raise CannotRead("score", record.score, f"it is outside the scale {bounds[0]} to {bounds[1]}")
    if record.answered_at is None:
        raise CannotRead("answered_at", "", "there is an answer, but not when it was given")


def _check_stretch(record: Any) -> None:
    if record.ended_on is not None and record.started_on is not None and record.ended_on < record.started_on:
        # The days of one of the staff are told to nobody (store._reject hides the other one).
        started = "" if record.TABLE == "employment" else f" ({record.started_on})"
        raise CannotRead("ended_on", record.ended_on, f"it ended before it started{started}")


def _check_report(record: Any) -> None:
    if record.ticket is None and (record.customer is None or record.reported_at is None):
        raise CannotRead("ticket", "", "it names neither a ticket, nor a customer and a time")


_CHECKS: dict[str, Callable[[Any], None]] = {
    "ticket": _check_ticket,
    "survey_response": _check_survey,
    "subscription": _check_stretch,
    "customer": _check_stretch,
    "employment": _check_stretch,
    "bug_report": _check_report,
}

# Which days of a row must be counted again when it changes: table -> (kind of stale key, day column, key column or "").
DAYS: dict[str, list[tuple[str, str, str]]] = {
    "subscription": [("subscription", "started_on", ""), ("subscription", "ended_on", "")],
    "employment": [("employment", "started_on", ""), ("employment", "ended_on", "")],
    "purchase": [("purchase", "ordered_on", "")],
}
# ... and which keys: table -> (kind of stale key, key column).
KEYS: dict[str, list[tuple[str, str]]] = {
    "customer": [("customer", "id")],
    "subscription": [("customer", "customer")],
    "purchase": [("buyer", "customer")],
    "bug": [("bug", "id")],
    "release": [("release", "")],
}
NO_DAY = date(1, 1, 1)
REMOVED_AT_ONCE = 5_000
_NO_DAY = "{no day}"


def save_records(connection: Connection, shape: Shape, source: str, records: Sequence[Any], now: datetime) -> Saved:
    """Upserts the records of one noun; marks what changed as stale. A later row with the same id wins."""
    result = Saved()
    rows: dict[str, tuple[Any, ...]] = {}
    id_position = shape.position["id"]
    for at, record in enumerate(records):
        try:
            row = shape.row(source, record)
        except CannotRead as error:
            id, value = shape.shown(record, error)
            result.refused.append(Refused(shape.name, id, error.column, value, error.reason, at))
            continue
        rows[row[id_position]] = row
    result.ids = list(rows)
    stored = _stored(connection, shape, source, result.ids)
    changed = [row for id, row in rows.items() if stored.get(id) != row]
    result.saved, result.unchanged = len(changed), len(rows) - len(changed)
    if not changed:
        return result
    before = [stored[row[id_position]] for row in changed if row[id_position] in stored]
    result.added = len(changed) - len(before)
    if shape.name in BEFORE and was_counted(connection):
        _keep_before(connection, shape, source, [row[id_position] for row in changed])
    if shape.name in ("ticket", "survey_response", "bug_report"):
        _mark_reports(connection, shape, before, changed)
    _write(connection, shape, stored, changed)
    mark_stale(connection, shape.sqlite, _stale_keys(shape, before + changed))
    if shape.name == "bug":
        _log_severity(connection, shape, stored, changed, now)
    return result


def remove_records(connection: Connection, shape: Shape, source: str, ids: Sequence[str]) -> int:
    """Removes rows that have left their source, by the ids that are stored; how many there were. Marks them as stale."""
    removed = 0
    among = "IN (SELECT value FROM json_each(?))" if shape.sqlite else "= ANY(%s)"
    mark = "?" if shape.sqlite else "%s"
    for start in range(0, len(ids), REMOVED_AT_ONCE):
        stored = _stored(connection, shape, source, list(ids[start : start + REMOVED_AT_ONCE]))
        if not stored:
            continue
        rows = list(stored.values())
        if shape.name in BEFORE and was_counted(connection):
            _keep_before(connection, shape, source, list(stored))
        if shape.name in ("ticket", "survey_response", "bug_report"):
            _mark_reports(connection, shape, rows, [])
        connection.exec_driver_sql(
            f'DELETE FROM "{shape.name}" WHERE source = {mark} AND id {among}',  # noqa: S608
            (source, _among(shape.sqlite, stored)),
        )
        mark_stale(connection, shape.sqlite, _stale_keys(shape, rows))
        removed += len(rows)
    return removed


def _write(
    connection: Connection, shape: Shape, stored: dict[str, tuple[Any, ...]], rows: list[tuple[Any, ...]]
) -> None:
    """New rows go in; of stored ones only what differs is set, since SQLite writes every index of a column that is set."""
    id_at = shape.position["id"]
    new: list[tuple[Any, ...]] = []
    alike: dict[tuple[int, ...], list[tuple[Any, ...]]] = {}
    for row in rows:
        before = stored.get(row[id_at])
        if before is None:
            new.append(shape.ordered(row))
        else:
            differing = tuple(index for index, value in enumerate(row) if value != before[index])
            alike.setdefault(differing, []).append((*(row[index] for index in differing), row[id_at], row[0]))
    if new:
        connection.exec_driver_sql(shape.upsert, new)
    mark = "?" if shape.sqlite else "%s"
    for differing, values in alike.items():
        sets = ", ".join(f'"{shape.columns[index]}" = {mark}' for index in differing)
        connection.exec_driver_sql(
            f'UPDATE "{shape.name}" SET {sets} WHERE id = {mark} AND source = {mark}',  # noqa: S608
            values,
        )


def _stored(connection: Connection, shape: Shape, source: str, ids: list[str]) -> dict[str, tuple[Any, ...]]:
    found = connection.exec_driver_sql(shape.select, (source, _among(shape.sqlite, ids)))
    position = shape.position["id"]
    # The driver's own tuples: making SQLAlchemy's rows of them, and tuples of those, takes as long as to find them.
    rows = found.cursor.fetchall()
    found.close()
    return {row[position]: row for row in rows}


def _among(in_sqlite: bool, values: Iterable[str]) -> Any:
    """A whole list as one bound value."""
    return json.dumps(list(values)) if in_sqlite else list(values)


def _stale_keys(shape: Shape, rows: list[tuple[Any, ...]]) -> set[tuple[str, Any, str]]:
    no_day = NO_DAY.isoformat() if shape.sqlite else NO_DAY
    stale: set[tuple[str, Any, str]] = set()
    for kind, day_column, key_column in DAYS.get(shape.name, []):
        day_at = shape.position[day_column]
        if key_column:
            key_at = shape.position[key_column]
            stale.update((kind, row[day_at], row[key_at]) for row in rows if row[day_at] is not None)
        else:
            stale.update((kind, row[day_at], "") for row in rows if row[day_at] is not None)
    for kind, key_column in KEYS.get(shape.name, []):
        if key_column:
            key_at = shape.position[key_column]
            stale.update((kind, no_day, row[key_at]) for row in rows)
        else:
            stale.add((kind, no_day, ""))
    return stale


def mark_stale(connection: Connection, in_sqlite: bool, stale: set[tuple[str, Any, str]]) -> None:
    if stale:
        marks = "?, ?, ?" if in_sqlite else "%s, %s, %s"
        connection.exec_driver_sql(
            f"INSERT INTO stale_key (kind, day, key) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608
            list(stale),
        )


def _mark_reports(connection: Connection, shape: Shape, before: list[Any], changed: list[Any]) -> None:
    """What is counted for a bug hangs on tickets, ratings and other links of the same ticket. Called before the upsert:
    where a ticket counted until now is known only now; where it will count is looked up while publishing."""
    at = shape.position["id" if shape.name == "ticket" else "ticket"]
    tickets = {row[at] for row in before + changed if row[at] is not None}
    among = "IN (SELECT value FROM json_each(?))" if shape.sqlite else "= ANY(%s)"
    if tickets:
        mark_reported(connection, among, _among(shape.sqlite, tickets), links=shape.name == "bug_report")
    if shape.name != "bug_report":
        return
    no_day = NO_DAY.isoformat() if shape.sqlite else NO_DAY
    mark_stale(connection, shape.sqlite, {("reported", no_day, ticket) for ticket in tickets})
    names = [shape.position[name] for name in ("reported_on", "bug", "customer")]
    own = {tuple(row[name] for name in names) for row in before + changed if row[at] is None}
    if own:
        marks = "?, ?, ?" if shape.sqlite else "%s, %s, %s"
        connection.exec_driver_sql(
            f"INSERT INTO stale_contact (day, bug, customer) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608
            list(own),
        )


def was_counted(connection: Connection) -> bool:
    """Whether anything was ever counted. Else all is counted at once, and nobody needs to know what changed."""
    return connection.exec_driver_sql("SELECT 1 FROM counted LIMIT 1").scalar() is not None


def _keep_before(connection: Connection, shape: Shape, source: str, ids: list[str]) -> None:
    mark, among = ("?", "IN (SELECT value FROM json_each(?))") if shape.sqlite else ("%s", "= ANY(%s)")
    keep_before(connection, shape.name, f"t.source = {mark} AND t.id {among}", (source, _among(shape.sqlite, ids)))
    connection.exec_driver_sql(
        f"INSERT INTO {shape.name}_before (id, source) VALUES ({mark}, {mark}) ON CONFLICT DO NOTHING",  # noqa: S608
        [(id, source) for id in ids],
    )


def keep_before(connection: Connection, table: str, which: str, values: tuple[Any, ...] = ()) -> None:
    """Keeps rows of tickets or surveys (called t in `which`, SQL of ours) as they are, before they change.

    The first that is kept after a publishing stays: it is what was counted.
    """
    names = ", ".join(column.name for column in BEFORE[table].columns)
    linked = "EXISTS (SELECT 1 FROM bug_report r WHERE r.ticket = t.id)"
    taken = ", ".join(linked if name == "is_linked" else f"t.{name}" for name in names.split(", "))
    connection.exec_driver_sql(
        f"INSERT INTO {table}_before ({names}) SELECT {taken} FROM {table} t WHERE {which} ON CONFLICT DO NOTHING",  # noqa: S608
        values,
    )


def mark_reported(connection: Connection, among: str, value: Any, links: bool) -> None:
    """The contacts that these tickets are counted in now must be counted again, and the tickets looked at again.

    `among` is SQL of ours for "is one of them", with one placeholder for `value`. `links`: whether the tickets are
    linked to a bug at all may change, which a measure counts.
    """
    statements = [
        "INSERT INTO stale_key (kind, day, key) "  # noqa: S608
        f"SELECT DISTINCT 'reported', {_NO_DAY}, ticket FROM bug_report WHERE ticket {among} ON CONFLICT DO NOTHING",
        "INSERT INTO stale_contact (day, bug, customer) "  # noqa: S608
        "SELECT DISTINCT COALESCE(r.reported_on, t.opened_on), r.bug, "
        "COALESCE(r.customer, t.customer, 'ticket:' || r.ticket) "
        "FROM bug_report r LEFT JOIN ticket t ON t.id = r.ticket "
        f"WHERE r.ticket {among} AND COALESCE(r.reported_on, t.opened_on) IS NOT NULL ON CONFLICT DO NOTHING",
    ]
    no_day = "'0001-01-01'" if connection.dialect.name == "sqlite" else "DATE '0001-01-01'"
    for statement in statements:
        connection.exec_driver_sql(statement.replace(_NO_DAY, no_day), (value,))
    if links and was_counted(connection):
        keep_before(connection, "ticket", f"t.id {among}", (value,))


def _log_severity(
    connection: Connection,
    shape: Shape,
    stored: dict[str, tuple[Any, ...]],
    changed: list[tuple[Any, ...]],
    now: datetime,
) -> None:
    """Severity moves a bug in the ranking, so each change is kept with its time."""
    id_at, severity_at = shape.position["id"], shape.position["severity"]
    at = naive(now)
    moved = [
        (row[id_at], at.isoformat(" ") if shape.sqlite else at, stored[row[id_at]][severity_at], row[severity_at])
        for row in changed
        if row[id_at] in stored and stored[row[id_at]][severity_at] != row[severity_at]
    ]
    if moved:
        marks = "?, ?, ?, ?" if shape.sqlite else "%s, %s, %s, %s"
        connection.exec_driver_sql(
            f"INSERT INTO severity_change (bug, changed_at, before, after) VALUES ({marks}) "  # noqa: S608
            "ON CONFLICT DO NOTHING",
            moved,
        )
