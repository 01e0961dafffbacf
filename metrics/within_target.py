"""How many tickets were handled within the service target that the source itself sets?"""

from datetime import date

from metrics.counting.tickets import of_tickets
from metrics.models import share

METRIC = of_tickets(
    key="within_target",
    name="Within target",
    asks="How often do we keep our own promise of time?",
    formula="tickets whose service target was met / tickets of which the source says whether it was",
    unit="percent",
    better="higher",
    why="A promise that is kept half of the time is no promise.",
    caveats=(
        "The target is the source's own and may differ by priority: two sources are not comparable.",
        "A ticket that is still open may miss its target later.",
    ),
    reviewed_on=date(2026, 11, 21),
    version=1,
    fields=(("ticket", "within_target"),),
    model=share("tickets_within_target"),
    nothing="No ticket of this period says whether its service target was met.",
    parent="first_reply",
)
