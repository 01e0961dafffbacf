"""How many tickets were handled within the service target that the source itself sets?"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from metrics.begins import Begins
from metrics.counting.tickets import count_yes
from metrics.metric import Counted, Metric, Where
from metrics.period import Period
from metrics.share import difference_of_shares

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Published


def count(
    published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
) -> list[dict[str, Counted]]:
    return count_yes(published, "tickets_within_target", NOT_SAID, periods, where, by)


NOT_SAID = "No ticket of this period says whether its service target was met."

METRIC = Metric(
    key="within_target",
    name="Within target",
    asks="How often do we keep our own promise of time?",
    formula="tickets whose service target was met / tickets of which the source says whether it was",
    unit="percent",
    better="higher",
    people="tickets",
    withheld_below=5,
    thin_below=30,
    why="A promise that is kept half of the time is no promise.",
    caveats=(
        "The target is the source's own and may differ by priority: two sources are not comparable.",
        "A ticket that is still open may miss its target later.",
    ),
    cites=("Interval: Wilson 1927, as recommended by Brown, Cai, DasGupta, Statistical Science 2001",),
    owner="Support lead",
    reviewed_on=date(2026, 11, 21),
    version=1,
    records=("ticket",),
    dimensions=("area", "channel", "segment"),
    grain="week",
    headline=4,
    begins=Begins(("tickets_within_target",), shortens=True),
    count=count,
    differ=difference_of_shares,
    on_card=False,
    parent="first_reply",
)
