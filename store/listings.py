"""Which rows each file or list of a source holds, so that a row that has left all of them leaves the store as well.

A listing holds eight bytes for each row, a hash of its id: a million rows are 8 MB. What a run lists is noted with the
page; when the run has read a place whole, what other runs listed there and this one did not is a candidate to be
removed. Whether it goes is decided at the end of a run that went well, when it is known what other places list.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Container, Iterator, Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from store.ids import SEPARATOR, bare
from store.schema import FACTS, listing, removal, row_count

PARTS = 50  # of one place, before they are made one
BATCH = 20_000
HASH = 8  # bytes
WAITING = 0  # the run of candidates that were found to be too many to go without a word
BEFORE_LISTINGS = {"place": "", "record": "", "run": 0, "part": 0}


def note(connection: Connection, source: str, place: str, record: str, run: int, part: int, ids: Sequence[str]) -> None:
    """Notes that a place of a source lists these rows."""
    if ids:
        values = {"source": source, "place": place, "record": record, "run": run, "part": part}
        connection.execute(insert(listing).values(**values, ids=_hashes_of(ids)))


def was_read_whole(connection: Connection, source: str, place: str, run: int) -> None:
    """All that the place lists was noted by this run: what only other runs noted has left it."""
    mine = (listing.c.source == source) & (listing.c.place == place) & (listing.c.record != "")
    # What is listed for the first time needs no comparison.
    records = list(connection.scalars(select(listing.c.record).where(mine, listing.c.run != run).distinct()))
    for record in records:
        of_record = mine & (listing.c.record == record)
        old = _hashes(connection, of_record & (listing.c.run != run))
        new = _hashes(connection, of_record & (listing.c.run == run))
        _candidates(connection, source, place, record, run, _without(old, new))
        _replace(connection, source, place, record, run, new)


def everything_was_read_whole(connection: Connection, source: str, places: Collection[str], run: int) -> None:
    """These are all places that the source has, and all were read whole: whatever is in none of them has left."""
    others = set(connection.scalars(select(listing.c.place).where(listing.c.source == source).distinct())) - set(places)
    for place in sorted(others):
        was_read_whole(connection, source, place, run)
    old = listing.c.source == source
    for name, value in BEFORE_LISTINGS.items():
        old &= listing.c[name] == value
    if not connection.execute(delete(listing).where(old)).rowcount:
        return
    for record in connection.scalars(select(row_count.c.record).where(row_count.c.source == source)).all():
        listed = set(_words(_hashes(connection, (listing.c.source == source) & (listing.c.record == record))))
        unlisted = [hash for _, hash in _stored(connection, source, record, listed, those_in=False)]
        _candidates(connection, source, "", record, run, b"".join(unlisted))


def those_that_left(connection: Connection, source: str) -> dict[str, list[str]]:
    """The ids of stored rows that are in no listing any more, by record; and nothing else is a candidate from now on."""
    found: dict[str, list[str]] = {}
    mine = removal.c.source == source
    records = list(connection.scalars(select(removal.c.record).where(mine).distinct()))
    for record in records:
        candidates = b"".join(connection.scalars(select(removal.c.ids).where(mine, removal.c.record == record)))
        listed = _hashes(connection, (listing.c.source == source) & (listing.c.record == record))
        gone = set(_words(_without(candidates, listed)))
        left = list(_stored(connection, source, record, gone, those_in=True)) if gone else []
        connection.execute(delete(removal).where(mine, removal.c.record == record))
        if left:
            found[record] = [id for id, _ in left]
            _candidates(connection, source, "", record, WAITING, b"".join(hash for _, hash in left))
    return found


def forget_candidates(connection: Connection, source: str) -> None:
    connection.execute(delete(removal).where(removal.c.source == source))


def join_parts(connection: Connection, source: str, run: int) -> None:
    """Makes one part of many, where a place was read little by little."""
    counted = (
        select(listing.c.place, listing.c.record)
        .where(listing.c.source == source, listing.c.record != "")
        .group_by(listing.c.place, listing.c.record)
        .having(func.count() > PARTS)
    )
    for place, record in connection.execute(counted).all():
        mine = (listing.c.source == source) & (listing.c.place == place) & (listing.c.record == record)
        # Little by little: what was read anew stands in many parts.
        once = array("Q", set(_words(_hashes(connection, mine)))).tobytes()
        _replace(connection, source, place, record, run, once)


def _hashes_of(ids: Sequence[str]) -> bytes:
    """Of the ids as the source knows them: which sources share their ids may change, what one lists does not."""
    plain = [bare(id) if SEPARATOR in id else id for id in ids]
    return b"".join([blake2b(id.encode("utf-8", "surrogatepass"), digest_size=HASH).digest() for id in plain])


def _words(hashes: bytes) -> memoryview[int]:
    """Hashes as numbers, of which a set is quickly made: loading numpy would take longer than most lists are long."""
    return memoryview(hashes).cast("Q")


def _without(some: bytes, others: bytes) -> bytes:
    """Those of `some` that are not among `others`, each once."""
    if some == others:
        return b""  # as it is with most lists that are read again
    left = set(_words(some))
    left.difference_update(_words(others))
    return array("Q", left).tobytes()


def _hashes(connection: Connection, which: Any) -> bytes:
    """In the order in which they were noted."""
    return b"".join(connection.scalars(select(listing.c.ids).where(which).order_by(listing.c.run, listing.c.part)))


def _replace(connection: Connection, source: str, place: str, record: str, run: int, ids: bytes) -> None:
    mine = (listing.c.source == source) & (listing.c.place == place) & (listing.c.record == record)
    connection.execute(delete(listing).where(mine))
    if ids:
        values = {"source": source, "place": place, "record": record, "run": run, "part": 0}
        connection.execute(insert(listing).values(**values, ids=ids))


def _candidates(connection: Connection, source: str, place: str, record: str, run: int, ids: bytes) -> None:
    if not ids:
        return
    values = {"source": source, "place": place, "record": record, "run": run}
    key = [removal.c[name] == value for name, value in values.items()]
    known = connection.scalar(select(removal.c.ids).where(*key))
    if known is not None:
        connection.execute(delete(removal).where(*key))
    connection.execute(insert(removal).values(**values, ids=ids + (known or b"")))


def _stored(
    connection: Connection, source: str, record: str, hashes: Container[int], those_in: bool
) -> Iterator[tuple[str, bytes]]:
    """(id, hash) of the stored rows whose hash is among these, or is not; one walk over the ids of the source."""
    table = FACTS[record]
    ids = connection.scalars(select(table.c.id).where(table.c.source == source).execution_options(yield_per=BATCH))
    for some in ids.partitions(BATCH):
        of_them = _hashes_of(some)
        for at, word in enumerate(_words(of_them)):
            if (word in hashes) == those_in:
                yield some[at], of_them[at * HASH : (at + 1) * HASH]
