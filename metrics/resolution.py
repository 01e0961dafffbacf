"""How long does it take until a customer's problem is solved?"""

from datetime import date

from metrics.counting.tickets import of_tickets
from metrics.counting.waits import CAVEATS, FEWEST, waits

METRIC = of_tickets(
    key="resolution",
    name="Time to resolution (median)",
    abbreviation="Time to resolution",
    asks="How long until a problem is solved?",
    in_short="The median time from opening a ticket to solving it for the last time.",
    formula="median of (last solve - opening) of the tickets opened in the period; one that is still open counts as "
    "far as it is old (Kaplan-Meier)",
    unit="seconds",
    better="lower",
    withheld_below=FEWEST[0.5][0],
    thin_below=FEWEST[0.5][1],
    why="A quick reply that solves nothing does not help.",
    caveats=(*CAVEATS, "A reopened ticket counts from its first opening to its last solve."),
    reviewed_on=date(2026, 11, 21),
    version=2,
    needs=(("ticket", "solved_at"),),
    model=waits("resolution"),
    grouped_by="channel",
    parent="first_reply",
)
