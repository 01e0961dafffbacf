"""CSAT: of the people who answered "how satisfied are you", how many were satisfied."""

from __future__ import annotations

from datetime import date

from metrics.counted import Counted
from metrics.counting.ratings import DISSATISFIED_TO, SATISFIED_FROM
from metrics.counting.surveys import (
    ANSWER,
    RESPONSE,
    SPLITS,
    Bins,
    answers,
    scores_by_scale,
    sums,
)
from metrics.metric import Metric
from metrics.models import share_of


def of_bins(bins: Bins) -> Counted:
    """From {"1-5:4": 40, ...}. Scales are mapped to satisfied or not, then added; means are never mixed."""
    scales = scores_by_scale(bins)
    n = sum(sum(scores.values()) for scores in scales.values())
    if n == 0:
        return Counted(None)
    each = [(scale, score, m) for scale, scores in scales.items() for score, m in scores.items()]
    satisfied = sum(m for scale, score, m in each if score >= SATISFIED_FROM[scale])
    dissatisfied = sum(m for scale, score, m in each if score <= DISSATISFIED_TO[scale])
    with_neutral = [scale for scale in scales if has_neutral(scale)]
    # A mean only within one scale, and not of good and bad, which are two words and no distance.
    one_scale = sums(scales[with_neutral[0]]) if len(scales) == len(with_neutral) == 1 else None
    return share_of(
        satisfied,
        n,
        {
            "satisfied": satisfied,
            "neutral": n - satisfied - dissatisfied if with_neutral else None,
            "dissatisfied": dissatisfied,
            "mean": one_scale[1] / one_scale[0] if one_scale else None,
            "scales": {scale: sum(scores.values()) for scale, scores in scales.items()},
            "bins": {f"{scale}:{score}": m for scale, score, m in each},
        },
    )


def has_neutral(scale: str) -> bool:
    """Whether there is an answer between satisfied and dissatisfied: thumbs have none."""
    return SATISFIED_FROM[scale] - DISSATISFIED_TO[scale] > 1


METRIC = Metric(
    key="csat",
    name="Customer satisfaction (CSAT)",
    asks="Of the customers who rated our support, how many were satisfied?",
    in_short="Satisfied answers as a share of all answers.",
    formula="100 × satisfied answers / all answers. Satisfied: 4 and 5 of 1-5, 3 and 4 of 1-4, 3 of 1-3, thumbs up. "
    "Neutral answers stay among all answers. Each answer counts on the day it was given; the last answer to a survey counts.",
    unit="percent",
    better="higher",
    people="answers",
    withheld_below=5,
    thin_below=30,
    why="It is the most direct feedback on the support that customers got, early enough to act on it.",
    caveats=(
        "Only people who answer are counted. With a low response rate the truth may be far away: where it is "
        "known how many were asked, the definition has the figures for all non-respondents dissatisfied and all satisfied.",
        "Periods whose response rates differ by more than 5 points are not compared.",
        "One customer may answer often; the interval is then a little too narrow.",
        "It rates the support, not the product, and does not say whether the customer will stay.",
    ),
    cites=("Worst and best case: Manski, Anatomy of the Selection Problem, 1989",),
    owner="Support operations",
    reviewed_on=date(2026, 11, 21),
    version=1,
    records=("survey_response",),
    wants=RESPONSE,
    fields=ANSWER,
    dimensions=SPLITS,
    grain="week",
    headline=4,
    on_card=True,
    model=answers("csat", "share", of_bins),
    abbreviation="CSAT",
)
