"""What the three survey metrics have in common: answers counted by scale and score, and how many did not answer.

The bins of the tallies are "scale:score", for example "1-5:4" (see store/tallies.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING

from estimates.shares import with_the_silent
from metrics.begins import Begins
from metrics.cautions import Why
from metrics.counted import Count, Counted, Details, Where
from metrics.counting.groups import whole
from metrics.models import Kind, Model
from metrics.period import Period

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Published

SPLITS = ("area", "channel", "segment")  # of the dimensions, those that an answer has
MUCH_MORE_OR_LESS = 5.0  # percentage points of the response rate: beyond this two periods are not compared
RESPONSE = (
    (("survey_response", "sent_at"), "Response rate"),
)  # what is not known of surveys that no one says were sent
ANSWER = (("survey_response", "score"), ("survey_response", "answered_at"))
Bins = Mapping[str, int]
# What one answer counts at worst and at best, in the metric's unit: a share knows no less than 0 %, NPS is in points.
EXTREMES = {"csat": (0.0, 100.0), "ces": (0.0, 100.0), "nps": (-100.0, 100.0)}


def answers(
    kind: str,
    model: Kind,
    of_bins: Callable[[Bins], Counted],
    unless: Callable[[Counted, Counted], Why | None] = lambda now, before: None,
) -> Model:
    """The model of a survey metric: `of_bins` makes a number of the answers of a period; not compared `unless` that is
    honest, nor where the response rate jumped."""

    def why_not(now: Counted, before: Counted) -> Why | None:
        return unless(now, before) or not_comparable(now, before)

    return Model(model, _count_answers(kind, of_bins), Begins((kind,), shortens=True), why_not)


def _count_answers(kind: str, of_bins: Callable[[Bins], Counted]) -> Count:
    """The `count` of a survey metric: the bins of each period and group, and their response rate."""

    def count(
        published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
    ) -> list[dict[str, Counted]]:
        answers = bins_of_periods(published, kind, periods, where, by)
        sent = bins_of_periods(published, "surveys_sent", periods, where, by)
        return [
            {group: with_response(of_bins(bins), kind, surveys.get(group, {})) for group, bins in groups.items()}
            for groups, surveys in zip(answers, sent, strict=True)
        ]

    return count


def bins_of_periods(
    published: Published, measure: str, periods: list[Period], where: Where, by: str | None
) -> list[dict[str, Counter[str]]]:
    """For each period {group: {bin: n}}, asked of the store in one go; periods may overlap and leave gaps.

    What was counted before each of their ends is noted on the way: a hundred windows that overlap cost as much as one.
    """
    if not periods:
        return []
    span = whole(periods)
    counts = sorted(published.tally(measure, span.start, span.end, where, by), key=attrgetter("day"))
    before: dict[date, dict[str, Counter[str]]] = {}
    so_far: dict[str, Counter[str]] = defaultdict(Counter)
    at = 0
    for edge in sorted({day for period in periods for day in (period.start, period.end)}):
        while at < len(counts) and counts[at].day < edge:
            so_far[counts[at].group][counts[at].bin] += counts[at].n
            at += 1
        before[edge] = {group: bins.copy() for group, bins in so_far.items()}
    nothing: Counter[str] = Counter()
    found = [
        {group: bins - before[period.start].get(group, nothing) for group, bins in before[period.end].items()}
        for period in periods
    ]
    return [{group: bins for group, bins in groups.items() if bins} for groups in found]


def scores_by_scale(bins: Bins) -> dict[str, dict[int, int]]:
    """{scale: {score: n}} of the bins that hold answers."""
    scales: dict[str, dict[int, int]] = {}
    for name, n in bins.items():
        if n:
            scale, _, score = name.rpartition(":")
            of_scale = scales.setdefault(scale, {})
            of_scale[int(score)] = of_scale.get(int(score), 0) + n
    return {scale: dict(sorted(scores.items())) for scale, scores in sorted(scales.items())}


def sums(scores: Mapping[int, int]) -> tuple[int, int, int]:
    """n, sum and sum of squares of the scores of one scale."""
    return (
        sum(scores.values()),
        sum(score * n for score, n in scores.items()),
        sum(score * score * n for score, n in scores.items()),
    )


def response(answered: int, waiting: int) -> float | None:
    """Percent of the surveys sent that were answered; None where none were sent or nobody said."""
    sent = answered + waiting
    return None if sent == 0 else 100 * answered / sent


def with_response(counted: Counted, kind: str, sent_bins: Bins) -> Counted:
    """Adds how many answered of those who were asked in the period, and how far the others could move the number."""
    answered, waiting = sent_bins.get(f"{kind}:answered", 0), sent_bins.get(f"{kind}:waiting", 0)
    rate = response(answered, waiting)
    details: Details = {
        "sent": answered + waiting if rate is not None else None,
        "answered_of_sent": answered if rate is not None else None,
        "response_rate": rate,
        "worst": None,
        "best": None,
    }
    if rate and counted.value is not None:
        details["worst"], details["best"] = with_the_silent(counted.value, counted.n, waiting, *EXTREMES[kind])
    counted.details.update(details)
    return counted


def not_comparable(now: Counted, before: Counted) -> Why | None:
    """What says why two periods should not be compared, or None (METHODOLOGY 1.1)."""
    rate_now, rate_before = now.details.get("response_rate"), before.details.get("response_rate")
    if rate_now is None or rate_before is None or abs(rate_now - rate_before) <= MUCH_MORE_OR_LESS:
        return None
    return Why("response rate", {"before": rate_before, "now": rate_now})
