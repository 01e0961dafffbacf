"""How many tickets met the service level agreement (SLA) that the help desk itself measures?"""

from datetime import date

from metrics.counting.tickets import of_tickets
from metrics.models import share

METRIC = of_tickets(
    key="sla_met",
    name="SLA met",
    asks="How many tickets meet the service level agreement (SLA)?",
    in_short="Tickets that met their SLA as a share of all tickets that have one.",
    formula="tickets that met their SLA / tickets for which the source says whether they did",
    unit="percent",
    better="higher",
    why="Customers plan around the response times that they were promised.",
    caveats=(
        "The SLA is the source's own and may differ by priority: do not compare two sources.",
        "A ticket that is still open may still miss its SLA.",
    ),
    reviewed_on=date(2026, 11, 21),
    version=1,
    fields=(("ticket", "within_target"),),
    model=share("tickets_within_target"),
    nothing="No ticket in this period says whether its SLA was met.",
    parent="first_reply",
)
