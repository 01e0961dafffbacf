"""Opening a store: its shape, and every way in which it cannot be used, in words."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from store import StoreError, open_store
from store.database import engine_for
from store.migrations.upgrade import configuration, upgrade
from store.schema import BEFORE, FACTS, metadata
from store.store import HEAD
from tests import builders
from tests.builders import NOW, settings

ROOT = Path(__file__).parent.parent.parent


def test_the_migrated_shape_is_the_declared_one(database_url: str) -> None:
    """Records bring their own tables and columns (store/additions.py); all other tables are as the migrations make them."""
    store = open_store(settings(database_url))
    upgrade(store.engine)
    upgrade(store.engine)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_no_record})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD
    store.migrate()
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []
    store.engine.dispose()


def is_no_record(_object: object, name: str, kind: str, *_more: object) -> bool:
    return kind != "table" or name not in {*FACTS, *(each.name for each in BEFORE.values())}


def migrated_tables() -> set[str]:
    engine = engine_for(settings())
    upgrade(engine)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_a_store_of_the_first_shape_is_brought_up_to_date_and_back(database_url: str) -> None:
    engine = engine_for(settings(database_url))
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    store = open_store(settings(database_url))
    with pytest.raises(StoreError, match=r"older shape 0001\. Type \./run refresh"), store.reading():
        pass
    builders.save(store, [builders.ticket("t")])
    with store.reading() as published:
        assert published.rows("ticket") == 1
    store.engine.dispose()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert set(inspect(connection).get_table_names()) & migrated_tables() <= {"alembic_version"}
    engine.dispose()


def test_programs_that_start_at_once_on_an_empty_store_all_find_it_made(database_url: str) -> None:
    code = (
        "import sys; from store import open_store; from tests.builders import settings; "
        "import store.migrations.upgrade; store = open_store(settings(sys.argv[1])); "
        "print('ready', flush=True); sys.stdin.readline(); store.migrate(); print(store.shape_version())"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code, database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(3)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    said = []
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    for child in children:
        said.append(child.communicate(timeout=120))
    assert said == [(f"{HEAD}\n", "")] * 3


def use(database_url: str, reads: bool) -> None:
    store = open_store(settings(database_url))
    try:
        if not reads:
            builders.save(store, [builders.ticket()])
        with store.reading():
            pass
    finally:
        store.engine.dispose()


def said_by(database_url: str, reads: bool = False) -> str:
    with pytest.raises(StoreError) as error:
        use(database_url, reads)
    return str(error.value)


@pytest.mark.parametrize("reads", [True, False])
def test_a_store_in_no_folder(tmp_path: Path, reads: bool) -> None:
    assert said_by(f"sqlite:///{tmp_path / 'nowhere' / 'empathy.db'}", reads).startswith("There is no folder")


@pytest.mark.parametrize("reads", [True, False])
def test_a_file_that_is_no_database(tmp_path: Path, reads: bool) -> None:
    (tmp_path / "empathy.db").write_bytes(b"customer,score\n" * 1000)
    assert "damaged or not an SQLite file" in said_by(f"sqlite:///{tmp_path / 'empathy.db'}", reads)


def test_an_empty_store_says_what_to_type_and_stays_no_file(sqlite_database: str) -> None:
    assert said_by(sqlite_database, reads=True) == "The store is empty: nothing has been read yet. Type ./run refresh"
    assert not Path(sqlite_database.removeprefix("sqlite:///")).exists()


def test_a_file_that_another_program_keeps_locked(sqlite_database: str) -> None:
    store = open_store(settings(sqlite_database))
    store.migrate()
    other = sqlite3.connect(sqlite_database.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with store.engine.connect() as connection:
        connection.connection.execute("PRAGMA busy_timeout=50")  # ten seconds are long for a test
    with pytest.raises(StoreError, match="another program has been writing"), store.refreshing(NOW):
        pass
    other.close()
    store.engine.dispose()


@pytest.mark.parametrize("reads", [True, False])
def test_a_server_that_does_not_answer(reads: bool) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody can answer here
        url = f"postgresql://empathy:hush@127.0.0.1:{taken.getsockname()[1]}/empathy"
        said = said_by(url, reads)
    assert said.startswith("The database cannot be reached")
    assert "hush" not in said


@pytest.mark.parametrize(
    "url", ["", "empathy.db", "mysql://u:hush@h/d", "nosuch+thing://x", "postgresql+nosuch://u:hush@h/d"]
)
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(StoreError) as error:
        open_store(settings(url))
    assert "database_url" in str(error.value)
    assert "hush" not in str(error.value)


@pytest.mark.parametrize("reads", [True, False])
def test_a_store_that_a_newer_program_has_written(database_url: str, reads: bool) -> None:
    store = open_store(settings(database_url))
    store.migrate()
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.engine.dispose()
    assert "has shape 9999, which this program does not know" in said_by(database_url, reads)


def test_days_of_another_time_zone_are_refused(database_url: str) -> None:
    store = open_store(settings(database_url))
    builders.save(store, [builders.ticket("t")])
    store.engine.dispose()
    elsewhere = open_store(settings(database_url, time_zone="Europe/Madrid"))
    with (
        pytest.raises(StoreError, match="counts days in UTC, the settings say Europe/Madrid"),
        elsewhere.refreshing(NOW),
    ):
        pass
    elsewhere.engine.dispose()
    with store.refreshing(NOW):
        pass  # the refusal took no lease
    store.engine.dispose()


def test_another_grace_looks_at_every_customer_again(database_url: str) -> None:
    contracts = [
        builders.subscription("acme", started_on=date(2026, 1, 1), ended_on=date(2026, 2, 1)),
        builders.subscription("acme", started_on=date(2026, 2, 20)),
    ]
    store = open_store(settings(database_url, grace_days=30))
    builders.save(store, contracts)
    store.engine.dispose()
    strict = open_store(settings(database_url, grace_days=10))
    builders.save(strict, [])
    with strict.reading() as published:
        assert [each.bin for each in published.tally("customer_started", None, date(2200, 1, 1))] == [
            "new",
            "reactivated",
        ]
    strict.engine.dispose()
