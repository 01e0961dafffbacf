"""Of the contracts whose term ended, how many were renewed?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from estimates.shares import with_the_silent
from metrics.begins import Begins
from metrics.cautions import Why
from metrics.counted import Counted, Where
from metrics.counting.groups import grouped, whole
from metrics.counting.stays import ONE_DAY, stays
from metrics.metric import Metric
from metrics.models import Model, share_of
from metrics.period import Period

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Count, Published

WITH_A_TERM = 0.5  # of the running contracts; where fewer have an end, only those that are cancelled ever get one


def count(
    published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
) -> list[dict[str, Counted]]:
    assert published.snapshot is not None
    today = published.snapshot.published_at.astimezone(settings.zone).date()
    if why := without_terms(published, today):
        return [{"": Counted(None, missing=why)} for _ in periods]
    # A contract is due on its last day, which is the day before the first one without it (METHODOLOGY 0).
    last_days = [Period(each.start + ONE_DAY, each.end + ONE_DAY) for each in periods]
    span = whole(last_days)
    due = grouped(published.tally("contracts_due", span.start, span.end, where, by), last_days)
    return [{group: renewed(some, settings.grace_days, today) for group, some in groups.items()} for groups in due]


def renewed(due: list[Count], grace_days: int, today: date) -> Counted:
    """Renewed / (renewed + lost) (METHODOLOGY 1.4, renew-001). The pending ones are named, with the worst and best case.

    Renewed: another contract of the customer begins within `grace_days` of the end. Pending: none does, and the grace is
    not over.
    """
    again = sum(each.n for each in due if each.bin != "none" and int(each.bin) <= grace_days)
    not_again = [each for each in due if each.bin == "none" or int(each.bin) > grace_days]
    pending = sum(each.n for each in not_again if each.day + timedelta(days=grace_days) >= today)
    lost = sum(each.n for each in not_again) - pending
    return of_decided(again, lost, pending)


def of_decided(again: int, lost: int, pending: int) -> Counted:
    counted = share_of(again, again + lost)
    counted.details.update({"due": again + lost + pending, "renewed": again, "not_renewed": lost, "pending": pending})
    if counted.value is not None:
        worst, best = with_the_silent(counted.value, again + lost, pending, 0.0, 100.0)
        counted.details.update({"all_pending_lost": worst, "all_pending_renewed": best})
    return counted


def without_terms(published: Published, today: date) -> Why | None:
    """Why no contract ever comes due, or None."""
    tomorrow = today + ONE_DAY
    everybody = stays(published, "subscription_started", "subscription_ended", [Period(today, tomorrow)], {}, None)
    running = everybody[""].at_start_of(today).n if everybody else 0
    ends = published.tally("subscription_ended", tomorrow, date.max)
    with_end = sum(each.n for each in ends if date.fromisoformat(each.bin) < today)
    if running <= 0 or with_end >= WITH_A_TERM * running:
        return None
    return Why("ends too few", {"n": with_end, "running": running})


METRIC = Metric(
    key="renewal",
    name="Renewal rate",
    asks="Of the contracts that came due, how many were renewed?",
    in_short="Renewed contracts as a share of those that came due in the period.",
    formula="renewed contracts / (renewed + lost), of those whose last day is in the period. Renewed: another contract of the "
    "same customer begins within the grace period (30 days unless set otherwise) of the end",
    unit="percent",
    better="higher",
    people="contracts that are decided",
    withheld_below=20,
    thin_below=100,
    why="Churn includes contracts that could not have ended; this counts only customers who had the choice.",
    caveats=(
        "Undecided contracts (the grace period is not over) do not count; the figures for all of them lost and all renewed "
        "are shown beside it.",
        "Where most running contracts have no end, only cancelled ones ever get one, and no renewal rate is shown.",
        "A contract that is replaced by another one, larger or smaller, counts as renewed.",
        "A customer with several contracts decides them together, so the true interval is wider.",
    ),
    owner="Support lead",
    reviewed_on=date(2026, 11, 24),
    version=1,
    records=("subscription",),
    needs=(("subscription", "ended_on"),),
    dimensions=("segment", "plan"),
    grain="month",
    headline=3,
    model=Model("share", count, Begins(("subscription_started",))),
    parent="churn",
    nothing="No contract that came due in this period is decided yet.",
)
