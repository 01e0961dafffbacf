"""Of a table that says when its rows changed only what changed is asked for, and nothing is lost by that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Engine,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    insert,
    make_url,
    select,
    update,
)

import refresh
from data_sources.source import Page, Request, SourceError
from data_sources.sql import SOURCE
from settings import load
from store import open_store
from store.schema import rejected_row
from tests.builders import NOW, settings

FIELDS = {"id": "id", "opened_at": "opened", "subject": "title"}
CHANGES = {"updated": "changed", "same_id": "last_wins"}
A_DAY = timedelta(days=1)
# How a database may hold when a row changed: the kind of its column, and how an instant is written into it.
KINDS: dict[str, tuple[Any, Callable[[datetime], Any]]] = {
    "with a zone": (DateTime(timezone=True), lambda at: at),
    "without a zone": (DateTime(), lambda at: at.replace(tzinfo=None)),
    "a day": (Date(), lambda at: at.date()),
    "a text": (String(), lambda at: at.isoformat()),
    "a text with a blank and no zone": (String(), lambda at: f"{at:%Y-%m-%d %H:%M}"),
    "a text of the other end of the world": (
        String(),
        lambda at: (at - timedelta(hours=11)).isoformat()[:19] + "-11:00",
    ),
}


class Desk:
    """A help desk's table, filled by whoever it belongs to; read by us from one refresh to the next."""

    def __init__(self, engine: Engine, kind: str) -> None:
        column, self.write = KINDS[kind]
        self.engine = engine
        self.table = Table(
            "tickets",
            MetaData(),
            Column("id", String),
            Column("opened", String),
            Column("title", String),
            Column("state", String),
            Column("changed", column),
        )
        self.table.create(engine)
        self.options: dict[str, Any] = {}
        self.entry: dict[str, Any] = {"table": "tickets", "record": "ticket", "fields": FIELDS, **CHANGES}
        self.cursor: str | None = None

    def add(self, *ids: str, at: datetime | None, **values: Any) -> None:
        changed = None if at is None else self.write(at)
        rows = [{"id": id, "opened": "2026-11-01", "title": id, "changed": changed, **values} for id in ids]
        with self.engine.begin() as connection:
            connection.execute(insert(self.table), rows)

    def change(self, id: str, at: datetime, **values: Any) -> None:
        with self.engine.begin() as connection:
            found = update(self.table).where(self.table.c.id == id)
            connection.execute(found.values(changed=self.write(at), **values))

    def read(self, now: datetime = NOW, full: bool = False) -> list[Page]:
        pages = list(self._fetch(now, full))
        self.cursor = pages[-1].cursor
        return pages

    def read_and_said(self) -> tuple[list[Page], str]:
        """The pages that came, and what was said at the end."""
        pages: list[Page] = []
        with pytest.raises(SourceError) as said:
            pages.extend(self._fetch(NOW))
        self.cursor = pages[-1].cursor or self.cursor
        return pages, str(said.value)

    def _fetch(self, now: datetime, full: bool = False) -> Iterator[Page]:
        url = self.engine.url.render_as_string(hide_password=False)
        options = {"url": url, "tables": [self.entry], **self.options}
        return SOURCE.fetch(Request("desk", options, settings(), None if full else self.cursor, now))


def ids(pages: list[Page]) -> set[str]:
    return {record.id for page in pages for record in page.records}


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    found = create_engine(database_url)
    yield found
    found.dispose()


@pytest.fixture(params=KINDS)
def desk(engine: Engine, request: pytest.FixtureRequest) -> Desk:
    return Desk(engine, request.param)


@pytest.fixture
def texts(engine: Engine) -> Desk:
    return Desk(engine, "a text")


