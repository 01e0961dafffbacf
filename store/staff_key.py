"""The key that turns the ids of staff into pseudonyms. It never lies in the store: who has the store alone can solve none.

It lies in a file beside the store (beside the settings, for PostgreSQL) that only its owner may read, or in the setting
`staff_key` (EMPATHY_STAFF_KEY) where several machines fill one store. The store keeps a fingerprint of it, to notice that it
was lost or is another store's: the same people under new pseudonyms would be counted twice.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from settings import Settings
from store.database import StoreError
from store.engines import overwrite_what_is_deleted
from store.schema import meta

FINGERPRINT = "staff_key_fingerprint"
OLD = "salt"  # where the key lay in stores of before
IN_MEMORY = secrets.token_hex(16)  # for a store that has no place


class KeyLostError(StoreError):
    """The key of this store's pseudonyms is not there; the text says where it should be and what to do."""


class StaffKey:
    """The key of one store. `place` is where its file lies; None for a store in memory."""

    def __init__(self, settings: Settings, store: Path | None, in_memory: bool) -> None:
        self._setting = settings.staff_key.get_secret_value() if settings.staff_key else None
        self.place: Path | None = None
        if store is not None:
            self.place = store.with_suffix(".key") if store.suffix == ".db" else store.with_name(f"{store.name}.key")
        elif not in_memory:
            self.place = settings.folder / "empathy.key"
        self._key: str | None = None

    def pseudonym(self, id: str) -> str:
        """16 hexadecimal digits: HMAC-SHA256 of the id under the key."""
        assert self._key is not None, "take() comes first"
        return _hmac(self._key, id)

    def take(self, connection: Connection) -> None:
        """Makes the key ready, in the transaction that writes; the first one who needs a key makes it. Raises KeyLostError."""
        wanted = connection.scalar(select(meta.c.value).where(meta.c.name == FINGERPRINT))
        key = self._read()
        if wanted is None:
            key = key or self._write(secrets.token_hex(16))
            connection.execute(insert(meta).values(name=FINGERPRINT, value=_fingerprint(key)))
        elif key is None or _fingerprint(key) != wanted:
            raise KeyLostError(self._lost(is_another=key is not None))
        self._key = key

    def move_out(self, connection: Connection, is_used: bool) -> str | None:
        """Moves the key of a store of before out of it; the key, where there was one. Raises StoreError."""
        old: str | None = connection.scalar(select(meta.c.value).where(meta.c.name == OLD))
        if old is None:
            return None
        if is_used:
            if self._setting not in (None, old):
                raise StoreError(
                    "The staff in this store have pseudonyms of another key than the setting staff_key. Take the setting "
                    f"away and refresh once: the key is then written to {self.place}. Set staff_key to what stands there."
                )
            if self._setting is None:
                self._write(old)
            connection.execute(insert(meta).values(name=FINGERPRINT, value=_fingerprint(old)))
        overwrite_what_is_deleted(connection)
        connection.execute(delete(meta).where(meta.c.name == OLD))
        return old

    def give_up(self) -> None:
        """Puts the file aside, so that the next take() draws a new key; after the store has forgotten the fingerprint."""
        if self.place is not None and self.place.exists():
            self.place.replace(self.place.with_name(f"{self.place.name}.old"))

    def _read(self) -> str | None:
        if self._setting is not None:
            return self._setting
        if self.place is None:
            return IN_MEMORY
        try:
            key = self.place.read_text().strip()
            with suppress(OSError):
                if self.place.stat().st_mode & 0o077:
                    self.place.chmod(0o600)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise KeyLostError(
                f"The key of the staff pseudonyms in {self.place.name} cannot be read; give this user the right."
            ) from error
        return key or None

    def _write(self, key: str) -> str:
        """Whole or not at all, and never over another one: two programs may start at once. The key that is there now."""
        assert self.place is not None
        new = self.place.with_name(f"{self.place.name}.{secrets.token_hex(4)}")
        try:
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(f"{key}\n")
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(new, self.place)
        except OSError as error:
            raise StoreError(
                f"The key of the staff pseudonyms cannot be written to {self.place} ({error.strerror}): free some space, give this "
                "user the right to write there, or set staff_key."
            ) from error
        finally:
            new.unlink(missing_ok=True)
        if (there := self._read()) != key:
            raise StoreError(
                f"In {self.place} is the key of another store: move one of the two stores to a folder of its own, or set "
                "staff_key for one of them."
            )
        return there

    def _lost(self, is_another: bool) -> str:
        # The name alone: a reader of Data health sees this, too.
        where = "the setting staff_key" if self._setting is not None else (self.place.name if self.place else "memory")
        found = f"The key in {where} is not the one" if is_another else f"There is no key in {where}, but one"
        return (
            f"{found} that made the pseudonyms of the staff in this store. Put it back; previous staff data is kept until "
            "then. If it is lost for good, type ./run refresh --new-staff-key: staff rows are removed and read again."
        )


def _hmac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:16]


def _fingerprint(key: str) -> str:
    return _hmac(key, "the fingerprint of this key, and nobody's id")
