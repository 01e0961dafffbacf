"""What a column of ratings asked, on which scale, and what its words mean as a score."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from data_sources.files.guess.columns import Column, folded
from data_sources.mapping.plan import Written
from data_sources.source import harmless
from data_sources.words import listed, number
from store.records import SCALES

# What people click on: (kind, scale) -> what a cell says (folded) -> its score. A scale fits if it knows most words of a column.
SPOKEN: dict[tuple[str, str], dict[str, int]] = {
    ("csat", "1-5"): {
        **{"very_dissatisfied": 1, "very_unsatisfied": 1, "dissatisfied": 2, "unsatisfied": 2, "neutral": 3},
        **{"satisfied": 4, "very_satisfied": 5, "neither_satisfied_nor_dissatisfied": 3},
        **{"somewhat_dissatisfied": 2, "somewhat_satisfied": 4, "extremely_dissatisfied": 1, "extremely_satisfied": 5},
        **{"sehr_unzufrieden": 1, "unzufrieden": 2, "eher_unzufrieden": 2, "teils_teils": 3, "eher_zufrieden": 4},
        **{"zufrieden": 4, "sehr_zufrieden": 5, "sehr_schlecht": 1, "sehr_gut": 5, "mittel": 3, "weder_noch": 3},
    },
    ("csat", "1-3"): {
        **{"unhappy": 1, "very_unhappy": 1, "extremely_unhappy": 1, "neutral": 2, "happy": 3, "very_happy": 3},
        **{"extremely_happy": 3, "not_good": 1, "just_okay": 2, "awesome": 3},
    },
    ("csat", "1-2"): {
        **{"bad": 1, "good": 2, "bad_with_comment": 1, "good_with_comment": 2, "thumbs_down": 1, "thumbs_up": 2},
        **{"schlecht": 1, "gut": 2, "negative": 1, "positive": 2, "negativ": 1, "positiv": 2, "nein": 1, "ja": 2},
    },
}
# A survey that was sent and not answered, in the words of those who send them.
UNANSWERED = ("offered", "unoffered", "not_offered", "not_rated", "unrated", "no_response", "keine_antwort")


@dataclass(slots=True)
class Rating:
    """What a survey_response needs of a column: kind, scale, and where the score comes from. None of it where `wrong`."""

    kind: str = ""
    scale: str = ""
    score: dict[str, Written] = field(default_factory=dict)
    about_kind: list[str] = field(default_factory=list)  # doubts
    about_score: list[str] = field(default_factory=list)
    wrong: str = ""


def words_of(column: Column) -> tuple[str, str] | None:
    """The scale whose words these are; None where they are no words of any."""
    said = {folded(text) for text in column.texts} - set(UNANSWERED)
    if not said or len(said) > 12:
        return None
    best = max(SPOKEN, key=lambda scale: len(said & SPOKEN[scale].keys()))
    return best if len(said & SPOKEN[best].keys()) >= max(1, 0.6 * len(said)) else None


def rating_of(column: Column) -> Rating:
    spoken = words_of(column)
    if spoken is not None:
        kind, scale = spoken
        said = dict.fromkeys(column.texts)
        values = {text: SPOKEN[spoken][folded(text)] for text in said if folded(text) in SPOKEN[spoken]}
        return Rating(kind, scale, {"column": column.name, "values": values, "other": ""})
    counts = Counter(int(float(text)) for text in column.texts if re.fullmatch(r"\d{1,2}(\.0+)?", text))
    others = sorted({text for text in column.texts if not re.fullmatch(r"\d{1,2}(\.0+)?", text)})
    rating = _scale(column, counts)
    if rating.wrong:
        return rating
    low, high = SCALES[rating.kind, rating.scale]
    outside = sorted(each for each in counts if not low <= each <= high)
    if outside:
        rows = sum(counts[each] for each in outside)
        rating.about_score.append(
            f"{number(rows, 'row')} with {listed(map(str, outside))} {'is' if rows == 1 else 'are'} rejected; "
            'if that means "no answer", add it to blanks'
        )
    rating.score = {"column": column.name}
    if others:
        rating.score["blanks"] = others[:20]
        rating.about_score.append(f"{harmless(listed(others[:5]))} is read as no answer")
    return rating


def _scale(column: Column, counts: Counter[int]) -> Rating:
    total = sum(counts.values())

    def share_above(score: int) -> float:
        return sum(often for each, often in counts.items() if each > score) / max(total, 1)

    name = column.folded
    if re.search(r"nps|recommend|netpro|promoter|weiterempf", name):
        return Rating("nps", "0-10")
    if re.search(r"ces|effort|ease|easy|aufwand", name):
        scale = "2.0" if share_above(5) > 0.1 else "1-5 easy"
        return Rating(
            "ces", scale, about_kind=["high means easy? On scale 1.0 the numbers say effort, and 1 is the easiest"]
        )
    if share_above(5) > 0.1:
        if re.search(r"csat|satisf|zufrieden", name) or share_above(10) > 0.02:
            known = listed(f"{low} to {high}" for (kind, _), (low, high) in SCALES.items() if kind == "csat")
            return Rating(wrong=f"its scores go up to {max(counts)}; understood for satisfaction are {known}")
        doubt = "scores go up to 10, and the name does not say what was asked; 0-10 is read as a recommendation"
        return Rating("nps", "0-10", about_kind=[doubt])
    highest = max(counts, default=0)
    doubts = [] if highest == 5 else [f"the highest score is {highest}"]
    if not re.search(r"csat|satisf|zufrieden", name):
        doubts.append("the name does not say what was asked")
    return Rating("csat", "1-5", about_kind=doubts)