def test_the_second_read_asks_for_what_changed_since_and_for_what_does_not_say_when(desk: Desk) -> None:
    desk.add("old", "older", at=NOW - 9 * A_DAY)
    desk.add("new", at=NOW - timedelta(hours=2))
    desk.add("unknown", at=None)
    (page,) = desk.read()
    assert (ids([page]), page.whole, page.partial, page.everything) == (
        {"old", "older", "new", "unknown"},
        True,
        False,
        True,
    )
    desk.change("older", NOW + timedelta(minutes=5), title="changed")
    desk.add("newer", at=NOW + timedelta(minutes=6))
    (page,) = desk.read(NOW + timedelta(minutes=10))
    assert (page.whole, page.partial, page.everything) == (False, True, False)
    assert ids([page]) >= {"older", "newer", "unknown"}
    assert "old" not in ids([page])
    assert {record.subject for record in page.records if record.id == "older"} == {"changed"}


def test_rows_of_the_same_instant_as_the_newest_one_are_never_lost(desk: Desk) -> None:
    desk.options = {"look_back_minutes": 0}
    at = NOW - timedelta(hours=2)
    desk.add("first", at=at)
    desk.read()
    desk.add("second", at=at)  # written a moment after we looked
    assert "second" in ids(desk.read())
    desk.add("third", at=at + timedelta(seconds=1))
    assert "third" in ids(desk.read())


def test_a_row_that_is_written_late_is_found_by_looking_back(desk: Desk) -> None:
    desk.options = {"look_back_minutes": 120}
    desk.add("first", at=NOW - timedelta(hours=2))
    desk.read()
    desk.add("late", at=NOW - timedelta(hours=3, minutes=59))  # its transaction took so long
    assert "late" in ids(desk.read())


def test_a_change_in_the_future_hides_no_change_of_today(desk: Desk) -> None:
    desk.add("wrong clock", at=NOW + 400 * A_DAY)
    desk.read()
    desk.add("right", at=NOW + timedelta(minutes=1))
    assert "right" in ids(desk.read(NOW + timedelta(minutes=5)))


def test_everything_is_read_again_after_a_week_and_when_it_is_asked_for(desk: Desk) -> None:
    desk.add("old", at=NOW - 9 * A_DAY)
    desk.add("new", at=NOW)
    desk.read()
    assert "old" not in ids(desk.read(NOW + 6 * A_DAY))
    assert [page.everything for page in desk.read(NOW + 7 * A_DAY)] == [True]
    assert "old" not in ids(desk.read(NOW + 8 * A_DAY))
    assert [page.everything for page in desk.read(NOW + 8 * A_DAY, full=True)] == [True]


def test_another_mapping_query_or_database_means_that_everything_is_read_again(texts: Desk, tmp_path: Path) -> None:
    texts.add("old", at=NOW - 9 * A_DAY)
    texts.add("new", at=NOW)
    texts.read()
    assert ids(texts.read()) == {"new"}
    texts.entry = {**texts.entry, "fields": {**FIELDS, "area": "state"}}
    assert ids(texts.read()) == {"old", "new"}
    assert ids(texts.read()) == {"new"}
    query = "SELECT id, opened, title, state, changed FROM tickets WHERE title <> '%x:y'"
    texts.entry = {"query": query, "record": "ticket", "fields": FIELDS, **CHANGES}
    assert ids(texts.read()) == {"old", "new"}
    assert ids(texts.read()) == {"new"}
    texts.entry = {**texts.entry, "query": query.replace("<>", "!=")}
    assert ids(texts.read()) == {"old", "new"}
    texts.options = {"deadline_minutes": 5}  # how it is asked is not what is asked for
    assert ids(texts.read()) == {"new"}
    other = Desk(create_engine(f"sqlite:///{tmp_path}/other.db"), "a text")
    other.add("old", at=NOW - 9 * A_DAY)
    other.add("new", at=NOW)
    other.entry, other.cursor = texts.entry, texts.cursor
    assert ids(other.read()) == {"old", "new"}
    other.engine.dispose()


