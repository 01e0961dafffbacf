"""Brings a store to the newest shape, whatever shape it has; two programs may try at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine


def upgrade(engine: Engine, then: Callable[[Connection], None] = lambda connection: None) -> None:
    """All missing migrations, and `then`, in one transaction."""
    config = configuration()
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # Two first starts at once: the second waits here, and then finds nothing to do.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7301)")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        then(connection)


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
