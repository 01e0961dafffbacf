"""The track record of the ranking, in sentences: what cannot be scored yet has a day from when on, and is never a zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from ranking.record import CANDIDATES, Learned, MonthScored
from reporting import ranking
from settings import Settings

SETTINGS = Settings()
EARLY = Learned((30.0,), 0, (), (), scored_from=date(2026, 3, 2), learned_from=date(2026, 8, 30))


def month(number: int, ours: float = 0.8, **shares: Any) -> MonthScored:
    return MonthScored(
        date(2026, number, 28), (60.0,), ours, **{"without_severity": 0.7, "newest": 0.4, "people_ever": 0.6} | shares
    )


SEVEN = Learned(
    (60.0,),
    7,
    tuple(0.5 + 0.05 * (candidate == (60.0,)) for candidate in CANDIDATES),
    tuple(month(number, 0.8 if number % 2 else 0.6) for number in range(1, 7)),
    scored_from=date(2025, 3, 2),
    learned_from=date(2025, 8, 30),
    since=date(2026, 5, 31),
)


def test_what_cannot_be_scored_yet_says_from_when_on_and_is_no_zero() -> None:
    record, memory = ranking.sentences(EARLY, SETTINGS)
    assert record == f"{ranking.TOO_EARLY} The first list can be scored from 2 Mar 2026."
    assert memory == (
        "A report counts half after 30 days, the default, until 6 months can be scored (from 30 Aug 2026)."
    )
    assert "0%" not in record + memory
    assert ranking.rows(EARLY) == []


def test_without_any_report_no_day_is_promised() -> None:
    record, memory = ranking.sentences(replace(EARLY, scored_from=None, learned_from=None), SETTINGS)
    assert record == ranking.TOO_EARLY
    assert memory.endswith("the default, until 6 months can be scored.")


def test_before_anything_was_learned_there_is_one_sentence_and_no_number() -> None:
    assert ranking.sentences(None, SETTINGS) == [ranking.TOO_EARLY]
    assert ranking.rows(None) == []
    data = ranking.as_data(None, SETTINGS)
    assert (data["months_scored"], data["months"], data["candidates"]) == (0, (), [])
    assert [data[name] for name in ("half_lives_in_use", "is_fixed", "in_use_since", "scored_from")] == [None] * 4


def test_the_record_is_the_mean_of_the_months_beside_the_naive_lists() -> None:
    record, memory = ranking.sentences(SEVEN, SETTINGS)
    assert record.startswith("The lists of the last 6 months that can be scored covered 70% of the customers ")
    assert "newest bugs first 40%, most customers ever 60%, without severity 70%)." in record
    assert memory == (
        "A report counts half after 60 days: of 7 candidates it was chosen because its lists covered 55% of what the best "
        "possible covered, on average over 7 months, "
        "in use since 31 May 2026."
    )
    one = replace(SEVEN, shown=SEVEN.shown[:1])
    assert "The list of the last month that can be scored covered 80%" in ranking.sentences(one, SETTINGS)[0]


def test_a_default_that_another_memory_does_not_clearly_beat_says_both_shares() -> None:
    kept = replace(SEVEN, memory=(30.0,), since=None)
    assert ranking.sentences(kept, SETTINGS)[1] == (
        "A report counts half after 30 days, the default: half after 60 days covered 55% instead of 50% "
        "on average over 7 months, which is not clearly better."
    )


def test_a_memory_that_the_settings_fix_says_so_and_claims_no_reason() -> None:
    fixed = ranking.sentences(replace(SEVEN, memory=(90.0,), is_fixed=True), SETTINGS)[1]
    assert fixed == "A report counts half after 90 days, as the settings say (half_life_days under [impact])."


def test_a_memory_of_two_is_said_as_their_mean() -> None:
    assert ranking.memory((30.0, 365.0)) == "as the mean of half after 30 and half after 365 days"


def test_the_months_are_rows_with_the_newest_first_and_without_a_decimal() -> None:
    rows = ranking.rows(SEVEN)
    assert [row["List of"] for row in rows][:2] == ["28 Jun 2026", "28 May 2026"]
    assert list(rows[0].values())[1:] == ["60%", "70%", "40%", "60%", "60 days"]
    data = ranking.as_data(SEVEN, SETTINGS)
    assert data["candidates"][CANDIDATES.index((60.0,))] == {"half_lives": (60.0,), "mean_share": 0.55}
