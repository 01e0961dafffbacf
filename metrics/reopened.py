"""How many tickets are opened again because the problem was not solved?"""

from datetime import date

from metrics.counting.tickets import of_tickets
from metrics.models import share

METRIC = of_tickets(
    key="reopened",
    name="Opened again",
    asks="How often was a problem not solved the first time?",
    formula="tickets opened again at least once / tickets of which the source says whether they were",
    unit="percent",
    better="lower",
    why="Somebody who has to come back with the same problem has been let down twice.",
    caveats=(
        "A ticket counts on the day it was opened, so the newest weeks still grow.",
        "Many help desks open a ticket again when somebody says thank you.",
    ),
    reviewed_on=date(2026, 11, 21),
    version=1,
    fields=(("ticket", "reopens"),),
    model=share("tickets_reopened"),
    nothing="No ticket of this period says whether it was opened again.",
    parent="first_reply",
)
