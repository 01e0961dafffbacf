"""Of the contracts that ran at the start, how many have ended at the end, and what did they pay?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from metrics.begins import Begins
from metrics.churn import START_COHORT, lost_of_those_at_start, was_there_before
from metrics.counted import Counted, Where
from metrics.counting.stays import Stays, stays
from metrics.metric import Metric
from metrics.models import Model
from metrics.period import Period

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Published


def count(
    published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
) -> list[dict[str, Counted]]:
    groups = stays(published, "subscription_started", "subscription_ended", periods, where, by)
    return [{group: ended_of_those_at_start(each, period) for group, each in groups.items()} for period in periods]


def ended_of_those_at_start(group: Stays, period: Period) -> Counted:
    """As churn, but of contracts; with the money they paid a month, in whole currency units."""
    counted = lost_of_those_at_start(group, period)
    lost = [each for each in group.ended_in(period) if was_there_before(each, period.start)]
    parts = {name: each for name, each in counted.details.items() if name not in ("reactivated", "at_start", "lost")}
    details = {
        "active_at_start": counted.details["at_start"],
        "ended_in_period": counted.details["lost"],
        "mrr_start": group.at_start_of(period.start).amount / 100,
        "mrr_lost": sum(each.amount for each in lost) / 100,
        **parts,
    }
    return replace(counted, details=details)


METRIC = Metric(
    key="contract_churn",
    name="Contract churn",
    asks="How many of our contracts end?",
    in_short="Contracts that ended by the end of the period as a share of those at its start.",
    formula="contracts of the first day that have ended by the last day / contracts of the first day",
    unit="percent",
    better="lower",
    people="contracts at the start",
    withheld_below=20,
    thin_below=100,
    why="A customer may keep one contract and end another: customer churn does not see that.",
    caveats=(
        "A contract that is replaced by another one counts as ended; customer churn does not count that.",
        "Contracts that both start and end within the period do not count.",
        "One customer may have many contracts: they do not end independently, so the true interval is wider.",
    ),
    cites=(START_COHORT,),
    owner="Support lead",
    reviewed_on=date(2026, 11, 21),
    version=1,
    records=("subscription",),
    needs=(("subscription", "ended_on"),),
    dimensions=("segment", "plan"),
    grain="month",
    headline=1,
    model=Model("share", count, Begins(("subscription_started",))),
    parent="churn",
    nothing="No contracts ran at the start of this period.",
)
