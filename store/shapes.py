"""Checks a page of records and turns it into rows as the database driver takes them, column by column.

This is where a first load of a million tickets spends its time. A whole column is gone through at once, and a cell that is
as it should be is judged without a call; whatever is not goes to `Cells.judge`, which knows the words for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from store.engines import Sql
from store.histogram import bins_of
from store.ids import CLUSTER, keyed
from store.marks import Field, Record, derived_columns, is_pseudonymous, stored_fields
from store.masking import WORTH_A_LOOK, clean, mask
from store.records import BY_TABLE
from store.rejected import DATE_OUT_OF_RANGE, NOT_A_DATE, NOT_A_WHOLE_NUMBER, NOT_TEXT, Rejected
from store.schema import FACTS

LONGEST_STRING = 500  # of ids, names and the like; free text has its own limit
FIRST_YEAR, FAR_FUTURE_YEAR = 1900, 2200
LARGEST = 2**62
NO_PREFIXES: Mapping[str, str] = {}
EPOCH, NAIVE_EPOCH = datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1)  # noqa: DTZ001  (as the store keeps instants)
FIRST_DAY = (datetime(FIRST_YEAR, 1, 1, tzinfo=UTC) - EPOCH).days
LAST_DAY = (datetime(FAR_FUTURE_YEAR, 1, 1, tzinfo=UTC) - EPOCH).days
MOST_REMEMBERED = 100_000
MINUTES = [f" {minute // 60:02}:{minute % 60:02}" for minute in range(24 * 60)]
SECONDS = [f":{second:02}" for second in range(60)]


class Shape:
    """How the rows of one noun are checked and written for one engine, worked out once from the marks of its fields."""

    def __init__(
        self,
        table_name: str,
        sql: Sql,
        zone: ZoneInfo,
        pseudonym: Callable[[str], str],
        prefixes: Mapping[str, str] = NO_PREFIXES,
    ) -> None:
        self.record: type[Record] = BY_TABLE[table_name]
        self.name = table_name
        self.sql = sql
        self.prefixes = prefixes  # what stands before the ids of each source (store/ids.py)
        self.pseudonym = pseudonym
        self.fields = stored_fields(self.record)
        names = ["source", *(each.name for each in self.fields), *derived_columns(self.record)]
        self.upsert, self.columns = sql.upsert(FACTS[table_name], names)
        self.position = {name: index for index, name in enumerate(self.columns)}
        self.id_at = self.position["id"]
        self._keyed = keyed(table_name)
        self._has_names = "names" in self.record.__dataclass_fields__
        self._cells = {each.name: Cells(self.record, each, sql, pseudonym) for each in self.fields}
        self._day, self._ordinal = Days(zone, sql.day), Days(zone, date.toordinal)
        quoted = ", ".join(f'"{name}"' for name in self.columns)
        self.select = f'SELECT {quoted} FROM "{table_name}" WHERE source = {sql.mark} AND id {sql.among}'  # noqa: S608

    def rows(self, source: str, records: Sequence[Record]) -> tuple[list[tuple[Any, ...]], list[tuple[int, Rejected]]]:
        """The records as the driver takes them, in the order of `columns`, without those that are rejected; and those,
        each with its position among the records. Nothing in there is a person's id or name any more."""
        wrong: dict[int, Rejected] = {}
        given: dict[str, list[Any]] = {}  # as they can be compared: instants as time since 1970
        cells: dict[str, list[Any]] = {"source": [source] * len(records)}
        names = self._names(records)
        for each in self.fields:
            values = list(map(attrgetter(each.name), records))
            given[each.name], cells[each.name] = self._cells[each.name].column(values, names, wrong)
        for each in self.fields:
            self._check(each, given, records, wrong)
            self._derive(each, given, cells)
        if self.record.CHECKED:
            _check_together(records, wrong)
        if prefix := self.prefixes.get(source):
            for name in self._keyed:
                cells[name] = [cell if cell is None else prefix + cell for cell in cells[name]]
        rows = list(zip(*(cells[name] for name in self.columns), strict=True))
        if wrong:
            rows = [row for at, row in enumerate(rows) if at not in wrong]
        return rows, [(at, self._shown(records[at], wrong[at])) for at in sorted(wrong)]

    def stored_id(self, source: str, id: str) -> str | None:
        """The id under which a row is stored that its source calls so; None for what can be no id."""
        stored = self._cells["id"].judge(id)
        if not isinstance(stored, str):
            return None
        return self.prefixes.get(source, "") + stored if "id" in self._keyed else stored

    def _names(self, records: Sequence[Any]) -> list[tuple[str, ...]] | None:
        """The people named in each row; None where in no row is anybody."""
        if not self._has_names:
            return None
        names = [record.names for record in records]
        return names if any(names) else None

    def _check(
        self, each: Field, given: Mapping[str, list[Any]], records: Sequence[Record], wrong: dict[int, Rejected]
    ) -> None:
        """What a mark says of a cell beside others of its row."""
        mark, values = each.mark, given[each.name]
        if mark.at_least is not None:
            for at, value in enumerate(values):
                if value is not None and value < mark.at_least and at not in wrong:
                    wrong[at] = self._rejected(each, value, f"must be at least {mark.at_least}")
        if mark.not_before and values.count(None) < len(values):
            pairs = zip(given[mark.not_before], values, strict=True)
            early = [at for at, (a, b) in enumerate(pairs) if a is not None and b is not None and b < a]
            for at in early:
                if at not in wrong:
                    before = _written(getattr(records[at], mark.not_before))
                    # The days of one of the staff are told to nobody (Run hides the other one).
                    than = "" if is_pseudonymous(self.record) else f" ({before})"
                    wrong[at] = self._rejected(each, getattr(records[at], each.name), mark.too_early + than)

    def _derive(self, each: Field, given: Mapping[str, list[Any]], cells: dict[str, list[Any]]) -> None:
        """The columns that are worked out of this one."""
        mark, since = each.mark, given[each.name]
        if mark.day:
            cells[mark.day] = self._day.column(since)
        if mark.ordinal:
            cells[mark.ordinal] = self._ordinal.column(since)
        if mark.wait:
            # A reply before the question is the upstream's clock, not a fast answer: no wait is known.
            cells[mark.wait] = bins_of(given[mark.since], since)

    def _rejected(self, each: Field, value: object, reason: str) -> Rejected:
        return Rejected(self.name, "", each.name, str(value), reason)

    def _shown(self, record: Any, error: Rejected) -> Rejected:
        """With the id as its place, and without what may not be stored: people's ids and names."""
        hidden = [each.name for each in self.fields if each.mark.pseudonym]
        names = tuple(each for each in record.names if isinstance(each, str)) if self._has_names else ()
        value = "(not kept)" if error.column in hidden else clean(mask(error.value[:500], names), 200)
        if "id" not in hidden:
            place = clean(mask(str(record.id)[:500], names), 200)
        else:
            place = self.pseudonym(record.id) if isinstance(record.id, str) else "(not kept)"
        return Rejected(self.name, place, error.column, value, error.reason)


