"""How long does a customer wait for the first reply of a person?"""

from datetime import date

from metrics.counting.tickets import of_tickets
from metrics.counting.waits import CAVEATS, FEWEST, waits

METRIC = of_tickets(
    key="first_reply",
    name="First reply time (median)",
    abbreviation="First reply time",
    asks="How long do customers wait for a first reply?",
    in_short="The median time from opening a ticket to the first reply by a person.",
    formula="median of (first public reply by a person - opening) of the tickets opened in the period; one that is "
    "still waiting counts as far as it has waited (Kaplan-Meier)",
    unit="seconds",
    better="lower",
    withheld_below=FEWEST[0.5][0],
    thin_below=FEWEST[0.5][1],
    why="Waiting without a reply is what customers complain about first.",
    caveats=(*CAVEATS, "Automatic replies and internal notes do not count as a reply; the source decides what does."),
    reviewed_on=date(2026, 11, 21),
    version=2,
    needs=(("ticket", "first_reply_at"),),
    model=waits("first_reply"),
    grouped_by="channel",
    nothing="No ticket in this period has a first reply or waits for one.",
)
