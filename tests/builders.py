"""Rows with sensible defaults, so that a test says only what it is about; and a store filled with them."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from ranking.rules import PROBLEMS, rules
from settings import Settings
from store import Refresh, Store, open_store
from store.publishing.clusters import Cluster, UnlinkedTicket
from store.records import (
    Bug,
    BugReport,
    Customer,
    Employment,
    Purchase,
    Release,
    Subscription,
    SurveyResponse,
    Ticket,
)

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
YESTERDAY = TODAY - timedelta(days=1)
_ids = count(1)
# Where settings that nobody wrote lie, and the staff key of a store on PostgreSQL with them.
FOLDER = Path(tempfile.mkdtemp(prefix="empathy-tests-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


def settings(database_url: str = "sqlite://", **changes: Any) -> Settings:
    return Settings(database_url=SecretStr(database_url), **{"folder": FOLDER, **changes})


RULES = rules(settings())  # what figures mean, as refresh.py says it to the store
ClusterBy = Callable[[list[UnlinkedTicket]], list[Cluster]]


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def days_ago(days: int) -> datetime:
    return noon(TODAY - timedelta(days=days))


def _id(prefix: str) -> str:
    return f"{prefix}{next(_ids)}"


def customer(id: str | None = None, **fields: Any) -> Customer:
    return Customer(id=id or _id("customer-"), **{"started_on": date(2025, 1, 1), "segment": "small", **fields})


def subscription(customer: str, **fields: Any) -> Subscription:
    defaults = {"id": _id("contract-"), "started_on": date(2025, 1, 1), "mrr": 100_00, "plan": "Basic"}
    return Subscription(customer=customer, **{**defaults, **fields})


def purchase(customer: str, on: date, **fields: Any) -> Purchase:
    return Purchase(customer=customer, **{"id": _id("order-"), "ordered_at": noon(on), "amount": 10_00, **fields})


def ticket(id: str | None = None, **fields: Any) -> Ticket:
    defaults = {"opened_at": noon(YESTERDAY), "customer": "acme", "area": "Billing", "channel": "email"}
    return Ticket(id=id or _id("ticket-"), **{**defaults, "kind": "problem", **fields})


def answer(score: int | None = 5, **fields: Any) -> SurveyResponse:
    defaults = {"id": _id("answer-"), "kind": "csat", "scale": "1-5", "answered_at": noon(YESTERDAY)}
    return SurveyResponse(score=score, **{**defaults, **fields})


def bug(id: str | None = None, **fields: Any) -> Bug:
    defaults = {"title": "Coupon fails at checkout", "opened_at": days_ago(40), "severity": "major"}
    return Bug(id=id or _id("BUG-"), **{**defaults, **fields})


def report(bug: str, **fields: Any) -> BugReport:
    return BugReport(bug=bug, **{"id": _id("report-"), **fields})


def release(name: str, on: date, **fields: Any) -> Release:
    return Release(name=name, released_at=noon(on), **{"id": _id("release-"), **fields})


def employment(**fields: Any) -> Employment:
    return Employment(**{"id": _id("person-"), "team": "Support", "started_on": date(2024, 1, 1), **fields})


def list_clusters(refresh: Refresh, cluster: ClusterBy, now: datetime = NOW) -> None:
    """As refresh.py does after it has published."""
    tickets = refresh.unlinked_tickets(now, days=60, most=2000, kinds=PROBLEMS)
    if tickets is not None:
        refresh.list_clusters(cluster(tickets), now)


def save(
    store: Store, records: Iterable[Any], now: datetime = NOW, source: str = "test", publish: bool = True
) -> list[str]:
    """Saves the records as one page of a source, and publishes. What the refresh had to say."""
    with store.refreshing(now) as refresh:
        run = refresh.begin_run(source, "files", now)
        run.save(list(records), now)
        run.finish(now)
        if publish:
            refresh.publish(now, rules(store.settings))
        return refresh.notes


def filled(
    database_url: str, *records: Any, now: datetime = NOW, cluster: ClusterBy | None = None, **changes: Any
) -> Store:
    """A store with these records, published, and their tickets without a bug clustered where `cluster` says how."""
    store = open_store(settings(database_url, **changes))
    with store.refreshing(now) as refresh:
        run = refresh.begin_run("test", "files", now)
        run.save(records, now)
        run.finish(now)
        refresh.publish(now, rules(store.settings))
        if cluster is not None:
            list_clusters(refresh, cluster, now)
    return store
