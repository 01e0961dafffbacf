"""Brings a store to the newest shape, whatever shape it has; two programs may try at once."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine


def upgrade(engine: Engine) -> None:
    config = configuration()
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # Two first starts at once: the second waits here, and then finds nothing to do.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7301)")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
