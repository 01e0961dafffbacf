"""Who has the store alone cannot tell whose pseudonym is whose: the key lies beside it, moves out of old stores, and is missed
in words; and only its owner may read the store."""

from __future__ import annotations

import grp
import hashlib
import hmac
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from pydantic import SecretStr
from sqlalchemy import insert, select

import refresh
from store import KeyLostError, Store, StoreError, open_store
from store.database import engine_for
from store.migrations.upgrade import configuration
from store.schema import FACTS, employment, meta
from tests import builders
from tests.builders import NOW, settings

PEOPLE = [f"anna.{n}@lumen.example" for n in range(56)]
OLD_SALT = "0123456789abcdef0123456789abcdef"


def pseudonym(key: str, id: str) -> str:
    return hmac.new(key.encode(), id.encode(), hashlib.sha256).hexdigest()[:16]


def staff() -> list[Any]:
    return [builders.employment(id=id) for id in PEOPLE]


def stored(store: Store) -> list[str]:
    with store.looking() as connection:
        return sorted(connection.scalars(select(employment.c.id)))


def recovered(file: Path) -> int:
    """How many people are found by whoever has this file: with each text in it, and each 8 to 64 hexadecimal digits of it."""
    with closing(sqlite3.connect(file)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        texts = {str(cell) for name in tables for row in connection.execute(f'SELECT * FROM "{name}"') for cell in row}
    ids = {row for row in texts if len(row) == 16}
    return max(sum(pseudonym(key, id) in ids for id in PEOPLE) for key in texts | {""})


def bytes_of(file: Path) -> bytes:
    return b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))


def of_before(database_url: str, folder: Path) -> Store:
    """A store as the version of before made it: its salt lies in it, also in pages that were given up."""
    old = settings(database_url, folder=folder)
    engine = engine_for(old)
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(insert(meta), [{"name": "time_zone", "value": "UTC"}, {"name": "salt", "value": OLD_SALT}])
        lease = "INSERT INTO lease (name, holder, fence, until) VALUES ('refresh', 'nobody', 0, '2000-01-01 00:00:00')"
        connection.exec_driver_sql(lease)
        person = {"source": "hr", "team": "Support", "started_on": NOW.date()}
        connection.execute(insert(FACTS["employment"]), [{"id": pseudonym(OLD_SALT, id), **person} for id in PEOPLE])
        connection.exec_driver_sql("INSERT INTO row_count (source, record, n) VALUES ('hr', 'employment', 56)")
        connection.exec_driver_sql("CREATE TABLE given_up (text VARCHAR)")
        connection.exec_driver_sql(f"INSERT INTO given_up VALUES ('{OLD_SALT}')")
        connection.exec_driver_sql("DROP TABLE given_up")
    engine.dispose()
    return open_store(old)


def test_from_the_file_of_the_store_nobody_is_recovered(tmp_path: Path) -> None:
    file = tmp_path / "empathy.db"
    store = open_store(settings(f"sqlite:///{file}"))
    builders.save(store, staff())
    key = (tmp_path / "empathy.key").read_text().strip()
    assert stored(store) == sorted(pseudonym(key, id) for id in PEOPLE)
    assert recovered(file) == 0
    assert key.encode() not in bytes_of(file)
    store.engine.dispose()


def test_without_staff_there_is_no_key(tmp_path: Path) -> None:
    store = open_store(settings(f"sqlite:///{tmp_path / 'empathy.db'}"))
    builders.save(store, [builders.ticket()])
    assert not list(tmp_path.glob("*.key"))
    store.engine.dispose()


def test_the_key_of_an_old_store_moves_out_and_everybody_keeps_their_pseudonym(
    tmp_path: Path, database_url: str
) -> None:
    store = of_before(database_url, tmp_path)
    before = sorted(pseudonym(OLD_SALT, id) for id in PEOPLE)
    if store.file is not None:
        assert recovered(store.file) == 56
    notes = builders.save(store, staff(), source="hr")
    assert (tmp_path / "empathy.key").read_text().strip() == OLD_SALT
    assert stat.S_IMODE((tmp_path / "empathy.key").stat().st_mode) == 0o600
    assert stored(store) == before
    assert [note for note in notes if note.startswith("The key of the staff pseudonyms moved out of the store into")]
    with store.looking() as connection:
        assert OLD_SALT not in connection.scalars(select(meta.c.value))
    if store.file is not None:
        assert recovered(store.file) == 0
        assert OLD_SALT.encode() not in bytes_of(store.file)
    store.engine.dispose()
    again = open_store(settings(database_url, folder=tmp_path))
    assert builders.save(again, staff(), source="hr") == []
    assert stored(again) == before
    again.engine.dispose()


def test_the_key_of_an_old_store_is_never_written_over_another_one(tmp_path: Path, database_url: str) -> None:
    (tmp_path / "empathy.key").write_text("the key of a neighbour\n")
    store = of_before(database_url, tmp_path)
    with pytest.raises(StoreError, match="is the key of another store"), store.refreshing(NOW):
        pass
    with store.looking() as connection:
        assert OLD_SALT in connection.scalars(select(meta.c.value))
    assert (tmp_path / "empathy.key").read_text() == "the key of a neighbour\n"
    store.engine.dispose()


