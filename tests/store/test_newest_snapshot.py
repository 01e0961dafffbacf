"""Which snapshot is the newest is what every page asks: it costs next to nothing, and is true at once after any change."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from sqlalchemy import event

from store import Snapshot, Store, StoreError, open_store
from store.database import GoneError
from tests import builders
from tests.builders import NOW, settings


def publish(database_url: str, subject: str) -> Snapshot | None:
    """As another program would."""
    other = open_store(settings(database_url))
    builders.save(other, [builders.ticket("t", subject=subject)], NOW)
    made = other.snapshot()
    other.engine.dispose()
    return made


def openings(store: Store) -> list[object]:
    """Grows by one each time that the file is opened to be read."""
    found: list[object] = []
    event.listen(store.readers, "connect", lambda connection, _: found.append(connection))
    return found


def test_a_store_that_nobody_writes_into_is_not_opened_for_each_page(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empathy.db'}"
    made = publish(url, "first")
    store = open_store(settings(url))
    opened = openings(store)
    deadline = time.monotonic() + 30
    while True:
        assert store.snapshot() == made
        before = len(opened)
        if [store.snapshot() for _ in range(5)] == [made] * 5 and len(opened) == before:
            break
        assert time.monotonic() < deadline


def test_what_was_answered_is_asked_anew_as_soon_as_another_program_has_published(database_url: str) -> None:
    store = open_store(settings(database_url))
    for nth in range(5):
        made = publish(database_url, f"change {nth}")
        assert made is not None
        assert [store.snapshot() for _ in range(20)] == [made] * 20
    store.engine.dispose()


def test_what_was_answered_holds_for_no_other_file_and_for_none(tmp_path: Path) -> None:
    file, other, backup = tmp_path / "empathy.db", tmp_path / "other.db", tmp_path / "backup.db"
    first, second = publish(f"sqlite:///{file}", "one"), publish(f"sqlite:///{other}", "another")
    assert first is not None
    assert second is not None
    assert first.store != second.store
    shutil.copy(file, backup)
    long_ago = time.time() - 100
    for each in (file, other):
        os.utime(each, (long_ago, long_ago))  # two files of one time and, as they hold as much, of one size
    store = open_store(settings(f"sqlite:///{file}"))
    for _ in range(3):
        assert store.snapshot() == first
    os.replace(other, file)
    assert store.snapshot() == second
    content = bytearray(file.read_bytes())
    file.write_bytes(backup.read_bytes())
    assert store.snapshot() == first
    content[:100] = os.urandom(100)
    file.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        store.snapshot()
    file.unlink()
    with pytest.raises(GoneError):
        store.snapshot()
    shutil.copy(backup, file)
    assert store.snapshot() == first
