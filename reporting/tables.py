"""The rows of tables: what a chart shows, to read and to hear."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.metric import Metric
from metrics.reading import Reading
from reporting import words
from reporting.cautions import all_said
from reporting.readings import NOT_SAID, changed, current
from reporting.reasons import counted as count_of
from views.lines import Card


def readings(shown: Sequence[Card]) -> list[dict[str, str]]:
    """One row for each number: now, interval, how many it is based on, before, what changed."""
    return [reading_of(card.metric, card.reading) for card in shown]


def reading_of(metric: Metric, reading: Reading) -> dict[str, str]:
    """What a row says of one number, by the heads of its columns."""
    before = reading.comparison.previous if reading.comparison else None
    return {
        "Metric": metric.name,
        "Current": current(metric, reading),
        "95% CI": words.interval(metric, reading.low, reading.high) or words.NOTHING,
        "Based on": based_on(metric, reading),
        "Period": words.period(reading.period),
        "Previous": current(metric, before) if before else words.NOTHING,
        "Change": changed(metric, reading),
    }


def based_on(metric: Metric, reading: Reading) -> str:
    """How many it is based on, and what must be said beside it."""
    counted = count_of(metric.people, reading.n) if reading.n else words.NOTHING
    return ". ".join([counted, " ".join(all_said(reading.cautions))]) if reading.cautions else counted


stands_on = based_on  # the old name, for the pages that are being rewritten


def groups(metric: Metric, found: dict[str, Reading], dimension: str) -> list[dict[str, str]]:
    """A number split by area, channel, segment, plan or team."""
    return [
        {
            dimension.capitalize(): name or NOT_SAID,
            "Current": current(metric, reading),
            "95% CI": words.interval(metric, reading.low, reading.high) or words.NOTHING,
            "Based on": based_on(metric, reading),
            "Change": changed(metric, reading),
        }
        for name, reading in found.items()
    ]
