"""Of the customers who bought for the first time, how many order again?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from metrics.begins import A_YEAR, Begins
from metrics.cautions import Why
from metrics.counted import Counted, Where
from metrics.counting.groups import grouped, whole
from metrics.counting.windows import first_day_not_known
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
    cohorts = grouped(published.tally("repeat_cohort", span.start, span.end, where, by), periods)
    known_until = first_day_not_known(published, "purchases", settings)
    return [
        {group: came_back(some, settings.repeat_within_days, known_until) for group, some in groups.items()}
        for groups in cohorts
    ]


def came_back(first_orders: list[Count], within_days: int, known_until: date) -> Counted:
    """First-time customers who ordered again within the window / all whose window is over (METHODOLOGY 1.6)."""
    window = timedelta(days=within_days)
    mature = [each for each in first_orders if each.day + window <= known_until]
    size, whole = sum(each.n for each in first_orders), sum(each.n for each in mature)
    again = sum(each.n for each in mature if each.bin != "none" and int(each.bin) <= within_days)
    details = {
        "within_days": within_days,
        "first_time_customers": size,
        "window_over": whole,
        "window_not_over": size - whole,
        "ordered_again": again,
    }
    missing = None
    if size > whole:
        opens = max(each.day for each in first_orders) + window
        missing = Why("orders not over", {"days": within_days, "opens": opens})
    return share_of(again, whole, details, missing)


METRIC = Metric(
    key="repeat",
    name="Repeat purchase rate",
    asks="Do customers buy again after their first purchase?",
    in_short="First-time customers who order again within 90 days (a setting) as a share of those whose 90 days are over.",
    formula="first-time customers who order again within 90 days (a setting) / first-time customers whose 90 days are over",
    unit="percent",
    better="higher",
    people="first-time customers",
    withheld_below=20,
    thin_below=100,
    why="Customers with a good experience buy again.",
    caveats=(
        "At the start of the data every customer looks new, so the first year is not shown.",
        "First-time customers count only when their 90 days are over, so the figure is always a few months behind.",
        "Where the orders end (an old file, a source that stopped), the window counts as over only up to the last order.",
        "A second order on the same day counts as a repeat purchase.",
    ),
    cites=("Cohort repeat rate: Tresl, cohort analysis; Davis, Little Stream Software, repeat purchase rate",),
    owner="Support lead",
    reviewed_on=date(2026, 11, 21),
    version=2,
    records=("purchase",),
    needs=(("purchase", "ordered_at"),),
    dimensions=("segment", "plan"),
    grain="month",
    headline=12,
    on_card=True,
    nothing="No first-time customers in this period.",
    model=Model("share", count, Begins(("purchases",), A_YEAR, "who is new is known only after a year of orders")),
)
