"""How many tickets are opened again because the problem was not solved?"""

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
    return count_yes(published, "tickets_reopened", NOT_SAID, periods, where, by)


NOT_SAID = "No ticket of this period says whether it was opened again."

METRIC = Metric(
    key="reopened",
    name="Opened again",
    asks="How often was a problem not solved the first time?",
    formula="tickets opened again at least once / tickets of which the source says whether they were",
    unit="percent",
    better="lower",
    people="tickets",
    withheld_below=5,
    thin_below=30,
    why="Somebody who has to come back with the same problem has been let down twice.",
    caveats=(
        "A ticket counts on the day it was opened, so the newest weeks still grow.",
        "Many help desks open a ticket again when somebody says thank you.",
    ),
    cites=("Interval: Wilson 1927, as recommended by Brown, Cai, DasGupta, Statistical Science 2001",),
    owner="Support lead",
    reviewed_on=date(2026, 11, 21),
    version=1,
    records=("ticket",),
    dimensions=("area", "channel", "segment"),
    grain="week",
    headline=4,
    begins=Begins(("tickets_reopened",), shortens=True),
    count=count,
    differ=difference_of_shares,
    on_card=False,
    parent="first_reply",
)
