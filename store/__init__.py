"""The one place rows live: `open_store(settings)` gives the Store that refresh writes and everybody else reads."""

from store.database import EmptyStoreError, StoreError
from store.published import Published, Snapshot
from store.refreshing import BusyError, Refresh
from store.staff_key import KeyLostError
from store.store import Store, open_store

__all__ = [
    "BusyError",
    "EmptyStoreError",
    "KeyLostError",
    "Published",
    "Refresh",
    "Snapshot",
    "Store",
    "StoreError",
    "open_store",
]
