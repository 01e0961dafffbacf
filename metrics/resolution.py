"""How long does it take until somebody's problem is solved?"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from metrics.begins import Begins
from metrics.counting.waits import CAVEATS, CITES, FEWEST, count_waits, differ
from metrics.metric import Counted, Metric, Where
from metrics.period import Period

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Published


def count(
    published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
) -> list[dict[str, Counted]]:
    return count_waits(published, "resolution", periods, where, by)


METRIC = Metric(
    key="resolution",
    name="Resolution",
    asks="How long until a problem is solved?",
    formula="median of (last solve - opening) of the tickets opened in the period; one that is still open counts as "
    "far as it is old (Kaplan-Meier)",
    unit="seconds",
    better="lower",
    people="tickets",
    withheld_below=FEWEST[0.5][0],
    thin_below=FEWEST[0.5][1],
    why="A quick answer that solves nothing is no help.",
    caveats=(*CAVEATS, "A ticket that is opened again counts from its first opening to its last solve."),
    cites=CITES,
    owner="Support lead",
    reviewed_on=date(2026, 11, 21),
    version=2,
    records=("ticket",),
    needs=(("ticket", "solved_at"),),
    dimensions=("area", "channel", "segment"),
    grain="week",
    headline=4,
    begins=Begins(("tickets",), shortens=True),
    count=count,
    differ=differ,
    apart="channel",
    on_card=False,
    parent="first_reply",
)
