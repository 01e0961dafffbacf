"""How often do customers have to ask us for help, for as many customers as we have?"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from metrics.churn import nothing_is_dated, undated_sentence
from metrics.grouped import grouped, whole
from metrics.metric import Begins, Counted, Difference, Metric, Where
from metrics.period import Period, start_of
from metrics.statistics import FEWEST_WEEKS, poisson_interval, quasi_poisson_ratio, rate_difference, ratio_by_weeks
from metrics.stays import Stays, stays

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Count, Published

DAYS_OF_A_MONTH = 365.25 / 12  # a month of average length, so that February is like any other
PER = 1000  # customers


def count(
    published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
) -> list[dict[str, Counted]]:
    """Customers have a segment but no area and no channel: those are set against all customers."""
    span = whole(periods)
    tickets = grouped(published.tally("tickets", span.start, span.end, where, by), periods)
    of_customers = {name: value for name, value in where.items() if name == "segment"}
    by_segment = "segment" if by == "segment" else None
    customers = stays(published, "customer_started", "customer_ended", periods, of_customers, by_segment, everyone=True)
    unknown = why_unknown(published, settings)
    return [
        {
            group: rate(some, customers.get(group if by_segment else ""), period, unknown)
            for group, some in groups.items()
        }
        for period, groups in zip(periods, tickets, strict=True)
    ]


def rate(tickets: list[Count], customers: Stays | None, period: Period, unknown: str) -> Counted:
    """Tickets / (customer-days / 30.4375) * 1,000 (METHODOLOGY 1.7).

    Interval: whole weeks as replicates where there are at least eight, else exact Poisson. Where nothing is known of
    the customers there is no value, but the number of tickets stays.
    """
    n = sum(each.n for each in tickets)
    days = customers.days(period) if customers else 0
    details: dict[str, Any] = {"tickets": n, "customer_days": days, "average_customers": days / period.days}
    if customers is None or days <= 0:
        return Counted(None, numerator=n, n=n, details=details, missing=unknown)
    weeks = by_week(tickets, customers, period)
    months = days / DAYS_OF_A_MONTH
    value = PER * n / months
    low, high, how = interval(n, months, weeks)
    details |= {"by_week": weeks, "interval": how}
    return Counted(value, low, high, n, months, n, details)


def interval(n: int, months: float, weeks: list[dict[str, Any]]) -> tuple[float, float, str]:
    """Ends in the metric's unit, and in words where they come from."""
    by_weeks = ratio_by_weeks([each["tickets"] for each in weeks], [each["customer_days"] for each in weeks])
    if by_weeks.standard_error is not None and by_weeks.low is not None and by_weeks.high is not None:
        half = (by_weeks.high - by_weeks.low) / 2 * DAYS_OF_A_MONTH * PER
        value = PER * n / months
        return max(0.0, value - half), value + half, f"how much {len(weeks)} whole weeks differ from one another"
    low, high = poisson_interval(n)
    return PER * low / months, PER * high / months, "chance alone (exact Poisson); weeks usually differ by more"


def by_week(tickets: list[Count], customers: Stays, period: Period) -> list[dict[str, Any]]:
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
    if now.value is None or before.value is None or not now.denominator or not before.denominator:
        return None
    weeks, earlier = now.details["by_week"], before.details["by_week"]
    ratio = quasi_poisson_ratio(
        [each["tickets"] for each in weeks],
        [each["tickets"] for each in earlier],
        [each["customer_days"] for each in weeks],
        [each["customer_days"] for each in earlier],
    )
    if min(len(weeks), len(earlier)) < 2 or ratio.low is None or ratio.high is None:
        parts = (int(now.numerator or 0), now.denominator, int(before.numerator or 0), before.denominator)
        return rate_difference(*parts).times(PER)
    return Difference(
        value=now.value - before.value,
        low=before.value * (ratio.low - 1),
        high=before.value * (ratio.high - 1),
        p=ratio.p,
        method="ratio of weekly rates (quasi-Poisson)",
    )


def why_unknown(published: Published, settings: Settings) -> str:
    plural = settings.words.customers
    if nothing_is_dated(published):
        return undated_sentence(published.rows("customer"), plural)
    if published.rows("customer") + published.rows("subscription") == 0:
        return f"No {plural} are stored, so the tickets cannot be set against how many there are."
    return f"No {plural} at that time are known, so the tickets cannot be set against how many there were."


METRIC = Metric(
    key="contact_rate",
    name="Contact rate",
    asks="How often do customers have to ask for help?",
    formula="tickets / (customer-days / 30.4375) x 1,000",
    unit="per 1,000 customers a month",
    better="lower",
    people="tickets",
    withheld_below=5,
    thin_below=30,
    why="The best ticket is the one that nobody had to write.",
    caveats=(
        "Every ticket counts, also the fifth of the same customer: it tells the work, not how many people are hurt.",
        "Areas and channels are set against all customers; segments against the customers of that segment.",
        "Fewer tickets may also mean that people have given up writing: look at churn beside it.",
    ),
    cites=(
        "Weeks as replicates: Deng, Knoblich, Lu, Applying the Delta Method in Metric Analytics, KDD 2018",
        "Comparison: quasi-Poisson rate ratio, McCullagh and Nelder, Generalized Linear Models, 1989",
    ),
    owner="Support lead",
    reviewed_on=date(2026, 11, 21),
    version=1,
    records=("ticket", "customer", "subscription"),
    dimensions=("area", "channel", "segment"),
    grain="week",
    headline=FEWEST_WEEKS,
    begins=Begins(("tickets", "customer_started")),
    count=count,
    differ=differ,
    on_card=False,
)
