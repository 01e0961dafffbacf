"""A first load goes without the indexes of the nouns until all its rows are there, and nobody ever finds a store without them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import inspect

from store import Store, open_store
from store.schema import FACTS
from tests.builders import NOW, RULES, days_ago, settings, ticket

SOURCE = "desk"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(settings(database_url))
    yield opened
    opened.engine.dispose()


def indexes(store: Store) -> set[str]:
    with store.looking() as connection:
        return {
            str(index["name"])
            for table in FACTS
            for index in inspect(connection).get_indexes(table)
            if not str(index["name"]).startswith("pk_")
        }


ALL = {str(index.name) for table in FACTS.values() for index in table.indexes}


def loaded(store: Store, number: int, published: bool) -> set[str]:
    """The indexes that were there while a ticket was saved."""
    with store.refreshing(NOW) as refresh:
        run = refresh.begin_run(SOURCE, "files", NOW)
        run.save([ticket(f"T{number}", opened_at=days_ago(3))], NOW)
        run.finish(NOW)
        there = indexes(store)
        if published:
            refresh.publish(NOW, RULES)
    return there


def test_the_first_rows_are_saved_without_indexes_and_published_with_all_of_them(store: Store) -> None:
    assert loaded(store, 1, published=True) == set()
    assert indexes(store) == ALL


def test_rows_that_come_later_find_the_indexes_there(store: Store) -> None:
    loaded(store, 1, published=True)
    assert loaded(store, 2, published=True) == ALL


def test_a_first_load_that_ended_halfway_gets_its_indexes_from_the_next_one(store: Store) -> None:
    loaded(store, 1, published=False)
    assert indexes(store) == set()
    assert loaded(store, 2, published=True) == set()
    assert indexes(store) == ALL
    with store.reading() as published:
        assert published.rows("ticket") == 2
