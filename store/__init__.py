"""The one place rows live: `open_store(settings)` gives the Store that refresh writes and everybody else reads."""

from store.database import StoreError
from store.published import Published, Snapshot
from store.store import BusyError, Refresh, Store, open_store

__all__ = ["BusyError", "Published", "Refresh", "Snapshot", "Store", "StoreError", "open_store"]