def _check_together(records: Iterable[Record], wrong: dict[int, Rejected]) -> None:
    for at, record in enumerate(records):
        if at not in wrong:
            try:
                record.check()
            except Rejected as error:
                wrong[at] = error


def _written(value: date | datetime) -> str:
    return value.astimezone(UTC).isoformat(" ", "minutes") if isinstance(value, datetime) else str(value)


class Days(dict[int, tuple[int, Any, Any]]):
    """The days of a zone that a day of UTC lies in: from which second on it is the second one, and both as cells."""

    def __init__(self, zone: ZoneInfo, cell: Callable[[date], Any]) -> None:
        self._zone, self._cell = zone, cell

    def __missing__(self, day: int) -> tuple[int, Any, Any]:
        if len(self) > MOST_REMEMBERED:
            self.clear()
        first, last = (EPOCH + timedelta(days=each) for each in (day, day + 1))
        ahead = first.astimezone(self._zone).utcoffset() or timedelta()
        if last.astimezone(self._zone).utcoffset() != ahead:
            self[day] = (0, "", "")  # clocks change: each instant is looked at by itself
        else:
            midnight = (timedelta() - ahead) % timedelta(days=1)
            days = self._on(first), self._on(last - timedelta.resolution)
            # Where the clock is that of UTC the day begins with midnight, and is one.
            self[day] = (midnight.seconds, *map(self._cell, days))
        return self[day]

    def _on(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()

    def column(self, since: list[timedelta | None]) -> list[Any]:
        return [
            None
            if each is None
            else (two := self[each.days])[2 if each.seconds >= two[0] else 1] or self._cell(self._on(EPOCH + each))
            for each in since
        ]


class _Texts(dict[int, str]):
    """A day since 1970 as text."""

    def __missing__(self, day: int) -> str:
        if len(self) > MOST_REMEMBERED:
            self.clear()
        self[day] = (NAIVE_EPOCH + timedelta(days=day)).date().isoformat()
        return self[day]


_TEXTS = _Texts()


def instants_as_text(since: list[timedelta | None]) -> list[str | None]:
    """As str() writes an instant without a zone, in half the time."""
    days, minutes, seconds = _TEXTS, MINUTES, SECONDS
    return [
        None
        if each is None
        else "%s%s%s.%06d" % (days[each.days], minutes[(at := each.seconds) // 60], seconds[at % 60], fraction)  # noqa: UP031
        if (fraction := each.microseconds)
        else days[each.days] + minutes[(at := each.seconds) // 60] + seconds[at % 60]
        for each in since
    ]


class Cells:
    """What turns the values of one field into cells."""

    def __init__(self, record: type[Record], field: Field, sql: Sql, pseudonym: Callable[[str], str]) -> None:
        self._record, self._field, self._sql = record.TABLE, field, sql
        self._pseudonym = pseudonym
        self._empty = "" if field.mark.dimension else None
        self._words = frozenset(field.mark.words)
        self._names_bug = (record.TABLE, field.name) == ("bug", "id") or field.mark.refers_to == "bug"
        self._faults: list[Rejected] = []
        kinds: dict[type, Callable[[Any], Any]] = {
            str: self._text,
            int: self._whole_number,
            bool: self._yes_or_no,
            date: self._day,
            datetime: self._instant,
        }
        self._one = kinds[field.kind]

    def column(
        self, values: list[Any], names: list[tuple[str, ...]] | None, wrong: dict[int, Rejected]
    ) -> tuple[list[Any], list[Any]]:
        """The values as they can be compared, and as cells; both None where one is wrong, which is noted by position."""
        if not self._field.required and values.count(None) == len(values):
            return values, [self._empty] * len(values)
        judge, mark = self.judge, self._field.mark
        found: list[Any]
        if mark.free_text:
            found = self._free_text(values, names)
        elif mark.pseudonym or self._names_bug:
            found = [judge(each) for each in values]
        elif self._words:
            allowed = self._words
            found = [each if each.__class__ is str and each in allowed else judge(each) for each in values]
        elif self._field.kind is str:
            most = LONGEST_STRING
            found = [
                each
                if each.__class__ is str and each and len(each) <= most and each.isascii() and each.isprintable()
                else judge(each)
                for each in values
            ]
        elif self._field.kind is int:
            found = [each if each.__class__ is int and -LARGEST < each < LARGEST else judge(each) for each in values]
        elif self._field.kind is datetime:
            found = self._since_epoch(values)
        elif self._field.kind is bool:
            yes, no = (1, 0) if self._sql.sqlite else (True, False)
            found = [yes if each is True else no if each is False else judge(each) for each in values]
        else:
            found = [judge(each) for each in values]
        if self._faults:
            for at, each in enumerate(found):
                if each.__class__ is Rejected:
                    wrong.setdefault(at, each)
                    found[at] = None
            self._faults.clear()
        return found, self._written(found)

    def _since_epoch(self, values: list[Any]) -> list[Any]:
        judge = self.judge
        if {datetime} == set(map(type, values)) and {UTC} == set(map(attrgetter("tzinfo"), values)):
            found = [each - EPOCH for each in values]
            if min(found).days >= FIRST_DAY and max(found).days < LAST_DAY:
                return found
        return [
            since
            if each.__class__ is datetime
            and each.tzinfo is UTC
            and FIRST_DAY <= (since := each - EPOCH).days < LAST_DAY
            else judge(each)
            for each in values
        ]

    def _written(self, found: list[Any]) -> list[Any]:
        kind, in_sqlite = self._field.kind, self._sql.sqlite
        if kind is datetime:
            if not in_sqlite:
                return [None if each is None else NAIVE_EPOCH + each for each in found]
            return instants_as_text(found)
        if in_sqlite and kind is date:
            return [None if each is None else each.isoformat() for each in found]
        return found

    def _free_text(self, values: list[Any], names: list[tuple[str, ...]] | None) -> list[Any]:
        most, judge, is_suspicious = self._field.mark.free_text, self.judge, WORTH_A_LOOK.search
        if names is not None:
            return [judge(value, who) for value, who in zip(values, names, strict=True)]
        return [
            each
            if each.__class__ is str
            and each
            and len(each) <= most
            and each.isascii()
            and each.isprintable()
            and not is_suspicious(each)
            else judge(each)
            for each in values
        ]

    def judge(self, value: Any, names: tuple[str, ...] = ()) -> Any:
        """What becomes of a value, with all checks; a Rejected where it cannot be stored."""
        if value is None or value == "":
            return self._wrong("", "it must not be empty") if self._field.required else self._empty
        if self._field.mark.free_text:
            if type(value) is not str:
                return self._wrong(value, NOT_TEXT)
            return clean(mask(value, names), self._field.mark.free_text)
        found = self._one(value)
        if self._field.mark.pseudonym and found.__class__ is str:
            return self._pseudonym(found)
        return found

    def _wrong(self, value: object, reason: str) -> Rejected:
        fault = Rejected(self._record, "", self._field.name, str(value), reason)
        self._faults.append(fault)
        return fault

    def _text(self, value: Any) -> Any:
        if type(value) is not str:
            return self._wrong(value, NOT_TEXT)
        if len(value) > LONGEST_STRING:
            return self._wrong(value, f"it is longer than {LONGEST_STRING} characters")
        if not (value.isascii() and value.isprintable()):
            value = clean(value, LONGEST_STRING)
        if self._words and value not in self._words:
            return self._wrong(value, f"it is not one of {', '.join(sorted(self._words))}")
        if not value:
            return self._wrong(value, "it has only characters that cannot be stored")
        if self._names_bug and value[: len(CLUSTER)].casefold() == CLUSTER:
            return self._wrong(value, f"{CLUSTER} is a name this program uses for clusters of tickets without a bug")
        return value

    def _whole_number(self, value: Any) -> Any:
        if type(value) is not int:
            return self._wrong(value, NOT_A_WHOLE_NUMBER)
        return value if -LARGEST < value < LARGEST else self._wrong(value, "it is too large a number")

    def _yes_or_no(self, value: Any) -> Any:
        if type(value) is not bool:
            return self._wrong(value, "it is neither yes nor no")
        return int(value) if self._sql.sqlite else value

    def _day(self, value: Any) -> Any:
        if type(value) is not date:
            return self._wrong(value, NOT_A_DATE)
        return value if FIRST_YEAR <= value.year < FAR_FUTURE_YEAR else self._wrong(value, DATE_OUT_OF_RANGE)

    def _instant(self, value: Any) -> Any:
        if not isinstance(value, datetime) or value.tzinfo is None:
            return self._wrong(value, "it is not an instant with a time zone")
        if not FIRST_YEAR <= value.year < FAR_FUTURE_YEAR:
            return self._wrong(value, DATE_OUT_OF_RANGE)
        return value.astimezone(UTC) - EPOCH
