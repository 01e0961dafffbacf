"""How a number, a day, an age and a sum are written, in words that need no legend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import floor, log10

from metrics.metric import Metric
from metrics.period import Period
from metrics.reading import Comparison, Reading, is_annualised
from reporting.details import wait_range
from views.lines import Card

NOTHING = "–"  # "there is no number"; never 0
MINUS = "\u2212"
PERCENT = "\u00a0%"  # never alone on the next line
NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def number(value: float, digits: int = 0) -> str:
    """1,234.5 with a true minus sign."""
    text = f"{abs(value):,.{digits}f}"
    return f"{MINUS}{text}" if value < 0 and float(text.replace(",", "")) != 0 else text


def value(metric: Metric, amount: float | None) -> str:
    """A value with its unit: "88 %", "+31", "2 h 10 min"."""
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
    return number(amount, max(2, _digits(amount)))


def percent(amount: float) -> str:
    """ "88 %", "4.2 %"; what is not quite all, or a little more than all, must not read as all: "99.7 %"."""
    return f"{number(amount, 1) if 99 < amount < 101 and amount != 100 else _figures(amount)}{PERCENT}"


def difference(metric: Metric, amount: float) -> str:
    """A difference with its sign and unit: "−2.3 points"."""
    if metric.unit == "seconds":
        return f"{'+' if amount >= 0 else MINUS}{wait(abs(amount))}"
    text = signed(amount, _digits(amount) if metric.unit in ("percent", "points") else max(2, _digits(amount)))
    return f"{text} points" if metric.unit in ("percent", "points") else text


def interval(metric: Metric, low: float | None, high: float | None) -> str | None:
    """A range: "83 to 90 %"."""
    if low is None or high is None:
        return None
    if metric.unit == "seconds":
        return " to ".join(wait_range(low, high, wait))
    if metric.unit == "points":
        return f"{signed(low)} to {signed(high)}"
    if metric.unit != "percent":
        return f"{rate(low)} to {rate(high)}"
    digits = _digits(high)
    return f"{number(low, digits)} to {number(high, digits)}{PERCENT}"


def signed(amount: float, digits: int = 0) -> str:
    text = number(amount, digits)
    return text if text.startswith(MINUS) or not text.strip("0.,") else f"+{text}"


def _figures(amount: float) -> str:
    return number(amount, _digits(amount))


def _digits(amount: float) -> int:
    """Two figures that mean something: 88, 4.2, 0.61."""
    size = abs(amount)
    return 0 if size >= 20 or size == 0 else 1 if size >= 1 else min(3, 1 - floor(log10(size)))


def wait(seconds: float) -> str:
    """A wait in the two largest units that matter: "2 h 10 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, hours = divmod(round(seconds / 3600), 24)
    return f"{days} days {hours} h" if hours else f"{days} days"


def money(hundredths: int, currency: str) -> str:
    """Whole units of the currency: "EUR 12,400"."""
    return f"{currency} {hundredths / 100:,.0f}"


def day(when: date, today: date | None = None) -> str:
    """ "16 Nov 2026"; without the year where it is this year's."""
    year = "" if today is not None and when.year == today.year else f" {when.year}"
    return f"{when.day} {when:%b}{year}"


def stretch(period: Period, today: date | None = None) -> str:
    """A period by its first and last day: "26 Oct to 22 Nov 2026"; whole months by name."""
    first, last = period.start, period.last_day
    if first.day == 1 and period.end.day == 1:
        months = (period.end.year - first.year) * 12 + period.end.month - first.month
        if months == 1:
            return f"{first:%B %Y}"
        return f"{first:%b %Y} to {last:%b %Y}"
    if first == last:
        return day(first, today)
    start = day(first, last) if first.year == last.year else day(first)
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


def ago(moment: datetime, now: datetime) -> str:
    """ "just now", "4 minutes ago", "3 hours ago", "12 days ago"."""
    passed = now - moment
    for size, word in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        n = int(passed / size)
        if n >= 1:
            return f"{n} {word}{'s' if n > 1 else ''} ago"
    return "just now"


def listed(things: list[str]) -> str:
    """ "a, b and c"."""
    return things[0] if len(things) == 1 else ", ".join(things[:-1]) + " and " + things[-1]


