"""What a refresh says while it runs and when a source is done, in the terminal and in logs."""

from __future__ import annotations

from reporting.words import share

SAMPLE_GONE = "The sample company was removed; this store now holds your own data."
HAS_ROWS = "The store already has rows; the sample company is only for an empty store."
WHERE_REJECTED = "./run read rejected lists them."


def interrupted(how: str) -> str:
    return f"The refresh was stopped ({how}). What was read so far is saved; type ./run refresh to continue."


def staff_removed(rows: int) -> str:
    return f"{rows:,} staff rows were removed; they are read again under a new key."


def source_gone(name: str, rows: int) -> str:
    were = f"its {rows:,} rows were removed" if rows != 1 else "its one row was removed"
    return f"{name} is no longer in the settings: {were if rows else 'it had no rows'}."


def fault(kind: str) -> str:
    """Of a source that stopped because of a fault of this program."""
    return f"Reading stopped because of a fault of this program ({kind})."


def failed(name: str, why: str, keeps_rows: bool) -> str:
    return (f"{name}: FAILED. {why}" + (" Previous data kept" if keeps_rows else "")).removesuffix(".")


def done(name: str, rows: int, saved: int) -> str:
    return f"{name}: {rows:,} rows read, {saved:,} new or changed"


def rejected(rows: int, of: int) -> str:
    return f", {rows:,} of {of:,} rejected ({share(rows, of)})" if rows else ""


def removed(rows: int) -> str:
    are = "is" if rows == 1 else "are"
    return f", {rows:,} removed that {are} no longer in the source or now rejected" if rows else ""
