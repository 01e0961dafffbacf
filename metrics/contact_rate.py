"""How many tickets does a customer open in a month?"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from estimates.interval import Difference
from estimates.rates import poisson_interval, quasi_poisson_rate, quasi_poisson_ratio, ratio_by_weeks
from metrics.begins import Begins, known
from metrics.cautions import Reason, Why, WhyKind
from metrics.churn import nothing_is_dated, undated
from metrics.counted import Counted, Details, Where
from metrics.counting.groups import grouped, whole
from metrics.counting.stays import Stays, stays
from metrics.counting.tickets import of_tickets
from metrics.models import Model, difference_of_rates
from metrics.period import Period, start_of

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Count, Published

DAYS_OF_A_MONTH = 365.25 / 12  # a month of average length, so that February is like any other
Weeks = list[Details]


def count(
    published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
) -> list[dict[str, Counted]]:
    """Customers have a segment but no area and no channel: those are set against all customers."""
    # The weeks before each period are looked at too: they tell how much weeks differ, which four do not.
    first = known(published, METRIC).first_day
    before = [each.previous() for each in periods]
    span = whole([*periods, *before])
    counts = published.tally("tickets", span.start, span.end, where, by)
    tickets, tickets_before = grouped(counts, periods), grouped(counts, before)
    of_customers = {name: value for name, value in where.items() if name == "segment"}
    by_segment = "segment" if by == "segment" else None
    there_at = [*periods, *before]
    customers = stays(
        published, "customer_started", "customer_ended", there_at, of_customers, by_segment, everyone=True
    )
    unknown = why_unknown(published, settings)
    counted = []
    for period, groups, earlier, groups_before in zip(periods, tickets, before, tickets_before, strict=True):
        is_known = first is not None and first <= earlier.start
        rates = {}
        for group, some in groups.items():
            there = customers.get(group if by_segment else "")
            weeks = by_week(groups_before.get(group, []), there, earlier) if there and is_known else []
            rates[group] = rate(some, there, period, unknown, weeks)
        counted.append(rates)
    return counted


def rate(
    tickets: list[Count], customers: Stays | None, period: Period, unknown: Reason, weeks_before: Weeks | None = None
) -> Counted:
    """Tickets / (customer-days / 30.4375) (METHODOLOGY 1.7).

    Interval: whole weeks as replicates where there are at least eight, else how much the weeks of this and the period
    before differ, else exact Poisson. Where nothing is known of the customers there is no value, but the number of
    tickets stays.
    """
    n = sum(each.n for each in tickets)
    days = customers.days(period) if customers else 0
    details: Details = {"tickets": n, "customer_days": days, "average_customers": days / period.days}
    if customers is None or days <= 0:
        return Counted(None, numerator=n, n=n, details=details, missing=unknown)
    weeks = by_week(tickets, customers, period)
    months = days / DAYS_OF_A_MONTH
    value = n / months
    low, high, how = interval(n, months, weeks, weeks_before or [])
    details |= {"by_week": weeks, "interval": how}
    return Counted(value, low, high, n, months, n, details)


def interval(n: int, months: float, weeks: Weeks, weeks_before: Weeks) -> tuple[float, float, Why]:
    """Ends in the metric's unit, and where they come from."""
    by_weeks = ratio_by_weeks([each["tickets"] for each in weeks], [each["customer_days"] for each in weeks])
    if by_weeks.standard_error is not None and by_weeks.low is not None and by_weeks.high is not None:
        half = (by_weeks.high - by_weeks.low) / 2 * DAYS_OF_A_MONTH
        value = n / months
        return max(0.0, value - half), value + half, Why("weeks differ", {"weeks": len(weeks)})
    periods = [_columns(each) for each in (weeks, weeks_before) if each]
    found = quasi_poisson_rate(*periods) if weeks else None
    if found is not None:
        low, high = (each * DAYS_OF_A_MONTH for each in found)
        kind: WhyKind = "both periods differ" if weeks_before else "weeks differ"
        return low, high, Why(kind, {"weeks": len(weeks), "before": len(weeks_before)})
    low, high = poisson_interval(n)
    return low / months, high / months, Why("chance alone")


def _columns(weeks: Weeks) -> tuple[list[float], list[float]]:
    return [each["tickets"] for each in weeks], [each["customer_days"] for each in weeks]


def by_week(tickets: list[Count], customers: Stays, period: Period) -> Weeks:
    """Tickets and customer-days of each whole ISO week in the period."""
    weeks = [each for each in period.split("week") if each.days == 7 and start_of(each.start, "week") == each.start]
    counts = dict.fromkeys((each.start for each in weeks), 0)
    for ticket in tickets:
        monday = start_of(ticket.day, "week")
        if monday in counts:
            counts[monday] += ticket.n
    return [
        {"week": each.start.isoformat(), "tickets": counts[each.start], "customer_days": customers.days(each)}
        for each in weeks
    ]


def differ(now: Counted, before: Counted) -> Difference | None:
    """Quasi-Poisson ratio of the weeks (METHODOLOGY 2.4, 4.1); exact rates where there are too few whole weeks.

    The ratio's interval, applied to the value before, is the interval of the difference; it excludes zero exactly
    where the test does.
    """
    assert now.value is not None
    assert before.value is not None
    weeks, earlier = now.details["by_week"], before.details["by_week"]
    (counts, times), (counts_before, times_before) = _columns(weeks), _columns(earlier)
    ratio = quasi_poisson_ratio(counts, counts_before, times, times_before)
    if min(len(weeks), len(earlier)) < 2 or ratio.low is None or ratio.high is None:
        return difference_of_rates(now, before)
    return Difference(
        value=now.value - before.value,
        low=before.value * (ratio.low - 1),
        high=before.value * (ratio.high - 1),
        p=ratio.p,
        method="ratio of weekly rates (quasi-Poisson)",
    )


def why_unknown(published: Published, settings: Settings) -> Why:
    plural = settings.words.customers
    if nothing_is_dated(published):
        return undated(published.rows("customer"), plural)
    if published.rows("customer") + published.rows("subscription") == 0:
        return Why("no customers", {"customers": plural})
    return Why("no customers then", {"customers": plural})


WEEKS_AS_REPLICATES = "Weeks as replicates: Deng, Knoblich, Lu, Applying the Delta Method in Metric Analytics, KDD 2018"
CITES = (
    WEEKS_AS_REPLICATES,
    "Comparison: quasi-Poisson rate ratio, McCullagh and Nelder, Generalized Linear Models, 1989",
)

METRIC = of_tickets(
    key="contact_rate",
    name="Contact rate",
    asks="How often do customers have to ask for help?",
    in_short="Tickets divided by the average number of customers, per month.",
    formula="tickets / (customer-days / 30.4375), where 30.4375 days are an average month",
    unit="tickets per customer per month",
    better="lower",
    why="The best ticket is the one that no customer had to open.",
    caveats=(
        "Every ticket counts, also the fifth of the same customer: it measures workload, not how many customers are affected.",
        "Areas and channels are divided by all customers; segments by the customers of that segment.",
        "Fewer tickets may also mean that customers have given up asking: look at churn as well.",
    ),
    reviewed_on=date(2026, 11, 21),
    version=2,
    records=("ticket", "customer", "subscription"),
    model=Model("rate", count, Begins(("tickets", "customer_started")), own_test=differ, own_cites=CITES),
)
