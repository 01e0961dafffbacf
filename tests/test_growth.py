"""A source that grew too much to be believed is read, but nobody sees a number made of it before a person has said yes."""

from __future__ import annotations

from pathlib import Path

import pytest

import refresh
from settings import Settings, load
from store import open_store

SOURCE = """
[sources.desk]
type = "files"
[[sources.desk.files]]
path = "tickets.csv"
record = "ticket"
[sources.desk.files.fields]
id = "id"
opened_at = "opened"
"""


class Desk:
    def __init__(self, folder: Path, database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        (folder / "empathy.toml").write_text(f'database_url = "{database_url}"\n{SOURCE}')

    def refreshes(self, tickets: int, *arguments: str, code: int = 0) -> str:
        rows = "".join(f"T{n},2026-10-{1 + n % 28:02}\n" for n in range(tickets))
        (self.folder / "tickets.csv").write_text(f"id,opened\n{rows}")
        assert refresh.main(["--config", str(self.folder / "empathy.toml"), *arguments]) == code
        return self.capsys.readouterr().err

    @property
    def settings(self) -> Settings:
        return load(self.folder / "empathy.toml")

    def published(self) -> tuple[int, str | None]:
        store = open_store(self.settings)
        try:
            with store.reading() as published:
                return published.rows("ticket"), published.held()
        finally:
            store.engine.dispose()


@pytest.fixture
def desk(tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, database_url, capsys)


def test_a_jump_that_is_hard_to_believe_is_held_until_a_person_accepts_it(desk: Desk) -> None:
    desk.refreshes(400)
    said = desk.refreshes(1_600, code=1)
    why = (
        "desk grew from 400 to 1,600 tickets since the last snapshot. That looks wrong, so nothing is published until "
        "you accept it: ./run refresh --accept-growth"
    )
    assert why in said
    assert "published\n" not in said
    assert desk.published() == (400, why)
    desk.refreshes(1_600, code=1)
    assert desk.published() == (400, why)
    assert "published\n" in desk.refreshes(1_600, "--accept-growth")
    assert desk.published() == (1_600, None)


def test_what_is_held_goes_by_itself_when_the_source_is_right_again(desk: Desk) -> None:
    desk.refreshes(400)
    desk.refreshes(1_600, code=1)
    desk.refreshes(400, "--accept-removal")
    assert desk.published() == (400, None)


def test_a_small_source_and_a_first_load_may_grow_as_they_like(desk: Desk) -> None:
    desk.refreshes(99)
    desk.refreshes(1_500)
    desk.refreshes(2_400)
    assert desk.published() == (2_400, None)
