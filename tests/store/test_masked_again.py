"""Whoever refreshes with a newer version of masking has no text left that the older one let through."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from sqlalchemy import select, text, update

from store import Store, masking, open_store
from store.masking import mask
from store.publishing.clusters import Cluster
from store.schema import FACTS, excerpt_of_bug, listed_bug, rejected_row
from store.schema import ticket as tickets
from tests.builders import NOW, answer, bug, filled, report, save, settings, ticket
from tests.store.test_masking import KINDS, ORDINARY, canaries

SAID = "Charge 4111 1111 1111 1111 again"
MASKED = "Charge [card] again"
REJECTED = {
    "source": "test",
    "record": "ticket",
    "place": "row 3",
    "column_name": "subject",
    "stream": "",
    "seen_at": NOW,
}


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """As an older version left it, which did not know this card number."""
    made = open_store(settings(database_url))
    save(
        made,
        [
            bug("B"),
            ticket("t", subject="Billing"),
            ticket("u", subject="Else"),
            report("B", ticket="t"),
            answer(2, comment="Hm"),
        ],
    )
    with made.engine.begin() as connection:
        for table in (tickets, excerpt_of_bug):
            connection.execute(update(table).where(table.c.subject == "Billing").values(subject=SAID))
        connection.execute(update(FACTS["survey_response"]).values(comment=SAID))
        connection.execute(rejected_row.insert().values(value=SAID, reason=f"is no subject: {SAID}", **REJECTED))
        connection.execute(text("UPDATE meta SET value = '1' WHERE name = 'masking'"))
    yield made
    made.engine.dispose()


def texts(store: Store) -> list[str]:
    columns = (tickets.c.subject, FACTS["survey_response"].c.comment, rejected_row.c.value, rejected_row.c.reason)
    with store.engine.connect() as connection:
        return sorted(each for column in columns for each in connection.scalars(select(column)))


def test_stored_texts_are_masked_again_by_the_next_refresh_which_says_so(store: Store) -> None:
    before = store.snapshot()
    with store.refreshing(NOW) as refresh:
        assert refresh.notes == [
            "5 stored texts were masked again: this version masks more than the one that wrote them."
        ]
    assert texts(store) == sorted([MASKED, MASKED, MASKED, f"is no subject: {MASKED}", "Else"])
    with store.reading() as published:
        assert [each.subject for each in published.excerpts("B")] == [MASKED]
        assert published.snapshot != before  # so that no page shows what it remembers of the one before


def test_what_was_masked_again_is_not_looked_at_by_the_refresh_after(store: Store) -> None:
    for notes in (1, 0):
        with store.refreshing(NOW) as refresh:
            assert len(refresh.notes) == notes


def test_a_new_store_has_nothing_to_be_masked_again(database_url: str) -> None:
    made = open_store(settings(database_url))
    assert save(made, [ticket(subject=SAID)]) == []
    assert texts(made) == [MASKED]
    made.engine.dispose()


def test_the_title_of_a_bug_stays_as_its_tracker_says_it_and_that_of_a_cluster_is_masked_again(
    database_url: str,
) -> None:
    made = filled(
        database_url,
        bug("B", title=SAID),
        report("B", customer="acme", reported_at=NOW),
        *(ticket(f"t{n}", customer=f"c{n}", subject="Coupon fails") for n in range(3)),
        cluster=lambda tickets: [Cluster("coupon", "Coupon fails", "Billing", tuple(tickets))],
    )
    with made.engine.begin() as connection:
        connection.execute(update(listed_bug).where(listed_bug.c.is_cluster).values(title=SAID))
        connection.execute(text("UPDATE meta SET value = '1' WHERE name = 'masking'"))
    with made.refreshing(NOW), made.reading() as published:
        assert {each.id: each.title for each in published.bugs(NOW.date())} == {"B": SAID, "cluster:coupon": MASKED}
    made.engine.dispose()


def test_whoever_changes_what_is_masked_raises_the_version() -> None:
    """Red: raise VERSION in store/masking, so that what is stored is masked again; then note both here."""
    said = [*ORDINARY, *(each for kind in KINDS for each in canaries(kind, 300))]
    digest = hashlib.sha256("\n".join(map(mask, said)).encode()).hexdigest()[:16]
    assert (masking.VERSION, digest) == (2, "d3f2a8a783f72d4a")
