"""A store that an older version has written is brought up to date by the next refresh, in place, without losing a row.

The fixture was made by the last version before shape 0003 (commit d66097a): two sources, a CRM and a help desk with its
bugs; published, with two rejected rows, a severity that was changed, and one ticket that was saved and not published.
"""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Boolean, Date, DateTime, MetaData, insert, inspect, select

from ranking.clusters import cluster
from ranking.memory import learned_if_due
from reporting.data import as_data
from settings import Settings, SourceSettings
from store import StoreError, open_store
from store.database import engine_for
from store.ids import SEPARATOR, bare
from store.marks import stored_fields
from store.migrations.upgrade import configuration
from store.records import BY_TABLE
from store.schema import FACTS
from tests import builders
from tests.builders import RULES, bug, days_ago, filled, list_clusters, report, settings, ticket
from views.question import Question, answer
from views.ranking import record_at

OLD = json.loads(gzip.decompress((Path(__file__).parent / "store_of_shape_0002.json.gz").read_bytes()))
NOW = datetime.fromisoformat(OLD["now"])
TOGETHER = {"crm": [], "desk": ["crm"]}
APART: dict[str, list[str]] = {"crm": [], "desk": []}
BROUGHT_UP = "The store was written by an older version of this program and was brought up to date; all rows are kept."
# What is defined today as it was then.
SAME = ["csat", "reopened", "within_target", "churn", "contract_churn"]


