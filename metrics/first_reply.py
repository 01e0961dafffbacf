"""How long does somebody who writes to us wait for the first answer of a person?"""

from datetime import date

from metrics.counting.waits import CAVEATS, FEWEST, waits
from metrics.metric import Metric

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
    owner="Support lead",
    reviewed_on=date(2026, 11, 21),
    version=2,
    records=("ticket",),
    needs=(("ticket", "first_reply_at"),),
    dimensions=("area", "channel", "segment"),
    grain="week",
    headline=4,
    model=waits("first_reply"),
    apart="channel",
    nothing="No ticket of this period was answered or waits for a first reply.",
)
