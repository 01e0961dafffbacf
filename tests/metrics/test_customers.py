"""When somebody was a customer, and what of their money was kept: the rules by which the store reads contracts."""

from __future__ import annotations

from typing import Any

import pytest

from metrics.counting.customers import paid, stays_rule
from store.rules import Contract, OwnDates, Paid, Stay
from tests.metrics.counting import day


def contract(
    start: str, end: str | None = None, mrr: int = 100, plan: str | None = None, says: bool = True
) -> Contract:
    return Contract("acme", day(start), day(end) if end else None, plan, mrr, says)


def own(end: str | None = None, can_say: int = 1, say: int | None = None) -> OwnDates:
    said = (1 if end else 0) if say is None else say
    return OwnDates(day("2025-05-05"), day(end) if end else None, can_say, said, 70)


def stays(*contracts: Contract, own: OwnDates | None = None, grace: int = 30) -> list[Stay]:
    return list(stays_rule(grace).says(contracts, own))


def days(*contracts: Contract, grace: int = 30) -> list[tuple[str, str | None, str]]:
    found = stays(*contracts, grace=grace)
    return [(str(each.started_on), str(each.ended_on) if each.ended_on else None, each.how) for each in found]


def months(*contracts: Contract, until: str = "2026-08-01") -> list[tuple[str, int, int, int]]:
    return [(str(each.month), each.start, each.kept, each.end) for each in paid(contracts, day(until))]


# --- who was a customer when ---


@pytest.mark.parametrize(
    ("back_on", "expected"),
    [
        ("2026-03-03", [("2026-01-01", None, "new")]),  # the thirtieth day: churn-007
        ("2026-03-04", [("2026-01-01", "2026-02-01", "new"), ("2026-03-04", None, "reactivated")]),  # churn-008
    ],
)
def test_whoever_is_back_within_thirty_days_never_left_and_later_is_no_new_customer(
    back_on: str, expected: Any
) -> None:
    assert days(contract("2026-01-01", "2026-02-01"), contract(back_on)) == expected


def test_a_customer_stays_as_long_as_any_of_its_contracts_runs() -> None:
    long, short, after = contract("2026-01-01", "2026-06-01"), contract("2026-02-01", "2026-03-01"), "2026-06-15"
    assert days(long, short, contract(after, "2026-07-01")) == [("2026-01-01", "2026-07-01", "new")]
    assert days(contract("2026-01-01"), short, contract("2027-01-01", "2027-02-01")) == [("2026-01-01", None, "new")]


def test_a_contract_that_ended_on_the_day_it_began_was_none() -> None:
    assert days(contract("2026-01-01", "2026-01-01")) == []
    assert days(contract("2026-01-01", "2026-01-02")) == [("2026-01-01", "2026-01-02", "new")]
    assert months(contract("2026-01-01", "2026-01-01")) == []


def test_money_is_that_of_the_first_and_of_the_last_day_and_none_where_there_is_no_last_day() -> None:
    first, beside, last = (
        contract("2026-01-01", "2026-03-01", 100, "Basic"),
        contract("2026-01-01", "2026-02-01", 20),
        contract("2026-02-01", "2026-03-01", 300, "Pro"),
    )
    (stay,) = stays(first, beside, last)
    assert (stay.start_mrr, stay.end_mrr, stay.plan) == (120, 400, "Pro")
    (open_,) = stays(contract("2026-01-01"))
    assert (open_.start_mrr, open_.end_mrr, open_.plan) == (100, 0, "")


def test_whether_a_customer_left_is_known_where_every_running_contract_could_say_so() -> None:
    silent, telling = contract("2026-01-01", says=False), contract("2026-01-01")
    ended = contract("2026-01-01", "2026-02-01", says=False)
    assert [each.end_known for each in stays(telling)] == [True]
    assert [each.end_known for each in stays(silent)] == [False]
    assert [each.end_known for each in stays(silent, telling)] == [False]
    assert [each.end_known for each in stays(ended)] == [True]
    assert [each.end_known for each in stays(ended, contract("2026-02-01"))] == [True]


