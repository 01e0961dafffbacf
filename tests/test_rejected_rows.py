"""Rejected rows are said wherever a number is: by the refresh, beside the number, in a list, and not past one half of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import read
import refresh
from metrics import metric
from metrics.period import Period
from metrics.reading import Reading
from metrics.reading import read as read_metric
from ranking.top_bugs import top_bugs
from reporting import bugs
from reporting.cautions import all_said
from reporting.readings import why
from store import Store, open_store
from store.rejected import Rejected
from tests.builders import NOW, RULES, TODAY, answer, bug, noon, report, settings, ticket
from tests.metrics.counting import period

WEEK = period("2026-11-09", "2026-11-16")
ORDERS = """
[sources.shop]
type = "files"
[[sources.shop.files]]
path = "orders.csv"
record = "purchase"
[sources.shop.files.fields]
id = "No"
customer = "Who"
ordered_at = "When"
"""


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = open_store(settings(database_url))
    made.migrate()
    yield made
    made.engine.dispose()


def wrong(n: int, record: str = "survey_response", file: str = "answers.csv") -> list[Rejected]:
    return [Rejected(record, f"{file} row {row}", "Score", "awful", "is not a number") for row in range(2, n + 2)]


def answers(n: int) -> list[Any]:
    return [answer(5, id=f"a{number}", answered_at=noon(date(2026, 11, 10))) for number in range(n)]


def page(
    store: Store, records: list[Any], rejected: list[Rejected], place: str = "answers.csv", whole: bool = True
) -> None:
    """A refresh that reads one place."""
    with store.refreshing(NOW) as running:
        run = running.begin_run("desk", "files", NOW)
        run.save(records, NOW, rejected=rejected, stream=place, whole=whole)
        run.finish(NOW)
        running.publish(NOW, RULES)


def csat(store: Store, over: Period = WEEK) -> Reading:
    with store.reading() as published:
        return read_metric(published, metric("csat"), over, store.settings)


def counts(store: Store) -> list[tuple[str, str, int, int]]:
    with store.reading() as published:
        return published.rejected(("survey_response", "ticket"))


def test_five_in_a_hundred_are_not_spoken_of_and_one_more_is(store: Store) -> None:
    page(store, answers(95), wrong(5))
    assert "rejected" not in " ".join(all_said(csat(store).cautions))
    page(store, answers(94), wrong(6))
    assert "6 of 100 rows of survey answers in desk were rejected (6.0%)." in all_said(csat(store).cautions)
    assert csat(store).state == "full"


def test_past_one_half_there_is_no_number(store: Store) -> None:
    page(store, answers(50), wrong(50))
    assert csat(store).value == 100.0
    page(store, answers(49), wrong(51))
    reading = csat(store)
    assert (reading.value, reading.low, reading.numerator, reading.details) == (None, None, None, {})
    assert reading.state == "withheld"
    assert why(reading) == "Hidden because 51 of 100 rows of survey answers in desk were rejected (51%)."


def test_a_number_of_which_nothing_could_be_read_is_not_no_data(store: Store) -> None:
    page(store, [], wrong(40))
    assert why(csat(store)) == "Hidden because 40 of 40 rows of survey answers in desk were rejected (100%)."


def test_rows_that_the_store_refuses_count_as_those_that_the_source_could_not_read(store: Store) -> None:
    good, bad = answers(80), [answer(9, id=f"b{number}") for number in range(10)]
    page(store, [*good, *bad], wrong(10))
    assert counts(store) == [("desk", "survey_response", 100, 20)]


def test_one_file_read_again_leaves_the_counts_of_the_others(store: Store) -> None:
    page(store, answers(90), wrong(10))
    page(store, answers(20), wrong(80, file="old.csv"), place="old.csv")
    assert counts(store) == [("desk", "survey_response", 200, 90)]
    page(store, answers(100), [])
    assert counts(store) == [("desk", "survey_response", 200, 80)]


def test_a_partial_read_adds_to_the_last_whole_one(store: Store) -> None:
    page(store, answers(90), wrong(10))
    page(store, answers(5), wrong(5), whole=False)
    assert counts(store) == [("desk", "survey_response", 110, 15)]
    page(store, answers(100), [])
    assert counts(store) == []


def test_a_whole_read_of_many_pages_is_one_read(store: Store) -> None:
    page(store, answers(60), wrong(40))
    with store.refreshing(NOW) as running:
        run = running.begin_run("desk", "files", NOW)
        run.save(answers(50), NOW, rejected=wrong(20), stream="answers.csv")
        run.save(answers(40), NOW, rejected=wrong(10, file="answers.csv, page 2,"), stream="answers.csv", whole=True)
        run.finish(NOW)
        running.publish(NOW, RULES)
    assert counts(store) == [("desk", "survey_response", 120, 30)]


def test_the_counts_of_a_source_go_with_it(store: Store) -> None:
    page(store, answers(60), wrong(40))
    with store.refreshing(NOW) as running:
        running.drop_others([], NOW)
        running.publish(NOW, RULES)
    assert counts(store) == []


def test_the_ten_bugs_say_it_and_are_withheld_like_any_number(store: Store) -> None:
    tickets = [ticket(f"t{n}", customer=f"c{n}", opened_at=noon(date(2026, 11, 19))) for n in range(6)]
    rows = [bug("B"), *tickets, *(report("B", ticket=each.id) for each in tickets)]
    page(store, rows, wrong(1, "ticket"), "tickets.csv")
    with store.reading() as published:
        top = top_bugs(published, TODAY, store.settings)
    assert len(top.bugs) == 1
    assert all_said(top.cautions) == ["1 of 7 rows of tickets in desk was rejected (14.3%)."]
    page(store, rows, wrong(7, "ticket"), "tickets.csv")
    with store.reading() as published:
        top = top_bugs(published, TODAY, store.settings)
    assert (top.bugs, top.others) == ((), 0)
    assert bugs.headline(top, store.settings) == "The top 10 is withheld: too many rows were rejected."
    assert bugs.advice(top, store.settings) == "Hidden because 7 of 13 rows of tickets in desk were rejected (54%)."


# --- programs ---------------------------------------------------------------------------------------------------------


class Shop:
    """A folder with one file of orders, refreshed by the program itself."""

    def __init__(self, folder: Path, database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.config = folder / "empathy.toml"
        self.config.write_text(f'database_url = "{database_url}"\n{ORDERS}')

    def refreshes(self, *days: str, code: int = 0) -> str:
        rows = "".join(f"{number},c{number},{day}\n" for number, day in enumerate(days))
        (self.folder / "orders.csv").write_text(f"No,Who,When\n{rows}")
        return self.again(code)

    def again(self, code: int = 0) -> str:
        assert refresh.main(["--config", str(self.config)]) == code
        return self.capsys.readouterr().err

    def reads(self, *arguments: str) -> str:
        assert read.main([*arguments, "--config", str(self.config)]) == 0
        return self.capsys.readouterr().out


@pytest.fixture
def shop(tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]) -> Shop:
    return Shop(tmp_path, database_url, capsys)


GOOD, MAIL = "2026-10-01", "jo.lind@shop.example"


def test_a_refresh_says_how_many_and_why(shop: Shop) -> None:
    said = shop.refreshes(*[GOOD] * 6, "31/12/2026", f"{MAIL}\x1b[31m", "30/12/2026")
    assert "3 of 9 rejected (33%)" in said
    assert "orders.csv row 8, When: '31/12/2026' is not a date" in said
    assert MAIL not in said
    assert "\x1b" not in said


def test_a_source_of_which_nothing_can_be_used_is_a_failure_until_it_is_mended(shop: Shop) -> None:
    assert "2 of 2 rejected (100%)" in shop.refreshes("never", "soon", code=1)
    shop.again(code=1)
    assert "rejected" not in shop.refreshes(GOOD, GOOD)


def test_rejected_rows_are_listed_as_text_and_as_json(shop: Shop) -> None:
    shop.refreshes(GOOD, "soon", GOOD, "never")
    text = shop.reads("rejected")
    assert "2 of 4 rows of purchases in shop were rejected (50%)." in text
    assert "shop, orders.csv row 3, When: 'soon' is not a date" in text
    assert "Fix them in the source and refresh; fixed rows disappear from this list." in text
    found = json.loads(shop.reads("rejected", "--json"))
    assert found["counts"] == [{"source": "shop", "record": "purchase", "read": 4, "rejected": 2}]
    by_row = {each["row"]: each for each in found["rejected"]}
    assert set(by_row) == {3, 5}
    assert {name: by_row[3][name] for name in ("source", "file", "column", "value")} == {
        "source": "shop",
        "file": "orders.csv",
        "column": "When",
        "value": "soon",
    }
    shop.refreshes(GOOD, GOOD, GOOD)
    assert shop.reads("rejected") == "No row was rejected.\n"


def test_what_the_store_refuses_is_named_by_file_row_and_column_like_what_the_file_cannot_be(shop: Shop) -> None:
    good = "0,c0,2026-10-01\n"
    (shop.folder / "orders.csv").write_text(f"No,Who,When\n{good}1,{'x' * 501},2026-10-01\n2,c2,1899-01-01\n")
    shop.again()
    found = json.loads(shop.reads("rejected", "--json"))["rejected"]
    rows = sorted((each["file"], each["row"], each["column"], each["value"][:5], each["reason"]) for each in found)
    assert rows == [
        ("orders.csv", 3, "Who", "xxxxx", "it is longer than 500 characters"),
        ("orders.csv", 4, "When", "1899-", "is a date out of range"),
    ]


def test_the_caution_stands_beside_the_number_in_the_terminal_and_in_json(shop: Shop) -> None:
    shop.refreshes(*[f"2026-0{month}-01" for month in range(1, 5) for _ in range(20)], *["soon"] * 10)
    said = "10 of 90 rows of purchases in shop were rejected (11.1%)."
    asked = ("repeat_in_period", "--from", "2026-01-01", "--to", "2026-05-01")
    assert said in " ".join(shop.reads(*asked).split())
    assert json.loads(shop.reads(*asked, "--json"))["cautions"][0] == said
    assert said in " ".join(shop.reads(*asked, "--by", "month").split())


STAFF = """
[sources.hr]
type = "files"
[[sources.hr.files]]
path = "staff.csv"
record = "employment"
[sources.hr.files.fields]
id = "No"
started_on = "From"
ended_on = "To"
"""


def test_of_a_rejected_row_of_the_staff_nobody_reads_whose_it_is_or_when_somebody_left(
    tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empathy.toml").write_text(f'database_url = "{database_url}"\n{STAFF}')
    (tmp_path / "staff.csv").write_text(
        "No,From,To\nanna.k,2024-01-01,\nanna.k,2024-02-01,\nben.o,2024-01-01,31.02.2026\ncleo.p,2024-05-02,2023-05-01\n"
    )
    assert refresh.main(["--config", str(tmp_path / "empathy.toml")]) == 0
    assert read.main(["rejected", "--config", str(tmp_path / "empathy.toml")]) == 0
    told = capsys.readouterr()
    assert read.main(["rejected", "--json", "--config", str(tmp_path / "empathy.toml")]) == 0
    found = json.loads(capsys.readouterr().out)["rejected"]
    assert [(each["row"], each["column"], each["value"]) for each in found] == [
        (3, "No", ""),
        (4, "To", ""),
        (5, "To", ""),
    ]
    everything = told.out + told.err + json.dumps(found)
    assert "staff.csv row 3, No: same id as an earlier row" in " ".join(told.err.split())
    for secret in ("anna.k", "ben.o", "cleo.p", "31.02.2026", "2023-05-01", "2024-05-02"):
        assert secret not in everything
