"""How much a bug affects customers now: how many reported it recently, times how bad it is, times how unhappy they were.

Arithmetic on numbers that are handed in; the rules are METHODOLOGY 5.2. Days are whole calendar days: age 0 is today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import sqrt
from typing import NamedTuple

HALF_LIFE_DAYS = 30.0
# Half-lives in days: a report counts the mean of what each of them leaves of it. Nearly always there is one.
Memory = tuple[float, ...]
DEFAULT_MEMORY: Memory = (HALF_LIFE_DAYS,)
PRIOR_RATINGS = 10
LEAST_RATING_FACTOR, MOST_RATING_FACTOR = 0.75, 1.5


class RecentCustomers(NamedTuple):
    """`recent` is in customers of today; `se` is its standard error; `customers` is how many ever reported it."""

    recent: float
    se: float
    customers: int


def weight_of(age: float, memory: Memory = DEFAULT_MEMORY) -> float:
    """What a customer who last reported `age` days ago counts: the mean of 2^(-age / half-life) over the memory's half-lives."""
    if len(memory) == 1:
        return float(2.0 ** (-age / memory[0]))
    return float(sum([2.0 ** (-age / half_life) for half_life in memory]) / len(memory))


def recent_customers(customers: Iterable[tuple[float, float, int]], memory: Memory = DEFAULT_MEMORY) -> RecentCustomers:
    """Sum over distinct customers of weight x what the age of the last report counts; se = sqrt(sum of squares).

    `customers` are (age of the last report, weight, how many such): each has one voice, or `weight` of one (pain-006).

    A customer who wrote today counts 1, one who wrote a half-life ago 1/2; thirteen mails of one customer count once.
    METHODOLOGY 5.2, pain-001, pain-002. Ages in days, never negative.
    """
    total = squares = 0.0
    count = 0
    counts: dict[float, float] = {}
    for age, weight, n in customers:
        if age not in counts:
            if age < 0:
                raise ValueError(f"a report {-age} days after the day that is asked for cannot be known on it")
            counts[age] = weight_of(age, memory)
        voice = weight * counts[age]
        total += n * voice
        squares += n * voice * voice
        count += n
    return RecentCustomers(total, sqrt(squares), count)


class Severity(NamedTuple):
    """The word to show, the factor, and whether somebody rated it."""

    word: str
    weight: float
    is_rated: bool


def severity(rated: str | None, weights: Mapping[str, float], unrated: float) -> Severity:
    """The factor of the tracker's word; without one the factor is `unrated` and the word is "not rated" (METHODOLOGY 5.2)."""
    if rated is None or rated not in weights:
        return Severity("not rated", unrated, False)
    return Severity(rated, weights[rated], True)


def shrunk_share(bad: int, rated: int, company_share: float, prior: float = PRIOR_RATINGS) -> float:
    """(bad + prior x company share) / (rated + prior): a few angry ratings move it only a little (pain-003, pain-004)."""
    return (bad + prior * company_share) / (rated + prior)


def rating_factor(bad: int, rated: int, company_share: float) -> float:
    """1 + (shrunk share of bad ratings on this bug's tickets - the company's share), kept within 0.75 .. 1.5 (METHODOLOGY 5.2)."""
    factor = 1.0 + shrunk_share(bad, rated, company_share) - company_share
    return min(MOST_RATING_FACTOR, max(LEAST_RATING_FACTOR, factor))


def impact(recent: float, severity_weight: float, rating_factor: float) -> float:
    """recent customers x severity x rating factor (METHODOLOGY 5.2, pain-005). No factor but the first can be zero."""
    return recent * severity_weight * rating_factor
