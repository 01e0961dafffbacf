"""An address that somebody wrote down with an earlier version still opens what it opened then."""

from __future__ import annotations

import pytest

from tests.web.serving import Served
from tests.web.viewer import first_bug, has_heading, texts, viewing

# The path and the query as they were written, and something that only that answer holds.
ADDRESSES = [
    ("", "", "Coupon"),
    ("customer-health", "", "Customer and team health"),
    ("customer-health", "period=Now", "Customer and team health"),
    ("customer-health", "period=Quarter", "Customer and team health"),
    ("customer-health", "period=Year", "Customer and team health"),
    ("data-health", "", "Data health"),
    ("metric", "", "Definition of "),
    ("metric", "metric=csat", "Definition of "),
    ("metric", "metric=first_reply", "Definition of First reply"),
    ("metric", "metric=first-reply", "Definition of First reply"),
    ("metric", "metric=First%20Reply", "Definition of First reply"),
    ("metric", "metric=within_target", "Definition of SLA met"),
    ("metric", "metric=revenue", "Definition of Revenue retention"),
    ("metric", "metric=csat&by=Area", " by area"),
    ("metric", "metric=csat&by=area", " by area"),
    ("metric", "metric=csat&by=nothing", "Definition of "),
    ("bug", "bug={bug}", "How the impact of this bug is worked out"),
]


@pytest.fixture(scope="module")
def worst_bug(sample: Served) -> str:
    with viewing(sample.port) as viewer:
        return first_bug(viewer.visit())


@pytest.mark.parametrize(("path", "query", "holds"), ADDRESSES, ids=lambda part: part or "none")
def test_an_old_address_opens_what_it_opened(sample: Served, worst_bug: str, path: str, query: str, holds: str) -> None:
    assert sample.get(f"/{path}?{query.format(bug=worst_bug)}").status == 200
    with viewing(sample.port) as viewer:
        heard = viewer.visit(path, query.format(bug=worst_bug))
    shown = texts(heard)
    assert has_heading(heard)
    assert holds in shown.replace("\\", "")
    for wrong in ("could not be shown", "There is no such", "Which bug?"):
        assert wrong not in shown.replace("\\", "")


def test_a_path_with_a_slash_at_its_end_leads_to_its_page(sample: Served) -> None:
    answer = sample.get("/metric/?metric=csat")
    assert answer.status == 301
    assert answer.headers["location"].endswith("/metric?metric=csat")
