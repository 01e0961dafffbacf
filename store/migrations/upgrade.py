"""Brings a store to the newest shape, whatever shape it has; two programs may try at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

from store.engines import wait_for_other_starts


def upgrade(engine: Engine, then: Callable[[Connection], None] = lambda connection: None) -> None:
    """All missing migrations, and `then`, in one transaction."""
    config = configuration()
    with engine.begin() as connection:
        wait_for_other_starts(connection)  # and then finds nothing to do
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        then(connection)


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
