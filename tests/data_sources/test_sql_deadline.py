"""A database that makes us wait costs its own source a sentence, and no other source anything."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from select import select
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Column, Engine, MetaData, String, Table, create_engine, insert, make_url, text

import refresh
from data_sources.kit.errors import Later
from data_sources.mapping.pages import PAGE
from data_sources.source import Page, Request, SourceError
from data_sources.sql import SOURCE
from data_sources.sql.database import LIMITS, Database
from data_sources.sql.entries import entries
from settings import load
from tests.builders import NOW, settings
from tests.web.serving import wait_until

FIELDS = {"id": "id", "opened_at": "opened"}
TICKETS = {"table": "tickets", "record": "ticket", "fields": FIELDS}
OTHERS = {"table": "others", "record": "ticket", "fields": FIELDS}
ENDLESS = {
    "query": "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i FROM n) "
    "SELECT i AS id, '2026-01-01' AS opened FROM n WHERE i > 1",
    "record": "ticket",
    "fields": FIELDS,
}


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Whoever fills the database, which is not us: two tables of a row each."""
    found = create_engine(database_url)
    with found.begin() as connection:
        for name in ("tickets", "others"):
            table = Table(name, MetaData(), Column("id", String), Column("opened", String))
            table.create(connection)
            connection.execute(insert(table), [{"id": name, "opened": "2026-11-01 09:00"}])
    yield found
    found.dispose()


def request(url: str, *tables: dict[str, Any], minutes: float = 0.02) -> Request:
    options = {"url": url, "tables": list(tables), "deadline_minutes": minutes}
    return Request("desk", options, settings(), None, NOW)


def read(asked: Request) -> tuple[list[str], str]:
    """The ids that came, and what was said at the end."""
    found: list[Page] = []
    with pytest.raises(SourceError) as said:
        found.extend(SOURCE.fetch(asked))
    assert said.value.__cause__ is None
    return [record.id for page in found for record in page.records], str(said.value)


def questions(engine: Engine) -> int:
    """How many questions of others this server works on, or keeps waiting."""
    if engine.dialect.name == "sqlite":
        return 0
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with engine.connect() as connection:
        return int(connection.scalar(text(asked)) or 0)


def test_a_table_that_somebody_else_locks_is_one_sentence_and_the_next_table_is_read(engine: Engine) -> None:
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if is_sqlite:
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
        else:
            connection.exec_driver_sql("LOCK TABLE tickets IN ACCESS EXCLUSIVE MODE")
        came, said = read(request(engine.url.render_as_string(False), TICKETS, OTHERS, minutes=0.05))
        connection.rollback()
    assert said.startswith("tickets is locked by another program (")
    assert "The next refresh tries again" in said
    assert came == ([] if is_sqlite else ["others"])  # SQLite locks the whole file
    wait_until(lambda: questions(engine) == 0, "the connection to be closed")


def test_a_view_that_never_ends_is_stopped_and_the_sentence_says_what_to_do(engine: Engine) -> None:
    came, said = read(request(engine.url.render_as_string(False), TICKETS, ENDLESS, OTHERS))
    assert came == ["tickets"]
    assert said == (
        f"Reading {Path(engine.url.database or '').name if engine.dialect.name == 'sqlite' else 'postgresql'} took longer "
        "than 0.02 minutes and was stopped at query 2. Check there for a lock, or for a query that does not end; if it needs "
        "so long, write a larger deadline_minutes in [sources.desk]."
    )
    wait_until(lambda: questions(engine) == 0, "the question to be cancelled")


def test_a_look_whether_it_can_be_reached_and_a_count_have_an_end_too(engine: Engine) -> None:
    assert SOURCE.counts is not None
    with pytest.raises(Later, match=r"took longer than 0\.02 minutes and was stopped at query 1"):
        SOURCE.counts(request(engine.url.render_as_string(False), ENDLESS))
    wait_until(lambda: questions(engine) == 0, "the question to be cancelled")


def test_a_server_that_takes_the_connection_and_says_nothing_has_an_end() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        came, said = read(request(f"postgresql://127.0.0.1:{silent.getsockname()[1]}/x", TICKETS))
    assert came == []
    assert said.startswith("Reading 127.0.0.1 took longer than 0.02 minutes and was stopped while it was connected.")


