"""An invented company to look at before there are real rows: the same rows for the same seed and day.

It is called Kestrel and sells software to small shops. Nothing in it is real. What is true of it on purpose
stands in truths.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field

from data_sources.kit import options
from data_sources.sample.company import Company
from data_sources.sample.help_desk import HelpDesk
from data_sources.sample.truths import TRUTHS, Truth, truth
from data_sources.source import Page, Request, Source
from store.marks import Record
from store.records import BugReport, SurveyResponse, Ticket

PAGE = 5_000

__all__ = ["SOURCE", "TRUTHS", "Truth", "truth"]


class Sample(options.Options):
    seed: int = Field(7, description="another whole number gives another company")


def fetch(request: Request) -> Iterator[Page]:
    """All rows of the company up to the end of yesterday; nothing if this day has been read already.

    The cursor is the day and the seed, and comes with the last page only.
    """
    seed = options.read(Sample, request).seed
    zone = request.settings.zone
    today = request.now.astimezone(zone).date()
    cursor = f"{today.isoformat()} seed {seed}"
    if request.since == cursor:
        return
    company = Company(seed, today, zone)
    accounts = company.accounts()
    subscriptions = list(company.subscriptions(accounts))  # they settle what each customer pays now
    troubles = company.troubles()
    yield _page([account.record for account in accounts])
    yield _page(subscriptions)
    yield _page(list(company.purchases(accounts)))
    yield _page(list(company.staff()))
    yield _page(list(company.releases()))
    yield _page([trouble.record for trouble in troubles])
    waiting: dict[type[Record], list[Record]] = {Ticket: [], BugReport: [], SurveyResponse: []}
    for rows in HelpDesk(company, accounts, troubles).days():
        for row in rows:
            waiting[type(row)].append(row)
        if any(len(each) > PAGE - 500 for each in waiting.values()):
            yield from _full(waiting)
    yield from _full(waiting)
    yield Page(cursor=cursor)


def _full(waiting: dict[type[Record], list[Record]]) -> Iterator[Page]:
    """Tickets first: reports and answers refer to them."""
    for record, rows in waiting.items():
        if rows:
            yield _page(rows)
            waiting[record] = []


def _page(rows: Sequence[Record]) -> Page:
    return Page(records=list(rows), read=len(rows))


SOURCE = Source(
    type="sample",
    says="An invented company with two years of history, to look at before there are rows of your own.",
    records=(
        "customer",
        "subscription",
        "purchase",
        "ticket",
        "survey_response",
        "bug",
        "bug_report",
        "release",
        "employment",
    ),
    options=Sample,
    fetch=fetch,
    replaces=True,
)
