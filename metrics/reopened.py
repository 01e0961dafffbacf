"""How many tickets are reopened because the problem was not solved?"""

from datetime import date

from metrics.counting.tickets import of_tickets
from metrics.models import share

METRIC = of_tickets(
    key="reopened",
    name="Reopened tickets",
    asks="How many tickets were not solved the first time?",
    in_short="Tickets that were reopened at least once as a share of all tickets.",
    formula="tickets reopened at least once / tickets for which the source says whether they were",
    unit="percent",
    better="lower",
    why="A customer who has to come back with the same problem has been let down twice.",
    caveats=(
        "A ticket counts on the day it was opened, so the figures of the newest weeks still grow.",
        "Many help desks reopen a ticket when the customer only says thank you.",
    ),
    reviewed_on=date(2026, 11, 21),
    version=1,
    fields=(("ticket", "reopens"),),
    model=share("tickets_reopened"),
    nothing="No ticket in this period says whether it was reopened.",
    parent="first_reply",
)
