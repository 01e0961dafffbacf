"""The page of all numbers: its answer, what to look at first, and its rows, those first that changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from metrics.reading import Reading
from reporting import bugs, cards, choice, tables, words
from reporting.readings import change, why
from settings import Settings
from views.attention import Point
from views.choice import Choice
from views.lines import Card

TITLE = "Customer and team health"
LOOK_AT = ("Nothing stands out", "One thing to look at", "Two things to look at", "Three things to look at")
SIX, SUPPORTING = "Key metrics", "Supporting metrics"
HEADS = ("Metric", "Change", "Current", "Trend", "95% CI", "Based on", "Period", "Previous")
HOW_CHANGES_ARE_TESTED = (
    "Each number is compared with the period of the same length before it. A change is called clear only where it is unlikely "
    "to be chance, given how many numbers stand here."
)
TREND = "The lines show the value over such a period, ending a week, month or quarter apart."


def answer(shown: Sequence[Card]) -> str:
    """Covers every row: what changed clearly, how many did not, how many could not be compared, how many have no number."""
    worse = [_change(each) for each in shown if _good(each) is False]
    better = [_change(each) for each in shown if _good(each) is True]
    other = [_change(each) for each in shown if _good(each) is None and cards.moved(each.reading)]
    known = [each for each in shown if each.reading.value is not None]
    if not known:
        return f"None of the {len(shown)} metrics has a value yet; each row says why."
    said = [
        f"{name}: {words.listed(some)}."
        for name, some in (("Clearly worse", worse), ("Clearly better", better), ("Clearly changed", other))
        if some
    ]
    same = sum(_verdict(each) == "no clear change" for each in known)
    if same:
        all_of_them = "No clear change in any of the" if not said else "No clear change in the other"
        said.append(f"{all_of_them} {_metrics(same)} that can be compared with the previous period.")
    untested = len(known) - same - len(worse) - len(better) - len(other)
    if untested:
        said.append(f"{_metrics(untested)} cannot be compared.".capitalize())
    if none := len(shown) - len(known):
        said.append(f"{_metrics(none)} {'has' if none == 1 else 'have'} no value.".capitalize())
    return " ".join(said)


def _metrics(n: int) -> str:
    number = words.NUMBERS[n] if n < len(words.NUMBERS) else str(n)
    return f"{number} metric{'' if n == 1 else 's'}"


def _verdict(card: Card) -> str:
    return card.reading.comparison.verdict if card.reading.comparison else ""


def _good(card: Card) -> bool | None:
    return card.reading.comparison.good if card.reading.comparison else None


def _change(card: Card) -> str:
    comparison = card.reading.comparison
    assert comparison is not None
    before, now = words.value(card.metric, comparison.previous.value), words.value(card.metric, card.reading.value)
    return f"{card.metric.short} ({before} to {now})"


def to_look_at(n: int) -> str:
    return LOOK_AT[n]


def point(each: Point, settings: Settings) -> str:
    """One thing to look at, as a fact."""
    if each.card is not None:
        metric, reading = each.card.metric, each.card.reading
        if each.kind == "no value":
            return f"{metric.short}: {why(reading).partition('. ')[0].removesuffix('.')}"
        if each.kind == "not comparable":
            return f"{metric.short} is {change(metric, reading)}"
        return f"{metric.short} is clearly {each.kind}: {_change(each.card).partition(' (')[2].rstrip(')')}"
    if each.bug is not None:
        title = bugs.short(each.bug.title)
        if each.kind == "no owner":
            return f"#{each.bug.rank} {title}: no owner"
        if each.kind == "no fix date":
            return f"#{each.bug.rank} {title}: no fix date"
        return f"#{each.bug.rank} {title} is growing: {each.bug.customers_7:,} {_people(each.bug.customers_7, settings)} in 7 days"
    assert each.source is not None
    return f"{each.source.name} is out of date or failing: its numbers are old"


def _people(n: int, settings: Settings) -> str:
    return settings.words.customer if n == 1 else settings.words.customers


def ordered(shown: Sequence[Card]) -> list[Card]:
    """What changed comes first, then what can be told, then what cannot."""
    rank = {"better": 0, "worse": 0, "changed": 0, None: 1}
    return sorted(shown, key=lambda each: 2 if each.reading.value is None else rank[cards.moved(each.reading)])


def cells(card: Card, now: Choice, today: date) -> list[str]:
    """Change, current, 95% CI, based on, period, previous; why there is no number stands where the change would."""
    row = tables.reading_of(card.metric, card.reading)
    row["Period"] = choice.days(card.metric, card.reading.period, now, today)
    return [verdict(card), *(row[name] for name in HEADS if name in row and name not in ("Metric", "Change"))]


def verdict(card: Card) -> str:
    """ "▲ better: +4.0 points", "no clear change: +1.0 points"."""
    said = tables.reading_of(card.metric, card.reading)["Change"]
    return f"{arrow(card.reading)} {said}" if cards.moved(card.reading) else said


def arrow(reading: Reading) -> str:
    assert reading.comparison is not None
    return "▲" if reading.comparison.verdict == "up" else "▼"
