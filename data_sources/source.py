"""What every source is: something that is asked for its rows since last time, and gives them page by page."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from store.records import BY_TABLE  # noqa: F401  (re-exported for sources)
from store.rejected import Rejected

if TYPE_CHECKING:
    from data_sources.kit.options import Options
    from settings import Settings  # the process in which files are read starts faster without it

LONGEST_SENTENCE = 4_000
# What a terminal would obey instead of showing it, and what turns the direction of writing around.
OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


_ENDLESS = re.compile(r"(\S{200})\S{200,}")


def harmless(text: str) -> str:
    """Words from outside as part of a sentence: one line that no terminal obeys, and no word that hides the others."""
    if not (text.isascii() and text.isprintable()):
        text = OBEYED.sub("\ufffd", text)
    return text if len(text) < 400 else _ENDLESS.sub(r"\1…", text)


class SourceError(Exception):
    """A source cannot be read. The text says what happened and what to do about it, in words for a support lead.

    It may hold names and cells of others as they are: they are made harmless here.
    """

    def __init__(self, text: str) -> None:
        text = harmless(text)
        super().__init__(text if len(text) <= LONGEST_SENTENCE else text[:LONGEST_SENTENCE] + "…")


@dataclass(slots=True)
class Page:
    """A few thousand rows at most, and where to go on from.

    `cursor` is any string that this source understands; it is saved in the same transaction as the rows, and comes
    back as `since` at the next refresh. None leaves the old cursor as it is.
    `total` is how many rows the whole read will have, where that is known (for the progress bar).
    """

    records: list[Any] = field(default_factory=list)
    rejected_rows: list[Rejected] = field(default_factory=list)
    cursor: str | None = None
    read: int = 0  # rows or items looked at, including blanks and those left out by a filter
    total: int | None = None
    place: str = ""  # the file or address that it is from: what was set aside there before is judged anew
    gone: list[tuple[str, str]] = field(
        default_factory=list
    )  # (record, id) of rows that upstream says it no longer has
    # (place, column) of the n-th record and one of its fields, as the source calls them: asked where the store refuses it.
    where: Callable[[int, str], tuple[str, str]] | None = None
    # With this page all that upstream has under `place` was handed over in this run: a row that is stored from there
    # and was in none of its pages is gone.
    whole: bool = False
    # With this page that was so for every place that the source has, though perhaps only what changed was asked for.
    everything: bool = False
    # Only what changed under `place` since last time, or the rest of a read that was cut off: what was set aside there
    # before stays, but for the rows that came again.
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What a source is told. `options` are the rest of its [sources.NAME] table; `now` is an aware instant.

    `since` is the cursor of the read before, None where everything is to be read; `before` is that cursor also then, for a
    source that must know what was there.
    """

    name: str
    options: dict[str, Any]
    settings: Settings
    since: str | None
    now: datetime
    before: str | None = None


# record -> field -> the only values that it ever has; none are named where it may have any.
Gives = dict[str, dict[str, frozenset[object]]]
Counts = dict[str, tuple[int, dict[str, int]]]


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of source. `fetch` is a generator and holds no more than one page in memory; it raises SourceError."""

    type: str
    says: str  # one sentence for ./run help and the docs
    records: tuple[str, ...]  # the tables it can fill
    options: builtins.type[Options]  # what may stand in its [sources.NAME] table
    fetch: Callable[..., Iterator[Page]]  # (request), and whatever else its own tests hand in
    replaces: bool = False  # a full read replaces all that this source had before (sample)
    documented_at: str = ""
    drops: tuple[str, ...] = ()  # personal fields of the upstream that are never read
    rights: str = ""  # the read-only rights that its access key needs
    # Asks one harmless question: sentences that say what it can see and what it cannot. Raises SourceError.
    check: Callable[[Request], Iterator[str]] | None = None
    # record -> (how many the system itself counts, the known reasons why fewer are counted here, such as {"merged": 19})
    counts: Callable[[Request], Counts] | None = None
    # Which fields of which records it can say at all, from the settings alone (no network, no file is opened):
    # record -> names of fields. None: every field of `records`. A field that no source can say is not a zero.
    declares: Callable[[Request], dict[str, frozenset[str]]] | None = None
    # What one of this type can give at most, whatever its settings. None: every field of `records`.
    gives: Callable[[], Gives] | None = None
