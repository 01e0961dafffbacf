"""Rows that vanish upstream leave the store, and the figures follow; too many at once are not believed without a word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select

from store import Store, open_store
from store.schema import FACTS, listing
from tests.builders import NOW, RULES, bug, customer, list_clusters, report, settings, ticket
from tests.store.published_tables import empty, rows_of
from tests.store.test_counting_again import EXAMPLES, KINDS, alike, key_of

Places = dict[str, list[Any]]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = open_store(settings(database_url, time_zone="Europe/Madrid"))
    made.migrate()
    yield made
    made.engine.dispose()


def reads(
    store: Store,
    places: Places,
    source: str = "desk",
    cut: str = "",
    accepts: bool = False,
    everything: bool = False,
    gone: list[tuple[str, str]] | None = None,
    page: int = 2,
) -> Any:
    """A run that reads these places whole, page by page; it fails before the end of the place called `cut`."""
    with store.refreshing(NOW) as refresh:
        run = refresh.begin_run(source, "files", NOW)
        run.reads_everything, run.accepts_removal = everything, accepts
        for place, records in places.items():
            pages = [records[start : start + page] for start in range(0, len(records), page)] or [[]]
            for number, some in enumerate(pages, 1):
                is_whole = number == len(pages) and place != cut
                run.save(some, NOW, stream=place, whole=is_whole, gone=gone or ())
        run.finish(NOW, *(("failed", "The line went dead.") if cut else ()))
        refresh.publish(NOW, RULES)
        list_clusters(refresh, alike)
    return run


def held(store: Store, record: str = "customer") -> list[str]:
    with store.engine.connect().execution_options(reading=True) as connection:
        return sorted(connection.scalars(select(FACTS[record].c.id)))


def customers(*ids: str) -> list[Any]:
    return [customer(id) for id in ids]


TEN = [f"c{n}" for n in range(10)]


def test_a_row_that_left_its_file_leaves_the_store(store: Store) -> None:
    reads(store, {"a.csv": customers(*TEN)})
    run = reads(store, {"a.csv": customers(*TEN[1:])})
    assert held(store) == TEN[1:]
    assert (run.rows_removed, run.rows_waiting) == (1, 0)
    with store.reading() as published:
        assert published.rows("customer") == 9


def test_another_source_keeps_a_row_of_the_same_id(store: Store) -> None:
    reads(store, {"a.csv": customers(*TEN)})
    reads(store, {"a.csv": customers(*TEN)}, source="crm")
    reads(store, {"a.csv": customers(*TEN[1:])})
    assert held(store) == sorted([*TEN, *TEN[1:]])


def test_a_row_that_moved_to_another_file_stays(store: Store) -> None:
    reads(store, {"a.csv": customers(*TEN), "b.csv": customers("x")})
    reads(store, {"a.csv": customers(*TEN[1:]), "b.csv": customers("x", "c0")})
    assert held(store) == [*TEN, "x"]
    reads(store, {"b.csv": customers("x")})
    assert held(store) == [*TEN[1:], "x"]


def test_a_file_that_went_takes_its_rows_along(store: Store) -> None:
    reads(store, {"a.csv": customers(*TEN), "b.csv": customers("x", "c0")})
    reads(store, {"b.csv": []})
    assert held(store) == TEN


def test_a_full_read_knows_that_a_place_is_gone_without_being_told(store: Store) -> None:
    reads(store, {"a.csv": customers(*TEN), "b.csv": customers("x")})
    reads(store, {"a.csv": customers(*TEN)})
    assert held(store) == [*TEN, "x"]
    reads(store, {"a.csv": customers(*TEN)}, everything=True)
    assert held(store) == TEN


def test_a_read_that_was_cut_removes_nothing_and_the_next_one_does(store: Store) -> None:
    reads(store, {"a.csv": customers(*TEN)})
    reads(store, {"a.csv": customers(*TEN[1:])}, cut="a.csv")
    assert held(store) == TEN
    reads(store, {"a.csv": customers(*TEN[1:]), "b.csv": customers("x")}, cut="b.csv")
    assert held(store) == [*TEN, "x"]  # the source did not end well: perhaps c0 has moved to what was not read
    reads(store, {"b.csv": customers("x")})
    assert held(store) == [*TEN[1:], "x"]


def test_a_row_of_a_read_that_was_cut_can_leave_as_well(store: Store) -> None:
    reads(store, {"a.csv": customers(*TEN, "brief")}, cut="a.csv")
    reads(store, {"a.csv": customers(*TEN)})
    assert held(store) == TEN


def test_what_was_read_little_by_little_can_leave_as_well(store: Store) -> None:
    for id in (*TEN, *(f"d{n}" for n in range(60))):
        with store.refreshing(NOW) as refresh:
            run = refresh.begin_run("desk", "github", NOW)
            run.save(customers(id), NOW, stream="issues")
            run.finish(NOW)
    with store.engine.connect().execution_options(reading=True) as connection:
        assert (connection.scalar(select(func.count()).select_from(listing)) or 0) < 60
    reads(store, {"issues": customers(*(f"d{n}" for n in range(60)))})
    assert held(store) == sorted(f"d{n}" for n in range(60))


def test_more_than_a_fifth_waits_until_somebody_accepts_it(store: Store) -> None:
    reads(store, {"a.csv": customers(*TEN)})
    run = reads(store, {"a.csv": customers(*TEN[3:])})
    assert held(store) == TEN
    assert (run.rows_removed, run.rows_waiting) == (0, 3)
    with store.reading() as published:
        assert [(each.waiting, each.rows) for each in published.sources()] == [(3, {"customer": 10})]
    run = reads(store, {})  # nothing changed upstream
    assert (held(store), run.rows_waiting) == (TEN, 3)
    run = reads(store, {}, accepts=True)
    assert (held(store), run.rows_removed, run.rows_waiting) == (TEN[3:], 3, 0)
    with store.reading() as published:
        assert [each.waiting for each in published.sources()] == [0]


def test_rows_that_come_back_while_they_wait_stay(store: Store) -> None:
    reads(store, {"a.csv": customers(*TEN)})
    reads(store, {"a.csv": customers(*TEN[5:])})
    run = reads(store, {"a.csv": customers(*TEN[1:])})
    assert (held(store), run.rows_removed) == (TEN[1:], 1)


def test_what_upstream_says_is_gone_goes_at_once(store: Store) -> None:
    reads(store, {"a": customers(*TEN[:4])})
    run = reads(store, {"a": customers("c3")}, gone=[("customer", "c1"), ("customer", "c2"), ("ticket", "?")])
    assert run.rows_waiting == 1  # c0 only left the listing, which is a quarter of what there was ...
    assert held(store) == ["c0", "c3"]


def test_rows_from_before_listings_stay_until_everything_was_read_whole_once(store: Store) -> None:
    reads(store, {"a.csv": customers(*TEN), "b.csv": customers("x", "y")})
    with store.engine.begin() as connection:  # as an upgraded store is: rows, and nobody knows from where
        connection.execute(delete(listing))
        marker = {"source": "desk", "place": "", "record": "", "run": 0, "part": 0, "ids": b""}
        connection.execute(insert(listing).values(**marker))
    reads(store, {"a.csv": customers(*TEN[1:])})
    assert held(store) == [*TEN, "x", "y"]
    reads(store, {"a.csv": customers(*TEN[1:]), "b.csv": customers("x")}, everything=True, cut="b.csv")
    assert held(store) == [*TEN, "x", "y"]
    reads(store, {"a.csv": customers(*TEN[1:]), "b.csv": customers("x")}, everything=True)
    assert held(store) == [*TEN[1:], "x"]


def test_a_ticket_that_left_takes_its_contacts_from_the_bug(store: Store) -> None:
    tickets = [ticket(f"t{n}", customer=f"k{n}") for n in range(10)]
    links = [report("B", id=f"l{n}", ticket=f"t{n}") for n in range(10)]
    reads(store, {"desk": [bug("B"), *tickets, *links]})
    reads(store, {"desk": [bug("B"), *tickets[1:], *links[1:]]})
    after = rows_of(store)
    empty(store)
    reads(store, {"desk": [bug("B"), *tickets[1:], *links[1:]]})
    assert after == rows_of(store)


def steps_of(kind: str) -> st.SearchStrategy[Any]:
    """Whole reads of two places of two sources, in any order."""
    one = st.tuples(
        st.sampled_from(("crm", "desk")), st.sampled_from(("a", "b")), st.lists(KINDS[kind], min_size=0, max_size=15)
    )
    return st.lists(one, min_size=2, max_size=5)


def assert_same_as_new(store: Store, steps: list[tuple[str, str, list[Any]]]) -> None:
    """Reads (source, place, records) one after the other, and compares with a store that reads once what is left."""
    empty(store)
    listed: dict[str, Places] = {"crm": {}, "desk": {}}
    rows: dict[str, dict[Any, Any]] = {"crm": {}, "desk": {}}
    for source, place, records in steps:
        reads(store, {place: records}, source, accepts=True, page=20)
        listed[source][place] = records
        keys = {key_of(each) for some in listed[source].values() for each in some}
        rows[source] |= {key_of(each): each for each in records}
        rows[source] = {key: each for key, each in rows[source].items() if key in keys}
    after = rows_of(store)
    empty(store)
    for source, last in rows.items():
        if last:
            reads(store, {"all": list(last.values())}, source, page=200)
    for table, expected in rows_of(store).items():
        assert after[table] == expected, table


def test_a_row_that_one_place_has_wrong_stays_as_another_place_has_it(store: Store) -> None:
    good = ticket("t", opened_at=NOW)
    wrong = ticket("t", opened_at=NOW, solved_at=NOW - timedelta(days=1))
    steps = [("crm", "a", [good]), ("crm", "b", [wrong])]
    for more, left in ([], ["t"]), ([("crm", "a", [wrong])], []):
        assert_same_as_new(store, [*steps, *more])
        assert held(store, "ticket") == left


@pytest.mark.parametrize("kind", ["bugs", "everything"])
@hypothesis_settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_leaves_readers_see_what_a_new_store_would_show(store: Store, kind: str, data: st.DataObject) -> None:
    assert_same_as_new(store, data.draw(steps_of(kind)))
