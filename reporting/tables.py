"""The rows of tables: what a chart shows, to read and to hear."""

from __future__ import annotations

from metrics.metric import Metric
from metrics.reading import Reading
from reporting import words
from reporting.cautions import all_said
from reporting.readings import changed, whole
from reporting.reasons import counted as count_of


def reading_of(metric: Metric, reading: Reading) -> dict[str, str]:
    """What a row says of one number, by the heads of its columns."""
    before = reading.comparison.previous if reading.comparison else None
    return {
        "Metric": metric.name,
        "Current": whole(metric, reading),
        "95% CI": words.interval(metric, reading.low, reading.high) or words.NOTHING,
        "Based on": based_on(metric, reading),
        "Period": words.period(reading.period),
        "Previous": whole(metric, before) if before else words.NOTHING,
        "Change": changed(metric, reading),
    }


def based_on(metric: Metric, reading: Reading) -> str:
    """How many it is based on, and what must be said beside it."""
    counted = count_of(metric.people, reading.n) if reading.n else words.NOTHING
    return ". ".join([counted, " ".join(all_said(reading.cautions))]) if reading.cautions else counted