def verdict(metric: Metric, comparison: Comparison | None, period: Period) -> str:
    """What changed, and how sure we are, as the end of a sentence."""
    before = f"the {length(period)} before"
    if comparison is not None and comparison.previous.state == "no data" and comparison.previous.reason:
        return f"nothing to compare it with in {before}: {comparison.previous.reason.rstrip('.')}"
    if comparison is None or comparison.verdict == "too few to say":
        return f"too few to say whether it changed since {before}"
    found = comparison.difference
    earlier = value(metric, comparison.previous.value)
    if comparison.verdict == "not tested":
        why = f": {found.method}" if found else ""
        return f"{earlier} in {before}; whether that is a change is not tested{why}"
    if comparison.verdict == "no clear change":
        return f"no clear change from {before} ({earlier})"
    how = {True: "better: ", False: "worse: ", None: ""}[comparison.good]
    amount = difference(metric, found.value) if found else ""
    return f"{how}{comparison.verdict} from {earlier} in {before} ({amount})"


def standing(metric: Metric, reading: Reading) -> str:
    """How many stand behind it and how far chance reaches: "412 answers (27 % of those asked), 83 to 90 %"."""
    parts = [metric.counted(reading.n)] if reading.n else []
    if parts and (rate := reading.details.get("response_rate")) is not None:
        parts[0] += f" ({rate:.0f}{PERCENT} of those asked)"
    reach = interval(metric, reading.low, reading.high)
    if reach:
        parts.append(reach)
    return ", ".join(parts)


def told(metric: Metric, reading: Reading) -> str:
    """Its value; after those of groups that lie far apart, since all together is no group's: "chat 2 min and e-mail
    4 h 5 min; all together 61 min"."""
    whole = value(metric, reading.value)
    if not reading.apart:
        return whole
    groups = listed([f"{_group(metric, each)} {value(metric, each.value)}" for each in reading.apart])
    return f"{groups}; all together {whole}"


def _group(metric: Metric, reading: Reading) -> str:
    return reading.where.get(metric.apart or "") or "not said"


def sentence(metric: Metric, reading: Reading) -> str:
    """The whole answer: value, who stands behind it, range, and what changed."""
    if reading.value is None:
        return f"{metric.name}: {reading.reason}"
    first = ""
    if reading.apart:
        parts = [
            f"{_group(metric, each)} {value(metric, each.value)} ({standing(metric, each)})" for each in reading.apart
        ]
        first = f"{metric.name} differs by {metric.apart}: {listed(parts)}. All together: "
    yearly = " annualised" if is_annualised(reading) else ""
    text = f"{first or f'{metric.name} is '}{value(metric, reading.value)}{yearly}: {standing(metric, reading)}"
    if reading.state == "thin":
        return " ".join([f"{text}. {reading.reason}", *reading.cautions])
    text = f"{text}; {verdict(metric, reading.comparison, reading.period)}."
    return " ".join([text, *(each for each in reading.cautions if each not in text)])


def what_changed(shown: Sequence[Card]) -> str:
    """The answer of the page for executives, in one or two sentences."""
    worse = [card for card in shown if _good(card) is False]
    better = [card for card in shown if _good(card) is True]
    known = [card for card in shown if card.reading.value is not None]
    if not known:
        return "There is no number yet that may be shown: too few stand behind each of them."
    parts = []
    if worse:
        parts.append(f"Clearly worse than before: {listed([_change(card) for card in worse])}.")
    if better:
        parts.append(f"Clearly better: {listed([_change(card) for card in better])}.")
    rest = len(known) - len(worse) - len(better)
    if not parts:
        return f"None of the {NUMBERS[len(known)]} numbers that can be told changed clearly from the stretch before."
    if rest:
        parts.append(
            f"The other {NUMBERS[rest]} show no clear change." if rest > 1 else "The other one shows no clear change."
        )
    return " ".join(parts)


def _good(card: Card) -> bool | None:
    return card.reading.comparison.good if card.reading.comparison else None


def _change(card: Card) -> str:
    comparison = card.reading.comparison
    assert comparison is not None
    assert comparison.difference is not None
    before, now = value(card.metric, comparison.previous.value), value(card.metric, card.reading.value)
    return f"{card.metric.short} ({before} to {now})"
