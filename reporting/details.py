"""The parts of a number that a careful reader asks for, by the names that people give them; the rest stays in --json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metrics.weekdays import WEEKDAYS

DETAILS: dict[str, str] = {
    "response_rate": "Response rate",
    "satisfied": "Satisfied",
    "neutral": "Neither satisfied nor dissatisfied",
    "dissatisfied": "Dissatisfied",
    "mean": "Average score",
    "promoters": "Promoters (9-10)",
    "passives": "Passives (7-8)",
    "detractors": "Detractors (0-6)",
    "worst": "If all non-respondents were dissatisfied",
    "best": "If all non-respondents were satisfied",
    "at_start": "At the start",
    "active_at_start": "At the start",
    "lost": "Lost",
    "ended_in_period": "Ended",
    "due": "Came due",
    "renewed": "Renewed",
    "not_renewed": "Not renewed",
    "pending": "Pending",
    "all_pending_lost": "If all pending were lost",
    "all_pending_renewed": "If all pending were renewed",
    "new": "New",
    "reactivated": "Reactivated",
    "annualised_percent": "Annualised",
    "leavers": "Leavers",
    "moved_to_another_team": "Moved to another team",
    "average_headcount": "Average headcount",
    "over_three": "Tickets with more than 3 replies",
    "busiest_day": "Busiest day",
    "weeks": "Whole weeks",
    **{day: f"{day.title()}, compared with the average day" for day in WEEKDAYS},
    "tickets": "Tickets",
    "average_customers": "Average customers",
    "again": "Contacted support again",
    "days_not_over": "Not counted yet: solved less than 7 days ago",
    "within_days": "Repeat purchase within",
    "first_time_customers": "First-time customers, including those too early to count",
    "ordered_again": "Ordered again",
    "window_not_over": "First-time customers, too early to count",
    "orders": "Orders",
    "repeat_customers": "Customers with two or more orders",
    "returning_customers": "Returning customers",
    "returning_customers_percent": "Returning customers, share",
    "p90": "90th percentile",
    "still_waiting": "Still open, all",
    "still_waiting_of_this_period": "Still open, opened in this period",
    "customers_at_start": "Customers at the start",
    "grr": "Gross revenue retention (GRR)",
    "nrr": "Net revenue retention (NRR)",
    "mrr_start": "MRR at the start",
    "mrr_kept": "MRR retained",
    "mrr_end": "MRR of the same customers at the end",
    "mrr_lost": "MRR lost",
    "mrr_expansion": "MRR added",
}
OWN = "of the metric"
# Of those that are no plain count or average. Percent is 0 to 100, a wait is in seconds, money in whole units.
UNITS: dict[str, str] = {
    "response_rate": "percent",
    "worst": OWN,
    "best": OWN,
    "annualised_percent": "percent",
    **dict.fromkeys(("over_three", "all_pending_lost", "all_pending_renewed"), "percent"),
    "returning_customers_percent": "percent",
    "grr": "percent",
    "nrr": "percent",
    "within_days": "days",
    **dict.fromkeys(WEEKDAYS, "times"),
    "p90": "seconds",
    **dict.fromkeys(("mrr_start", "mrr_kept", "mrr_end", "mrr_lost", "mrr_expansion"), "money"),
}


def named(details: Mapping[str, Any], unit: str) -> list[tuple[str, Any, str]]:
    """(name, value, unit) of each detail that has a plain name and a value; the unit is "" for a plain number.

    `unit` is the metric's own: what a share could be at worst is in percent, what NPS could be in points.
    """
    units = {key: unit if UNITS.get(key) == OWN else UNITS.get(key, "") for key in DETAILS}
    return [(DETAILS[key], details[key], units[key]) for key in DETAILS if details.get(key) is not None]
