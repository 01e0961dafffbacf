"""How long does somebody who writes to us wait for the first answer of a person?"""

from datetime import date

from metrics.counting.tickets import of_tickets
from metrics.counting.waits import CAVEATS, FEWEST, waits

METRIC = of_tickets(
    key="first_reply",
    name="First reply",
    asks="How long do customers wait for a first answer?",
    formula="median of (first public reply by a person - opening) of the tickets opened in the period; one that is "
    "still waiting counts as far as it has waited (Kaplan-Meier)",
    unit="seconds",
    better="lower",
    withheld_below=FEWEST[0.5][0],
    thin_below=FEWEST[0.5][1],
    why="Waiting without a word is what people complain about first.",
    caveats=(*CAVEATS, "Automatic replies and internal notes are no answer; what counts is what the source says."),
    reviewed_on=date(2026, 11, 21),
    version=2,
    needs=(("ticket", "first_reply_at"),),
    model=waits("first_reply"),
    apart="channel",
    nothing="No ticket of this period was answered or waits for a first reply.",
)
