"""On which day of the week do most tickets arrive, and how much more is that than on the average day?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from estimates.rates import ratio_by_weeks
from estimates.seasons import FEWEST_WEEKS, weekday_index
from metrics.begins import Begins
from metrics.cautions import Why
from metrics.contact_rate import WEEKS_AS_REPLICATES
from metrics.counted import Counted, Where
from metrics.counting.groups import grouped, whole
from metrics.counting.tickets import of_tickets
from metrics.models import Model, no_test
from metrics.period import Period, start_of

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Count, Published

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def count(
    published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
) -> list[dict[str, Counted]]:
    span = whole(periods)
    arrivals = grouped(published.tally("tickets", span.start, span.end, where, by), periods)
    return [
        {group: busiest(some, period) for group, some in groups.items()}
        for period, groups in zip(periods, arrivals, strict=True)
    ]


def busiest(tickets: list[Count], period: Period) -> Counted:
    """The busiest weekday / the average day, over the whole ISO weeks of the period (METHODOLOGY 2.7, seas-001).

    Interval: whole weeks as replicates. `details` has the same of each weekday.
    """
    first = period.start + timedelta(days=-period.start.weekday() % 7)
    weeks = max(0, (start_of(period.end, "week") - first).days // 7)
    daily = [0] * (7 * weeks)
    for each in tickets:
        if 0 <= (at := (each.day - first).days) < len(daily):
            daily[at] += each.n
    index = weekday_index(daily)
    if index is None:
        return Counted(None, missing=Why("weeks too few", {"weeks": FEWEST_WEEKS}))
    most = max(range(7), key=index.__getitem__)
    by_week = [sum(daily[at : at + 7]) for at in range(0, len(daily), 7)]
    found = ratio_by_weeks([7 * n for n in daily[most::7]], by_week)
    details = {"busiest_day": WEEKDAYS[most].title(), "weeks": weeks, **dict(zip(WEEKDAYS, index, strict=True))}
    low = None if found.low is None else max(0.0, found.low)
    return Counted(index[most], low, found.high, sum(daily[most::7]), sum(daily) / 7, sum(daily), details)


METRIC = of_tickets(
    key="weekdays",
    name="Busiest weekday",
    asks="On which day of the week do most tickets arrive?",
    in_short="Tickets on the busiest weekday divided by the tickets of an average day.",
    formula="tickets of the weekday on which most arrive / the average day (a seventh of all tickets), over whole weeks",
    unit="times the average day",
    better=None,
    withheld_below=30,
    thin_below=200,
    why="It helps to plan shifts, and shows how far a single day may be from the average of its week.",
    caveats=(
        "Weeks with holidays are included like any other.",
        "By the day of opening in the company's time zone; hours are not distinguished.",
        "The busiest day is chosen from the data, so its lead is a little overstated when there are few weeks.",
    ),
    reviewed_on=date(2026, 11, 24),
    version=1,
    grain="quarter",
    headline=1,
    model=Model(
        "rate",
        count,
        Begins(("tickets",), shortens=True),
        own_test=no_test,
        own_cites=(WEEKS_AS_REPLICATES,),
    ),
    parent="contact_rate",
)