def cell(value: Any, kind: Any) -> Any:
    if value is None or not isinstance(kind, Boolean | Date | DateTime):
        return value
    if isinstance(kind, Boolean):
        return bool(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else datetime.fromisoformat(value)


def written_by_the_old_version(database_url: str) -> None:
    """Runs the migrations up to the shape of then, and puts the rows in."""
    engine = engine_for(settings(database_url))
    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        shape = MetaData()
        shape.reflect(connection)
        for name, held in OLD["tables"].items():
            table = shape.tables[name]
            rows = [
                {column: cell(value, table.c[column].type) for column, value in zip(held["columns"], row, strict=True)}
                for row in held["rows"]
            ]
            if rows:
                connection.execute(insert(table), rows)
        if engine.dialect.name == "postgresql":
            for name in ("run", "snapshot"):
                connection.exec_driver_sql(f"SELECT setval('{name}_id_seq', (SELECT MAX(id) FROM {name}))")
    engine.dispose()


@pytest.fixture
def old(database_url: str) -> str:
    written_by_the_old_version(database_url)
    return database_url


def with_sources(database_url: str, shares: dict[str, list[str]], folder: Path) -> Settings:
    sources = {name: SourceSettings(type="files", shares_ids_with=others) for name, others in shares.items()}
    return settings(database_url, time_zone="Europe/Madrid", sources=sources, folder=folder)


def of_the_rows(notes: list[str]) -> list[str]:
    """The sentences of an upgrade but those about who may read the files and where the staff key lies now."""
    return [note for note in notes if "empathy.key" not in note and "could be read by others" not in note]


def refreshed(of: Settings, records: dict[str, list[Any]] | None = None) -> tuple[list[str], dict[str, int]]:
    """A refresh in which every source is away, but those of `records`: its sentences, and how many rows were unchanged."""
    store = open_store(of)
    unchanged = {}
    with store.refreshing(NOW) as refresh:
        for source, rows in (records or {}).items():
            run = refresh.begin_run(source, "files", NOW)
            run.save(rows, NOW)
            run.finish(NOW)
            unchanged[source] = run.rows_unchanged
        refresh.publish(NOW, RULES)
        list_clusters(refresh, cluster, NOW)
    store.engine.dispose()
    return refresh.notes, unchanged


def held(database_url: str) -> dict[str, list[tuple[str, str]]]:
    """The ids of each noun, as their sources know them."""
    engine = engine_for(settings(database_url))
    with engine.connect() as connection:
        found = {
            name: sorted((bare(id), source) for id, source in connection.execute(select(table.c.id, table.c.source)))
            for name, table in FACTS.items()
        }
    engine.dispose()
    return found


def held_then() -> dict[str, list[tuple[str, str]]]:
    tables = OLD["tables"]
    return {
        name: sorted(
            (row[tables[name]["columns"].index("id")], row[tables[name]["columns"].index("source")])
            for row in tables[name]["rows"]
        )
        for name in FACTS
    }


def records_of(table: str, source: str) -> list[Any]:
    """Rows of the fixture as their source would hand them over again."""
    kinds, record = FACTS[table].c, BY_TABLE[table]
    rows = [dict(zip(OLD["tables"][table]["columns"], row, strict=True)) for row in OLD["tables"][table]["rows"]]
    names = [each.name for each in stored_fields(record)]
    return [
        record(**{name: aware(row[name], kinds[name].type) for name in names})
        for row in rows
        if row["source"] == source
    ]


def aware(value: Any, kind: Any) -> Any:
    kind = getattr(kind, "impl", kind)
    made = cell(value, kind)
    return made.replace(tzinfo=UTC) if isinstance(made, datetime) else made


def told(of: Settings, key: str) -> dict[str, Any]:
    asked = Question(key, start=date(2026, 9, 1), end=date(2026, 11, 1))
    return as_data(answer(asked, of, NOW), of)


def test_the_rows_and_the_numbers_of_before_are_there_after_the_upgrade(old: str, tmp_path: Path) -> None:
    of = with_sources(old, TOGETHER, tmp_path)
    with pytest.raises(StoreError, match=r"older shape 0002\. Type \./run refresh: it brings it up to date"):
        told(of, "csat")
    notes, _ = refreshed(of)
    assert of_the_rows(notes) == [BROUGHT_UP]
    assert any("The key of the staff pseudonyms moved out of the store" in note for note in notes)
    assert held(old) == held_then()
    for key in SAME:
        now = told(of, key)
        assert {name: now[name] for name in ("value", "numerator", "denominator", "n")} == {
            name: OLD["answers"][key][name] for name in ("value", "numerator", "denominator", "n")
        }, key
    store = open_store(of)
    with store.reading() as published:
        # The ticket that was saved and not published counts as well.
        assert sum(each.n for each in published.tally("tickets", None, date(2200, 1, 1))) == 161
        assert {each.id: each.severity for each in published.bugs(date(2026, 11, 20))} == severities_then()
    store.engine.dispose()
    # A second refresh has nothing more to do.
    assert refreshed(of)[0] == []


def severities_then() -> dict[str, Any]:
    table = OLD["tables"]["bug"]
    now = {row[table["columns"].index("id")]: row[table["columns"].index("severity")] for row in table["rows"]}
    changes = OLD["tables"]["severity_change"]
    return now | {
        row[changes["columns"].index("bug")]: row[changes["columns"].index("before")] for row in changes["rows"]
    }


def test_sources_that_the_settings_do_not_join_are_kept_apart_with_a_sentence_and_old_addresses_work(
    old: str, tmp_path: Path
) -> None:
    of = with_sources(old, APART, tmp_path)
    notes, _ = refreshed(of)
    said, kept_apart = of_the_rows(notes)
    assert said == BROUGHT_UP
    assert "crm are kept apart from those of desk now" in kept_apart
    assert 'shares_ids_with = ["desk"] under [sources.crm]' in kept_apart
    assert held(old) == held_then()
    store = open_store(of)
    with store.reading() as published:
        listed = {each.id for each in published.bugs(NOW.date())}
        for each in OLD["answers"]["top-bugs"]:
            assert published.bug_named(each["id"]) in listed
    with store.engine.connect() as connection:
        ids = connection.scalars(select(FACTS["customer"].c.id)).all()
        assert all(SEPARATOR in id for id in ids)
    store.engine.dispose()
    # Joined later, the store is as if it had never been otherwise.
    joined = with_sources(old, TOGETHER, tmp_path)
    assert len(refreshed(joined)[0]) == 1
    assert {key: told(joined, key)["numerator"] for key in SAME} == {
        key: OLD["answers"][key]["numerator"] for key in SAME
    }


@pytest.mark.parametrize("shares", [TOGETHER, APART])
def test_a_source_that_is_read_again_finds_its_rows(
    sqlite_database: str, tmp_path: Path, shares: dict[str, list[str]]
) -> None:
    written_by_the_old_version(sqlite_database)
    records = {
        source: [each for table in ("customer", "bug", "ticket", "bug_report") for each in records_of(table, source)]
        for source in shares
    }
    _, unchanged = refreshed(with_sources(sqlite_database, shares, tmp_path), records)
    assert unchanged == {source: len(rows) for source, rows in records.items()}
    assert held(sqlite_database) == held_then()


def test_a_store_of_shape_0003_keeps_its_reports_and_its_ranking_is_learned_from_them(database_url: str) -> None:
    reports = [
        (ticket(f"t{n}", customer=f"c{n}", opened_at=days_ago(10 * n)), report("A", ticket=f"t{n}")) for n in range(60)
    ]
    store = filled(database_url, bug("A", opened_at=days_ago(600)), *(each for pair in reports for each in pair))
    with store.reading() as published:
        before = published.tally("tickets", None, date(2200, 1, 1))
    with store.engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
        tables = inspect(connection).get_table_names()
        assert "set_aside" in tables
        assert "ranking_record" not in tables
    store.engine.dispose()
    with pytest.raises(StoreError, match="older shape 0003"), open_store(store.settings).reading():
        pass
    store = open_store(store.settings)
    with store.refreshing(builders.NOW) as refresh:
        refresh.publish(builders.NOW, RULES)
    assert BROUGHT_UP in refresh.notes
    with store.reading() as published:
        assert published.tally("tickets", None, date(2200, 1, 1)) == before
        assert record_at(published, builders.TODAY, store.settings) is None
        due = learned_if_due(published, builders.TODAY, store.settings)
    assert due is not None
    with store.refreshing(builders.NOW) as refresh:
        refresh.save_ranking(*due, builders.NOW)
    with store.reading() as published:
        found = record_at(published, builders.TODAY, store.settings)
    store.engine.dispose()
    assert found is not None
    assert len(found.shown) == 12
    assert {month.ours for month in found.shown} == {1.0}


def test_clusters_of_a_store_of_shape_0004_keep_their_place_and_links_to_them_still_lead_there(
    database_url: str,
) -> None:
    alike = [
        ticket(f"S{n}", customer=f"c{n}", area="Inventory", excerpt="the saved stock number jumps back to the old one")
        for n in range(4)
    ]
    others = [ticket(area="Inventory", excerpt=f"the {word} is broken") for word in ("lamp", "door", "sign")]
    store = filled(database_url, *alike, *others, cluster=cluster)
    with store.reading() as published:
        (before,) = published.bugs(builders.TODAY)
        told_of, said = published.reaches(builders.TODAY), published.excerpts(before.id)
    with store.engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")
        assert connection.exec_driver_sql("SELECT id FROM listed_bug WHERE is_pain").scalar() == "pain:S0"
    store.engine.dispose()
    store = open_store(store.settings)
    with store.refreshing(builders.NOW) as refresh:
        refresh.publish(builders.NOW, RULES)
    with store.reading() as published:
        assert published.bugs(builders.TODAY) == [before]
        assert (before.id, before.is_cluster) == ("cluster:S0", True)
        assert published.reaches(builders.TODAY) == told_of
        assert published.excerpts(before.id) == said
        assert published.bug_named("pain:S0") == published.bug_named("cluster:S0") == "cluster:S0"
    store.engine.dispose()