def test_several_machines_agree_by_a_setting(tmp_path: Path, database_url: str) -> None:
    key = "a key that several machines know"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        store = open_store(settings(database_url, folder=tmp_path / name, staff_key=SecretStr(key)))
        builders.save(store, staff())
        assert stored(store) == sorted(pseudonym(key, id) for id in PEOPLE)
        store.engine.dispose()
    assert not list(tmp_path.rglob("*.key"))


@pytest.mark.parametrize("there", [None, "another key, as long as one should be"])
def test_a_lost_key_is_said_in_words_and_nobody_is_counted_twice(tmp_path: Path, there: str | None) -> None:
    url = f"sqlite:///{tmp_path / 'empathy.db'}"
    store = open_store(settings(url))
    builders.save(store, staff())
    before = stored(store)
    store.engine.dispose()
    key = tmp_path / "empathy.key"
    good = key.read_text()
    key.unlink()
    if there:
        key.write_text(there)
    store = open_store(settings(url))
    with pytest.raises(KeyLostError, match=r"Put it back; .* type \./run refresh --new-staff-key"):
        builders.save(store, staff())
    assert stored(store) == before
    key.write_text(good)
    builders.save(store, staff())
    assert stored(store) == before
    store.engine.dispose()


HR = """
database_url = "sqlite:///empathy.db"
[sources.hr]
type = "files"
[[sources.hr.files]]
path = "hr.csv"
record = "employment"
[sources.hr.files.fields]
id = "id"
team = { constant = "Support" }
started_on = "since"
[sources.crm]
type = "files"
[[sources.crm.files]]
path = "crm.csv"
record = "customer"
[sources.crm.files.fields]
id = "id"
"""


def test_the_program_goes_on_with_the_rest_and_reads_staff_anew_only_when_it_is_told_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empathy.toml").write_text(HR)
    (tmp_path / "hr.csv").write_text("id,since\n" + "".join(f"{id},2025-01-01\n" for id in PEOPLE))
    (tmp_path / "crm.csv").write_text("id\na\n")
    config = ["--config", str(tmp_path / "empathy.toml")]
    assert refresh.main(config) == 0
    (tmp_path / "empathy.key").unlink()
    (tmp_path / "crm.csv").write_text("id\na\nb\n")
    capsys.readouterr()
    assert refresh.main([*config, "--full"]) == 1
    said = capsys.readouterr().err
    assert "hr: FAILED. There is no key in empathy.key, but one that made the pseudonyms" in said
    assert "Traceback" not in said
    store = open_store(settings(f"sqlite:///{tmp_path / 'empathy.db'}"))
    with store.reading() as published:
        assert (published.rows("employment"), published.rows("customer")) == (56, 2)
    old = stored(store)
    assert refresh.main([*config, "--new-staff-key"]) == 0
    assert "56 staff rows were removed; they are read again under a new key." in capsys.readouterr().err
    assert len(stored(store)) == 56
    assert not set(stored(store)) & set(old)
    with store.reading() as published:
        assert published.rows("employment") == 56
    store.engine.dispose()


# --- who may read the file ----------------------------------------------------------------------------------------------


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_new_store_is_its_owners_alone_with_all_its_files(tmp_path: Path) -> None:
    file = tmp_path / "empathy.db"
    store = open_store(settings(f"sqlite:///{file}"))
    with store.refreshing(NOW) as running:
        running.begin_run("test", "files", NOW).save(staff(), NOW)
        modes = {each.name: mode(each) for each in tmp_path.iterdir()}
    assert modes == {name: 0o600 for name in ("empathy.db", "empathy.db-wal", "empathy.db-shm", "empathy.key")}
    store.engine.dispose()


def test_a_store_that_others_could_read_is_closed_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "empathy.db"
    store = open_store(settings(f"sqlite:///{file}"))
    store.migrate()
    file.chmod(0o644)
    store = open_store(settings(f"sqlite:///{file}"))
    assert builders.save(store, []) == [
        f"{file} could be read by others on this machine; now only its owner can (0600)."
    ]
    assert mode(file) == 0o600
    store.engine.dispose()


def test_a_group_of_the_settings_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "empathy.db"
    mine = [os.getegid(), *os.getgroups()]
    group = (
        grp.getgrnam("nogroup")
        if os.geteuid() == 0 and "nogroup" in {g.gr_name for g in grp.getgrall()}
        else grp.getgrgid(mine[-1])
    )
    store = open_store(settings(f"sqlite:///{file}", store_group=group.gr_name))
    builders.save(store, staff())
    assert (mode(file), file.stat().st_gid) == (0o640, group.gr_gid)
    assert mode(tmp_path / "empathy.key") == 0o600
    store.engine.dispose()


def test_a_group_that_there_is_not_is_named(tmp_path: Path) -> None:
    store = open_store(settings(f"sqlite:///{tmp_path / 'empathy.db'}", store_group="nobody-knows-us"))
    with pytest.raises(StoreError, match="There is no group 'nobody-knows-us'"), store.refreshing(NOW):
        pass
