"""Sources are read side by side, one writer saves, and what one source brought is seen before the others are done."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select

import progress
import refresh
from data_sources.side_by_side import Ended, side_by_side
from data_sources.source import Page
from settings import load
from store import Store, StoreError, open_store
from store.schema import run
from tests.builders import NOW
from tests.web.serving import wait_until

SOURCE = """
[sources.{name}]
type = "github"
repository = "lumen/{name}"
base_url = "{base}"
"""
PATIENCE_S = 20


@contextmanager
def trackers(before_issues: Callable[[str], bool], counted: list[str] | None = None) -> Iterator[str]:
    """A server of trackers; the issues of one are handed over when `before_issues` comes back for it, a failure if it says no.

    "half" has two pages of issues, "endless" has ever more. What was asked for is `counted`.
    """
    asked = [] if counted is None else counted

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name, what = self.path.partition("?")[0].split("/")[-2:]
            page = int(self.path.rpartition("page=")[2]) if "&page=" in self.path else 1
            asked.append(f"{name} {what} {page}")
            is_good = what != "issues" or before_issues(name if page == 1 else f"{name} 2")
            issue = {
                "id": page,
                "number": page,
                "title": f"Bug of {name}",
                "state": "open",
                "labels": [{"name": "bug"}],
                "created_at": "2026-11-01T10:00:00Z",
                "updated_at": "2026-11-01T10:00:00Z",
                "html_url": "https://example.com/1",
            }
            body = json.dumps([issue] if what == "issues" else []).encode()
            self.send_response(200 if is_good else 404)
            self.send_header("Content-Type", "application/json")
            if what == "issues" and (name == "endless" or (name == "half" and page == 1)):
                path = self.path.partition("&page=")[0]
                self.send_header("Link", f'<http://{self.headers["Host"]}{path}&page={page + 1}>; rel="next"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def settings_for(folder: Path, database_url: str, base: str, *names: str) -> Path:
    written = "".join(SOURCE.format(name=name, base=base) for name in names)
    (folder / "empathy.toml").write_text(f'database_url = "{database_url}"\n{written}')
    return folder / "empathy.toml"


def bugs(store: Store) -> int:
    try:
        with store.reading() as published:
            return published.rows("bug")
    except StoreError:  # the first refresh is making the tables
        return 0


def test_while_one_source_waits_for_its_answer_the_others_are_asked(tmp_path: Path, database_url: str) -> None:
    asked = {name: threading.Event() for name in ("one", "two")}

    def when_both_are_asked(name: str) -> bool:
        asked[name].set()
        return all(each.wait(PATIENCE_S) for each in asked.values())

    with trackers(when_both_are_asked) as base:
        settings = load(settings_for(tmp_path, database_url, base, *asked))
        outcomes = refresh.refresh(settings, NOW)
    assert [(each.name, each.failed, each.saved) for each in outcomes] == [("one", None, 1), ("two", None, 1)]


def test_what_a_source_brought_is_seen_before_a_slow_one_is_done(tmp_path: Path, database_url: str) -> None:
    is_seen = threading.Event()
    with trackers(lambda name: name == "fast" or is_seen.wait(PATIENCE_S)) as base:
        settings = load(settings_for(tmp_path, database_url, base, "slow", "fast"))
        store = open_store(settings)
        outcomes: list[progress.Outcome] = []
        thread = threading.Thread(target=lambda: outcomes.extend(refresh.refresh(settings, NOW)), daemon=True)
        thread.start()
        wait_until(lambda: bugs(store) == 1, "the fast source to be published")
        is_seen.set()
        thread.join(PATIENCE_S)
        assert [(each.name, each.failed) for each in outcomes] == [("slow", None), ("fast", None)]
        assert bugs(store) == 2
        store.engine.dispose()


def test_half_of_a_source_is_never_published_with_the_whole_of_another(tmp_path: Path, database_url: str) -> None:
    seen: list[int] = []
    half_is_saved = threading.Event()

    def when_the_other_is_done(name: str) -> bool:
        if name == "fast":
            return half_is_saved.wait(PATIENCE_S)
        if name == "half 2":
            # The first page of this source was taken: it is saved before anything of the other is looked at.
            half_is_saved.set()
            wait_until(lambda: "fast" in ended(store), "the other source to be done")
            threading.Event().wait(0.5)  # in which it would be published
            seen.append(bugs(store))
        return True

    with trackers(when_the_other_is_done) as base:
        settings = load(settings_for(tmp_path, database_url, base, "half", "fast"))
        store = open_store(settings)
        outcomes = refresh.refresh(settings, NOW)
        assert [(each.name, each.failed, each.saved) for each in outcomes] == [("half", None, 2), ("fast", None, 1)]
        assert seen == [0]
        assert bugs(store) == 3
        store.engine.dispose()


def test_a_source_whose_rows_cannot_be_saved_is_asked_nothing_more(tmp_path: Path, database_url: str) -> None:
    counted: list[str] = []
    may_go_on = threading.Event()

    def when_it_has_failed(name: str) -> bool:
        # The second page is on its way while the first one is saved, which fails.
        return name != "endless 2" or may_go_on.wait(PATIENCE_S)

    with trackers(lambda name: True) as base:  # makes the tables
        refresh.refresh(load(settings_for(tmp_path, database_url, base, "good")), NOW)
    with trackers(when_it_has_failed, counted) as base:
        settings = load(settings_for(tmp_path, database_url, base, "endless", "good"))
        store = open_store(settings)
        refuse_bugs_of(store, "endless")
        # It does not wait for the page that is on its way, either.
        endless, good = refresh.refresh(settings, NOW)
        assert endless.failed
        assert good.failed is None
        may_go_on.set()
        for thread in threading.enumerate():
            if thread.name == "source endless":
                thread.join(PATIENCE_S)
                assert not thread.is_alive()
        assert sum(each.startswith("endless issues") for each in counted) <= 2
        store.engine.dispose()


def refuse_bugs_of(store: Store, source: str) -> None:
    """From now on the database itself refuses the bugs of this source."""
    refused = f"NEW.source = '{source}'"
    with store.engine.begin() as connection:
        if store.sqlite:
            connection.exec_driver_sql(
                f"CREATE TRIGGER refuse BEFORE INSERT ON bug WHEN {refused} BEGIN SELECT RAISE(ABORT, 'refused'); END"
            )
        else:
            connection.exec_driver_sql(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE check_violation; END'"
            )
            connection.exec_driver_sql(
                f"CREATE TRIGGER refuse BEFORE INSERT ON bug FOR EACH ROW WHEN ({refused}) EXECUTE FUNCTION refuse()"
            )


def ended(store: Store) -> set[str]:
    with store.looking() as connection:
        return set(connection.scalars(select(run.c.source).where(run.c.outcome == "ok")))


def test_a_source_that_fails_costs_the_others_nothing(tmp_path: Path, database_url: str) -> None:
    with trackers(lambda name: name != "broken") as base:
        settings = load(settings_for(tmp_path, database_url, base, "broken", "good"))
        broken, good = refresh.refresh(settings, NOW)
        assert broken.failed
        assert (good.failed, good.saved) == (None, 1)
        store = open_store(settings)
        assert bugs(store) == 1
        store.engine.dispose()


def test_more_sources_than_may_be_read_at_once_are_all_read_in_their_own_order() -> None:
    def pages(name: str) -> Iterator[Page]:
        return (Page(place=f"{name}{n}") for n in range(5))

    found: dict[str, list[str]] = {}
    for name, page in side_by_side({name: lambda name=name: pages(name) for name in "abcdefgh"}, at_once=2):  # type: ignore[misc]
        found.setdefault(name, []).append(page.place if isinstance(page, Page) else "end")
    assert found == {name: [*(f"{name}{n}" for n in range(5)), "end"] for name in "abcdefgh"}


def test_who_takes_no_more_pages_stops_every_source() -> None:
    closed = threading.Event()

    def endless() -> Iterator[Page]:
        try:
            while True:
                yield Page()
        finally:
            closed.set()

    read = side_by_side({"endless": endless})
    assert isinstance(next(read)[1], Page)
    read.close()
    assert closed.wait(PATIENCE_S)


def test_a_source_that_goes_wrong_says_so_after_its_last_page() -> None:
    def broken() -> Iterator[Page]:
        yield Page(place="first")
        raise ValueError("wrong")

    first, last = [page for _, page in side_by_side({"broken": broken})]
    assert isinstance(first, Page)
    assert isinstance(last, Ended)
    with pytest.raises(ValueError, match="wrong"):
        raise last.error or AssertionError
