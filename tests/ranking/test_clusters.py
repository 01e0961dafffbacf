"""Problems that nobody has filed: which tickets belong together, and what the group is called."""

from __future__ import annotations

import random
import time
from datetime import date, timedelta
from typing import Any

from ranking import clusters as unlinked
from store.publishing.clusters import Cluster, UnlinkedTicket

DAY = date(2026, 3, 1)
STOCK = (
    "I change the stock number, press save, and later it jumps back to the old number",
    "the stock number I saved jumps back to the old number by itself",
    "saved the stock number twice, it jumps back to the old one each time",
)
OTHER = (
    "the label printer cuts the barcode in half",
    "how come our invoices are sent in French",
    "search finds nothing when a name has an accent",
    "the weekly report arrives empty on Mondays",
    "uploading a picture never ends on my tablet",
    "two colleagues were signed out during lunch",
)


def ticket(id: str, text: str, customer: str = "", **fields: Any) -> UnlinkedTicket:
    usual: dict[str, object] = {"opened_on": DAY, "area": "Inventory", "subject": ""}
    return UnlinkedTicket(id=id, customer=customer or f"customer of {id}", excerpt=text, **{**usual, **fields})


def noise(**fields: Any) -> list[UnlinkedTicket]:
    return [ticket(f"N{index}", text, **fields) for index, text in enumerate(OTHER)]


def stock(n: int = 6, **fields: Any) -> list[UnlinkedTicket]:
    return [ticket(f"T{index}", STOCK[index % 3], **fields) for index in range(n)]


def ids(found: Cluster) -> list[str]:
    return [each.id for each in found.tickets]


def test_tickets_that_say_the_same_in_other_words_are_one_cluster_and_the_rest_is_none() -> None:
    (found,) = unlinked.cluster([*noise(), *stock()])
    assert ids(found) == ["T0", "T1", "T2", "T3", "T4", "T5"]
    assert found.area == "Inventory"


def test_two_customers_are_too_few_however_often_they_write() -> None:
    often = [ticket(f"T{index}", STOCK[index % 3], customer=f"c{index % 2}") for index in range(8)]
    assert unlinked.cluster([*noise(), *often]) == []
    assert unlinked.cluster([*noise(), *often, ticket("T9", STOCK[0], customer="c3")])


def test_the_same_words_in_another_area_are_another_cluster() -> None:
    elsewhere = [ticket(f"M{index}", STOCK[index % 3], area="Mobile app") for index in range(6)]
    clusters = unlinked.cluster([*noise(), *stock(), *elsewhere])
    assert sorted(found.area for found in clusters) == ["Inventory", "Mobile app"]


def test_the_order_of_the_tickets_does_not_matter() -> None:
    tickets = [*noise(), *stock(9)]
    expected = unlinked.cluster(tickets)
    for seed in range(5):
        random.Random(seed).shuffle(tickets)
        assert unlinked.cluster(tickets) == expected


def test_the_id_is_that_of_the_oldest_ticket_and_stays_when_newer_ones_come() -> None:
    old = ticket("A-old", STOCK[1], opened_on=DAY - timedelta(days=9))
    (before,) = unlinked.cluster([*noise(), *stock(3), old])
    (after,) = unlinked.cluster([*noise(), *stock(12), old])
    assert before.id == after.id == "A-old"
    assert ids(after)[0] == "A-old"


def test_the_title_is_the_subject_most_like_the_others() -> None:
    subjects = ["Please help", "Stock number jumps back", "Stock number again", "Old number", "Number jumps", "Stock"]
    tickets = [ticket(f"T{index}", STOCK[index % 3], subject=subject) for index, subject in enumerate(subjects)]
    (found,) = unlinked.cluster([*noise(), *tickets])
    assert found.title == "Stock number jumps back"


def test_without_any_subject_the_title_is_what_was_written_cut_to_a_line() -> None:
    long = [ticket(f"T{index}", STOCK[0] + " and then again\nand again, all day long, every day") for index in range(3)]
    (found,) = unlinked.cluster([*noise(), *long])
    assert found.title.startswith("I change the stock number, press save")
    assert len(found.title) <= 80
    assert "\n" not in found.title


def test_only_the_newest_two_thousand_are_looked_at() -> None:
    old = [ticket(f"O{index}", STOCK[index % 3], opened_on=DAY - timedelta(days=50)) for index in range(3)]
    many = [ticket(f"Q{index:05}", f"word{index} thing{index + 7}") for index in range(2000)]
    assert unlinked.cluster([*old, *many[:1990]])
    assert unlinked.cluster([*old, *many]) == []


def test_empty_tickets_and_no_tickets_are_no_cluster() -> None:
    assert unlinked.cluster([]) == []
    assert unlinked.cluster([ticket("only", STOCK[0])]) == []
    assert unlinked.cluster([ticket(f"E{index}", " ?! ", subject="...") for index in range(5)]) == []


def test_two_thousand_tickets_of_one_area_take_less_than_two_seconds() -> None:
    chance = random.Random(1)
    words = [f"{chance.choice('bcdfghklm')}{chance.choice('aeiou')}{index}" for index in range(1500)]
    common = ["the", "is", "not", "and", "it", "we", "to", "for", "our", "with", "when", "after", "since", "please"]
    tickets = []
    for index in range(2000):
        about_stock = STOCK[index % 3].split() if index % 4 == 0 else []
        said = [*chance.choices(words, k=8), *chance.choices(common, k=9), *about_stock]
        tickets.append(ticket(f"T{index:04}", " ".join(said)))
    started = time.process_time()
    unlinked.cluster(tickets)
    assert time.process_time() - started < 2