def test_a_read_that_broke_off_is_not_taken_for_done(texts: Desk) -> None:
    texts.add("old", at=NOW - 9 * A_DAY)
    texts.add(*(f"t{n:05}" for n in range(5_001)), at=NOW - A_DAY)
    url = texts.engine.url.render_as_string(hide_password=False)
    asked = Request("desk", {"url": url, "tables": [texts.entry]}, settings(), None, NOW)
    pages = SOURCE.fetch(asked)
    assert next(pages).cursor is None
    pages.close()  # type: ignore[attr-defined]
    assert len(ids(texts.read())) == 5_002


def test_one_table_that_is_read_whole_goes_beside_one_that_is_not(texts: Desk) -> None:
    texts.add("old", at=NOW - 9 * A_DAY)
    texts.add("new", at=NOW)
    release = {"table": "tickets", "record": "release", "fields": {"id": "id", "name": "id", "released_at": "opened"}}
    texts.options = {"tables": [texts.entry, release]}
    first = texts.read()
    texts.cursor = first[0].cursor
    assert [(page.whole, page.everything) for page in first] == [(True, False), (True, True)]
    assert [(len(page.records), page.whole, page.everything) for page in texts.read()] == [
        (1, False, False),
        (2, True, False),
    ]


def test_a_row_that_the_mapping_leaves_out_since_its_change_is_gone(texts: Desk) -> None:
    texts.entry = {**texts.entry, "where": {"state": {"not": "deleted"}}}
    texts.add("a", "b", at=NOW - 9 * A_DAY, state="open")
    assert ids(texts.read()) == {"a", "b"}
    texts.change("b", NOW, state="deleted")
    (page,) = texts.read()
    assert (ids([page]), page.gone) == ({"a"}, [("ticket", "b")])  # a is as new as the newest that was seen


def test_an_older_version_of_a_row_that_is_left_out_does_not_take_the_row_away(texts: Desk) -> None:
    texts.entry = {**texts.entry, "where": {"state": "current"}}
    texts.add("a", at=NOW, state="current")
    texts.add("b", at=NOW, state="older")
    texts.read()
    texts.change("a", NOW, state="older")
    texts.add("a", at=NOW, state="current", title="newer")
    texts.add("a", at=NOW, state="older")
    (page,) = texts.read()
    assert [(record.id, record.subject) for record in page.records] == [("a", "newer")]
    assert page.gone == [("ticket", "b")]


def test_a_row_that_another_table_may_still_have_is_not_said_to_be_gone(texts: Desk) -> None:
    texts.entry = {**texts.entry, "where": {"state": "open"}}
    texts.options = {"tables": [texts.entry, {**texts.entry, "where": {"state": "closed"}}]}
    texts.add("a", at=NOW, state="closed")
    texts.read()
    assert [page.gone for page in texts.read()] == [[], []]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"updated": "chnged"}, "tickets has no column chnged; the nearest is 'changed'."),
        ({"same_id": "merge"}, "sources.desk.tables[1].updated: remove it."),
        (
            {"same_id": "reject"},
            'sources.desk.tables[1].updated: it needs same_id = "last_wins". Of two rows with one id, only the one that '
            "changed last is read, so the first one cannot be kept.",
        ),
        (
            {"record": "employment", "fields": {"id": "id", "started_on": "opened"}},
            "sources.desk.tables[1].updated: remove it.",
        ),
    ],
)
def test_a_column_that_cannot_say_it_is_refused_in_words(texts: Desk, change: dict[str, Any], sentence: str) -> None:
    texts.add("old", at=NOW)
    texts.entry = {**texts.entry, **change}
    with pytest.raises(SourceError) as said:
        texts.read()
    assert sentence in str(said.value)


