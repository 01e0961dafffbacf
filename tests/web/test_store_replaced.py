"""The store is replaced, deleted, damaged and put back under a running server: it never mixes two stores, says what is wrong
in words, and heals by itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from store import open_store
from tests import builders
from tests.builders import NOW, settings
from tests.postgres import connect
from tests.web.serving import Served, serving
from tests.web.viewer import Viewer, texts, viewing

OFTEN = 3
DAMAGED = "The store file is damaged or not an SQLite file: restore a backup, or delete it and refresh."
GONE = "The store was removed or emptied while this program used it"


def fill(database_url: str, name: str) -> None:
    """A store whose only source has this name; the first snapshot of each has the same number and the same day."""
    store = open_store(settings(database_url))
    builders.save(
        store, [builders.ticket(f"{name}-{n}", subject=name * 20) for n in range(300)], NOW, source=f"{name}-desk"
    )
    store.engine.dispose()


def shown(viewer: Viewer) -> set[str]:
    """Which of the two stores a page tells about."""
    return set(re.findall(r"(alpha|beta)\W*-?\W*desk", texts(viewer.visit("data-health")) + texts(viewer.visit(""))))


def check(served: Served, name: str) -> None:
    """Every session and every answer of many is about this store."""
    with viewing(served.port) as one, viewing(served.port) as two:
        for _ in range(OFTEN):
            assert shown(one) == shown(two) == {name}
            assert (served.get("/healthz").status, health(served)["snapshot"]) == (200, 1)


def health(served: Served) -> dict[str, object]:
    told: dict[str, object] = json.loads(served.get("/healthz").text)
    return told


def check_that_it_says(served: Served, sentence: str) -> None:
    answer = served.get("/healthz")
    assert (answer.status, json.loads(answer.text)["store"]) == (503, False)
    assert sentence in json.loads(answer.text)["reason"]
    with viewing(served.port) as viewer:
        for page in ("", "data-health"):
            seen = texts(viewer.visit(page)).replace("\\\\", "")
            assert sentence.partition(":")[0] in seen, seen
            assert "under the code" not in seen


def test_a_file_that_is_replaced_deleted_damaged_and_put_back(tmp_path: Path) -> None:
    for name in ("alpha", "beta"):
        fill(f"sqlite:///{tmp_path / name}.db", name)
    alpha, beta, file, new = (tmp_path / each for each in ("alpha.db", "beta.db", "empathy.db", "new.db"))
    good = alpha.read_bytes()

    def moved_into_place(from_: Path) -> None:
        shutil.copy(from_, new)
        os.replace(new, file)

    def written_over(content: bytes) -> None:
        with file.open("r+b") as opened:
            opened.truncate(len(content))
            opened.write(content)

    moved_into_place(alpha)
    with serving(f"sqlite:///{file}") as served:
        check(served, "alpha")
        moved_into_place(beta)
        check(served, "beta")
        moved_into_place(alpha)
        check(served, "alpha")
        written_over(beta.read_bytes())
        check(served, "beta")
        written_over(good)
        file.unlink()
        check_that_it_says(served, GONE)
        moved_into_place(alpha)
        check(served, "alpha")
        for bad, sentence in (
            (os.urandom(len(good)), DAMAGED),
            (good[:8192], DAMAGED),
            (b"", GONE),
        ):
            written_over(bad)
            check_that_it_says(served, sentence)
            written_over(good)
            check(served, "alpha")
        # In the middle, where no page looks: what was worked out is still right and shown, and whoever watches is told.
        middle = len(good) // 2
        written_over(good[:middle] + os.urandom(40_000) + good[middle + 40_000 :])
        assert (served.get("/healthz").status, health(served)["reason"]) == (503, DAMAGED)
        written_over(good)
        check(served, "alpha")
        assert "Traceback" not in served.log


def test_a_page_that_meets_damage_says_so_and_shows_no_bare_code(tmp_path: Path) -> None:
    file = tmp_path / "empathy.db"
    fill(f"sqlite:///{file}", "alpha")
    with serving(f"sqlite:///{file}") as served, viewing(served.port) as viewer:
        viewer.visit("")
        # Not the pages in which SQLite finds the tables and the snapshot.
        store = open_store(settings(f"sqlite:///{file}"))
        with store.looking() as connection:
            roots = "SELECT rootpage FROM sqlite_schema WHERE tbl_name IN ('tally', 'tally_total', 'stored_rows', 'rejected_row')"
            bad = [page for (page,) in connection.exec_driver_sql(roots)]
        store.engine.dispose()
        with file.open("r+b") as opened:
            for page in bad:
                opened.seek((page - 1) * 4096)
                opened.write(os.urandom(4096))
        for page, query in (("data-health", ""), ("metric", "metric=csat")):
            seen = texts(viewer.visit(page, query))
            assert "is damaged or not an SQLite file" in seen.replace("\\\\", ""), page
            assert "under the code" not in seen


def test_a_database_that_is_dropped_and_made_again(postgres_url: str, postgres_database: str) -> None:
    name = make_url(postgres_database).database
    fill(postgres_database, "alpha")
    with serving(postgres_database) as served:
        check(served, "alpha")
        with connect(postgres_url) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
            assert served.get("/healthz").status == 503
            server.execute(f"CREATE DATABASE {name}")
        check_that_it_says(served, GONE)
        fill(postgres_database, "beta")
        check(served, "beta")


def test_two_snapshots_of_one_number_in_one_store_are_two(tmp_path: Path) -> None:
    """A backup was put back, and the next refresh published the number that had been seen already."""
    file, backup = tmp_path / "empathy.db", tmp_path / "backup.db"
    fill(f"sqlite:///{file}", "alpha")
    shutil.copy(file, backup)
    with serving(f"sqlite:///{file}") as served, viewing(served.port) as viewer:
        numbers = set()
        for source in ("beta-desk", "gamma-desk"):
            with closing(sqlite3.connect(file)) as connection:
                # A reader may have kept the last writer from folding its changes in: they are not of the backup.
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copy(backup, file)
            store = open_store(settings(f"sqlite:///{file}"))
            builders.save(store, [builders.ticket()], source=source, now=NOW.replace(minute=len(source)))
            store.engine.dispose()
            numbers.add(health(served)["snapshot"])
            seen = texts(viewer.visit("data-health"))
            assert [each for each in ("beta", "gamma") if each in seen] == [source.partition("-")[0]]
        assert len(numbers) == 1
