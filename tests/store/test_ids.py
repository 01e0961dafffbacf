"""Ids of two sources stay two, unless the settings say that the sources share them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from reporting.cautions import found_elsewhere
from settings import SourceSettings
from store import Store, open_store
from store.ids import bare
from store.schema import id_group
from tests.builders import NOW, RULES, TODAY, answer, bug, customer, purchase, report, settings, subscription, ticket
from tests.store.published_tables import PUBLISHED, empty, rows_of

EVER = date(2200, 1, 1)
DESK = [ticket("35436", customer="7"), report("12", ticket="35436", id="r"), bug("12", title="Coupon fails")]
CRM = [customer("7", segment="large", mrr=50_00), subscription("7", id="s", mrr=50_00)]


def opened(database_url: str, **shares: list[str]) -> Store:
    """A store whose settings name these sources, each with those whose ids it shares."""
    sources = {name: SourceSettings(type="files", shares_ids_with=others) for name, others in shares.items()}
    return open_store(settings(database_url, sources=sources))


def saved(store: Store, /, publish: bool = True, **records: list[Any]) -> list[str]:
    """What one refresh does; the sentences that it says about ids."""
    with store.refreshing(NOW) as refresh:
        for source, rows in records.items():
            run = refresh.begin_run(source, "files", NOW)
            run.save(rows, NOW)
            run.finish(NOW)
        if publish:
            refresh.publish(NOW, RULES)
        return refresh.notes


def test_two_help_desks_with_one_ticket_number_and_one_link_are_one_customer(database_url: str) -> None:
    store = opened(database_url, desk=[], other=[])
    saved(store, desk=DESK, other=[ticket("35436", customer="7"), ticket("1", customer="8")])
    with store.reading() as published:
        assert published.rows("ticket") == 3
        # The link is of the first desk: the other's ticket of that number is not about this bug.
        assert published.distinct_customers(["12"], TODAY - timedelta(days=30), EVER) == 1
        assert [(each.bin, each.n) for each in published.tally("tickets_linked", None, EVER)] == [
            ("problem:linked", 1),
            ("problem:not linked", 2),
        ]
        assert [each.ticket for each in published.excerpts("12")] in ([], ["35436"])
    store.engine.dispose()


def test_the_same_id_in_two_unrelated_sources_is_two_customers_and_in_two_that_share_them_is_one(
    database_url: str,
) -> None:
    apart = opened(database_url, desk=[], crm=[])
    saved(apart, desk=[*DESK, customer("7")], crm=CRM)
    with apart.reading() as published:
        assert sum(each.n for each in published.tally("customer_started", None, EVER)) == 2
        assert published.bug_revenue(["12"], TODAY - timedelta(days=30), EVER) == {}
    apart.engine.dispose()
    together = opened(database_url, desk=["crm"], crm=[])
    saved(together)
    with together.reading() as published:
        assert sum(each.n for each in published.tally("customer_started", None, EVER)) == 1
        assert published.bug_revenue(["12"], TODAY - timedelta(days=30), EVER) == {"12": (1, 50_00, 50_00)}
    together.engine.dispose()


ALL: dict[str, list[Any]] = {
    "desk": [
        *DESK,
        ticket("2", customer="7", subject="Slow"),
        answer(1, id="a", ticket="35436", customer="7"),
        bug("13", severity="minor"),
        report("13", ticket=None, customer="7", reported_at=NOW, id="own"),
    ],
    "crm": [*CRM, purchase("7", TODAY, id="o1"), purchase("7", TODAY - timedelta(days=9), id="o2"), customer("9")],
    "tracker": [bug("12", title="Another thing"), bug("99"), report("99", ticket="35436", id="theirs")],
}
GROUPINGS: list[dict[str, list[str]]] = [
    {"desk": [], "crm": [], "tracker": []},
    {"desk": ["crm"], "crm": [], "tracker": []},
    {"desk": ["crm"], "crm": [], "tracker": ["desk"]},
    {"desk": [], "crm": [], "tracker": ["crm"]},
]


@pytest.mark.parametrize(("before", "after"), [(0, 1), (0, 2), (1, 3), (2, 0), (3, 1), (2, 2)])
def test_another_grouping_shows_what_a_new_store_of_that_grouping_shows(
    sqlite_database: str, before: int, after: int
) -> None:
    check_regrouped(sqlite_database, GROUPINGS[before], GROUPINGS[after])


def test_another_grouping_on_postgresql(postgres_database: str) -> None:
    check_regrouped(postgres_database, GROUPINGS[2], GROUPINGS[3])


def check_regrouped(database_url: str, before: dict[str, list[str]], after: dict[str, list[str]]) -> None:
    """The rows themselves are brought in line, also those that were saved and not counted yet: a source may be away."""
    first = opened(database_url, **before)
    saved(first, True, **ALL)
    saved(first, desk=[bug("13", severity="blocker")])
    saved(first, publish=False, desk=[ticket("2", customer="9", subject="Slow")], crm=[customer("9", segment="large")])
    first.engine.dispose()
    changed = opened(database_url, **after)
    notes = saved(changed)
    assert bool(notes) == (before != after), notes
    with changed.reading() as published:
        yesterday = {bare(each.id): each.severity for each in published.bugs(TODAY - timedelta(days=1))}
    assert yesterday["13"] == "minor"
    assert saved(changed) == []
    shown = rows_of(changed, PUBLISHED)
    with changed.engine.begin() as connection:
        groups = [dict(row) for row in connection.execute(select(id_group)).mappings()]
    empty(changed)
    with changed.engine.begin() as connection:
        connection.execute(insert(id_group), groups)
    saved(changed, True, **ALL)
    saved(
        changed,
        desk=[bug("13", severity="blocker"), ticket("2", customer="9", subject="Slow")],
        crm=[customer("9", segment="large")],
    )
    expected = rows_of(changed, PUBLISHED)
    for table in expected:
        assert shown[table] == expected[table], table
    changed.engine.dispose()


def test_a_store_with_one_group_holds_ids_as_they_are_and_what_is_shown_never_has_more(database_url: str) -> None:
    store = opened(database_url, desk=["crm"], crm=[])
    saved(store, True, **{name: ALL[name] for name in ("desk", "crm")})
    with store.looking() as connection:
        assert set(connection.exec_driver_sql("SELECT id FROM ticket").scalars()) == {"2", "35436"}
    store.engine.dispose()


def test_a_bug_is_found_by_the_name_that_its_tracker_gives_it_where_only_one_has_that_name(database_url: str) -> None:
    store = opened(database_url, desk=[], crm=[], tracker=[])
    saved(store, True, **ALL)
    with store.reading() as published:
        ids = {each.id for each in published.bugs(TODAY)}
        assert {bare(id) for id in ids} == {"12", "13", "99"}
        assert len(ids) == 4
        (of_the_tracker,) = (id for id in ids if bare(id) == "99")
        assert published.bug_named("99") == of_the_tracker
        assert published.bug_named(of_the_tracker) == of_the_tracker
        assert published.bug_named("12") == "12"
        assert published.bug_named("nothing") is None
    store.engine.dispose()


def test_references_to_nothing_are_counted_and_the_source_that_would_know_them_is_named(database_url: str) -> None:
    store = opened(database_url, desk=[], crm=[], empty=[])
    saved(store, desk=[ticket(f"t{n}", customer=f"c{n}") for n in range(10)], crm=[customer(f"c{n}") for n in range(8)])
    with store.reading() as published:
        (found,) = published.unresolved()
    assert tuple(found) == ("desk", "ticket", "customer", 10, 10, "crm", 8)
    assert 'write shares_ids_with = ["crm"] under [sources.desk]' in found_elsewhere(found)
    store.engine.dispose()
    together = opened(database_url, desk=["crm"], crm=[], empty=[])
    assert saved(together) == ["crm shares its ids with desk now. All metrics are recounted."]
    with together.reading() as published:
        (left,) = published.unresolved()
    assert tuple(left) == ("desk", "ticket", "customer", 10, 2, None, 0)
    assert found_elsewhere(left) == ""
    together.engine.dispose()


def test_a_company_with_its_help_desk_alone_misses_no_customers(database_url: str) -> None:
    store = opened(database_url, desk=[])
    saved(store, desk=[ticket("1", customer="7")])
    with store.reading() as published:
        assert published.unresolved() == []
    store.engine.dispose()
