"""Tables of a real database become rows here, exactly, and nothing is ever written there or told about its password."""

from __future__ import annotations

import csv
import json
import os
import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    MetaData,
    Numeric,
    String,
    Table,
    create_engine,
    insert,
    make_url,
    text,
)

import read as program
import refresh
from data_sources.source import Page, Request, SourceError
from data_sources.sql import SOURCE
from tests.builders import NOW, settings

TESTDATA = Path(os.environ.get("EMPATHY_TESTDATA") or "nowhere") / "payloads"
TICKET = {"id": "id", "opened_at": "opened"}


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Whoever fills the database, which is not us."""
    found = create_engine(database_url)
    yield found
    found.dispose()


def filled(
    engine: Engine, name: str, rows: list[dict[str, Any]], *columns: Column[Any], schema: str | None = None
) -> None:
    with engine.begin() as connection:
        kinds = columns or tuple(Column(each, String) for each in rows[0])
        there = Table(name, MetaData(), *kinds, schema=schema)
        there.create(connection)
        if rows:
            connection.execute(insert(there), rows)


def tickets(engine: Engine, count: int) -> None:
    filled(engine, "tickets", [{"id": f"t{n:05}", "opened": "2026-11-01 09:00"} for n in range(count)])


def request(engine: Engine, *tables: dict[str, Any], **options: Any) -> Request:
    url = engine.url.render_as_string(hide_password=False)
    return Request("desk", {"url": url, "tables": list(tables), **options}, settings(), None, NOW)


def pages(asked: Request) -> list[Page]:
    return list(SOURCE.fetch(asked))


def records(asked: Request) -> list[Any]:
    return [each for page in pages(asked) for each in page.records]


def test_every_kind_of_cell_arrives_as_it_is(engine: Engine) -> None:
    filled(
        engine,
        "orders",
        [
            {
                "id": 9_007_199_254_740_993,
                "who": " Größe ",
                "at": datetime(2026, 3, 1, 23, 30, tzinfo=UTC),
                "price": Decimal("1234567.89"),
            },
            {"id": 2, "who": "b", "at": datetime(2026, 3, 2, tzinfo=UTC), "price": None},
        ],
        Column("id", BigInteger),
        Column("who", String),
        Column("at", DateTime(timezone=True)),
        Column("price", Numeric(18, 2)),
    )
    fields = {"id": "id", "customer": "who", "ordered_at": "at", "amount": "price"}
    first, second = records(request(engine, {"table": "orders", "record": "purchase", "fields": fields}))
    assert (first.id, first.customer, first.amount) == ("9007199254740993", "Größe", 123456789)
    assert first.ordered_at == datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert (second.ordered_at, second.amount) == (datetime(2026, 3, 2, tzinfo=UTC), None)


def test_truths_and_days_arrive_too(engine: Engine) -> None:
    rows = [{"id": "1", "opened": date(2026, 3, 1), "met": True}, {"id": "2", "opened": date(2026, 3, 1), "met": None}]
    filled(engine, "tickets", rows, Column("id", String), Column("opened", Date), Column("met", Boolean))
    fields = {**TICKET, "within_target": "met"}
    first, second = records(request(engine, {"table": "tickets", "record": "ticket", "fields": fields}))
    assert first.opened_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert (first.within_target, second.within_target) == (True, None)


def test_a_long_table_comes_in_pages_and_the_last_one_says_that_it_was_all(engine: Engine) -> None:
    tickets(engine, 12_001)
    found = pages(request(engine, {"table": "tickets", "record": "ticket", "fields": TICKET}))
    assert [len(page.records) for page in found] == [5_000, 5_000, 2_001]
    assert [page.whole for page in found] == [False, False, True]
    assert {page.place for page in found} == {"tickets as ticket"}
    assert len({each.id for page in found for each in page.records}) == 12_001


def test_a_row_that_is_refused_later_is_called_by_its_own_id_though_further_pages_came(engine: Engine) -> None:
    tickets(engine, 5_001)
    first, second = pages(request(engine, {"table": "tickets", "record": "ticket", "fields": TICKET}))
    assert first.where is not None
    assert second.where is not None
    assert first.where(2, "opened_at") == ("tickets row 3 (t00002)", "opened")
    assert second.where(0, "opened_at") == ("tickets row 5,001 (t05000)", "opened")


def test_only_the_columns_that_a_mapping_names_are_asked_for(postgres_database: str) -> None:
    """An account that may read two columns is enough: PostgreSQL itself is the witness."""
    owner = create_engine(postgres_database)
    rows = [{"id": "1", "opened": "2026-01-01", "secret": "x"}]
    filled(owner, "tickets", rows)
    with owner.begin() as connection:
        connection.execute(text("CREATE ROLE narrow LOGIN"))
        connection.execute(text("GRANT SELECT (id, opened) ON tickets TO narrow"))
    try:
        url = make_url(postgres_database).set(username="narrow").render_as_string()
        entry = {"table": "tickets", "record": "ticket", "fields": TICKET}
        asked = Request("desk", {"url": url, "tables": [entry]}, settings(), None, NOW)
        assert [each.id for each in records(asked)] == ["1"]
        entry["fields"] = {**TICKET, "subject": "secret"}
        with pytest.raises(SourceError, match=r"^tickets: the account has no right to read it .*; give it SELECT"):
            pages(asked)
    finally:
        with owner.begin() as connection:
            connection.execute(text("DROP OWNED BY narrow"))
            connection.execute(text("DROP ROLE narrow"))
        owner.dispose()


def test_a_query_is_read_as_it_stands_with_percent_and_colon(engine: Engine) -> None:
    tickets(engine, 3)
    query = "WITH t AS (SELECT id, opened FROM tickets) SELECT id, opened FROM t WHERE id LIKE 't%1' AND ':x' = ':x';"
    asked = request(engine, {"query": query, "record": "ticket", "fields": TICKET})
    assert [each.id for each in records(asked)] == ["t00001"]
    assert SOURCE.counts is not None
    assert SOURCE.counts(asked) == {"ticket": (1, {})}


@pytest.mark.parametrize(
    "query", ["DELETE FROM tickets", "SELECT 1; DELETE FROM tickets", "UPDATE tickets SET id = 'x' RETURNING id", ""]
)
def test_a_statement_that_is_no_question_is_refused_before_anything_is_opened(query: str) -> None:
    entry = {"query": query, "record": "ticket", "fields": TICKET}
    asked = Request("desk", {"url": "postgresql://nowhere.invalid/x", "tables": [entry]}, settings(), None, NOW)
    with pytest.raises(SourceError, match=r"sources\.desk\.tables\[1\]"):
        pages(asked)


def test_a_with_that_deletes_deletes_nothing(engine: Engine) -> None:
    tickets(engine, 3)
    query = "WITH t AS (SELECT 1) DELETE FROM tickets RETURNING id, opened"
    with pytest.raises(SourceError, match=r"^query 1 cannot be read: "):
        pages(request(engine, {"query": query, "record": "ticket", "fields": TICKET}))
    assert len(records(request(engine, {"table": "tickets", "record": "ticket", "fields": TICKET}))) == 3


def test_a_question_that_writes_all_the_same_is_stopped_by_the_database(postgres_database: str) -> None:
    owner = create_engine(postgres_database)
    tickets(owner, 3)
    with owner.begin() as connection:
        connection.execute(
            text("CREATE FUNCTION sweep() RETURNS text LANGUAGE sql AS 'DELETE FROM tickets RETURNING id'")
        )
    query = "SELECT sweep() AS id, '2026-01-01' AS opened"
    with pytest.raises(SourceError, match="the query writes, and a source only reads"):
        pages(request(owner, {"query": query, "record": "ticket", "fields": TICKET}))
    with owner.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM tickets")).scalar() == 3
    owner.dispose()


def test_a_file_that_nobody_may_write_to_can_be_read_and_is_not_made_where_there_is_none(tmp_path: Path) -> None:
    entry = {"table": "tickets", "record": "ticket", "fields": TICKET}
    missing = Request("desk", {"url": f"sqlite:///{tmp_path}/no.db", "tables": [entry]}, settings(), None, NOW)
    with pytest.raises(SourceError, match=r"There is no database file no\.db"):
        pages(missing)
    assert not list(tmp_path.iterdir())
    owner = create_engine(f"sqlite:///{tmp_path}/desk.db")
    tickets(owner, 2)
    owner.dispose()
    before = (tmp_path / "desk.db").stat().st_mtime_ns
    relative = Request("desk", {"url": "sqlite:///desk.db", "tables": [entry]}, settings(folder=tmp_path), None, NOW)
    assert len(records(relative)) == 2
    assert (tmp_path / "desk.db").stat().st_mtime_ns == before


def test_a_wrong_cell_keeps_its_row_out_and_says_which_row_it_was(engine: Engine) -> None:
    rows = [
        {"id": "a", "opened": "2026-01-01"},
        {"id": "b", "opened": "yesterday"},
        {"id": "a", "opened": "2026-01-02"},
        {"id": "c", "opened": "2026-01-03"},
    ]
    filled(engine, "tickets", rows)
    (page,) = pages(request(engine, {"table": "tickets", "record": "ticket", "fields": TICKET}))
    assert [each.id for each in page.records] == ["a", "c"]
    assert [(each.place, each.column, each.value) for each in page.rejected_rows] == [
        ("tickets row 2 (b)", "opened", "yesterday"),
        ("tickets row 3 (a)", "id", "a"),
    ]
    assert page.where is not None
    assert page.where(1, "opened_at") == ("tickets row 4 (c)", "opened")


def test_the_id_of_a_person_at_work_stands_beside_no_rejected_row(engine: Engine) -> None:
    filled(engine, "staff", [{"id": "ann.ash", "started": "soon"}])
    entry = {"table": "staff", "record": "employment", "fields": {"id": "id", "started_on": "started"}}
    (page,) = pages(request(engine, entry))
    assert [each.place for each in page.rejected_rows] == ["staff row 1"]


def test_one_table_may_hold_two_records_and_what_is_wrong_with_one_costs_that_one_alone(engine: Engine) -> None:
    tickets(engine, 2)
    good = {"table": "tickets", "record": "ticket", "fields": TICKET}
    release = {"table": "tickets", "record": "release", "fields": {"id": "id", "name": "id", "released_at": "opened"}}
    bad = {"table": "tickts", "record": "ticket", "fields": TICKET}
    narrow = {"table": "tickets", "record": "ticket", "fields": {**TICKET, "subject": "titel", "area": "part"}}
    lost = {"query": "SELECT id, opened FROM tickits", "record": "ticket", "fields": TICKET}
    found: list[Page] = []
    with pytest.raises(SourceError) as said:
        found.extend(SOURCE.fetch(request(engine, bad, narrow, lost, good, release)))
    assert "There is no table tickts; the nearest is 'tickets'." in str(said.value)
    assert "tickets has no column titel, part; it has id, opened." in str(said.value)
    assert "query 3: There is no table tickits; the nearest is 'tickets'." in str(said.value)
    assert [(page.place, len(page.records), page.whole) for page in found] == [
        ("tickets as ticket 2", 2, True),
        ("tickets as release", 2, True),
    ]


def test_it_says_what_it_can_see_and_what_is_missing(engine: Engine) -> None:
    tickets(engine, 2)
    good = {"table": "tickets", "record": "ticket", "fields": TICKET}
    narrow = {"query": "SELECT id, opened FROM tickets", "record": "ticket", "fields": {**TICKET, "area": "part"}}
    gone = {"table": "other", "record": "ticket", "fields": TICKET}
    assert SOURCE.check is not None
    connects, *rest = SOURCE.check(request(engine, good, narrow, gone))
    assert connects.startswith("It can connect to ")
    assert rest == [
        "tickets: of 2 columns that the mapping names none is missing.",
        "query 2: of 3 columns that the mapping names 1 missing: part.",
        "There is no table other; there are tickets.",
    ]
    assert SOURCE.declares is not None
    assert SOURCE.declares(request(engine, good, narrow)) == {"ticket": frozenset({"id", "opened_at", "area"})}


def test_a_table_in_a_schema_with_names_that_want_quotes(postgres_database: str) -> None:
    owner = create_engine(postgres_database)
    with owner.begin() as connection:
        connection.execute(text('CREATE SCHEMA "Help Desk"'))
    filled(owner, "Order", [{"id": "1", "Opened At": "2026-01-01"}], schema="Help Desk")
    entry = {"table": "Help Desk.Order", "record": "ticket", "fields": {"id": "id", "opened_at": "Opened At"}}
    assert [each.id for each in records(request(owner, entry))] == ["1"]
    owner.dispose()


def test_a_connection_that_breaks_half_way_is_one_sentence_and_what_came_is_not_taken_for_all(
    postgres_database: str,
) -> None:
    owner = create_engine(postgres_database)
    tickets(owner, 12_001)
    other = {"table": "tickets", "record": "release", "fields": {"id": "id", "name": "id", "released_at": "opened"}}
    found = SOURCE.fetch(request(owner, {"table": "tickets", "record": "ticket", "fields": TICKET}, other))
    assert not next(found).whole
    with owner.begin() as connection:
        ended = connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        assert ended.scalars().all() == [True]
    with pytest.raises(SourceError, match=r"^tickets cannot be read: ") as said:
        assert not [page for page in found if page.whole]
    assert "terminating connection" in str(said.value)
    owner.dispose()


# --- the address -----------------------------------------------------------------------------------------------------

SECRET = "canaryCANARY0123@:/é"


def refused(monkeypatch: pytest.MonkeyPatch, address: str, **options: Any) -> str:
    monkeypatch.setenv("WAREHOUSE_URL", address)
    entry = {"table": "tickets", "record": "ticket", "fields": TICKET}
    told = {"url_env": "WAREHOUSE_URL", "tables": [entry], **options}
    with pytest.raises(SourceError) as said:
        pages(Request("desk", told, settings(), None, NOW))
    assert said.value.__cause__ is None
    assert "canary" not in str(said.value)
    return str(said.value)


def with_password(address: str) -> str:
    return make_url(address).set(username="ann", password=SECRET).render_as_string(hide_password=False)


def test_a_server_that_is_not_there_is_one_sentence_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        said = refused(monkeypatch, with_password(f"postgresql://127.0.0.1:{taken.getsockname()[1]}/x"))
    assert said.startswith("127.0.0.1 cannot be reached (")
    assert said.endswith("Check the address in the environment variable WAREHOUSE_URL.")


def test_an_account_that_is_not_known_is_one_sentence(postgres_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert " refuses the account (" in refused(monkeypatch, with_password(postgres_database))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("snowflake://ann:canary@acme/db", "type .venv/bin/python -m pip install snowflake-sqlalchemy."),
        ("mysql://ann:canary@acme/db", "The driver for mysql is not installed: type"),
        (
            "mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BPWD%3Dcanary",
            "The driver for mssql+pyodbc is not installed: type",
        ),
        ("unheard://ann:canary@acme/db", "The driver for unheard is not installed."),
        ("ann canary", "cannot be read; write it like postgresql://NAME:PASSWORD@HOST/DATABASE."),
        ("postgresql://ann:canary@acme:port/db", "cannot be read; write it like"),
        ("", "sources.desk: the environment variable WAREHOUSE_URL is not set"),
    ],
)
def test_an_address_that_cannot_be_used_says_what_to_do(
    address: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sentence in refused(monkeypatch, address)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:canary@acme/db",
        "snowflake://acme/db?token=canary",
        "mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BUID%3Dann%3BPWD%3Dcanary",
    ],
)
def test_a_password_in_the_settings_is_refused_and_not_repeated(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "url holds a password" in refused(monkeypatch, "", url=url, url_env=None)


# --- through a refresh -----------------------------------------------------------------------------------------------


@pytest.fixture
def refreshed(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Writes settings with these lines for the source `desk`, refreshes, and gives what `read` then prints as JSON."""
    config = tmp_path / "empathy.toml"
    monkeypatch.setenv("EMPATHY_DATABASE_URL", f"sqlite:///{tmp_path}/store.db")
    monkeypatch.setenv("WAREHOUSE_URL", engine.url.render_as_string(hide_password=False))

    def run(lines: str, *arguments: str) -> Any:
        config.write_text(f'company = "X"\n[sources.desk]\ntype = "sql"\nurl_env = "WAREHOUSE_URL"\n{lines}\n')
        code = refresh.main(["--config", str(config)])
        printed = capsys.readouterr()
        assert code == 0, printed.out + printed.err
        assert program.main([*arguments, "--config", str(config), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


TABLE = """[[sources.desk.tables]]
table = "tickets"
record = "ticket"
fields = { id = "id", opened_at = "opened" }
"""


def test_a_row_that_vanished_there_leaves_here(engine: Engine, refreshed: Any) -> None:
    tickets(engine, 20)
    assert refreshed(TABLE, "sources")["sources"][0]["rows"] == {"ticket": 20}
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM tickets WHERE id = 't00003'"))
        connection.execute(text("UPDATE tickets SET opened = '2026-10-01' WHERE id = 't00004'"))
    assert refreshed(TABLE, "sources")["sources"][0]["rows"] == {"ticket": 19}


def export(engine: Engine, system: str) -> None:
    """Loads the tables of a real export as Fivetran writes them: numbers, truths and times have their kinds."""
    kinds: dict[str, Any] = {
        "livemode": Boolean,
        "public": Boolean,
        "_fivetran_active": Boolean,
        "quantity": BigInteger,
    }
    kinds |= dict.fromkeys(("amount", "interval_count"), BigInteger)
    kinds |= dict.fromkeys(("created", "created_at", "updated", "start_date", "ended_at"), DateTime(timezone=True))
    for path in sorted((TESTDATA / system).glob("*_data.csv")):
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        columns = [Column(name, kinds.get(name, String)) for name in rows[0] if name]
        filled(
            engine,
            path.stem.removesuffix("_data"),
            [{each.name: _typed(each.type, row[each.name]) for each in columns} for row in rows],
            *columns,
        )


def _typed(kind: Any, cell: str | None) -> Any:
    if not cell:
        return None
    if isinstance(kind, Boolean):
        return cell.lower() == "true"
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(cell.removesuffix(" UTC")).replace(tzinfo=UTC)
    return int(cell) if isinstance(kind, BigInteger) else cell


needs_exports = pytest.mark.skipif(
    not (TESTDATA / "fivetran-zendesk").is_dir(),
    reason="EMPATHY_TESTDATA names no folder with payloads/fivetran-zendesk",
)


def by_record(engine: Engine, preset: str) -> dict[str, dict[str, Any]]:
    url = engine.url.render_as_string(hide_password=False)
    asked = Request("desk", {"url": url, "preset": preset}, settings(), None, NOW)
    found: dict[str, dict[str, Any]] = {}
    for page in pages(asked):
        assert page.rejected_rows == []
        for each in page.records:
            found.setdefault(each.TABLE, {})[each.id] = each
    assert SOURCE.check is not None
    assert all("none is missing" in each for each in list(SOURCE.check(asked))[1:])
    return found


def add(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for each in statements:
            connection.execute(text(each))


@needs_exports
def test_the_tables_that_fivetran_writes_of_zendesk(engine: Engine, refreshed: Any) -> None:
    export(engine, "fivetran-zendesk")
    add(
        engine,
        "UPDATE ticket SET type = 'problem', priority = 'high' WHERE id = '1404'",
        "UPDATE ticket SET type = 'incident', problem_id = '1404' WHERE id = '4721'",
        "INSERT INTO ticket_comment (id, public, created, ticket_id, user_id) VALUES "
        "('c0', TRUE, '2020-08-28 18:06:36+00:00', '11071', '1111'), ('c1', TRUE, '2020-08-28 19:06:36+00:00', '11071', '1111'),"
        "('c2', TRUE, '2020-08-28 20:06:36+00:00', '11071', '2222'), ('c3', FALSE, '2020-08-28 18:30:36+00:00', '11071', '1111')",
        "INSERT INTO ticket_field_history (field_name, ticket_id, updated, value) VALUES "
        "('satisfaction_score', '11071', '2020-11-14 12:00:00+00:00', 'offered'),"
        "('satisfaction_score', '11071', '2020-11-14 13:00:00+00:00', 'bad'),"
        "('satisfaction_score', '11071', '2020-11-14 14:00:00+00:00', 'good'),"
        "('satisfaction_score', '1404', '2020-02-14 12:00:00+00:00', 'offered')",
        "INSERT INTO ticket_tag (tag, ticket_id) VALUES ('closed_by_merge', '6605')",
    )
    found = by_record(engine, "fivetran-zendesk")
    assert set(found["ticket"]) == {"16988", "14173", "11071", "1966", "1404", "4721", "6171"}  # 2 deleted, 1 merged
    ticket = found["ticket"]["11071"]
    assert ticket.customer == "2222"
    assert ticket.solved_at == datetime(2020, 11, 14, 11, 1, 27, tzinfo=UTC)
    assert ticket.first_reply_at - ticket.opened_at == timedelta(hours=1)
    assert (ticket.replies, ticket.reopens, ticket.channel, ticket.priority) == (1, 0, "email", "urgent")
    assert found["ticket"]["14173"].solved_at is None
    rating, silent = found["survey_response"]["11071"], found["survey_response"]["1404"]
    assert (rating.score, rating.answered_at.hour, rating.sent_at.hour, rating.ticket) == (2, 14, 12, "11071")
    assert (silent.score, silent.answered_at, silent.sent_at.hour) == (None, None, 12)
    assert [(each.title, each.severity) for each in found["bug"].values()] == [("subject1", "major")]
    assert [(each.bug, each.ticket) for each in found["bug_report"].values()] == [("1404", "4721")]
    (source,) = refreshed('preset = "fivetran-zendesk"', "sources")["sources"]
    assert source["rows"] == {"ticket": 7, "survey_response": 2, "bug": 1, "bug_report": 1}
    assert source["rejected_rows"] == 0


@needs_exports
def test_the_tables_that_fivetran_writes_of_stripe(engine: Engine, refreshed: Any) -> None:
    export(engine, "fivetran-stripe")
    add(
        engine,
        "INSERT INTO subscription_item (id, subscription_id, plan_id, quantity) VALUES ('i1', 'sdgfs4536', 'yearly', 3)",
        "INSERT INTO plan (id, amount, interval, interval_count, nickname) VALUES ('yearly', 10000, 'year', 1, 'Annual')",
        "UPDATE charge SET status = 'succeeded' WHERE id = 'ch_0IMD9Yig6peNXzgDUvMKMSla'",
    )
    found = by_record(engine, "fivetran-stripe")
    assert len(found["customer"]) == 12
    assert found["customer"]["cus_ImVzJQmSlYHjZL"].started_on == date(2021, 1, 18)
    (subscription,) = found["subscription"].values()  # the other one is an older version of its row
    assert (subscription.id, subscription.customer, subscription.plan) == ("sdgfs4536", "sdf6547", "Annual")
    assert subscription.mrr == 150000 + 2500  # USD 1,500 a month, and 3 x USD 100 a year
    assert (subscription.started_on, subscription.ended_on) == (date(2021, 2, 18), date(2021, 2, 19))
    (purchase,) = found["purchase"].values()  # the other charges failed
    assert (purchase.customer, purchase.amount) == ("cus_IEXWsmR0hA8iGL", 4071)
    (source,) = refreshed('preset = "fivetran-stripe"', "sources")["sources"]
    assert source["rows"] == {"customer": 12, "subscription": 1, "purchase": 1}
