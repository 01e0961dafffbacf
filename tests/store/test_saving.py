"""Saving: what goes in, what is rejected and with which words, and that rows and cursor move together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from store import Store, open_store
from store.marks import personal_fields
from store.published.sources import RejectedRow
from store.records import BY_TABLE, Employment
from store.rejected import Rejected
from store.schema import FACTS, run, stale_key, survey_response, ticket
from tests import builders
from tests.builders import NOW, noon, save, settings


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = open_store(settings(database_url, time_zone="Europe/Madrid"))
    made.migrate()
    yield made
    made.engine.dispose()


def column(store: Store, chosen: Any) -> list[Any]:
    with store.engine.connect().execution_options(reading=True) as connection:
        return sorted(connection.scalars(select(chosen)), key=str)


def last_run(store: Store) -> Any:
    with store.engine.connect().execution_options(reading=True) as connection:
        return connection.execute(select(run).order_by(run.c.id.desc()).limit(1)).one()


def rejected_rows(store: Store) -> list[RejectedRow]:
    with store.reading() as published:
        return published.rejected_rows()


def tallied(store: Store, measure: str, by: str | None = None) -> dict[tuple[date, str, str], int]:
    with store.reading() as published:
        found = published.tally(measure, None, date(2200, 1, 1), by=by)
    return {(count.day, count.group, count.bin): count.n for count in found}


# One of each noun, with every field given.
EVERYTHING = [
    builders.customer("acme", name="Acme", plan="Pro", mrr=1),
    builders.subscription("acme", id="s"),
    builders.purchase("acme", date(2026, 1, 1), id="p"),
    builders.ticket(
        "t", first_reply_at=NOW, solved_at=NOW, within_target=True, reopens=0, subject="Coupon", excerpt="x"
    ),
    builders.answer(4, id="a", sent_at=NOW, ticket="t", comment="fine"),
    builders.bug("B", closed_at=NOW),
    builders.report("B", id="r", ticket="t"),
    builders.release("v1", date(2026, 1, 1), id="v"),
    builders.employment(id="e", left_how="voluntary", ended_on=date(2026, 1, 1)),
]


def test_saving_twice_changes_nothing(store: Store) -> None:
    save(store, EVERYTHING)
    save(store, EVERYTHING, publish=False)
    again = last_run(store)
    assert (again.rows_read, again.rows_saved, again.rows_unchanged) == (len(EVERYTHING), 0, len(EVERYTHING))
    assert column(store, stale_key.c.kind) == []


def test_a_corrected_row_replaces_the_old_one(store: Store) -> None:
    save(store, [builders.ticket("t", area="Billing")])
    save(store, [builders.ticket("t", area="Login")])
    assert tallied(store, "tickets", by="area") == {(builders.YESTERDAY, "Login", "problem"): 1}


def test_of_two_rows_with_one_id_the_later_wins(store: Store) -> None:
    save(store, [builders.ticket("t", area="Billing"), builders.ticket("t", area="Login")])
    assert column(store, ticket.c.area) == ["Login"]


def test_a_bad_cell_is_rejected_with_its_reason_and_the_rest_goes_in(store: Store) -> None:
    save(store, [builders.ticket("good"), builders.ticket("bad", replies=-1), builders.answer(9, id="high")])
    assert column(store, ticket.c.id) == ["good"]
    found = {each["record"]: each for each in rejected_rows(store)}
    assert found["ticket"] == {
        "source": "test",
        "record": "ticket",
        "place": "bad",
        "file": "",
        "row": None,
        "column": "replies",
        "value": "-1",
        "reason": "must be at least 0",
        "seen_at": NOW.isoformat(),
    }
    assert found["survey_response"]["reason"] == "it is outside the scale 1 to 5"
    assert last_run(store).rows_rejected == 2


BAD_CELLS: list[tuple[Any, str]] = [
    (builders.ticket("t", replies=True), "is not a whole number"),
    (builders.ticket("t", replies=float("nan")), "is not a whole number"),
    (builders.ticket("t", replies=2**70), "it is too large a number"),
    (builders.ticket("t", within_target=1), "it is neither yes nor no"),
    (builders.ticket("t", opened_at=datetime(2026, 1, 1)), "it is not an instant with a time zone"),  # noqa: DTZ001
    (builders.ticket("t", opened_at=datetime.min.replace(tzinfo=UTC)), "is a date out of range"),
    (builders.ticket("t", opened_at=datetime.max.replace(tzinfo=UTC)), "is a date out of range"),
    (
        builders.ticket("t", opened_at=datetime(2026, 1, 2, tzinfo=UTC), solved_at=datetime(2026, 1, 1, tzinfo=UTC)),
        "it was solved before it was opened (2026-01-02 00:00+00:00)",
    ),
    (builders.ticket("t", opened_at=None), "it must not be empty"),
    (builders.ticket("t", kind="angry"), "it is not one of problem, question, request"),
    (builders.ticket("t", subject=7), "is not text"),
    (builders.ticket("t", area="x" * 501), "it is longer than 500 characters"),
    (dataclasses.replace(builders.ticket(), id=""), "it must not be empty"),
    (builders.ticket("\x00"), "it has only characters that cannot be stored"),
    (builders.ticket(7), "is not text"),  # type: ignore[arg-type]
    (builders.subscription(""), "it must not be empty"),
    (builders.customer("c", started_on=datetime(2026, 1, 1, tzinfo=UTC)), "is not a date"),
    (builders.customer("c", started_on=date(1, 1, 1)), "is a date out of range"),
    (
        builders.customer("c", started_on=date(2026, 2, 1), ended_on=date(2026, 1, 1)),
        "it ended before it started (2026-02-01)",
    ),
    (builders.answer(5, scale="0-7"), "a csat survey has no such scale; the scales are 1-5, 1-4, 1-3, 1-2"),
    (builders.answer(5, answered_at=None), "there is an answer, but not when it was given"),
    (builders.answer(None, answered_at=None), "there is neither an answer nor a day on which it was sent"),
    (builders.report("B"), "it names neither a ticket, nor a customer and a time"),
    (builders.bug("Cluster:7"), "cluster: is a name this program uses for clusters of tickets without a bug"),
]


@pytest.mark.parametrize(
    ("record", "reason"), BAD_CELLS, ids=lambda each: each if isinstance(each, str) else each.TABLE
)
def test_what_cannot_be_is_rejected_in_words(sqlite_database: str, record: Any, reason: str) -> None:
    store = open_store(settings(sqlite_database))
    save(store, [record])
    assert [each["reason"] for each in rejected_rows(store)] == [reason]
    assert column(store, FACTS[record.TABLE].c.id) == []


def test_a_day_of_1900_can_be_wherever_it_stands(store: Store) -> None:
    first, last = date(1900, 5, 1), date(2199, 12, 31)
    save(store, [builders.customer("c", started_on=first, ended_on=last)])
    save(store, [builders.ticket("t", opened_at=noon(first), solved_at=noon(last))])
    assert rejected_rows(store) == []
    assert column(store, ticket.c.id) == ["t"]


AWKWARD = [
    "nul\x00inside",
    "lone\ud800surrogate",
    "👩‍👩‍👧 family",
    "quote'; DROP TABLE ticket; --",
    '"%s" {} \\',
    "\u202eright to left",
    "ﷺ" * 400,
]


def test_awkward_ids_and_words_are_stored_and_found_again_on_both_engines(store: Store) -> None:
    records = [
        builders.ticket(f"{number} {text}", area=text, subject=text * 200) for number, text in enumerate(AWKWARD)
    ]
    save(store, records)
    save(store, records, publish=False)
    assert last_run(store).rows_unchanged == len(AWKWARD)
    with store.reading() as published:
        for area in published.values("tickets", "area"):
            assert sum(count.n for count in published.tally("tickets", None, date(2200, 1, 1), {"area": area})) == 1
        assert len(published.values("tickets", "area")) == len(AWKWARD)


def test_a_value_that_is_sql_is_only_a_value(store: Store) -> None:
    save(store, [builders.ticket("t", area="x' OR '1'='1")])
    with store.reading() as published:
        assert published.tally("tickets", None, date(2200, 1, 1), {"area": "y' OR '1'='1"}) == []
        with pytest.raises(ValueError):
            published.tally("tickets", None, date(2200, 1, 1), by="area; DROP TABLE ticket")
        with pytest.raises(ValueError):
            published.tally("tickets", None, date(2200, 1, 1), {"1=1 OR area": "x"})


def test_what_is_said_of_a_row_that_is_rejected_is_masked_wherever_it_was_found(store: Store) -> None:
    mail = "jo.lind@shop.example"
    by_source = Rejected("ticket", "tickets.csv, row 3\x00", "opened", f"{mail} \ud800", f"is not a date: {mail}")
    with store.refreshing(NOW) as refresh:
        its_run = refresh.begin_run("test", "files", NOW)
        its_run.save(
            [builders.ticket("t", subject=[mail]), builders.ticket(mail, replies=-1)], NOW, rejected=[by_source]
        )
        its_run.finish(NOW, "failed", f"the upstream said no to {mail}")
        refresh.publish(NOW, builders.RULES)
    assert len(rejected_rows(store)) == 3
    assert mail not in str(rejected_rows(store))
    assert mail not in last_run(store).reason


def test_what_was_wrong_in_a_stream_is_judged_anew_when_it_is_read_anew(store: Store) -> None:
    def read(*streams: tuple[str, Any]) -> list[str]:
        with store.refreshing(NOW) as refresh:
            its_run = refresh.begin_run("test", "files", NOW)
            for stream, record in streams:
                its_run.save([record], NOW, stream=stream)
            its_run.finish(NOW)
            refresh.publish(NOW, builders.RULES)
        return sorted(each["place"] for each in rejected_rows(store))

    bad, good = builders.ticket("t", replies=-1), builders.ticket("t", replies=1)
    assert read(("a.csv", bad), ("a.csv", dataclasses.replace(bad, id="u")), ("b.csv", bad)) == [
        "a.csv t",
        "a.csv u",
        "b.csv t",
    ]
    assert read(("a.csv", good)) == ["b.csv t"]


def test_people_are_stored_under_a_pseudonym_that_stays_the_same(store: Store) -> None:
    people = FACTS["employment"].c.id
    save(store, [builders.employment(id="jo.lind"), builders.employment(id="sam.oak")])
    first = column(store, people)
    save(store, [builders.employment(id="jo.lind", team="Sales")])
    assert column(store, people) == first
    assert len(set(first)) == 2
    assert not set(first) & {"jo.lind", "sam.oak"}


def test_a_person_who_is_rejected_is_not_named_there(store: Store) -> None:
    wrong = builders.employment(id="jo.lind", started_on=date(2026, 2, 1), ended_on=date(2026, 1, 1))
    save(store, [wrong, Employment(id=["jo.lind"])])  # type: ignore[arg-type]
    assert len(rejected_rows(store)) == 2
    assert "jo.lind" not in str(rejected_rows(store))


def test_personal_fields_are_known_by_their_mark() -> None:
    assert {table: personal_fields(record) for table, record in BY_TABLE.items() if personal_fields(record)} == {
        "customer": ["name"],
        "ticket": ["subject", "excerpt"],
        "survey_response": ["comment"],
        "employment": ["id"],
    }


def test_a_day_is_one_of_the_company_also_when_clocks_change(store: Store) -> None:
    moments = {
        "before midnight in winter": (datetime(2026, 1, 31, 22, 59, tzinfo=UTC), date(2026, 1, 31)),
        "after midnight in winter": (datetime(2026, 1, 31, 23, 0, tzinfo=UTC), date(2026, 2, 1)),
        "after midnight in summer": (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
        "last hour of the day with 25": (datetime(2026, 10, 25, 22, 30, tzinfo=UTC), date(2026, 10, 25)),
        "last hour of the day with 23": (datetime(2026, 3, 29, 21, 30, tzinfo=UTC), date(2026, 3, 29)),
    }
    save(store, [builders.ticket(name, opened_at=at) for name, (at, _) in moments.items()])
    with store.engine.connect().execution_options(reading=True) as connection:
        assert dict(connection.execute(select(ticket.c.id, ticket.c.opened_on)).all()) == {
            name: day for name, (_, day) in moments.items()
        }


def test_a_wait_over_a_change_of_clocks_is_what_really_passed(store: Store) -> None:
    madrid = ZoneInfo("Europe/Madrid")
    opened = datetime(2026, 3, 29, 1, 30, tzinfo=madrid)  # half an hour before the clocks went from 2 to 3
    save(store, [builders.ticket("t", opened_at=opened, first_reply_at=datetime(2026, 3, 29, 3, 30, tzinfo=madrid))])
    in_utc = opened.astimezone(UTC)
    save(store, [builders.ticket("u", opened_at=in_utc, first_reply_at=in_utc + timedelta(hours=1))])
    assert len(set(column(store, ticket.c.first_reply_bin))) == 1


def test_the_number_of_stored_rows_follows_changes_and_removals(store: Store) -> None:
    def rows() -> tuple[int, int]:
        with store.reading() as published:
            return published.rows("ticket"), published.undated("customer")

    save(store, [builders.ticket("t"), builders.ticket("u"), builders.customer("c", started_on=None)])
    assert rows() == (2, 1)
    save(store, [builders.ticket("t", area="Login"), builders.ticket("v"), builders.customer("c")])
    assert rows() == (3, 0)
    save(store, [builders.ticket("t")], source="other")
    assert rows() == (4, 0)
    with store.refreshing(NOW) as refresh:
        its_run = refresh.begin_run("test", "files", NOW, replaces=True)
        its_run.save([], NOW)
        its_run.save([builders.ticket("w")], NOW)
        its_run.save([builders.ticket("x")], NOW)
        its_run.finish(NOW)
        refresh.publish(NOW, builders.RULES)
    assert rows() == (3, 0)


def test_a_source_that_answers_nothing_replaces_nothing(store: Store) -> None:
    save(store, [builders.ticket("t")])
    with store.refreshing(NOW) as refresh:
        its_run = refresh.begin_run("test", "files", NOW, replaces=True)
        its_run.save([], NOW, cursor="1")
        its_run.finish(NOW)
    assert column(store, ticket.c.id) == ["t"]


def test_a_rating_without_an_answer_counts_as_sent(store: Store) -> None:
    save(store, [builders.answer(None, id="a", answered_at=None, sent_at=noon(builders.TODAY))])
    assert tallied(store, "surveys_sent") == {(builders.TODAY, "", "csat:waiting"): 1}
    with store.engine.connect().execution_options(reading=True) as connection:
        assert connection.scalar(select(func.count()).select_from(survey_response)) == 1
