"""How a number, a day, an age and a sum are written, in words that need no legend."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from math import ceil, floor, log10
from unicodedata import category
from zoneinfo import ZoneInfo

from metrics.metric import Metric
from metrics.period import Period

NOTHING = "–"  # "there is no number"; never 0
MINUS = "\u2212"
# The sign of a currency, as CLDR writes it in English, where it has one; all others are written by their code.
SIGNS = {
    "AUD": "A$", "BRL": "R$", "CAD": "CA$", "CNY": "CN¥", "EUR": "€", "GBP": "£", "HKD": "HK$", "ILS": "₪", "INR": "₹",
    "JPY": "¥", "KRW": "₩", "MXN": "MX$", "NZD": "NZ$", "PHP": "₱", "TWD": "NT$", "USD": "$", "VND": "₫",
}  # fmt: skip
NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def number(value: float, digits: int = 0) -> str:
    """1,234.5 with a true minus sign."""
    text = f"{abs(value):,.{digits}f}"
    return f"{MINUS}{text}" if value < 0 and float(text.replace(",", "")) != 0 else text


def value(metric: Metric, amount: float | None) -> str:
    """A value with its unit: "88%", "+31.4", "2 h 10 min"."""
    if amount is None:
        return NOTHING
    if metric.unit == "seconds":
        return wait(amount)
    if metric.unit == "points":
        return signed(amount)
    if metric.unit == "percent":
        return percent(amount)
    return f"{rate(amount)} {metric.unit}"


def rate(amount: float) -> str:
    """ "2.28": a rate per customer, with as many decimals as mean something."""
    size = abs(amount)
    return number(amount, max(2, min(3, 1 - floor(log10(size))) if size else 2))


def percent(amount: float) -> str:
    """ "88%", one decimal under 20 ("4.2%"); what is not quite none or all must not read as none or all."""
    if 0 < amount < 0.05:
        return "under 0.1%"
    if 99.95 <= amount < 100:
        return "over 99.9%"
    return f"{_share(amount)}%"


def share(part: float, whole: float) -> str:
    """ "14.3%": a part of a whole."""
    return percent(100 * part / whole if whole else 0.0)


def count_of(n: int) -> str:
    """ "three", from thirteen on "13"."""
    return NUMBERS[n] if 0 <= n < len(NUMBERS) else f"{n:,}"


def _share(amount: float) -> str:
    in_full = amount == 0 or abs(amount) >= 20
    near_all = 99 < amount < 101 and amount != 100
    return number(amount, 0 if in_full and not near_all else 1)


def difference(metric: Metric, amount: float) -> str:
    """A difference with its sign and unit: "−2.3 points"."""
    if metric.unit == "seconds":
        return f"{'+' if amount >= 0 else MINUS}{wait(abs(amount))}"
    if metric.unit in ("percent", "points"):
        return f"{signed(amount)} points"
    return f"{'+' if amount > 0 else ''}{rate(amount)}"


def interval(metric: Metric, low: float | None, high: float | None) -> str | None:
    """A range: "83-90%", "+20.1 to +42.6", "119 s to 122 s"."""
    if low is None or high is None:
        return None
    if metric.unit == "seconds":
        return " to ".join(_waits(low, high))
    if metric.unit == "points":
        return f"{signed(low)} to {signed(high)}"
    return f"{_share(low)}-{_share(high)}%" if metric.unit == "percent" else f"{rate(low)} to {rate(high)}"


def signed(amount: float, digits: int = 1) -> str:
    text = number(amount, digits)
    return text if text.startswith(MINUS) or not text.strip("0.,") else f"+{text}"


def wait(seconds: float) -> str:
    """A wait in one pair of units: "45 s", "10 min", "2 h 10 min", "3 days 4 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, hours = divmod(round(seconds / 3600), 24)
    return f"{days} days {hours} h" if hours else f"{days} days"


def _waits(low: float, high: float) -> tuple[str, str]:
    """The ends of a range of waits; where they would read as a point, in seconds under an hour, else rounded outwards."""
    ends = wait(low), wait(high)
    if ends[0] != ends[1]:
        return ends
    if high < 3600:
        return f"{floor(low):,} s", f"{ceil(high):,} s"
    size = 60 if high < 48 * 3600 else 3600
    return wait(floor(low / size) * size), wait(ceil(high / size) * size)


def money(hundredths: float, currency: str) -> str:
    """Whole units of the currency with its sign where it has one: "€12,400", "CHF 12,400"."""
    sign = SIGNS.get(currency.upper(), currency)
    amount = number(hundredths / 100)
    minus = MINUS if amount.startswith(MINUS) else ""
    blank = "" if category(sign[-1:] or " ") == "Sc" else " "
    return f"{minus}{sign}{blank}{amount.removeprefix(MINUS)}"


def day(when: date, today: date | None = None) -> str:
    """ "16 Nov 2026"; "16 Nov" for a reader of that year. Without `today` (CSV, JSON, paper) the year is always said."""
    return f"{when.day} {when:%b}{_year(when, today)}"


def _year(when: date, today: date | None) -> str:
    return "" if today is not None and when.year == today.year else f" {when.year}"


def period(period: Period, today: date | None = None) -> str:
    """A period by its first and last day: "26 Oct to 22 Nov 2026", "2 to 29 Nov"; whole months by name, "Sep to Nov 2026".

    Over a turn of the year both years are said.
    """
    first, last = period.start, period.last_day
    in_one_year = first.year == last.year
    today = today if in_one_year else None
    if first.day == 1 and period.end.day == 1:
        if (first.year, first.month) == (last.year, last.month):
            return f"{first:%B}{_year(first, today)}"
        return f"{first:%b}{_year(first, last if in_one_year else None)} to {last:%b}{_year(last, today)}"
    if first == last:
        return day(first, today)
    start = f"{first.day}" if in_one_year and first.month == last.month else day(first, last)
    return f"{start} to {day(last, today)}"


def length(period: Period) -> str:
    """ "4 weeks", "12 months", "10 days"."""
    if period.start.day == 1 and period.end.day == 1:
        months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
        return "month" if months == 1 else f"{months} months"
    weeks, rest = divmod(period.days, 7)
    if rest == 0:
        return "week" if weeks == 1 else f"{weeks} weeks"
    return "day" if period.days == 1 else f"{period.days} days"


def instant(moment: datetime, zone: ZoneInfo, today: date | None = None) -> str:
    """ "21 Nov 2026 12:00", "21 Nov 12:00": a day and a time by the clock of a place."""
    there = moment.astimezone(zone)
    return f"{day(there.date(), today)} {there:%H:%M}"


def in_zone(moment: datetime, zone: ZoneInfo, today: date | None = None) -> str:
    """ "21 Nov 2026 12:00 UTC": the same where nothing else says whose clock it is."""
    return f"{instant(moment, zone, today)} {zone.key}"


def on_paper(moment: datetime, zone: ZoneInfo) -> str:
    """ "1 December 2026, 14:05": in full, since paper does not say when it is read."""
    there = moment.astimezone(zone)
    return f"{there.day} {there:%B %Y, %H:%M}"


def ago(moment: datetime, now: datetime) -> str:
    """ "just now", "4 min ago", "3 h ago", "1 day ago", "12 days ago"."""
    minutes = int((now - moment) / timedelta(minutes=1))
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    hours, days = minutes // 60, minutes // (60 * 24)
    return f"{hours} h ago" if not days else f"{days} {'day' if days == 1 else 'days'} ago"


def listed(things: list[str]) -> str:
    """ "a, b and c"."""
    return things[0] if len(things) == 1 else ", ".join(things[:-1]) + " and " + things[-1]
