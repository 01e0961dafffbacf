"""How long does somebody who writes to us wait for the first answer of a person?"""

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
    return count_waits(published, "first_reply", periods, where, by)


METRIC = Metric(
    key="first_reply",
    name="First reply",
    asks="How long do customers wait for a first answer?",
    formula="median of (first public reply by a person - opening) of the tickets opened in the period; one that is "
    "still waiting counts as far as it has waited (Kaplan-Meier)",
    unit="seconds",
    better="lower",
    people="tickets",
    withheld_below=FEWEST[0.5][0],
    thin_below=FEWEST[0.5][1],
    why="Waiting without a word is what people complain about first.",
    caveats=(*CAVEATS, "Automatic replies and internal notes are no answer; what counts is what the source says."),
    cites=CITES,
    owner="Support lead",
    reviewed_on=date(2026, 11, 21),
    version=2,
    records=("ticket",),
    needs=(("ticket", "first_reply_at"),),
    dimensions=("area", "channel", "segment"),
    grain="week",
    headline=4,
    begins=Begins(("tickets",), shortens=True),
    count=count,
    differ=differ,
    apart="channel",
    on_card=False,
)
