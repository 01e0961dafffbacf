"""Stores of any size, filled through the product's own save: the same kinds of rows, only more of them.

Every row follows from its number alone, so a ticket can be made again, changed, and saved.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from pydantic import SecretStr

from ranking.rules import rules
from settings import Settings
from store import StoreError, open_store
from store.records import Bug, BugReport, Customer, Employment, Purchase, Release, Subscription, SurveyResponse, Ticket

SOURCE = "bench"
PAGE = 5_000
DAYS = 730
BUGS = 200
AREAS = [f"Area {number}" for number in range(12)]
CHANNELS = ["mail", "chat", "phone", "form"]
SEGMENTS = ["Small", "Middle", "Large"]
SCALES = [("csat", "1-5", 1, 5), ("nps", "0-10", 0, 10), ("ces", "2.0", 1, 7)]


def filled(database_url: str, tickets: int, now: datetime) -> None:
    """As fill, unless the store is filled already: a folder of stores can be kept from run to run."""
    store = open_store(settings_for(database_url))
    try:
        if store.snapshot() is not None:
            return
    except StoreError:
        pass  # there is nothing yet
    finally:
        store.engine.dispose()
    fill(database_url, tickets, now)


def fill(database_url: str, tickets: int, now: datetime, seed: int = 1) -> None:
    """A company with so many tickets over two years, a customer for every 50, 200 bugs, and the rest in proportion."""
    store = open_store(settings_for(database_url))
    try:
        with store.refreshing(now) as refresh:
            run = refresh.begin_run(SOURCE, "bench", now)
            for page in pages(rows(tickets, now, random.Random(seed))):
                run.save(page, now)
            run.finish(now)
            refresh.publish(now, rules(store.settings))
    finally:
        store.engine.dispose()


def settings_for(database_url: str) -> Settings:
    return Settings(database_url=SecretStr(database_url))


def pages(records: Iterable[Any], size: int = PAGE) -> Iterator[list[Any]]:
    left = iter(records)
    while page := list(islice(left, size)):
        yield page


def rows(tickets: int, now: datetime, chance: random.Random) -> Iterator[Any]:
    start = (now - timedelta(days=DAYS)).date()
    yield from accounts(customers_of(tickets), start, chance)
    yield from people(start, chance)
    for number in range(BUGS):
        opened = instant(start, chance.randrange(DAYS - 10), chance)
        severity = chance.choice(["cosmetic", "minor", "major", "blocker", None])
        yield Bug(f"B{number}", f"Something breaks in case {number}", opened, severity, "open", area=AREAS[number % 12])
    for number in range(24):
        yield Release(f"R{number}", f"{number}.0", instant(start, number * 30, chance))
    for number in range(tickets):
        yield from contact(number, tickets, now)


def customers_of(tickets: int) -> int:
    return max(200, tickets // 50)


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


def contact(number: int, tickets: int, now: datetime) -> Iterator[Any]:
    """A ticket, now and then with an answer to a survey and a link to a bug. The newest tickets come last."""
    chance = random.Random(number)
    start = (now - timedelta(days=DAYS)).date()
    opened = instant(start, number * (DAYS - 1) // tickets, chance)
    customer, area = f"C{chance.randrange(customers_of(tickets))}", chance.choice(AREAS)
    channel, id = chance.choice(CHANNELS), f"T{number}"
    replied = opened + timedelta(minutes=chance.expovariate(1 / 90))
    solved = replied + timedelta(minutes=chance.expovariate(1 / 900))
    kind = "problem" if chance.random() < 0.6 else "question"
    yield Ticket(id, opened, customer, replied, solved, 1, 0, True, area, channel, kind, subject="It does not work")
    if chance.random() < 0.2:
        scale_kind, scale, low, high = SCALES[number % 3]
        score = max(low, high - int(chance.expovariate(0.6)))
        yield SurveyResponse(f"A{number}", scale_kind, scale, score, solved, solved, customer, id, area, channel)
    if chance.random() < 0.3:
        yield BugReport(f"L{number}", f"B{int(BUGS * chance.random() ** 2)}", id)


def changed(number: int, tickets: int, now: datetime, time: int) -> Ticket:
    """The ticket as it is after it was answered once more; `time` counts the changes, so that each is one."""
    ticket: Ticket = next(contact(number, tickets, now))
    assert ticket.solved_at is not None
    ticket.solved_at += timedelta(seconds=time % 86_400)
    ticket.replies = 1 + time
    return ticket


def instant(start: date, day: int, chance: random.Random) -> datetime:
    at = datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(days=day)
    return at + timedelta(seconds=chance.randrange(86_400))
