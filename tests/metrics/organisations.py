"""Invented organisations of every kind, to attack what is told of their staff: growing, seasonal, teams come and go."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from math import exp, log

from metrics.counting.stays import Stays
from metrics.period import Period
from store.published import Count

YEARS = [Period(date(year, 1, 1), date(year + 1, 1, 1)) for year in (2022, 2023, 2024, 2025)]
DAYS = Period(date(2022, 1, 1), date(2026, 11, 21))  # what the organisations' files reach over
OVER = Period(date(2022, 1, 1), date(2026, 10, 1))  # ... of which these quarters are over


@dataclass(frozen=True)
class Worker:
    """One stay of one person in one team; `ended` is the first day without, `how` is how they left."""

    team: str
    started: date
    ended: date | None = None
    how: str = "voluntary"

    @property
    def left(self) -> bool:
        return self.ended is not None and self.how != "transfer"


def organisation(seed: int) -> list[Worker]:
    """5 to 400 people in 2 to 12 teams over almost five years; the same seed gives the same organisation."""
    rng = random.Random(seed)
    people = round(rng.choice((rng.uniform(5, 400), exp(rng.uniform(log(5), log(400))))))  # small ones are many
    teams = rng.randint(2, max(2, min(12, people // 4)))
    if rng.random() < 0.3:  # all teams around the floor of ten
        wanted = {f"team {name}": float(rng.randint(7, 15)) for name in range(teams)}
    else:
        weights = [rng.lognormvariate(0, 0.8) for _ in range(teams)]
        wanted = {f"team {name}": people * weight / sum(weights) for name, weight in enumerate(weights)}
    growth = {team: rng.choice((0, 0, rng.uniform(-0.3, 0.5))) for team in wanted}
    founded = {team: rng.choice((0, 0, 0, 0, rng.randint(6, 50))) for team in wanted}
    dissolved = {team: rng.choice((99, 99, 99, 99, 99, 99, rng.randint(12, 56))) for team in wanted}
    leaving, moving = rng.uniform(0.03, 0.4) / 12, rng.choice((0, rng.uniform(0, 0.1))) / 12
    season = [rng.choice((0, 1, 6)) if rng.random() < 0.3 else 1 for _ in range(12)]
    waits = rng.random() < 0.5  # a place stays free for a while
    here: dict[int, Worker] = {}
    gone: list[Worker] = []
    number = count()
    for at, month in enumerate(DAYS.split("month")):
        for id, worker in list(here.items()):
            if dissolved[worker.team] <= at:
                how = rng.choice(("transfer", "involuntary"))
            elif rng.random() < leaving * season[month.start.month - 1]:
                how = rng.choice(("voluntary", "voluntary", "voluntary", "involuntary", "other"))
            elif rng.random() < moving:
                how = "transfer"
            else:
                continue
            end = _some_day(rng, month) + timedelta(days=1)
            gone.append(replace(here.pop(id), ended=end, how=how))
            others = [team for team in wanted if founded[team] <= at < dissolved[team]]
            if how == "transfer" and others:
                here[next(number)] = Worker(rng.choice(others), end)
        sizes = Counter(worker.team for worker in here.values())
        for team, size in wanted.items():
            if founded[team] <= at < dissolved[team]:
                open_places = round(size * (1 + growth[team]) ** (at / 12)) - sizes[team]
                for _ in range(max(0, open_places)):
                    if at == founded[team] == 0:
                        here[next(number)] = Worker(team, date(rng.randint(2015, 2021), rng.randint(1, 12), 1))
                    elif at == founded[team] or not waits or rng.random() < 0.4:
                        here[next(number)] = Worker(team, _some_day(rng, month))
    return [each for each in [*gone, *here.values()] if each.ended is None or each.started < each.ended]


def _some_day(rng: random.Random, month: Period) -> date:
    return month.start + timedelta(days=rng.randrange(month.days))


def stays_of(workers: Iterable[Worker]) -> Stays:
    listed = list(workers)
    return Stays(
        [Count(day, "", "", n, 0) for day, n in Counter(each.started for each in listed).items()],
        [
            Count(day, "", how, n, 0)
            for (day, how), n in Counter((each.ended, each.how) for each in listed).items()
            if day is not None
        ],
    )


def by_team(workers: Iterable[Worker]) -> dict[str, Stays]:
    teams: dict[str, list[Worker]] = {}
    for worker in workers:
        teams.setdefault(worker.team, []).append(worker)
    return {team: stays_of(each) for team, each in sorted(teams.items())}


def average(workers: Iterable[Worker], period: Period) -> float:
    """The true average headcount, worked out person by person."""
    days = ((min(period.end, each.ended or period.end) - max(period.start, each.started)).days for each in workers)
    return sum(max(0, each) for each in days) / period.days


def leavers(workers: Iterable[Worker], period: Period) -> int:
    return sum(each.left and each.ended is not None and period.start < each.ended <= period.end for each in workers)


def organisations(n: int) -> Iterator[tuple[int, list[Worker]]]:
    for seed in range(n):
        yield seed, organisation(seed)
