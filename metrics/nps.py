"""NPS: promoters minus detractors, of the customers who were asked how likely they are to recommend us."""

from __future__ import annotations

from datetime import date

from metrics.counted import Counted
from metrics.counting.surveys import (
    ANSWER,
    RESPONSE,
    SPLITS,
    Bins,
    answers,
    scores_by_scale,
)
from metrics.metric import Metric
from metrics.models import net_of

SCALE = "0-10"
PROMOTER_FROM, PASSIVE_FROM = 9, 7


def of_bins(bins: Bins) -> Counted:
    """From {"0-10:9": 12, ...}: 9 and 10 are promoters, 7 and 8 passives, 0 to 6 detractors."""
    scores = scores_by_scale(bins).get(SCALE, {})
    promoters = sum(n for score, n in scores.items() if score >= PROMOTER_FROM)
    passives = sum(n for score, n in scores.items() if PASSIVE_FROM <= score < PROMOTER_FROM)
    detractors = sum(n for score, n in scores.items() if score < PASSIVE_FROM)
    counted = net_of(promoters, passives, detractors)
    if counted.n:
        counted.details["bins"] = {f"{SCALE}:{score}": n for score, n in scores.items()}
    return counted


METRIC = Metric(
    key="nps",
    name="Net Promoter Score (NPS)",
    asks="Would our customers recommend us to a friend or colleague?",
    in_short="The share of promoters (9 or 10) minus the share of detractors (0 to 6), from −100 to +100.",
    formula="100 × (promoters − detractors) / answers, on a scale from 0 to 10: promoters say 9 or 10, passives 7 or 8, "
    "detractors 0 to 6. The score goes from −100 to +100 points; it is not a percentage.",
    unit="points",
    better="higher",
    people="answers",
    withheld_below=10,
    thin_below=50,
    why="One question about the whole relationship, asked the same way everywhere, so that it can be followed for years.",
    caveats=(
        "It needs many answers: to be sure to ±10 points takes about 235, to ±5 about 940.",
        "It reduces eleven answers to three groups and loses much of what people said: look at the scores as well.",
        "It has not been shown to predict growth better than other questions (Keiningham and others, 2007).",
        "Scores outside 0 to 10 are rejected and listed under Data health; they are not counted.",
        "A change in who is asked moves it as much as a change in what they think.",
    ),
    cites=(
        "Reichheld, The One Number You Need to Grow, 2003",
        "Keiningham, Cooil, Andreassen, Aksoy, A Longitudinal Examination of Net Promoter and Firm Revenue Growth, 2007",
    ),
    owner="Support operations",
    reviewed_on=date(2026, 11, 21),
    version=1,
    records=("survey_response",),
    wants=RESPONSE,
    fields=ANSWER,
    dimensions=SPLITS,
    grain="month",
    headline=3,
    on_card=True,
    model=answers("nps", "net", of_bins),
    abbreviation="NPS",
)
