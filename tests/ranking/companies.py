"""Small companies in a real store: bugs, and who reported them how many days ago."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ranking.impact import DEFAULT_MEMORY, Memory
from ranking.top_bugs import Explained, TopBug, TopBugs, explain, top_bugs
from store import Store, open_store
from tests.builders import TODAY, answer, days_ago, filled, report, save, settings, ticket


@cache
def _empty() -> Path:
    """An empty store, made once: a copy of its file is quicker than its migrations."""
    path = Path(tempfile.mkdtemp(prefix="empathy-empty-")) / "empathy.db"
    filled(f"sqlite:///{path}").engine.dispose()
    return path


def company(folder: Path, *records: Any, **changes: Any) -> Store:
    """A store in SQLite with these records, published. `changes` are settings."""
    path = Path(tempfile.mkdtemp(dir=folder)) / "empathy.db"
    shutil.copy(_empty(), path)
    store = open_store(settings(f"sqlite:///{path}", **changes))
    save(store, flat(records))
    return store


def flat(records: Iterable[Any]) -> list[Any]:
    """Rows and lists of rows, as one list of rows."""
    return [one for each in records for one in (flat(each) if isinstance(each, list) else [each])]


def told(
    bug: str, *ages: int, customer: str = "", prefix: str = "", rated: int | None = None, **fields: Any
) -> list[Any]:
    """A linked ticket for each age in days, each of another customer unless `customer` is given; `rated` is its score."""
    rows: list[Any] = []
    for index, age in enumerate(ages):
        id = f"{prefix or customer}{bug}-ticket-{index}"
        who = customer or f"{prefix}{bug}-customer-{index}"
        rows += [ticket(id, customer=who, opened_at=days_ago(age), **fields), report(bug, id=f"{id}-link", ticket=id)]
        if rated is not None:
            rows.append(answer(rated, id=f"{id}-answer", ticket=id, answered_at=days_ago(age)))
    return rows


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def ten(store: Store, at: date = TODAY, memory: Memory = DEFAULT_MEMORY) -> TopBugs:
    with store.reading() as published:
        return top_bugs(published, at, store.settings, memory)


def only(store: Store) -> TopBug:
    (found,) = ten(store).bugs
    return found


def explained(store: Store, id: str, at: date = TODAY) -> Explained | None:
    with store.reading() as published:
        return explain(published, id, at, store.settings)
