"""Of the customers who bought in a period, how many bought twice or more within it?"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from metrics.begins import A_YEAR, Begins
from metrics.counted import Counted, Where
from metrics.counting.groups import grouped, whole
from metrics.metric import Metric
from metrics.models import Model, share_of
from metrics.period import Period

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Count, Published


def count(
    published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
) -> list[dict[str, Counted]]:
    span = whole(periods)
    orders = grouped(published.tally("purchases", span.start, span.end, where, by), periods)
    return [
        {group: twice_or_more(some, period.start) for group, some in groups.items()}
        for period, groups in zip(periods, orders, strict=True)
    ]


def twice_or_more(orders: list[Count], start: date) -> Counted:
    """Customers with two or more orders since `start` / customers with one or more (METHODOLOGY 1.6, repeat-001).

    Each order knows the days of the two before it, so a customer's first order of any period can be told from the
    second without a list of customers: that is what lets the counts of all days and shards be added.
    """
    customers = returning = repeated = first_ever_repeated = 0
    for order in orders:
        previous, one_before = (_day(each) for each in order.bin.split("|"))
        if previous is None or previous < start:
            customers += order.n
            returning += order.n if previous is not None else 0
        elif one_before is None or one_before < start:
            repeated += order.n
            first_ever_repeated += order.n if one_before is None else 0
    returning += first_ever_repeated
    details = {
        "customers": customers,
        "repeat_customers": repeated,
        "orders": sum(each.n for each in orders),
        "returning_customers": returning,
        "returning_customers_percent": 100 * returning / customers if customers else None,
    }
    return share_of(repeated, customers, details)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


METRIC = Metric(
    key="repeat_in_period",
    name="Repeat purchases within a period",
    asks="How many of the customers who bought in a period bought more than once?",
    in_short="Customers with two or more orders in the period as a share of those with at least one.",
    formula="customers with two or more orders in the period / customers with one or more",
    unit="percent",
    better="higher",
    people="customers",
    withheld_below=20,
    thin_below=100,
    why="It is known as soon as the period ends.",
    caveats=(
        "It grows with the length of the period: compare only periods of the same length.",
        "Returning customers (those who had ordered at any time before) change afterwards when old orders come in late.",
    ),
    cites=("Repeat purchase rate and returning customer rate: Davis, Little Stream Software; Shopify reports",),
    owner="Support lead",
    reviewed_on=date(2026, 11, 21),
    version=1,
    records=("purchase",),
    needs=(("purchase", "ordered_at"),),
    dimensions=("segment", "plan"),
    grain="month",
    headline=3,
    model=Model(
        "share",
        count,
        Begins(("purchases",), details={"returning_customers": A_YEAR, "returning_customers_percent": A_YEAR}),
    ),
    parent="repeat",
    nothing="No purchases in this period.",
)
