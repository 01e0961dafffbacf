"""How many replies does it take to solve a ticket, and how often so many that a call would have been quicker?"""

from collections.abc import Mapping
from datetime import date

from estimates.shares import wilson
from metrics.counting.tickets import of_tickets
from metrics.models import mean

MANY = 3  # replies; after so many it is time to call


def over_three(tickets: Mapping[int, int]) -> dict[str, float]:
    """From {replies: tickets}: the share with more than three, in percent."""
    n, many = sum(tickets.values()), sum(n for replies, n in tickets.items() if replies > MANY)
    low, high = wilson(many, n)
    return {"over_three": 100 * many / n, "over_three_low": 100 * low, "over_three_high": 100 * high}


METRIC = of_tickets(
    key="replies",
    name="Replies per ticket",
    asks="How many replies does it take to solve a ticket?",
    in_short="Public replies by the team divided by solved tickets.",
    formula="public replies by the team / solved tickets for which the source counts replies",
    unit="replies per ticket",
    better="lower",
    people="solved tickets",
    why="Every further reply is another wait; after three it is time to call.",
    caveats=(
        "A ticket counts on the day it was solved; what counts as a reply is what the source says.",
        "A few very long tickets pull the mean up: look at the share with more than three replies as well.",
        "Fewer replies may also mean that customers gave up: look at reopened tickets and CSAT as well.",
    ),
    cites=("Call after three replies: UserConf, reported practice",),
    reviewed_on=date(2026, 11, 24),
    version=1,
    needs=(("ticket", "solved_at"),),
    fields=(("ticket", "replies"),),
    model=mean("replies", over_three),
    nothing="No ticket solved in this period has a count of replies.",
    parent="first_reply",
)
