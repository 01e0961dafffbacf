"""What a refresh says while it runs and when a source is done, in the terminal and in logs."""

from __future__ import annotations

from reporting.words import share

SAMPLE_GONE = "The invented sample company was removed: from now on this store holds your own rows."
HAS_ROWS = "The store has rows already; the sample company is only for an empty one."
WHERE_REJECTED = "./run read rejected lists them."


def interrupted(how: str) -> str:
    return f"The refresh was ended ({how}). What was read so far is kept; type ./run refresh to go on from there."


def staff_removed(rows: int) -> str:
    return f"{rows:,} staff rows were removed; they are read again under a new key."


def source_gone(name: str, rows: int) -> str:
    were = f"its {rows:,} rows were removed" if rows != 1 else "its one row was removed"
    return f"{name} is no longer in the settings: {were if rows else 'it had no rows'}."


def fault(kind: str) -> str:
    """Of a source that stopped for a reason that is none of its own."""
    return f"The source stopped with a fault of this program ({kind})."


def failed(name: str, why: str, keeps_rows: bool) -> str:
    return (f"{name}: FAILED. {why}" + (" Previous data kept" if keeps_rows else "")).removesuffix(".")


def done(name: str, rows: int, saved: int) -> str:
    return f"{name}: {rows:,} rows read, {saved:,} new or changed"


def rejected(rows: int, of: int) -> str:
    return f", {rows:,} of {of:,} rejected ({share(rows, of)})" if rows else ""


def removed(rows: int) -> str:
    are = "is" if rows == 1 else "are"
    return f", {rows:,} removed that {are} no longer in the source or now rejected" if rows else ""
