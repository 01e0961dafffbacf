"""The days that a reader chose, in words, and what is said where a number keeps its own."""

from __future__ import annotations

from datetime import date

from metrics.metric import Metric
from metrics.period import Period
from reporting import words
from reporting.readings import NOT_SAID
from views.choice import LATEST, QUARTER, YEAR, Choice, is_kept

PERIOD = "Period"
PERIODS = {LATEST: "Latest", QUARTER: "Quarter", YEAR: "12 months"}
IN_WORDS = {
    LATEST: "the latest full weeks, months or quarters of each metric",
    QUARTER: "the last quarter, as 13 whole weeks or 3 whole months",
    YEAR: "the last 12 months, as 52 whole weeks or 12 whole months",
}
OWN_DATES, FIRST_DAY, LAST_DAY, SHOW = "Own dates", "First day", "Last day", "Show"
WRONG_DATES = (
    "These dates cannot be shown: a first day that is not in the future and a last day are needed, "
    "at most 10 years apart. Here is the latest."
)
BREAK_DOWN, NO_BREAKDOWN = "Break down by", "none"


def own(choice: Choice) -> str:
    """ "1 Oct to 15 Nov 2026"."""
    return words.period(choice.own) if choice.own else OWN_DATES


def in_words(choice: Choice) -> str:
    """What paper says instead of the switch, of several metrics."""
    return f"{PERIOD}: {words.period(choice.own) if choice.own else IN_WORDS[choice.name]}."


def of_metric(metric: Metric, period: Period, choice: Choice) -> str:
    """What paper says instead of the switch, of one metric: "Period: 2 to 29 Nov 2026." """
    return f"{PERIOD}: {days(metric, period, choice)}."


def days(metric: Metric, period: Period, choice: Choice, today: date | None = None) -> str:
    """ "Dec 2025 to Nov 2026 (always 12 months)"."""
    if not is_kept(choice, metric):
        return words.period(period, today)
    length = words.length(period)
    return f"{words.period(period, today)} (always {length if length[0].isdigit() else f'one {length}'})"


def group(name: str) -> str:
    return name or NOT_SAID
