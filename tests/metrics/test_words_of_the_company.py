"""A company that calls its customers members reads "members" in every metric, and old keys of metrics still answer."""

from __future__ import annotations

import re

import pytest

from metrics import METRICS, OLD_KEYS, all_metrics, metric
from metrics.metric import Metric
from reporting.reasons import counted
from settings import Words

MEMBERS = Words(customer="member", customers="members")
OURS = {each.key: each for each in all_metrics(MEMBERS)}


@pytest.mark.parametrize("each", OURS.values(), ids=lambda each: each.key)
def test_nothing_that_a_metric_says_calls_members_customers(each: Metric) -> None:
    said = (
        each.name,
        each.short,
        each.asks,
        each.in_short,
        each.formula,
        each.unit,
        each.people,
        each.why,
        *each.caveats,
        each.nothing,
    )
    standard = ("Customer satisfaction (CSAT)", "Customer Effort Score (CES)")
    assert [text for text in said if text and text not in standard and re.search("customer", text, re.IGNORECASE)] == []


def test_the_words_of_the_company_are_in_their_place() -> None:
    assert OURS["churn"].name == "Member churn"
    assert OURS["contact_rate"].unit == "tickets per member per month"
    assert counted(OURS["repeat"].people, 1) == "1 first-time member"
    assert (
        metric("reopened", Words(customer="account", customers="accounts")).caveats[0] == metric("reopened").caveats[0]
    )
    assert "an account" in metric("repeat_contact", Words(customer="account", customers="accounts")).asks
    assert metric("churn", Words()) == metric("churn")


@pytest.mark.parametrize("old", OLD_KEYS)
def test_an_old_key_finds_the_metric_that_it_named(old: str) -> None:
    assert old not in METRICS
    assert metric(old) == metric(OLD_KEYS[old]) == metric(old.replace("_", "-").title())
