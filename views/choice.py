"""Which days a reader chose, as the address says it: the latest, the last quarter, 12 months, or own days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from metrics.metric import Metric
from metrics.period import Period, whole_months, whole_weeks
from metrics.reading import headline_period

LATEST, QUARTER, YEAR, OWN = "latest", "quarter", "12-months", "own"
WEEKS = {QUARTER: 13, YEAR: 52}
MONTHS = {QUARTER: 3, YEAR: 12}
OLDER = {"now": LATEST, "year": YEAR}  # what addresses of before said
# Own days: before these nobody has data, and every day of them would be looked at.
FIRST, MOST_DAYS = date(1990, 1, 1), 10 * 366


@dataclass(frozen=True, slots=True)
class Choice:
    """`own` are the days of the choice "own". `is_wrong`: the address had days that cannot be, so the latest are shown."""

    name: str = LATEST
    own: Period | None = None
    is_wrong: bool = False

    @property
    def asked(self) -> dict[str, str]:
        """What a link says, so that the next page is about the same days."""
        if self.own is not None:
            return {"from": self.own.start.isoformat(), "to": self.own.last_day.isoformat()}
        return {} if self.name == LATEST else {"period": self.name}


THE_LATEST = Choice()


def chosen(asked: Mapping[str, str], today: date) -> Choice:
    """From `period`, or from `from` and `to` (the first and the last day, today at most); anything else is the latest."""
    first, last = asked.get("from", ""), asked.get("to", "")
    if first or last:
        own = own_days(first, last, today)
        return Choice(OWN, own) if own else Choice(is_wrong=True)
    name = asked.get("period", "").strip().lower().replace(" ", "-")
    name = OLDER.get(name, name)
    return Choice(name) if name in WEEKS else Choice()


def own_days(first: str, last: str, today: date) -> Period | None:
    """None where these are no two days, one after the other, or the first is yet to come. Days to come are left out."""
    try:
        start, last_day = date.fromisoformat(first), min(date.fromisoformat(last), today)
    except ValueError:
        return None
    if not FIRST <= start <= last_day or (last_day - start).days >= MOST_DAYS:
        return None
    return Period(start, last_day + timedelta(days=1))


def period_of(choice: Choice, metric: Metric, today: date) -> Period:
    """The days of this metric: whole weeks or whole months, as it counts; its own where it means something over no others."""
    if choice.own is not None:
        return choice.own
    if choice.name not in WEEKS or metric.keeps_its_period:
        return headline_period(metric, today)
    if metric.grain == "week":
        return whole_weeks(today, WEEKS[choice.name])
    return whole_months(today, MONTHS[choice.name])


def is_kept(choice: Choice, metric: Metric) -> bool:
    """Whether another period was chosen than the one that this metric is always told for."""
    return metric.keeps_its_period and choice.name in WEEKS