@pytest.mark.parametrize("wrong", ["n/a", "2027-02-30"])
def test_one_wrong_text_is_said_and_costs_no_row_now_or_later(texts: Desk, wrong: str) -> None:
    texts.add("old", at=NOW - 9 * A_DAY)
    texts.add("new", at=NOW)
    texts.read()
    with texts.engine.begin() as connection:
        connection.execute(insert(texts.table).values(id="wrong", opened="2026-11-01", changed=wrong))
    found, said = texts.read_and_said()
    assert (ids(found), found[-1].whole) == ({"old", "new", "wrong"}, True)
    assert said == (
        f"tickets: the last value of changed is {wrong!r}, which is not a time such as 2026-01-31 14:05; name another "
        "column as `updated`, or leave it out. All rows of tickets were read, as they will be until that is corrected."
    )
    texts.change("wrong", NOW)
    assert ids(texts.read()) == {"new", "wrong"}


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu"])
def test_a_change_at_the_end_of_all_days_costs_no_row_in_any_time_zone(postgres_database: str, zone: str) -> None:
    url = make_url(postgres_database).update_query_dict({"options": f"-c TimeZone={zone}"})
    desk = Desk(create_engine(url), "with a zone")
    desk.add("old", at=NOW - 9 * A_DAY)
    desk.add("never", at=datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-5))))
    if zone == "America/New_York":
        assert ids(desk.read()) == {"old", "never"}
        assert ids(desk.read()) == {"never"}
    else:  # there it is the year 10000, which Python does not have
        found, said = desk.read_and_said()
        assert ids(found) == {"old", "never"}
        assert said.startswith("tickets cannot be read: timestamp too large")
        assert said.endswith("All rows of tickets were read, as they will be until that is corrected.")
    desk.engine.dispose()


# --- through a refresh -----------------------------------------------------------------------------------------------


@pytest.fixture
def refreshed(texts: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, int]]:
    """Refreshes at `now`, and gives how many tickets are stored and how many rows are rejected."""
    monkeypatch.setenv("EMPATHY_DATABASE_URL", f"sqlite:///{tmp_path}/store.db")
    monkeypatch.setenv("WAREHOUSE_URL", texts.engine.url.render_as_string(hide_password=False))
    (tmp_path / "empathy.toml").write_text(
        """
        [sources.desk]
        type = "sql"
        url_env = "WAREHOUSE_URL"
        [[sources.desk.tables]]
        table = "tickets"
        record = "ticket"
        updated = "changed"
        same_id = "last_wins"
        where = { title = { not = "spam" } }
        fields = { id = { template = "t-{id}" }, opened_at = "opened", subject = "title" }
        """
    )

    def run(now: datetime, full: bool = False) -> tuple[int, int]:
        found = load(tmp_path / "empathy.toml")
        (outcome,) = refresh.refresh(found, now, full=full, accept_removal=True)
        assert outcome.failed is None
        store = open_store(found)
        with store.reading() as published:
            rows = published.rows("ticket")
        with store.looking() as connection:
            rejected = len(connection.execute(select(rejected_row)).all())
        store.engine.dispose()
        return rows, rejected

    return run


def test_from_refresh_to_refresh_rows_are_added_mended_and_removed(
    texts: Desk, refreshed: Callable[..., tuple[int, int]]
) -> None:
    texts.add(*(f"t{n}" for n in range(10)), at=NOW - 9 * A_DAY)
    texts.add("bad", at=NOW - 9 * A_DAY, opened="yesterday")
    assert refreshed(NOW) == (10, 1)
    texts.change("bad", NOW + timedelta(minutes=1), opened="2026-11-02")  # what was rejected is mended
    texts.change("t1", NOW + timedelta(minutes=1), title="spam")
    texts.add("t10", at=NOW + timedelta(minutes=1))
    assert refreshed(NOW + timedelta(minutes=5)) == (11, 0)
    texts.change("t2", NOW + timedelta(minutes=6), opened="never")  # what was read before stays
    with texts.engine.begin() as connection:
        connection.execute(delete(texts.table).where(texts.table.c.id == "t3"))
    assert refreshed(NOW + timedelta(minutes=10)) == (11, 1)  # a deletion leaves no change to be seen
    assert refreshed(NOW + timedelta(minutes=15), full=True) == (9, 1)
