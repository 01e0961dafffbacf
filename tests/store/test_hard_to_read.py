"""A store that is locked, may only be read, or has no room left: soon, and in words."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from store import Store, StoreError, open_store
from store.database import PATIENCE_S
from tests import builders
from tests.builders import NOW, filled, settings, ticket

ROOT = Path(__file__).parent.parent.parent
# Reads one store with the rights it was started with (and so has loaded all that it needs), and the other as "nobody".
READ = """
import os, pwd, sys
from store import StoreError, open_store
from tests.builders import settings

def read(url):
    try:
        with open_store(settings(url)).reading() as published:
            return published.rows("ticket")
    except StoreError as error:
        return error

read(sys.argv[1])
if os.geteuid() == 0:
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
print(read(sys.argv[2]))
"""


# --- locked -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reads", [True, False])
def test_a_locked_store_that_is_not_in_wal_mode_is_given_up_soon(tmp_path: Path, reads: bool) -> None:
    file = tmp_path / "empathy.db"
    filled(f"sqlite:///{file}", ticket()).engine.dispose()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("BEGIN EXCLUSIVE")
        said: list[str] = []

        def use() -> None:
            store = open_store(settings(f"sqlite:///{file}"))
            try:
                if reads:
                    with store.reading():
                        said.append("read")
                else:
                    with store.refreshing(NOW):
                        said.append("written")
            except StoreError as error:
                said.append(str(error))

        thread = threading.Thread(target=use, daemon=True)
        thread.start()
        thread.join(3 * PATIENCE_S)  # it was 50 times as long
        assert said == ["The store is busy: another program has been writing for more than ten seconds. Try again."]
    with open_store(settings(f"sqlite:///{file}")).reading() as published:
        assert published.rows("ticket") == 1


# --- without the right to write -------------------------------------------------------------------------------------------


@contextmanager
def readable_folder() -> Iterator[Path]:
    """A folder that somebody else may read."""
    folder = Path(tempfile.mkdtemp(prefix="empathy-read-", dir="/tmp"))
    try:
        yield folder
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)


def read_by_somebody_without_rights(file: Path) -> str:
    """What a process says that may read the file and its folder, and write to neither."""
    file.chmod(0o444)
    for beside in file.parent.glob(f"{file.name}-*"):
        beside.chmod(0o444)
    file.parent.chmod(0o555)
    with tempfile.TemporaryDirectory() as another:
        warm = f"sqlite:///{another}/empathy.db"
        filled(warm, ticket()).engine.dispose()
        command = [sys.executable, "-c", READ, warm, f"sqlite:///{file}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return done.stdout.strip()


def test_a_store_is_read_without_the_right_to_write_anything() -> None:
    with readable_folder() as folder:
        filled(f"sqlite:///{folder / 'empathy.db'}", ticket(), ticket()).engine.dispose()
        assert [each.name for each in folder.iterdir()] == ["empathy.db"]
        assert read_by_somebody_without_rights(folder / "empathy.db") == "2"
        assert [each.name for each in folder.iterdir()] == ["empathy.db"]


def test_changes_that_lie_beside_it_are_not_left_out_without_a_word() -> None:
    with readable_folder() as folder:
        file = folder / "empathy.db"
        filled(f"sqlite:///{file}", ticket()).engine.dispose()
        code = (
            "import os, sys; from tests.builders import *; store = open_store(settings(sys.argv[1]))\n"
            "save(store, [ticket()]); os._exit(9)"
        )
        assert subprocess.run([sys.executable, "-c", code, f"sqlite:///{file}"], cwd=ROOT, timeout=60).returncode == 9
        (folder / "empathy.db-shm").unlink()
        assert (folder / "empathy.db-wal").stat().st_size
        assert read_by_somebody_without_rights(file).startswith(
            "The store cannot be read here: its latest changes are in empathy.db-wal beside it"
        )


# --- no room ------------------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 2 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", place], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def fill_up(store: Store) -> None:
    for n in range(100):
        builders.save(store, [ticket(subject=f"{n} {k} " * 30) for k in range(200)])


@pytest.mark.skipif(not shutil.which("mount"), reason="there is no mount")
@pytest.mark.parametrize("room", [0, 40_000, 400_000])
def test_a_full_disk_is_named_and_costs_nothing_that_was_there(tmp_path: Path, room: int) -> None:
    with small_disk(tmp_path) as place:
        url = f"sqlite:///{place / 'empathy.db'}"
        store = filled(url, *(ticket(f"t{n}") for n in range(50)))
        store.engine.dispose()
        with (place / "filler").open("wb") as filler:
            # As SQLite's own files need a little of it, too.
            free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
            filler.write(b"x" * max(0, free - room))
        store = open_store(settings(url))
        with pytest.raises(StoreError) as error:
            fill_up(store)
        said = "The disk of the store is full: published data is kept; free some space and refresh again."
        assert str(error.value) == said
        assert str(place) in error.value.details
        store.engine.dispose()
        (place / "filler").unlink()
        store = open_store(settings(url))
        with store.reading() as published:
            assert published.rows("ticket") % 200 == 50
        builders.save(store, [ticket("one more")])
        store.engine.dispose()
