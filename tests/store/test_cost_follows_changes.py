"""What a refresh costs on PostgreSQL follows what changed, whatever the server believes about its tables.

Between two refreshes the tables in which changes are noted are empty, and that is what a server remembers that looked at
them then: it would go through all changes once for each of them. Told by what it looked at, not by a clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from store import open_store
from tests.builders import NOW, RULES, TODAY, answer, customer, noon, purchase, report, save, settings, ticket
from tests.postgres import connect

MANY = 400
AT_MOST = 40 * MANY  # rows that one step of one statement looks at; "once for each" would be 4 * MANY * MANY
EXPLAINED = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
    "auto_explain.log_level": "notice",
}


def rows(time: int) -> Iterator[Any]:
    """Of many customers, each with a ticket, an answer, a link and an order; all of them differ from time to time."""
    for number in range(MANY):
        day = TODAY - timedelta(days=number % 300)
        segment = ("small", "large")[(number + time) % 2]
        yield customer(f"c{number}", segment=segment)
        whose, area = f"c{(number + time) % MANY}", f"Area {(number + time) % 7}"
        yield ticket(f"t{number}", customer=whose, opened_at=noon(day), solved_at=noon(day), area=area)
        yield answer(1 + (number + time) % 5, id=f"a{number}", ticket=f"t{number}", answered_at=noon(day))
        yield report(f"B{(number + time) % 20}", id=f"r{number}", ticket=f"t{number}")
        yield purchase(f"c{number}", day, id=f"o{number}", amount=100 + time)


def steps(plan: dict[str, Any]) -> Iterator[tuple[float, str]]:
    """Each step of a statement: how many rows it gave or looked at in vain, all its rounds together."""
    thrown_away = sum(plan.get(name, 0) for name in ("Rows Removed by Filter", "Rows Removed by Join Filter"))
    yield (plan["Actual Rows"] + thrown_away) * plan["Actual Loops"], plan["Node Type"]
    for inner in plan.get("Plans", []):
        yield from steps(inner)


@pytest.mark.parametrize("looked", ["ANALYZE", "VACUUM ANALYZE"])
def test_no_statement_of_a_refresh_goes_through_all_changes_once_for_each_of_them(
    postgres_database: str, looked: str
) -> None:
    store = open_store(settings(postgres_database))
    save(store, rows(0))
    save(store, rows(1))
    store.engine.dispose()
    with connect(postgres_database) as server:
        server.execute(looked)
        name = server.info.dbname
        for option, value in EXPLAINED.items():
            server.execute(f"ALTER DATABASE {name} SET {option} = '{value}'")
        server.execute(f"ALTER DATABASE {name} SET statement_timeout = '60s'")
    plans: list[dict[str, Any]] = []

    @event.listens_for(store.engine, "connect")
    def _listen(connection: Any, _record: Any) -> None:
        connection.add_notice_handler(lambda said: plans.append(json.loads(said.message_primary.partition("plan:")[2])))

    with store.refreshing(NOW) as refresh:
        run = refresh.begin_run("test", "files", NOW)
        run.save(list(rows(2)), NOW)
        assert run.rows_saved == 5 * MANY
        refresh.publish(NOW, RULES)
    store.engine.dispose()
    worst = sorted(
        ((rows, step, plan["Query Text"][:200]) for plan in plans for rows, step in steps(plan["Plan"])), reverse=True
    )
    assert sum("tally_change" in plan["Query Text"] for plan in plans) > 10, "the plans did not arrive"
    assert [each for each in worst if each[0] > AT_MOST] == []
    assert worst[0][0] > MANY
