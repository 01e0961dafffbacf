"""What is counted each day: of one small company every count of every measure, as the table in store/tallies.py says it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from store import open_store
from store.records import Employment, Subscription, Ticket
from store.schema import tally
from store.tallies import MEASURES
from tests.builders import (
    NOW,
    RULES,
    answer,
    bug,
    customer,
    employment,
    noon,
    purchase,
    report,
    settings,
    subscription,
    ticket,
)


def at(month: int, day: int, hours: float = 0) -> datetime:
    return noon(date(2026, month, day)) + timedelta(hours=hours)


def asked(id: str, opened_at: datetime, who: str | None = "ann", **fields: object) -> Ticket:
    return ticket(id, customer=who, area="Billing", channel="email", opened_at=opened_at, **fields)


FIRST_REPLY = at(11, 10, 0.1)
COMPANY = [
    customer("ann", segment="large", plan="Pro"),
    bug("B"),
    report("B", ticket="t2"),
    asked(
        "t1", at(11, 10), first_reply_at=FIRST_REPLY, solved_at=at(11, 10, 1), reopens=1, replies=4, within_target=True
    ),
    # The same customer writes again two days later; nothing is said of its kind, and nobody has answered yet.
    asked("t2", at(11, 12), kind=None, reopens=0, within_target=False),
    asked("t3", at(11, 12), who=None, kind="question", first_reply_at=at(11, 12, 1), solved_at=at(11, 13)),
    asked("t4", at(11, 14), first_reply_at=at(11, 14, 1)),
    asked("t5", at(11, 14), "eve", first_reply_at=at(11, 14, 1), solved_at=at(11, 14, 1)),
    answer(4, sent_at=at(11, 9), answered_at=at(11, 10), customer="ann", area="Billing", channel="email"),
    answer(None, kind="nps", scale="0-10", sent_at=at(11, 9), answered_at=None),
    answer(9, kind="nps", scale="0-10", sent_at=None, answered_at=at(11, 10)),
    answer(7, kind="ces", scale="2.0", sent_at=at(11, 9), answered_at=at(11, 11)),
    # Ten days without a contract are no end, half a year is one.
    subscription("ann", started_on=date(2025, 3, 1), ended_on=date(2026, 3, 1), mrr=100_00),
    subscription("ann", started_on=date(2026, 3, 11), ended_on=None, mrr=150_00, plan="Team"),
    subscription("bob", started_on=date(2025, 1, 1), ended_on=date(2025, 6, 1), mrr=70_00, plan=None),
    subscription("bob", started_on=date(2026, 1, 1), ended_on=date(2026, 2, 1), mrr=80_00, plan=None),
    # One that ends within another is followed by none but those that end later, from wherever those begin.
    subscription("cy", started_on=date(2025, 1, 1), ended_on=date(2025, 12, 31), plan=None),
    subscription("cy", started_on=date(2025, 6, 1), ended_on=date(2025, 9, 1), plan=None),
    subscription("cy", started_on=date(2025, 12, 1), ended_on=date(2026, 6, 1), plan=None),
    # Nor by one that began on the same day.
    subscription("di", started_on=date(2025, 2, 1), ended_on=date(2025, 5, 1), plan=None),
    subscription("di", started_on=date(2025, 2, 1), ended_on=date(2025, 8, 1), plan=None),
    employment(started_on=date(2024, 5, 6), ended_on=date(2026, 2, 1), left_how="voluntary"),
    employment(started_on=date(2024, 5, 6), ended_on=date(2026, 2, 1), team=None),
    employment(started_on=date(2024, 5, 6)),
    *(purchase("ann", date(2026, month, day), amount=10_00 * day) for month, day in ((8, 1), (8, 11), (9, 1))),
    purchase("eve", date(2026, 8, 1), amount=None),
]
# A source that cannot say when anything ended or was answered.
SILENT = [
    asked("s1", at(11, 12)),
    Subscription("s2", "zoe", date(2026, 4, 1), mrr=5_00),
    Employment("s3", "Support", date(2026, 4, 1)),
]
# One that says when a ticket was solved, but of no reply.
TRACKER = [asked("u1", at(11, 16), "fay")]
SAYS_OF_TICKETS = {"id", "opened_at", "customer", "area", "channel", "solved_at"}
SAYS = {
    "ticket": {"id", "opened_at", "customer", "area", "channel"},
    "subscription": {"id", "customer", "started_on", "mrr"},
    "employment": {"id", "team", "started_on"},
}


# Measure: day, dimensions, (bin), n, amount. A wait of six minutes lies in bin 295, one of an hour in 410, of a day in 569.
COUNTS = {
    "csat": [
        "2026-11-10 Billing/email/large (1-5:4) 1",
    ],
    "nps": [
        "2026-11-10  (0-10:9) 1",
    ],
    "ces": [
        "2026-11-11  (2.0:7) 1",
    ],
    "surveys_sent": [
        "2026-11-09  (ces:answered) 1",
        "2026-11-09  (nps:waiting) 1",
        "2026-11-09 Billing/email/large (csat:answered) 1",
    ],
    "tickets": [
        "2026-11-10 Billing/email/large (problem) 1",
        "2026-11-12 Billing/email (question) 1",
        "2026-11-12 Billing/email/large (not said) 1",
        "2026-11-12 Billing/email/large (problem) 1",
        "2026-11-14 Billing/email (problem) 1",
        "2026-11-14 Billing/email/large (problem) 1",
        "2026-11-16 Billing/email (problem) 1",
    ],
    "tickets_reopened": [
        "2026-11-10 Billing/email/large (yes) 1",
        "2026-11-12 Billing/email/large (no) 1",
    ],
    "tickets_within_target": [
        "2026-11-10 Billing/email/large (yes) 1",
        "2026-11-12 Billing/email/large (no) 1",
    ],
    "replies": [
        "2026-11-10 Billing/email/large (4) 1",
    ],
    "first_reply": [
        "2026-11-10 Billing/email/large (295) 1",
        "2026-11-12 Billing/email (410) 1",
        "2026-11-14 Billing/email (410) 1",
        "2026-11-14 Billing/email/large (410) 1",
    ],
    "resolution": [
        "2026-11-10 Billing/email/large (410) 1",
        "2026-11-12 Billing/email (569) 1",
        "2026-11-14 Billing/email (410) 1",
    ],
    "repeat_contact": [
        "2026-11-10 Billing/email/large (yes) 1",
        "2026-11-14 Billing/email (no) 1",
    ],
    "tickets_linked": [
        "2026-11-10 Billing/email/large (problem:not linked) 1",
        "2026-11-12 Billing/email (question:not linked) 1",
        "2026-11-12 Billing/email/large (not said:linked) 1",
        "2026-11-12 Billing/email/large (problem:not linked) 1",
        "2026-11-14 Billing/email (problem:not linked) 1",
        "2026-11-14 Billing/email/large (problem:not linked) 1",
        "2026-11-16 Billing/email (problem:not linked) 1",
    ],
    "first_reply_open": [
        "2026-11-12 Billing/email/large (679) 1",
    ],
    "resolution_open": [
        "2026-11-12 Billing/email/large (679) 1",
        "2026-11-14 Billing/email/large (666) 1",
        "2026-11-16 Billing/email (649) 1",
    ],
    "subscription_started": [
        "2025-01-01  () 2, 17000",
        "2025-02-01  () 2, 20000",
        "2025-03-01 large/Basic () 1, 10000",
        "2025-06-01  () 1, 10000",
        "2025-12-01  () 1, 10000",
        "2026-01-01  () 1, 8000",
        "2026-03-11 large/Team () 1, 15000",
        "2026-04-01  (end not said) 1, 500",
    ],
    "subscription_ended": [
        "2025-05-01  (2025-02-01) 1, 10000",
        "2025-06-01  (2025-01-01) 1, 7000",
        "2025-08-01  (2025-02-01) 1, 10000",
        "2025-09-01  (2025-06-01) 1, 10000",
        "2025-12-31  (2025-01-01) 1, 10000",
        "2026-02-01  (2026-01-01) 1, 8000",
        "2026-03-01 large/Basic (2025-03-01) 1, 10000",
        "2026-06-01  (2025-12-01) 1, 10000",
    ],
    "contracts_due": [
        "2025-05-01  (none) 1",
        "2025-06-01  (214) 1",
        "2025-08-01  (none) 1",
        "2025-09-01  (91) 1",
        "2025-12-31  (30) 1",
        "2026-02-01  (none) 1",
        "2026-03-01 large/Basic (10) 1",
        "2026-06-01  (none) 1",
    ],
    "customer_started": [
        "2025-01-01  (new) 2, 17000",
        "2025-02-01  (new) 1, 20000",
        "2025-03-01 large/Pro (new) 1, 10000",
        "2026-01-01  (reactivated) 1, 8000",
        "2026-04-01  (new, end not said) 1, 500",
    ],
    "customer_ended": [
        "2025-06-01  (2025-01-01) 1, 7000",
        "2025-08-01  (2025-02-01) 1, 10000",
        "2026-02-01  (2026-01-01) 1, 8000",
        "2026-06-01  (2025-01-01) 1, 10000",
    ],
    "employment_started": [
        "2024-05-06  () 1",
        "2024-05-06 Support () 2",
        "2026-04-01 Support (end not said) 1",
    ],
    "employment_ended": [
        "2026-02-01  (not said) 1",
        "2026-02-01 Support (voluntary) 1",
    ],
    "purchases": [
        "2026-08-01  (|) 1",
        "2026-08-01 large/Pro (|) 1, 1000",
        "2026-08-11 large/Pro (2026-08-01|) 1, 11000",
        "2026-09-01 large/Pro (2026-08-11|2026-08-01) 1, 1000",
    ],
    "repeat_cohort": [
        "2026-08-01  (none) 1",
        "2026-08-01 large/Pro (10) 1",
    ],
}


def test_every_measure_counts_what_the_table_of_measures_says(database_url: str) -> None:
    store = open_store(settings(database_url))
    with store.refreshing(NOW) as refresh:
        for source, records in (("test", COMPANY), ("silent", SILENT), ("tracker", TRACKER)):
            run = refresh.begin_run(source, "files", NOW)
            run.save(records, NOW)
            run.finish(NOW)
        refresh.declare("silent", SAYS)
        refresh.declare("tracker", {"ticket": SAYS_OF_TICKETS})
        refresh.publish(NOW, RULES)
    with store.engine.connect().execution_options(reading=True) as connection:
        rows = connection.execute(select(tally).order_by(*tally.columns)).all()
    found: dict[str, list[str]] = {each.name: [] for each in MEASURES}
    for measure, day, *dimensions, bin, n, amount in rows:
        of = "/".join(each for each in dimensions if each)
        found[measure].append(f"{day} {of} ({bin}) {n}" + (f", {amount}" if amount else ""))
    assert found == COUNTS
