"""Every metric says what it means, once; docs/metrics.md says the same."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from metrics import METRICS, all_metrics, metric
from metrics.metric import Metric, Unanswerable
from reporting import docs
from store.records import BY_TABLE

FOLDER = Path(__file__).parents[2] / "metrics"
each_metric = pytest.mark.parametrize("each", all_metrics(), ids=lambda each: each.key)


def test_no_metric_is_missing_from_the_table_of_contents() -> None:
    modules = {
        path.stem: import_module(f"metrics.{path.stem}") for path in FOLDER.glob("*.py") if path.stem != "__init__"
    }
    with_a_record = {name for name, module in modules.items() if isinstance(getattr(module, "METRIC", None), Metric)}
    assert with_a_record == set(METRICS)


def test_no_key_or_name_is_used_twice() -> None:
    assert [key for key, n in Counter(METRICS).items() if n > 1] == []
    assert [name for name, n in Counter(each.name for each in all_metrics()).items() if n > 1] == []


@each_metric
def test_a_metric_asks_a_question_says_why_warns_and_cites(each: Metric) -> None:
    assert each.asks.endswith("?")
    assert each.in_short.endswith(".")
    assert each.in_short.count(". ") == 0
    assert len(each.in_short) <= 140
    assert each.name not in (each.asks, each.formula, each.why)
    assert len(each.why) > 30
    assert each.caveats
    assert each.references or each.model.kind == "sum"
    assert each.owner
    assert all(
        text.strip() == text and "  " not in text
        for text in (each.name, each.asks, each.in_short, each.formula, each.why)
    )


@each_metric
def test_a_metric_is_named_like_its_module_and_made_of_known_records(each: Metric) -> None:
    assert metric(each.key) is each
    assert each.key in METRICS
    assert set(each.records) <= set(BY_TABLE)
    assert 0 < each.withheld_below <= each.thin_below
    assert each.grain in ("week", "month", "quarter")
    assert each.headline >= 1


def test_an_unknown_metric_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(Unanswerable, match="Did you mean 'churn'"):
        metric("chrn")
    with pytest.raises(Unanswerable, match="The metrics are: csat"):
        metric("zzz")
    assert metric("first-reply").key == "first_reply"


def test_the_written_definitions_are_current() -> None:
    assert docs.WRITTEN.read_text("utf-8") == docs.text(), "docs/metrics.md is old: type ./run docs"


@each_metric
def test_the_written_definitions_hold_all_that_a_metric_says(each: Metric) -> None:
    written = docs.text()
    for text in (
        each.name,
        each.asks,
        each.in_short,
        each.formula,
        each.why,
        each.owner,
        *each.caveats,
        *each.references,
    ):
        assert text in written
