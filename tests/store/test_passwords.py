"""A password in the address of a database is found wherever it stands, and taken out of what is said."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy import make_url

from store import StoreError, open_store
from store.passwords import passwords, without
from tests.builders import settings


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://ann:canary@host/db", "FATAL: canary"),
        ("postgresql://ann:can%2Fary@host/db", "in postgresql://ann:can%2Fary@host: can/ary"),
        ("postgresql://host/db?user=ann&password=canary", 'invalid "canary"'),
        ("mssql+pyodbc:///?odbc_connect=DRIVER%3D%7Bx%7D%3BUID%3Dann%3BPWD%3Dcanary", "PWD=canary;UID=ann"),
        ("mssql+pyodbc:///?odbc_connect=DRIVER={x};UID=ann;PWD={can;a}}ry};Encrypt=yes", "can;a}ry, can;a}}ry"),
        ("mssql+pyodbc:///?odbc_connect=UID%3Dann%3BPassword+%3D+canary+bird", "Password = canary bird"),
        ("mssql+pyodbc:///?odbc_connect=UID%253Dann%253BPWD%253Dcanary", "canary"),
        ("postgresql:///?service=x&options=-c password=canary -c other=1", "canary, -c other=1"),
        ("snowflake://acme/db?token=canary&warehouse=w", "canary"),
        ("bigquery://acme?credentials_base64=canary", "canary"),
        ("x://host/db?connect=pwd=canary&connect=b", "canary"),
    ],
)
def test_a_password_is_found_wherever_it_stands(address: str, said: str) -> None:
    found = passwords(make_url(address))
    shown = without(f"{said} {address}", found)
    for part in ("canary", "can/ary", "can%2Fary", "a}ry", "a}}ry"):
        assert part not in shown
    assert "***" in shown


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:///desk.db",
        "postgresql://ann@host/db?sslmode=require&options=-c timezone=UTC",
        "mssql+pyodbc:///?odbc_connect=DRIVER%3D%7Bx%7D%3BUID%3Dann%3BTrusted_Connection%3Dyes",
    ],
)
def test_an_address_without_a_password_has_none(address: str) -> None:
    assert passwords(make_url(address)) == []


def test_what_a_store_says_of_its_database_holds_no_password_of_its_address() -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        # A driver repeats what it could not reach: here the password is what it repeats.
        address = f"postgresql://127.0.0.1:{port}/x?user=ann&password=127.0.0.1"
        store = open_store(settings(address))
        with pytest.raises(StoreError) as wrong:
            store.shape_version()
    assert wrong.value.details
    assert "127.0.0.1" not in wrong.value.details
    store.engine.dispose()
