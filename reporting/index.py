"""The index of all metrics: its answer and its rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from reporting import choice, words
from reporting.health import verdict
from reporting.tables import reading_of
from views.choice import Choice
from views.lines import Card

TITLE = "Metrics"
HEADS = ("Metric", "Current", "Trend", "95% CI", "Based on", "Change", "Period", "Data")
TABLE = "All metrics with trend, interval, sample size, change, period and age"


def answer(cards: Sequence[Card]) -> str:
    """ "17 of 18 metrics have a value; 1 changed clearly from its previous period." """
    known = [card for card in cards if card.reading.value is not None]
    verdicts = [(card, card.reading.comparison.verdict) for card in known if card.reading.comparison]
    moved = [card for card, verdict in verdicts if verdict in ("up", "down")]
    tested = len(moved) + sum(verdict == "no clear change" for _, verdict in verdicts)
    said = f"{len(known)} of {len(cards)} metrics have a value"
    if not moved:
        return f"{said}; none of the {tested} that could be compared changed clearly from its previous period."
    return f"{said}; clear change from the previous period: {words.listed([card.metric.name for card in moved])}."


def cells(card: Card, chosen: Choice, now: datetime, today: date) -> list[str]:
    """Current, 95% CI, based on, change (where there is no number, why), period, age."""
    row = reading_of(card.metric, card.reading)
    row["Period"] = choice.days(card.metric, card.reading.period, chosen, today)
    row["Change"] = verdict(card)
    return [*(row[name] for name in HEADS if name in row and name != "Metric"), _age(card, now)]


def trend(card: Card) -> str:
    """The small line in words."""
    known = [each for each in card.line if each is not None]
    if len(known) < 2:
        return ""
    ends = [words.value(card.metric, each) for each in (known[0], known[-1], min(known), max(known))]
    return f"From {ends[0]} to {ends[1]}, between {ends[2]} and {ends[3]}"


def _age(card: Card, now: datetime) -> str:
    return words.ago(card.reading.as_of, now) if card.reading.as_of else words.NOTHING
