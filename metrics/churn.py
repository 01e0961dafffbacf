"""Of the customers we had at the start, how many are gone at the end?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from estimates.retention import compounded, hazard
from metrics.begins import Begins
from metrics.cautions import Why
from metrics.counted import Counted, Details, Where
from metrics.counting.stays import Stays, stays
from metrics.metric import Metric
from metrics.models import Model, share_of
from metrics.period import Period, starts_after

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Count, Published


def count(
    published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
) -> list[dict[str, Counted]]:
    if nothing_is_dated(published):
        missing = Counted(None, missing=undated(published.rows("customer"), settings.words.customers))
        return [{"": missing} for _ in periods]
    groups = stays(published, "customer_started", "customer_ended", periods, where, by)
    return [{group: lost_of_those_at_start(each, period) for group, each in groups.items()} for period in periods]


def lost_of_those_at_start(group: Stays, period: Period) -> Counted:
    """The start cohort: whoever comes within the period is in neither part of the share (METHODOLOGY 1.4).

    The share is in percent with Wilson's interval. `details` has the parts, and the rate of leaving per
    customer-day (fair to those who joined inside the period) with its exact Poisson interval.
    """
    ended = group.ended_in(period)
    lost = [each for each in ended if was_there_before(each, period.start)]
    at_start, n_lost = group.at_start_of(period.start), sum(each.n for each in lost)
    details: Details = {
        "at_start": at_start.n,
        "lost": n_lost,
        "new": sum(each.n for each in group.started_in(period) if each.bin != "reactivated"),
        "reactivated": sum(each.n for each in group.started_in(period) if each.bin == "reactivated"),
        "lost_of_new": sum(each.n for each in ended) - n_lost,
        **leaving(sum(each.n for each in ended), group.days(period)),
    }
    if at_start.n > 0 and is_month(period):
        details["annualised_percent"] = 100 * compounded(n_lost / at_start.n, 12)
    counted = share_of(n_lost, at_start.n, details)
    return replace(counted, left_out=group.without_end(period.start))


def leaving(events: int, customer_days: int) -> Details:
    """Leavings per 30 customer-days, exact Poisson interval (METHODOLOGY 1.4, churn-006); None without exposure."""
    found = hazard(events, customer_days)
    return {
        "customer_days": customer_days,
        "hazard_per_30_days": found.per_30_days,
        "hazard_low": found.low,
        "hazard_high": found.high,
    }


def was_there_before(ended: Count, day: date) -> bool:
    """The bin of an end is the day on which that stay began."""
    return date.fromisoformat(ended.bin) < day


def is_month(period: Period) -> bool:
    return period.start.day == 1 and period.end == starts_after(period.start, "month")


def nothing_is_dated(published: Published) -> bool:
    customers = published.rows("customer")
    return customers > 0 and published.undated("customer") == customers and published.rows("subscription") == 0


def undated(n: int, plural: str) -> Why:
    return Why("customers undated", {"n": n, "customers": plural})


START_COHORT = "Start cohort: Noble, Defining Churn Rate (no really ...), Shopify 2011"
METRIC = Metric(
    key="churn",
    name="Customer churn",
    asks="How many of our customers do we lose?",
    in_short="Customers who left by the end of the period as a share of those at its start.",
    formula="customers of the first day who are gone on the last day / customers of the first day",
    unit="percent",
    better="lower",
    people="customers at the start",
    withheld_below=20,
    thin_below=100,
    why="A customer who leaves has usually given up asking for help long before.",
    caveats=(
        "Customers who both join and leave within the period do not count.",
        "A gap no longer than the grace period (30 days unless set otherwise) is not a loss.",
        "A monthly number is not a yearly one: 5% a month is 46% a year.",
        "Contract end dates are uneven over the year: compare with the same month of other years.",
    ),
    cites=(
        START_COHORT,
        "Rate per customer-day: exact Poisson interval, Garwood 1936",
    ),
    owner="Support lead",
    reviewed_on=date(2026, 11, 21),
    version=1,
    records=("customer", "subscription"),
    needs=(("customer", "ended_on"), ("subscription", "ended_on")),
    dimensions=("segment", "plan"),
    grain="month",
    headline=1,
    on_card=True,
    nothing="No customers at the start of this period.",
    model=Model("share", count, Begins(("customer_started",))),
)
