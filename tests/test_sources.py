"""`./run sources`: what can be connected, what a key can see, and whether our counts are the system's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Column
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BooleanClauseList

import sources
from data_sources import SOURCES
from data_sources import source as source_of
from metrics import METRICS, metric
from reporting.upstream import TOP_TEN, reconciled
from store.marks import stored_fields
from store.records import BY_TABLE
from store.schema import FACTS
from store.tallies import MEASURES


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert sources.main(list(arguments)) == code
    captured = capsys.readouterr()
    return captured.out if code == 0 else captured.err


@pytest.fixture
def empty(tmp_path: Path) -> str:
    (tmp_path / "empathy.toml").write_text(f'database_url = "sqlite:///{tmp_path / "empathy.db"}"\n')
    return str(tmp_path / "empathy.toml")


@pytest.mark.parametrize("kind", SOURCES)
def test_every_kind_says_what_it_reads_with_which_rights_and_what_it_answers(
    kind: str, empty: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = source_of(kind)
    listed = said(capsys, "--config", empty)
    mine = listed.partition(f"\n{kind}: {source.says}")[2].partition("\n\n")[0]
    assert mine
    assert "  records: " in mine
    for name in source.options.model_fields:
        assert f"  option {name}" in mine
    if kind not in ("files", "sample"):
        assert source.documented_at in mine
        assert "  rights: " in mine, f"{kind} does not say which read-only rights its key needs"
        assert source.check is not None, f"{kind} cannot be checked"


TICKETS = ["weekdays", "resolution", "repeat_contact"]
# What each system answers, and what it does not though it has the rows: the field that is missing.
ANSWERS: dict[str, tuple[list[str], dict[str, str]]] = {
    "github": ([], {}),
    "gitlab": ([], {}),
    "zendesk": (
        ["csat", *TICKETS, "first_reply", "reopened", "replies"],
        {
            "nps": "answers to a survey of the kind nps",
            "ces": "answers to a survey of the kind ces",
            "sla_met": "within_target",
        },
    ),
    "jira": (
        TICKETS,
        {
            "first_reply": "first_reply_at",
            "reopened": "reopens",
            "sla_met": "within_target",
            "replies": "replies",
        },
    ),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_system_is_listed_with_what_it_can_answer_and_with_the_field_that_it_does_not_give(
    kind: str, empty: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answered, missing = ANSWERS[kind]
    listed = said(capsys, "--config", empty).partition(f"\n{kind}: ")[2].partition("\n\n")[0].splitlines()
    asked = {line.removeprefix("  answers: ") for line in listed if line.startswith("  answers: ")}
    assert asked - {TOP_TEN} == {metric(key).asks for key in answered}
    lacking = {f"  not {metric(key).name}: it does not give {field}" for key, field in missing.items()}
    if TOP_TEN not in asked:
        assert kind == "gitlab"  # of its bugs it does not say who reported them
        lacking.add("  not Top ten bugs: it does not give bug reports")
    assert {line for line in listed if line.startswith("  not ")} == lacking


@pytest.mark.parametrize("key", METRICS)
def test_a_metric_names_every_field_without_which_nothing_is_counted_for_it(key: str) -> None:
    """Else a source would be said to answer it that gives no such field."""
    its = metric(key)
    named = {*its.needs, *its.fields}
    for measure in (each for each in MEASURES if each.name in its.model.begins.measures):
        conditions = measure.where.clauses if isinstance(measure.where, BooleanClauseList) else [measure.where]
        told = [each.left for each in conditions if getattr(each, "operator", None) is operators.is_not]
        for column in (each for each in [measure.day, *told] if isinstance(each, Column) and each.table.name in FACTS):
            record = BY_TABLE[column.table.name]
            (field,) = (each for each in stored_fields(record) if column.name in each.counts_as)
            assert field.required or (record.TABLE, field.name) in named


def test_a_name_that_is_not_in_the_settings_is_one_sentence(empty: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "check", "desk", "--config", empty, code=2) == (
        "There is no source 'desk' in the settings; there are: none.\n"
    )


@pytest.mark.parametrize(
    ("theirs", "reasons", "ours", "sentence"),
    [
        (
            2_301,
            {"merged": 19, "deleted": 6},
            2_276,
            "desk reports 2,301 tickets, we store 2,276: 19 merged, 6 deleted.",
        ),
        (5, {}, 5, "desk reports 5 tickets, we store 5: the same."),
        (5, {"deleted": 0}, 5, "desk reports 5 tickets, we store 5: the same."),
    ],
)
def test_a_difference_is_named(theirs: int, reasons: dict[str, int], ours: int, sentence: str) -> None:
    assert reconciled("desk", "ticket", theirs, reasons, ours) == sentence


def test_a_difference_that_nobody_can_name_says_so() -> None:
    assert "3 not explained" in reconciled("desk", "ticket", 10, {"deleted": 2}, 5)
    assert "2 more here than there" in reconciled("desk", "ticket", 10, {}, 12)


def test_the_settings_may_be_named_before_or_behind_the_question(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shop.toml").write_text('[sources.shop]\ntype = "sample"\n')
    config = ("--config", str(tmp_path / "shop.toml"))
    asked = said(capsys, "check", "shop", *config, code=2)
    assert "shop is of type sample" in asked
    assert said(capsys, *config, "check", "shop", code=2) == asked
