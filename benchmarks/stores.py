"""Stores of any size, filled through the product's own save: the same kinds of rows, only more of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from pydantic import SecretStr

from settings import Settings
from store import open_store
from store.records import Bug, BugReport, Customer, Employment, Purchase, Release, Subscription, SurveyResponse, Ticket

SOURCE = "bench"
PAGE = 5_000
DAYS = 730
AREAS = [f"Area {number}" for number in range(12)]
CHANNELS = ["mail", "chat", "phone", "form"]
SEGMENTS = ["Small", "Middle", "Large"]
SCALES = [("csat", "1-5", 1, 5), ("nps", "0-10", 0, 10), ("ces", "2.0", 1, 7)]


def fill(database_url: str, tickets: int, now: datetime, seed: int = 1) -> None:
    """A company with so many tickets over two years, and the rest in proportion (a customer for every 25, at most 40,000)."""
    store = open_store(settings_for(database_url))
    try:
        with store.refreshing(now) as refresh:
            run = refresh.begin_run(SOURCE, "bench", now)
            records = rows(tickets, now, random.Random(seed))
            while page := list(islice(records, PAGE)):
                run.save(page, now)
            run.finish(now)
            refresh.publish(now)
    finally:
        store.engine.dispose()


def settings_for(database_url: str) -> Settings:
    return Settings(database_url=SecretStr(database_url))


def rows(tickets: int, now: datetime, chance: random.Random) -> Iterator[Any]:
    start = (now - timedelta(days=DAYS)).date()
    customers = max(200, min(tickets // 25, 40_000))
    bugs = 400 if tickets >= 100_000 else 60
    yield from accounts(customers, start, chance)
    yield from people(start, chance)
    for number in range(bugs):
        opened = instant(start, chance.randrange(DAYS - 10), chance)
        severity = chance.choice(["cosmetic", "minor", "major", "blocker", None])
        yield Bug(f"B{number}", f"Something breaks in case {number}", opened, severity, "open", area=AREAS[number % 12])
    for number in range(24):
        yield Release(f"R{number}", f"{number}.0", instant(start, number * 30, chance))
    for number in range(tickets):
        yield from contact(number, tickets, customers, bugs, start, chance)


def accounts(customers: int, start: date, chance: random.Random) -> Iterator[Any]:
    for number in range(customers):
        started = start - timedelta(days=chance.randrange(1, 600))
        ended = start + timedelta(days=chance.randrange(DAYS)) if chance.random() < 0.2 else None
        segment, price = chance.choice(SEGMENTS), chance.choice([2_900, 9_900, 49_900])
        yield Customer(f"C{number}", f"Customer {number}", segment, "Plan", price, started, ended)
        yield Subscription(f"S{number}", f"C{number}", started, ended, "Plan", price)
        for order in range(chance.randrange(4)):
            yield Purchase(
                f"P{number}-{order}", f"C{number}", instant(start, chance.randrange(DAYS - 1), chance), price
            )


def people(start: date, chance: random.Random) -> Iterator[Any]:
    for number in range(120):
        started = start - timedelta(days=chance.randrange(1, 900))
        left = chance.random() < 0.2
        ended = start + timedelta(days=chance.randrange(DAYS)) if left else None
        yield Employment(f"E{number}", f"Team {number % 6}", started, ended, "voluntary" if left else None)


def contact(number: int, tickets: int, customers: int, bugs: int, start: date, chance: random.Random) -> Iterator[Any]:
    """A ticket, now and then with an answer to a survey and a link to a bug. The newest tickets come last."""
    opened = instant(start, number * (DAYS - 1) // tickets, chance)
    customer, area, channel = f"C{chance.randrange(customers)}", chance.choice(AREAS), chance.choice(CHANNELS)
    id = f"T{number}"
    replied = opened + timedelta(minutes=chance.expovariate(1 / 90))
    solved = replied + timedelta(minutes=chance.expovariate(1 / 900))
    yield Ticket(
        id, opened, customer, replied, solved, 1, 0, True, area, channel, "problem", subject="It does not work"
    )
    if chance.random() < 0.2:
        kind, scale, low, high = SCALES[number % 3]
        score = max(low, high - int(chance.expovariate(0.6)))
        yield SurveyResponse(f"A{number}", kind, scale, score, solved, solved, customer, id, area, channel)
    if chance.random() < 0.3:
        yield BugReport(f"L{number}", f"B{int(bugs * chance.random() ** 2)}", id)


def instant(start: date, day: int, chance: random.Random) -> datetime:
    at = datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(days=day)
    return at + timedelta(seconds=chance.randrange(86_400))