def test_a_connection_that_comes_when_nobody_waits_any_more_is_closed(postgres_database: str, tmp_path: Path) -> None:
    """A server that is slow to answer: what stands between it and us passes nothing on before we have given up."""
    url, may_pass = make_url(postgres_database), Event()
    passed, ended = bytearray(), Event()

    def between() -> None:
        ours, _ = door.accept()
        with ours, socket.socket(socket.AF_UNIX) as server:
            may_pass.wait()
            server.connect(f"{url.query['host']}/.s.PGSQL.5432")
            while True:
                for each in select([ours, server], [], [])[0]:
                    data = each.recv(65_536)
                    if not data:
                        ended.set()
                        return
                    if each is server:
                        passed.extend(data)
                    (ours if each is server else server).sendall(data)

    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / ".s.PGSQL.5432"))
        door.listen()
        thread = Thread(target=between, daemon=True)
        thread.start()
        slow = url.update_query_dict({"host": str(tmp_path)}).render_as_string(False)
        with pytest.raises(SourceError) as said:  # who keeps the error keeps the connection from being cleared away
            list(SOURCE.fetch(request(slow, TICKETS)))
        may_pass.set()
        wait_until(ended.is_set, "the connection to be closed")
        thread.join()
    assert b"server_version" in passed  # it was let in before it was closed
    assert "was stopped while it was connected" in str(said.value)


def test_an_account_that_may_ask_for_a_shorter_time_keeps_its_own_limit(postgres_database: str) -> None:
    owner = create_engine(postgres_database)
    with owner.begin() as connection:
        connection.execute(text("CREATE ROLE hurried LOGIN"))
        connection.execute(text("ALTER ROLE hurried SET statement_timeout = '100ms'"))
    try:
        url = owner.url.set(username="hurried").render_as_string(False)
        _, said = read(request(url, ENDLESS, minutes=5))
        assert said == "query 1 cannot be read: canceling statement due to statement timeout."
    finally:
        with owner.begin() as connection:
            connection.execute(text("DROP ROLE hurried"))
        owner.dispose()


@pytest.mark.parametrize("statement", [*LIMITS["mysql"], *LIMITS["mariadb"]])
def test_what_mysql_and_mariadb_are_told_is_never_longer_than_what_they_had(statement: str) -> None:
    name = statement.removeprefix("SET SESSION ").partition(" ")[0]
    assert f"@@SESSION.{name}" in statement
    assert "LEAST(" in statement


def test_a_source_without_end_costs_the_others_nothing(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE_URL", engine.url.render_as_string(False))
    monkeypatch.setenv("EMPATHY_DATABASE_URL", f"sqlite:///{tmp_path}/store.db")
    (tmp_path / "empathy.toml").write_text(
        f"""
        [sources.endless]
        type = "sql"
        url_env = "WAREHOUSE_URL"
        deadline_minutes = 0.01
        tables = [{{ query = "{ENDLESS["query"]}", record = "ticket", fields = {{ id = "id", opened_at = "opened" }} }}]
        [sources.good]
        type = "sql"
        url_env = "WAREHOUSE_URL"
        tables = [{{ table = "tickets", record = "ticket", fields = {{ id = "id", opened_at = "opened" }} }}]
        """
    )
    endless, good = refresh.refresh(load(tmp_path / "empathy.toml"), NOW)
    assert (good.failed, good.saved) == (None, 1)
    assert (endless.failed or "").startswith("Reading ")


def test_while_the_rows_wait_for_us_the_time_of_the_database_stands_still(engine: Engine) -> None:
    with engine.begin() as connection:
        more = [{"id": str(n)} for n in range(PAGE)]
        connection.execute(text("INSERT INTO tickets VALUES (:id, '2026-11-01 09:00')"), more)
    asked, now = request(engine.url.render_as_string(False), TICKETS, minutes=5), [0.0]
    (entry,) = entries(asked)
    with Database(asked, lambda: now[0]) as database:
        came = 0
        for rows in database.rows(entry):
            came += len(rows)
            now[0] += 3_600  # the rows of other sources are saved and published
        assert (came, database.count(entry)) == (PAGE + 1, PAGE + 1)


@pytest.mark.parametrize("minutes", [0, -1, "5"])
def test_a_deadline_that_is_none_is_refused(minutes: Any) -> None:
    _, said = read(request("sqlite:///no.db", TICKETS, minutes=minutes))
    assert said.startswith("sources.desk.deadline_minutes is ")
