"""Of the money that our customers paid at the start of a month, how much is left at its end?"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from metrics.begins import Begins
from metrics.cautions import Why
from metrics.churn import is_month, nothing_is_dated, undated
from metrics.counted import Counted, Details, Where
from metrics.metric import Metric
from metrics.models import Model
from metrics.period import Period

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Month, Published


def count(
    published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
) -> list[dict[str, Counted]]:
    if nothing_is_dated(published):
        missing = undated(published.rows("customer"), settings.words.customers)
        return [{"": Counted(None, missing=missing)} for _ in periods]
    first, last = min(each.start for each in periods), max(each.end for each in periods)
    months = published.months(first.replace(day=1), last, where, by)
    groups = sorted({each.group for each in months})
    return [
        {group: retained([each for each in months if each.group == group], period) for group in groups}
        for period in periods
    ]


def retained(months: list[Month], period: Period) -> Counted:
    """Gross revenue retention of one whole calendar month, in percent; NRR and the money are in `details`.

    A longer period has no value: the retention of a quarter is neither the sum nor the product of its three
    months, each of which starts with other customers (METHODOLOGY 1.4).
    """
    inside = [each for each in months if period.start <= each.month < period.end]
    if not is_month(period):
        return Counted(None, details={"by_month": [retention(each) for each in inside]}, missing=Why("one month"))
    if not inside or inside[0].start_mrr <= 0:
        return Counted(None)
    month = inside[0]
    return Counted(
        value=100 * month.kept_mrr / month.start_mrr,
        numerator=month.kept_mrr / 100,
        denominator=month.start_mrr / 100,
        n=month.customers,
        details={**retention(month), "interval": Why("no range")},
    )


def retention(month: Month) -> Details:
    """GRR, NRR and their complements in percent, and the money in whole currency units. None where nothing was paid."""

    def share(part: int) -> float | None:
        return 100 * part / month.start_mrr if month.start_mrr > 0 else None

    return {
        "month": month.month.isoformat(),
        "customers_at_start": month.customers,
        "grr": share(month.kept_mrr),
        "nrr": share(month.end_mrr),
        "gross_revenue_churn": share(month.start_mrr - month.kept_mrr),
        "net_revenue_churn": share(month.start_mrr - month.end_mrr),
        "mrr_start": month.start_mrr / 100,
        "mrr_kept": month.kept_mrr / 100,
        "mrr_end": month.end_mrr / 100,
        "mrr_lost": (month.start_mrr - month.kept_mrr) / 100,
        "mrr_expansion": (month.end_mrr - month.kept_mrr) / 100,
    }


METRIC = Metric(
    key="revenue_retention",
    name="Revenue retention (gross, net)",
    abbreviation="Gross revenue retention",
    asks="How much of their recurring revenue do existing customers still pay a month later?",
    in_short="What the customers of the first day pay at the end as a share of what they paid at the start, without upgrades (gross).",
    formula="gross: for each customer of the first day the smaller of their MRR then and at the end / their MRR then; "
    "net (NRR): their whole MRR at the end / their MRR then",
    unit="percent",
    better="higher",
    people="customers at the start",
    withheld_below=20,
    thin_below=100,
    why="Losing one large customer can cost more than losing ten small ones.",
    caveats=(
        "The headline is gross retention, which never exceeds 100%: one customer's upgrade must not hide another's downgrade. "
        "Net retention (NRR) counts both.",
        "New and reactivated customers are in neither number.",
        "It is counted month by month; months are not multiplied.",
        "There is no confidence interval, so changes are not tested.",
    ),
    cites=("Per-customer cap and the reactivation rule: ChartMogul help, net and gross MRR churn",),
    owner="Support lead",
    reviewed_on=date(2026, 11, 21),
    version=1,
    records=("customer", "subscription"),
    needs=(("subscription", "ended_on"),),
    dimensions=("segment", "plan"),
    grain="month",
    headline=1,
    model=Model("sum", count, Begins(("subscription_started",))),
    parent="churn",
    nothing="No customers with a known MRR at the start of this month.",
)
