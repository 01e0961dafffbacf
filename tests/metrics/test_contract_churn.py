"""Contract churn: contracts and their money."""

from __future__ import annotations

from metrics.contract_churn import METRIC, ended_of_those_at_start
from tests.metrics.counting import period, stays_of


def test_money_at_the_start_and_lost_is_in_whole_currency_units() -> None:
    contracts = [("2026-01-01", None)] * 3 + [("2026-01-01", "2026-03-31"), ("2026-03-02", "2026-03-20")]
    details = ended_of_those_at_start(
        stays_of(contracts, how="", mrr=12_550), period("2026-03-01", "2026-04-01")
    ).details
    assert details["active_at_start"] == 4
    assert details["ended_in_period"] == 1
    assert details["mrr_start"] == 502.0
    assert details["mrr_lost"] == 125.5


def test_no_contract_at_the_start_says_contracts() -> None:
    counted = ended_of_those_at_start(stays_of([]), period("2026-03-01", "2026-04-01"))
    assert counted.value is None
    assert METRIC.nothing == "No contracts ran at the start of this period."
