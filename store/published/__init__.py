"""What readers see: one whole snapshot of the store, never half a refresh.

Pages, `./run read` and the metrics ask only this. Everything here is small (tallies and a few lists made at
publishing time), however many tickets there are. All reading of one `Published` happens in one transaction.
"""

from store.published.bugs import BugDay, Bugs, Excerpt, ListedBug, Mark, Reach, Reporters, Waiting
from store.published.comments import Comment, Comments
from store.published.counts import Count, Counts, Month
from store.published.snapshot import Newest, Snapshot, newest
from store.published.sources import Sources, SourceState, Unresolved

__all__ = [
    "BugDay",
    "Comment",
    "Count",
    "Excerpt",
    "ListedBug",
    "Mark",
    "Month",
    "Newest",
    "Published",
    "Reach",
    "Reporters",
    "Snapshot",
    "SourceState",
    "Unresolved",
    "Waiting",
    "newest",
]


class Published(Counts, Sources, Bugs, Comments):
    """One snapshot, open for reading. Use `with store.reading() as published:`."""
