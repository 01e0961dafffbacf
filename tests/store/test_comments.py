"""What people wrote with low scores is listed: the newest few, of nobody who could be told by it, in old stores too."""

from __future__ import annotations

from typing import Any

from alembic import command

from store import Store, open_store
from store.migrations.upgrade import configuration
from store.publishing.comments import COMMENTS, FEWEST
from tests.builders import NOW, RULES, answer, days_ago, filled, save


def others(n: int = FEWEST, **fields: Any) -> list[Any]:
    """Answers of other people, without a word."""
    return [
        answer(5, customer=f"other-{each}", **{"area": "Billing", "channel": "chat", **fields}) for each in range(n)
    ]


def wrote(text: str, score: int = 1, days: int = 3, who: str | None = None, **fields: Any) -> Any:
    defaults = {"area": "Billing", "channel": "chat", "customer": who or f"writer of {text}"}
    return answer(score, comment=text, answered_at=days_ago(days), **{**defaults, **fields})


def listed(store: Store, kind: str = "csat") -> list[Any]:
    with store.reading() as published:
        return published.comments(kind)


def test_the_newest_three_low_ones_are_listed_one_of_each_writer(database_url: str) -> None:
    store = filled(
        database_url,
        *others(),
        wrote("old", days=9),
        wrote("older", days=10),
        wrote("new", days=1),
        wrote("again", days=2, who="writer of new"),
        wrote("satisfied", score=5, days=1),
        wrote("two", score=2, days=4),
    )
    assert [each.comment for each in listed(store)] == ["new", "two", "old"]
    assert len(listed(store)) == COMMENTS
    assert (listed(store)[0].area, listed(store)[0].channel, listed(store)[0].score) == ("Billing", "chat", 1)
    store.engine.dispose()


def test_what_is_low_is_said_by_the_kind_and_the_scale(database_url: str) -> None:
    ces: dict[str, Any] = {"kind": "ces"}
    nps: dict[str, Any] = {"kind": "nps", "scale": "0-10"}
    store = filled(
        database_url,
        *others(**nps),
        *others(scale="2.0", **ces),
        wrote("a detractor", score=6, **nps),
        wrote("a passive", score=7, **nps),
        wrote("hard", score=3, scale="2.0", **ces),
        wrote("easy by effort", score=2, scale="1.0", **ces),
        wrote("great effort", score=4, days=5, scale="1.0", **ces),
    )
    assert [each.comment for each in listed(store, "nps")] == ["a detractor"]
    assert [each.comment for each in listed(store, "ces")] == ["hard", "great effort"]
    store.engine.dispose()


def test_nobody_is_told_by_a_comment(database_url: str) -> None:
    lone = filled(database_url, *others(FEWEST - 2), wrote("I am one of few"))
    assert listed(lone) == []
    save(
        lone,
        [
            *others(2 * FEWEST),
            wrote("alone in an area", area="Import", days=1),
            wrote("by phone", channel="phone", days=2),
        ],
    )
    found = {each.comment: (each.area, each.channel) for each in listed(lone)}
    assert found == {
        "alone in an area": ("", "chat"),
        "by phone": ("Billing", ""),
        "I am one of few": ("Billing", "chat"),
    }
    lone.engine.dispose()


def test_a_comment_that_is_changed_or_old_is_listed_no_more(database_url: str) -> None:
    mine = wrote("call me: anna@example.org", id="a1")
    store = filled(database_url, *others(), mine, wrote("of last year", days=200))
    assert [each.comment for each in listed(store)] == ["call me: [e-mail]"]
    save(store, [wrote("never mind", score=4, id="a1")])
    assert listed(store) == []
    store.engine.dispose()


def test_a_store_of_shape_0005_has_its_comments_after_the_next_refresh(database_url: str) -> None:
    store = filled(database_url, *others(), wrote("slow"))
    before = listed(store)
    with store.engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
    store.engine.dispose()
    store = open_store(store.settings)
    with store.refreshing(NOW) as refresh:
        refresh.publish(NOW, RULES)
    assert listed(store) == before != []
    store.engine.dispose()
