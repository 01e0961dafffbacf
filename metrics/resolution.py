"""How long does it take until somebody's problem is solved?"""

from datetime import date

from metrics.counting.tickets import of_tickets
from metrics.counting.waits import CAVEATS, FEWEST, waits

METRIC = of_tickets(
    key="resolution",
    name="Resolution",
    asks="How long until a problem is solved?",
    formula="median of (last solve - opening) of the tickets opened in the period; one that is still open counts as "
    "far as it is old (Kaplan-Meier)",
    unit="seconds",
    better="lower",
    withheld_below=FEWEST[0.5][0],
    thin_below=FEWEST[0.5][1],
    why="A quick answer that solves nothing is no help.",
    caveats=(*CAVEATS, "A ticket that is opened again counts from its first opening to its last solve."),
    reviewed_on=date(2026, 11, 21),
    version=2,
    needs=(("ticket", "solved_at"),),
    model=waits("resolution"),
    apart="channel",
    parent="first_reply",
)
