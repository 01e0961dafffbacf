"""Days, weeks, months: which days a number is about. Periods are half-open, [start, end): `end` is the first day not counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

GRAINS = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a period needs at least one day; {self.start} .. {self.end} has none")

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)

    def previous(self) -> Period:
        """The period of the same kind just before: the month before a month, else as many days."""
        if self.start.day == 1 and self.end.day == 1:
            months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
            return Period(_add_months(self.start, -months), self.start)
        return Period(self.start - timedelta(days=self.days), self.start)

    def split(self, grain: str) -> list[Period]:
        """The calendar days, ISO weeks (Monday), months, quarters or years that touch this period, cut at its ends."""
        pieces: list[Period] = []
        start = self.start
        while start < self.end:
            end = min(starts_after(start, grain), self.end)
            pieces.append(Period(start, end))
            start = end
        return pieces


def start_of(day: date, grain: str) -> date:
    """The first day of the day's own week, month, quarter or year. ISO weeks start on Monday."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    if grain == "year":
        return day.replace(month=1, day=1)
    raise ValueError(f"there is no grain {grain!r}; the grains are {', '.join(GRAINS)}")


def starts_after(day: date, grain: str) -> date:
    """The first day of the next week, month, quarter or year after the one that holds `day`."""
    start = start_of(day, grain)
    if grain == "day":
        return start + timedelta(days=1)
    if grain == "week":
        return start + timedelta(days=7)
    return _add_months(start, {"month": 1, "quarter": 3, "year": 12}[grain])


def whole_weeks(today: date, weeks: int) -> Period:
    """The last `weeks` whole ISO weeks before the one that holds `today`: no day-of-week effect, no half week."""
    end = start_of(today, "week")
    return Period(end - timedelta(weeks=weeks), end)


def whole_months(today: date, months: int) -> Period:
    """The last `months` whole calendar months before the one that holds `today`."""
    end = today.replace(day=1)
    return Period(_add_months(end, -months), end)


def whole_quarters(today: date, quarters: int) -> Period:
    """The last `quarters` whole calendar quarters before the one that holds `today`."""
    end = start_of(today, "quarter")
    return Period(_add_months(end, -3 * quarters), end)


def whole_year(today: date) -> Period:
    """The last whole calendar year."""
    return Period(date(today.year - 1, 1, 1), date(today.year, 1, 1))


def _add_months(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
