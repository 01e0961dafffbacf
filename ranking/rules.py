"""What the store is told of the meaning of figures when it counts: each rule comes from the metric that owns it.

Light to import, since every refresh does: no statistics are needed to count.
"""

from __future__ import annotations

from metrics.counting.customers import PAID, PRICE, stays_rule
from metrics.counting.ratings import DISSATISFIED_TO, LOW
from settings import Settings
from store.rules import NOT_SAID, Rule, Rules

# The kinds of tickets that a bug may be behind (METHODOLOGY 5.4); one whose source does not say its kind may be one.
PROBLEMS = ("problem", NOT_SAID)


def share_of_ticket(bugs: int) -> float:
    """A ticket that is linked to `bugs` bugs gives each of them 1/bugs of a voice (pain-006)."""
    return 1.0 / bugs


def rules(settings: Settings) -> Rules:
    """Churn's and revenue's (METHODOLOGY 1.4), csat's (1.1), those of all surveys and those of the ten (5.2)."""
    return Rules(
        stays=stays_rule(settings.grace_days),
        paid=PAID,
        price=PRICE,
        worst=Rule(DISSATISFIED_TO, str(sorted(DISSATISFIED_TO.items()))),
        low=Rule(LOW, str(sorted(LOW.items()))),
        share_of_ticket=Rule(share_of_ticket, "1"),
    )