def test_without_contracts_the_dates_of_the_customer_itself_count() -> None:
    assert stays(own=own("2026-04-01")) == [Stay(day("2025-05-05"), day("2026-04-01"), "new", "", 70, 70, True)]
    assert stays(own=own(can_say=0)) == [Stay(day("2025-05-05"), None, "new", "", 70, 70, False)]
    assert stays() == []


def test_where_two_sources_disagree_a_customer_has_left_when_all_that_can_say_so_do() -> None:
    assert [each.ended_on for each in stays(own=own("2026-04-01", can_say=2, say=1))] == [None]
    assert [each.ended_on for each in stays(own=own("2026-04-01", can_say=2, say=2))] == [day("2026-04-01")]


def test_contracts_that_cannot_end_leave_it_to_the_customers_own_dates_where_those_can() -> None:
    silent, telling = contract("2026-01-01", says=False), contract("2026-01-01")
    ends_itself, says_nothing = own("2026-04-01"), own(can_say=0)
    assert [str(each.started_on) for each in stays(silent, own=ends_itself)] == ["2025-05-05"]
    assert [str(each.started_on) for each in stays(silent, own=says_nothing)] == ["2026-01-01"]
    assert [str(each.started_on) for each in stays(silent, telling, own=ends_itself)] == ["2026-01-01"]


def test_another_grace_is_another_version_so_that_stores_count_again() -> None:
    assert stays_rule(30).version != stays_rule(31).version


# --- what they paid ---


def test_a_month_counts_for_who_paid_when_it_began_and_what_stopped_in_it_is_lost() -> None:
    assert months(contract("2025-11-10", "2026-02-01"), until="2026-08-01") == [
        ("2025-12-01", 100, 100, 100),
        ("2026-01-01", 100, 0, 0),
    ]


def test_a_customer_keeps_no_more_than_it_paid_at_the_start_of_the_month() -> None:
    # churn-012: an upgrade of one must not hide a downgrade of another
    up = (contract("2026-01-10", "2026-02-15", 100), contract("2026-02-15", mrr=150))
    assert months(*up, until="2026-04-01") == [("2026-02-01", 100, 100, 150), ("2026-03-01", 150, 150, 150)]
    down = (contract("2026-01-10", "2026-02-15", 150), contract("2026-02-15", mrr=100))
    assert months(*down, until="2026-03-01") == [("2026-02-01", 150, 100, 100)]


def test_a_contract_that_begins_with_the_month_is_new_in_it_and_not_kept() -> None:
    assert months(contract("2026-01-01"), until="2026-02-01") == []
    assert months(contract("2026-01-01"), until="2026-03-01") == [("2026-02-01", 100, 100, 100)]
    again = (contract("2026-01-10", "2026-03-01"), contract("2026-03-01", mrr=150))
    assert months(*again, until="2026-05-01") == [("2026-02-01", 100, 0, 0), ("2026-04-01", 150, 150, 150)]


def test_a_month_that_is_not_over_does_not_count_yet() -> None:
    assert [month for month, *_ in months(contract("2026-01-31"), until="2026-04-01")] == ["2026-02-01", "2026-03-01"]


def test_whoever_pays_nothing_when_a_month_begins_is_in_no_share_of_money() -> None:
    free = (contract("2026-01-10", "2026-02-15", 0), contract("2026-02-15", mrr=1))
    assert months(*free, until="2026-04-01") == [("2026-03-01", 1, 1, 1)]


def test_money_that_cannot_be_seen_to_stop_is_not_called_kept() -> None:
    assert months(contract("2026-01-10", says=False), contract("2026-01-10")) == []


def test_the_plan_is_that_of_the_newest_contract() -> None:
    named = paid([contract("2026-01-10", plan="Basic"), contract("2026-01-20", plan="Pro")], day("2026-03-01"))
    assert list(named) == [Paid(day("2026-02-01"), "Pro", 200, 200, 200)]
    assert [each.plan for each in paid([contract("2026-01-10")], day("2026-03-01"))] == [""]
