"""What a run of a page starts from: the settings, the store, and the newest snapshot of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from settings import SAMPLE_COMPANY, YOUR_COMPANY, Settings, load
from store import EmptyStoreError as EmptyStoreError
from store import Snapshot, Store, open_store
from store import StoreError as StoreError
from views import cache


@dataclass(frozen=True, slots=True)
class View:
    """What a run of a page starts from."""

    settings: Settings
    store: Store
    snapshot: Snapshot
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(self.settings.zone).date()

    @property
    def company(self) -> str:
        """Whose numbers these are; the invented company has a name of its own."""
        named = self.settings.company
        return SAMPLE_COMPANY if self.snapshot.is_sample and named == YOUR_COMPANY else named


_opening = threading.Lock()


def opened() -> tuple[Settings, Store]:
    """The settings and the store of this server. Raises SettingsError and StoreError."""
    with _opening:
        return _opened()


@lru_cache(1)
def _opened() -> tuple[Settings, Store]:
    settings = load()
    return settings, open_store(settings)


cache.on_clear(_opened.cache_clear)


def view(now: datetime) -> View | None:
    """The newest snapshot; None while nothing has been published. Raises SettingsError and StoreError."""
    settings, store = opened()
    snapshot = store.snapshot()
    return View(settings, store, snapshot, now) if snapshot else None
