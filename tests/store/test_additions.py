"""A record that is new, or has a new field: an older store gets room for it by itself, and its sources are read anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from store import Store, open_store
from store.schema import metadata
from tests.builders import NOW, RULES, YESTERDAY, release, save, settings, ticket


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Two sources: one with a ticket, one with a release, each with a cursor."""
    made = open_store(settings(database_url))
    with made.refreshing(NOW) as refresh:
        for source, record in (("desk", ticket("t", area="Billing")), ("tracker", release("r", YESTERDAY))):
            run = refresh.begin_run(source, "files", NOW)
            run.save([record], NOW, cursor=f"{source} read so far")
            run.finish(NOW)
        refresh.publish(NOW, RULES)
    yield made
    made.engine.dispose()


def of_before(store: Store, *statements: str) -> None:
    """As the store was before the records had all that they have now."""
    with store.engine.begin() as connection:
        for statement in (*statements, "DELETE FROM meta WHERE name = 'records'"):
            connection.execute(text(statement))


def cursors(store: Store) -> set[str]:
    with store.engine.begin() as connection:
        return set(connection.scalars(text("SELECT source FROM cursor")))


def differences(store: Store) -> list[object]:
    with store.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


def test_a_record_that_the_store_does_not_know_gets_its_table(store: Store) -> None:
    of_before(store, "DROP TABLE release", "DELETE FROM row_count WHERE record = 'release'")
    assert differences(store)
    (note,) = store.migrate()
    assert note == "The store was extended by release."
    assert cursors(store) == {"desk", "tracker"}
    assert differences(store) == []
    save(store, [release("again", YESTERDAY)])
    with store.reading() as published:
        assert published.rows("release") == 1
        assert published.rows("ticket") == 1


def test_a_new_field_gets_its_columns_and_only_sources_that_hold_such_rows_are_read_again(store: Store) -> None:
    of_before(
        store,
        "DROP INDEX ix_ticket_opened_on_area",
        "ALTER TABLE ticket DROP COLUMN area",
        "ALTER TABLE ticket DROP COLUMN priority",
        "ALTER TABLE ticket_before DROP COLUMN replies",
    )
    (note,) = store.migrate()
    assert note == (
        "The store was extended by ticket.area, ticket.priority. Sources that hold such rows are read from the start."
    )
    assert differences(store) == []
    assert cursors(store) == {"tracker"}
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT area, priority FROM ticket")).all() == [("", None)]
    with store.refreshing(NOW) as refresh:
        run = refresh.begin_run("desk", "files", NOW)
        run.save([ticket("t", area="Billing")], NOW)
        run.finish(NOW)
        refresh.publish(NOW, RULES)
    with store.reading() as published:
        assert {each.group for each in published.tally("tickets", None, date(2200, 1, 1), by="area")} == {"Billing"}


def test_a_store_that_lacks_nothing_keeps_its_cursors_and_says_nothing(store: Store) -> None:
    of_before(store)
    assert store.migrate() == []
    assert store.migrate() == []
    assert cursors(store) == {"desk", "tracker"}
