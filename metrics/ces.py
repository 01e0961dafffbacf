"""CES: of the customers who rated how easy it was to get help, how many found it easy."""

from __future__ import annotations

from datetime import date

from estimates.means import mean_interval
from metrics.cautions import Why
from metrics.counted import Counted
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

# Which scores mean "easy" in each version of the question (METHODOLOGY 1.3). In 1.0 a low score is a small effort.
EASY = {"2.0": (5, 6, 7), "1.0": (1, 2), "1-5 easy": (4, 5)}
WORDS = {"2.0": "CES 2.0 (1 to 7)", "1.0": "CES 1.0 (effort 1 to 5)", "1-5 easy": "how easy, 1 to 5"}


def of_bins(bins: Bins) -> Counted:
    """From {"2.0:5": 30, ...}. Versions are never mixed: the one with most answers is read, the others are named."""
    versions = scores_by_scale(bins)
    if not versions:
        return Counted(None)
    # Of two with as many answers the newer question is read: 2.0 stands first.
    version = max(versions, key=lambda each: (sum(versions[each].values()), -list(EASY).index(each)))
    scores = versions[version]
    n = sum(scores.values())
    easy = sum(scores.get(score, 0) for score in EASY[version])
    mean = mean_interval(*sums(scores))
    left_out = {WORDS[each]: sum(versions[each].values()) for each in versions if each != version}
    return share_of(
        easy,
        n,
        {
            "version": version,
            "question": WORDS[version],
            "easy": easy,
            "mean": mean.mean,
            "mean_low": mean.low,
            "mean_high": mean.high,
            "index": index(scores) if version == "2.0" else None,
            "bins": {f"{version}:{score}": m for score, m in scores.items()},
            "left_out": left_out,
            "caveat": Why("questions left out", {"read": WORDS[version], "others": left_out}) if left_out else None,
        },
    )


def index(scores: dict[int, int]) -> float:
    """Of CES 2.0: percent of 6 and 7 minus percent of 1 to 3."""
    easy = scores.get(6, 0) + scores.get(7, 0)
    hard = scores.get(1, 0) + scores.get(2, 0) + scores.get(3, 0)
    return 100 * (easy - hard) / sum(scores.values())


def asks_otherwise(now: Counted, before: Counted) -> Why | None:
    """Two versions of the question are never compared."""
    if now.details["version"] == before.details["version"]:
        return None
    return Why("another question", {"before": before.details["question"], "now": now.details["question"]})


METRIC = Metric(
    key="ces",
    name="Customer Effort Score (CES)",
    asks="How many customers found it easy to get their problem solved?",
    in_short="Answers that say it was easy as a share of all answers.",
    formula='100 × "easy" answers / all answers to one version of the question. Easy: 5, 6, 7 of CES 2.0 ("made it easy", 1 to 7); '
    '1, 2 of CES 1.0 (effort, 1 to 5, low is good); 4, 5 of "how easy", 1 to 5. Versions are never mixed: '
    "where several were asked, the one with the most answers counts and the others are listed.",
    unit="percent",
    better="higher",
    people="answers",
    withheld_below=5,
    thin_below=30,
    why="Customers leave because something was hard, more often than they stay because something was delightful.",
    caveats=(
        "The versions of the question run in opposite directions: after a change of version the periods are not compared.",
        "Only people who answer are counted; those who gave up before are never asked.",
        "It is asked after a solved request, so it says nothing about people who never contact support.",
    ),
    cites=(
        "Dixon, Freeman, Toman, Stop Trying to Delight Your Customers, 2010",
        "Dixon, Toman, DeLisi, The Effortless Experience, 2013",
    ),
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
    model=answers("ces", "share", of_bins, asks_otherwise),
    abbreviation="CES",
)
