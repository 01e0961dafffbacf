"""The share of tickets of which the source says yes: opened again, answered within its own target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metrics.counting.groups import grouped, whole
from metrics.metric import Counted, Where
from metrics.period import Period
from metrics.share import share

if TYPE_CHECKING:
    from store.published import Published


def count_yes(
    published: Published, measure: str, missing: str, periods: list[Period], where: Where, by: str | None
) -> list[dict[str, Counted]]:
    """Bins "yes" and "no", by the day of opening; tickets of which the source says nothing are in neither."""
    span = whole(periods)
    return [
        {
            group: share(sum(each.n for each in some if each.bin == "yes"), sum(each.n for each in some), missing)
            for group, some in groups.items()
        }
        for groups in grouped(published.tally(measure, span.start, span.end, where, by), periods)
    ]
