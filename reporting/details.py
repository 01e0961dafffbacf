"""The parts of a number that a careful reader asks for, by the names that people give them; the rest stays in --json."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil, floor
from typing import Any

from metrics.weekdays import WEEKDAYS

DETAILS: dict[str, str] = {
    "response_rate": "Answered of those asked",
    "satisfied": "Satisfied",
    "neutral": "Neither satisfied nor dissatisfied",
    "dissatisfied": "Dissatisfied",
    "mean": "Average score",
    "promoters": "Promoters (9, 10)",
    "passives": "Passives (7, 8)",
    "detractors": "Detractors (0 to 6)",
    "worst": "At worst, had all the silent ones answered",
    "best": "At best, had all the silent ones answered",
    "at_start": "At the start",
    "active_at_start": "At the start",
    "lost": "Lost",
    "ended_in_period": "Ended",
    "due": "Came due",
    "renewed": "Renewed",
    "not_renewed": "Lost",
    "pending": "Not decided yet",
    "all_pending_lost": "If all of those are lost",
    "all_pending_renewed": "If all of those are renewed",
    "new": "New",
    "reactivated": "Came back",
    "annualised_percent": "If a whole year went like this",
    "leavers": "Leavers",
    "moved_to_another_team": "Moved to another team",
    "average_headcount": "Average headcount",
    "over_three": "Tickets with more than 3 replies",
    "busiest_day": "Busiest day",
    "weeks": "Whole weeks",
    **{day: f"{day.title()} (an even day is 1)" for day in WEEKDAYS},
    "tickets": "Tickets",
    "average_customers": "Average customers",
    "again": "Contacted again",
    "days_not_over": "Solved tickets whose 7 days are not over, not counted",
    "within_days": "Counted as ordering again within",
    "first_time_customers": "First-time customers, window over or not",
    "ordered_again": "Ordered again",
    "window_not_over": "First-time customers whose window is not over",
    "orders": "Orders",
    "repeat_customers": "Customers with a second order in these days",
    "returning_customers": "Customers who had ordered before",
    "returning_customers_percent": "Share of customers who had ordered before",
    "p90": "The slowest tenth took at least",
    "still_waiting": "Still open, whenever opened",
    "still_waiting_of_this_period": "Still open, opened in this period",
    "customers_at_start": "Customers at the start",
    "grr": "Kept, without what was added (GRR)",
    "nrr": "Kept, with what was added (NRR)",
    "mrr_start": "Revenue a month at the start",
    "mrr_kept": "Kept of it",
    "mrr_end": "Revenue a month of the same customers at the end",
    "mrr_lost": "Revenue a month that was lost",
    "mrr_expansion": "Revenue a month that was added",
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


def wait_range(low: float, high: float, said: Callable[[float], str]) -> tuple[str, str]:
    """The ends of a range of waits in words; a smaller unit where they would read as a point: "119 s" and "122 s"."""
    ends = said(low), said(high)
    if ends[0] != ends[1]:
        return ends
    size, unit = (1, "s") if high < 90 * 60 else (60, "min")
    return f"{floor(low / size):,} {unit}", f"{ceil(high / size):,} {unit}"


def named(details: Mapping[str, Any], unit: str) -> list[tuple[str, Any, str]]:
    """(name, value, unit) of each detail that has a plain name and a value; the unit is "" for a plain number.

    `unit` is the metric's own: what a share could be at worst is in percent, what NPS could be in points.
    """
    units = {key: unit if UNITS.get(key) == OWN else UNITS.get(key, "") for key in DETAILS}
    return [(DETAILS[key], details[key], units[key]) for key in DETAILS if details.get(key) is not None]
