"""What breaks while rows are saved is told without the rows: they hold what customers wrote."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from store import open_store
from tests.builders import filled, settings


def test_an_error_of_the_database_does_not_repeat_what_it_was_handed(database_url: str) -> None:
    filled(database_url).engine.dispose()
    store = open_store(settings(database_url))
    with store.engine.connect() as connection, pytest.raises(DBAPIError) as broken:
        connection.exec_driver_sql(
            "SELECT no_such_column FROM snapshot WHERE id = " + ("?" if store.sqlite else "%s"), ("Elm Street 5",)
        )
    store.engine.dispose()
    assert "Elm Street 5" not in str(broken.value)
