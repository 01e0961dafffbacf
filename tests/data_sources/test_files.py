"""What a person may rely on when they point the product at their own files."""

# ruff: noqa: DTZ001, DTZ007, E501 (cells of files hold times without a zone)

from __future__ import annotations

import csv
import dataclasses
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import tracemalloc
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how_hard
from hypothesis import strategies as some

from data_sources.files import SOURCE, docs, entries
from data_sources.files.formats import check, read
from data_sources.files.layout import Layout
from data_sources.mapping import cells as meanings
from data_sources.mapping import grammar, plan
from data_sources.mapping.pages import Seen
from data_sources.source import Page, Request, SourceError
from settings import Settings
from store.records import BY_TABLE
from tests.data_sources.door import let_in

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TICKET = {"id": "id", "opened_at": "opened"}


def asked(folder: Path, *files: dict[str, Any], since: str | None = None, time_zone: str = "UTC") -> Request:
    return Request("desk", {"files": list(files)}, Settings(folder=folder, time_zone=time_zone), since, NOW)


def pages(folder: Path, *files: dict[str, Any], since: str | None = None, time_zone: str = "UTC") -> list[Page]:
    return list(SOURCE.fetch(asked(folder, *files, since=since, time_zone=time_zone)))


def records(found: list[Page]) -> list[Any]:
    return [record for page in found for record in let_in(page)[0]]


def rejected_rows(found: list[Page]) -> list[Any]:
    return [row for page in found for row in let_in(page)[1]]


def tickets(folder: Path, text: str | bytes, name: str = "tickets.csv", **more: Any) -> dict[str, Any]:
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return {"path": name, "record": "ticket", "fields": TICKET, **more}


def refusal(folder: Path, *files: dict[str, Any]) -> str:
    """The sentence that a person reads; and nothing at all of the file may have come out before it."""
    given_out: list[Page] = []
    with pytest.raises(SourceError) as said:
        given_out.extend(SOURCE.fetch(asked(folder, *files)))
    assert records(given_out) == []
    assert str(said.value).endswith(".")
    assert "\n" not in str(said.value)
    return str(said.value)


# --- formats -----------------------------------------------------------------------------------------------------

cells = some.text(
    some.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=12
)
rows_of_three = some.lists(some.tuples(cells, cells, cells), min_size=1, max_size=20)


def read_back(path: Path, layout: Layout) -> list[list[Any]]:
    shape = check(path, layout, ["a", "b", "c"])
    places = [shape.place_of(name) for name in "abc"]
    return [[row[place] for place in places] for _, row in read(path, layout, shape)]  # type: ignore[index]


def write(path: Path, kind: str, rows: list[tuple[str, str, str]]) -> None:
    if kind in ("csv", "tsv"):
        with path.open("w", encoding="utf-8", newline="") as stream:
            out = csv.writer(stream, delimiter="\t" if kind == "tsv" else ",", quoting=csv.QUOTE_ALL)
            out.writerows([("a", "b", "c"), *rows])
    elif kind == "jsonl":
        path.write_text(
            "".join(json.dumps(dict(zip("abc", row, strict=True))) + "\n" for row in rows), encoding="utf-8"
        )
    elif kind == "xlsx":
        from openpyxl import Workbook

        book = Workbook()
        book.active.append(["a", "b", "c"])
        for row in rows:
            book.active.append(["'" + cell for cell in row])  # an apostrophe: not a formula, not a number
        book.save(path)
    else:
        import pyarrow
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.table(dict(zip("abc", zip(*rows, strict=True), strict=True))), path)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzipped"])
@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "xlsx", "parquet"])
@how_hard(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_of_three)
def test_what_is_written_in_a_file_is_what_is_read_from_it(
    tmp_path: Path, kind: str, packed: bool, rows: list[Any]
) -> None:
    path = tmp_path / f"rows.{kind}"
    write(path, kind, rows)
    if packed:
        path = Path(f"{path}.gz")
        path.write_bytes(gzip.compress((tmp_path / f"rows.{kind}").read_bytes()))
    back = read_back(path, Layout())
    if kind == "xlsx":
        back = [[cell.removeprefix("'") for cell in row] for row in back]
    assert back == [list(row) for row in rows]


@how_hard(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=some.lists(
        some.lists(some.text("abc019.-", min_size=1, max_size=6), min_size=3, max_size=3), min_size=1, max_size=9
    )
)
def test_columns_apart_by_blanks_are_called_by_their_place_or_as_the_mapping_names_them(
    tmp_path: Path, rows: list[Any]
) -> None:
    path = tmp_path / "rows.txt"
    path.write_text("".join("  " + "   ".join(row) + "\n" for row in rows))
    assert read_back(path, Layout(type="blanks", header=("a", "b", "c"))) == rows
    assert check(path, Layout(type="blanks"), ["1", "3"]).columns == ["1", "2", "3"]


def test_a_field_of_a_field_and_each_element_of_a_list_can_be_mapped(tmp_path: Path) -> None:
    issue = {
        "key": 7,
        "by": {"name": "ann"},
        "events": [{"at": "2026-01-02", "who": "bo"}, {"at": "2026-01-03", "who": "cy"}],
    }
    (tmp_path / "issues.jsonl").write_text(json.dumps(issue) + "\n" + json.dumps({"key": 8, "events": []}) + "\n")
    found = records(
        pages(
            tmp_path,
            {
                "path": "issues.jsonl",
                "record": "bug_report",
                "each": "events",
                "fields": {
                    "id": ["key", "events.#"],
                    "bug": "key",
                    "customer": "events.who",
                    "reported_at": "events.at",
                },
            },
        )
    )
    assert [(each.id, each.bug, each.customer) for each in found] == [("7/1", "7", "bo"), ("7/2", "7", "cy")]


def test_a_cell_that_holds_a_list_becomes_one_record_for_each_part(tmp_path: Path) -> None:
    entry = tickets(tmp_path, 'bug,same as\n1,"2, 3"\n4,5\n', each="same as", split=",", record="bug_report")
    entry["fields"] = {"id": ["bug", "same as"], "bug": "bug", "ticket": "same as"}
    assert [each.id for each in records(pages(tmp_path, entry))] == ["1/2", "1/3", "4/5"]


def test_a_named_sheet_and_real_dates_and_numbers_of_a_workbook_are_read_as_what_they_are(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.create_sheet("Orders")
    for row in [
        ["id", "who", "when", "sum"],
        [17.0, 4, datetime(2026, 3, 1, 9, 30), 12.5],
        [18, 4, date(2026, 3, 2), 7],
    ]:
        sheet.append(row)
    book.save(tmp_path / "book.xlsx")
    entry = {
        "path": "book.xlsx",
        "record": "purchase",
        "sheet": "Orders",
        "fields": {"id": "id", "customer": "who", "ordered_at": "when", "amount": "sum"},
    }
    found = records(pages(tmp_path, entry, time_zone="Europe/Madrid"))
    assert [(each.id, each.customer, each.amount) for each in found] == [("17", "4", 1250), ("18", "4", 700)]
    assert found[0].ordered_at == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    assert "the nearest is 'Orders'" in refusal(tmp_path, {**entry, "sheet": "Order"})


def test_neither_pandas_nor_a_reader_that_is_not_needed_is_loaded() -> None:
    code = "import sys, data_sources.files; print([m for m in ('pandas','streamlit','pyarrow','openpyxl') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.strip() == "[]"


# --- the mapping -------------------------------------------------------------------------------------------------


def one(
    folder: Path, header: str, row: str, record: str, fields: dict[str, Any], time_zone: str = "UTC", **more: Any
) -> Any:
    (folder / "one.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    found = pages(folder, {"path": "one.csv", "record": record, "fields": fields, **more}, time_zone=time_zone)
    assert rejected_rows(found) == []
    return records(found)[0]


@pytest.mark.parametrize(
    ("text", "format", "instant"),
    [
        ("2026-03-01 09:30", None, "2026-03-01T08:30"),
        ("2026-03-01T09:30:00Z", None, "2026-03-01T09:30"),
        ("2026-03-01T09:30:00-05:00", None, "2026-03-01T14:30"),
        ("2026-07-01", None, "2026-06-30T22:00"),
        ("1/3/2026 09:30", "%d/%m/%Y %H:%M", "2026-03-01T08:30"),
        ("03/01/26", "%m/%d/%y", "2026-02-28T23:00"),
        ("05/11/2026 12:00:00 AM", "%m/%d/%Y %I:%M:%S %p", "2026-05-10T22:00"),
        ("1 Mar 2026", ["%d/%m/%Y", "%d %b %Y"], "2026-02-28T23:00"),
        ("1772353800", "unix", "2026-03-01T08:30"),
        ("1772353800000", "unix_ms", "2026-03-01T08:30"),
    ],
)
def test_a_date_is_read_as_the_mapping_says_and_a_time_without_zone_is_company_time(
    tmp_path: Path, text: str, format: Any, instant: str
) -> None:
    opened = {"column": "opened"} | ({"format": format} if format else {})
    found = one(
        tmp_path, "id,opened", f"1,{text}", "ticket", {"id": "id", "opened_at": opened}, time_zone="Europe/Madrid"
    )
    assert found.opened_at == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert found.opened_at.tzinfo is UTC


@how_hard(max_examples=200, deadline=None)
@given(
    some.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2068, 1, 1)),
    some.sampled_from(["%d/%m/%Y %H:%M:%S", "%m-%d-%y %H:%M", "%Y.%m.%d"]),
)
def test_the_quick_reading_of_dates_says_what_strptime_says(moment: datetime, pattern: str) -> None:
    text = moment.strftime(pattern)
    assert meanings.reader_of(pattern)(text) == datetime.strptime(text, pattern)


@pytest.mark.parametrize(
    ("text", "comma", "hundredths"),
    [
        ("12", False, 1200),
        ("1234.565", False, 123457),
        ('"1,234.50"', False, 123450),
        ('"€1,240.00"', False, 124000),
        ("USD 5", False, 500),
        ("(3.10)", False, -310),
        ('"1.234,5"', True, 123450),
        ("1 234", True, 123400),
        ('"0,005"', True, 1),
    ],
)
def test_money_becomes_whole_hundredths(tmp_path: Path, text: str, comma: bool, hundredths: int) -> None:
    assert (
        one(tmp_path, "id,fee", f"1,{text}", "customer", {"id": "id", "mrr": "fee"}, decimal_comma=comma).mrr
        == hundredths
    )


def test_fields_can_be_joined_filled_in_constant_multiplied_translated_and_later(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        "who,day,wait,level,ok",
        "C1,5,90,1 - High,yes",
        "ticket",
        {
            "id": ["who", "day"],
            "opened_at": {"template": "2026-05-{day}", "format": "%Y-%m-%d"},
            "first_reply_at": {"template": "2026-05-{day}", "format": "%Y-%m-%d", "plus": {"minutes": "wait"}},
            "within_target": "ok",
            "area": {"constant": "Desk"},
            "priority": {"column": "level", "values": {"1 - High": "high"}, "other": "rest"},
            "names": ["who", "level"],
        },
    )
    assert (found.id, found.area, found.priority, found.within_target) == ("C1/5", "Desk", "high", True)
    assert found.first_reply_at == datetime(2026, 5, 5, 1, 30, tzinfo=UTC)
    assert found.names == ("C1", "1 - High")
    order = one(
        tmp_path,
        "id,who,at,n,price",
        "1,C,2026-01-01,3,0.35",
        "purchase",
        {"id": "id", "customer": "who", "ordered_at": "at", "amount": {"product": ["n", "price"]}},
    )
    assert order.amount == 105


def test_blanks_around_a_cell_never_count(tmp_path: Path) -> None:
    found = one(
        tmp_path, "id,team,fee", " 7 ,Production   ,  ", "customer", {"id": "id", "segment": "team", "mrr": "fee"}
    )
    assert (found.id, found.segment, found.mrr) == ("7", "Production", None)


def test_the_last_day_of_service_becomes_the_first_day_without_it(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        "id,last",
        "1,2026-02-28",
        "customer",
        {"id": "id", "ended_on": {"column": "last", "plus": {"days": 1}}},
    )
    assert found.ended_on == date(2026, 3, 1)


def test_only_rows_that_meet_every_condition_are_kept(tmp_path: Path) -> None:
    text = "id,opened,state,n\nA1,2026-01-01,new,1\nA2,2026-01-01,done,5\nB3,2026-01-01,new,9\nA4,2026-01-01,?,9\nA5,2026-01-01,new,7\n"

    def kept(where: dict[str, Any]) -> list[str]:
        return [r.id for r in records(pages(tmp_path, tickets(tmp_path, text, where=where, blanks=["?"])))]

    assert kept({"state": "new"}) == ["A1", "B3", "A5"]
    assert kept({"state": ["done", "?"]}) == ["A2", "A4"]
    assert kept({"state": {"not": ["new", "done"]}}) == ["A4"]
    assert kept({"id": {"starts": "A"}, "n": {"at_least": 5, "at_most": 7}}) == ["A2", "A5"]
    assert kept({"id": {"not_starts": ["A1", "B"]}, "state": {"blank": False}}) == ["A2", "A5"]
    assert kept({"state": {"contains": "e", "not_contains": "d"}, "id": {"ends": "3"}}) == ["B3"]


SURVEY = {
    "id": "id",
    "kind": {"constant": "csat"},
    "scale": {"constant": "1-5"},
    "score": {"column": "score", "blanks": [0, "6"]},
    "answered_at": "at",
}


def test_a_survey_nobody_answered_counts_only_if_it_is_known_to_have_been_sent(tmp_path: Path) -> None:
    text = "id,score,at,sent\n1,5,2026-01-02,2026-01-01\n2,,2026-01-02,2026-01-01\n3,6,,\n4,0,2026-01-02,2026-01-01\n"
    entry = tickets(tmp_path, text, record="survey_response")
    answered = pages(tmp_path, {**entry, "fields": SURVEY})
    assert [each.id for each in records(answered)] == ["1"]
    assert rejected_rows(answered) == []
    assert sum(page.read for page in answered) == 4
    sent = records(pages(tmp_path, {**entry, "fields": {**SURVEY, "sent_at": "sent"}}))
    assert [(each.id, each.score, each.answered_at is None) for each in sent] == [
        ("1", 5, False),
        ("2", None, True),
        ("4", None, True),
    ]


def test_a_score_outside_its_scale_is_set_aside_and_a_scale_nobody_knows_is_refused(tmp_path: Path) -> None:
    entry = tickets(
        tmp_path,
        "id,score,at\n1,9,2026-01-02\n2,4.5,2026-01-02\n3,3.0,2026-01-02\n",
        record="survey_response",
        fields=SURVEY,
    )
    found = pages(tmp_path, entry)
    assert [each.score for each in records(found)] == [3]
    assert [(row.place, row.column, row.value) for row in rejected_rows(found)] == [
        ("tickets.csv row 3", "score", "4.5"),
        ("tickets.csv row 2", "score", "9"),
    ]
    assert "outside the scale 1 to 5" in rejected_rows(found)[1].reason
    assert 'csat "1-5"' in refusal(tmp_path, {**entry, "fields": {**SURVEY, "scale": {"constant": "1-6"}}})
    undated = {name: value for name, value in SURVEY.items() if name != "answered_at"}
    assert "map answered_at" in refusal(tmp_path, {**entry, "fields": undated})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pathh": "x"}, "no such option; the nearest is 'path'"),
        ({"record": "tickets"}, "the nearest is 'ticket'"),
        ({"record": None}, "does not say its record"),
        ({"fields": {**TICKET, "opend_at": "x"}}, "the nearest is 'opened_at'"),
        ({"fields": {"id": "id"}}, "needs the field 'opened_at'"),
        ({"fields": {"id": "id", "opened_at": "opend"}}, "no column 'opend'; the nearest is 'opened'"),
        ({"fields": {"id": "id", "opened_at": {"colum": "opened"}}}, "the nearest is 'column'"),
        ({"fields": {"id": "id", "opened_at": {"column": "opened", "constant": "x"}}}, "exactly one of"),
        ({"fields": {"id": "id", "opened_at": {"column": "opened", "format": "dd/mm"}}}, "'dd/mm' is not one of iso"),
        ({"fields": {"id": "id", "opened_at": {"column": "opened", "take": "min"}}}, "only with same_id"),
        ({"where": {"state": "x"}}, "no column 'state'"),
        ({"where": {"id": {"start": "x"}}}, "the nearest is 'starts'"),
        ({"time_zone": "Madrid"}, "no time zone 'Madrid'"),
        ({"type": "excel"}, "'excel' is not one of"),
        ({"delimiter": "||"}, "write one character"),
        ({"encoding": "utf8000"}, "no encoding"),
        ({"path": "nothing.csv"}, "There is no file"),
        ({"path": "nothing-*.csv"}, "No file matches"),
        ({"path": "${NO_SUCH_PLACE}/x.csv"}, "NO_SUCH_PLACE is not set"),
    ],
)
def test_a_wrong_word_in_the_mapping_is_named_together_with_the_right_one(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    entry = tickets(tmp_path, "id,opened\n1,2026-01-01\n") | change
    assert said in refusal(tmp_path, {key: value for key, value in entry.items() if value is not None})


@pytest.mark.parametrize("name", ["none.csv", "none-*.csv", "n\0ne.csv"])
@pytest.mark.parametrize("where", ["", "in/", "{folder}/"])
def test_a_file_that_is_not_there_is_named_without_the_folder_that_it_should_lie_in(
    tmp_path: Path, where: str, name: str
) -> None:
    entry = tickets(tmp_path, "id,opened\n1,2026-01-01\n") | {"path": where.format(folder=tmp_path) + name}
    said = refusal(tmp_path, entry)
    assert str(tmp_path) not in said  # Data health shows it to everybody
    assert "sources" in said or "files[1]" in said


def test_money_is_marked_for_fields_that_exist() -> None:
    names = {name for record in BY_TABLE.values() for name in record.__dataclass_fields__}
    assert set(plan.MONEY) <= names
    assert set(plan.REFERENCES) <= names


# --- more of the language ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "cell", "hundredths"),
    [
        ({"divided_by": 12}, "1200", 10_000),
        ({"divided_by": 12}, "100", 833),
        ({"times": 1.21}, "9.99", 1_209),
        ({"times": 12, "divided_by": 3}, "1.01", 404),
        ({"divided_by": 12, "decimal_comma": True}, '"14.400,00"', 120_000),
    ],
)
def test_an_amount_can_be_of_a_year_or_without_tax_and_is_made_what_the_field_needs(
    tmp_path: Path, options: dict[str, Any], cell: str, hundredths: int
) -> None:
    fields = {"id": "id", "mrr": {"column": "arr", **options}}
    assert one(tmp_path, "id,arr", f"1,{cell}", "customer", fields).mrr == hundredths


def test_a_number_that_is_not_whole_after_it_was_divided_keeps_its_row_out(tmp_path: Path) -> None:
    survey = {**SURVEY, "score": {"column": "percent", "divided_by": 20}}
    text = "id,percent,at\n1,80,2026-01-02\n2,87,2026-01-02\n"
    found = pages(tmp_path, tickets(tmp_path, text, record="survey_response", fields=survey))
    assert [each.score for each in records(found)] == [4]
    assert [(row.column, row.value) for row in rejected_rows(found)] == [("percent", "87")]
    assert "not a whole number" in rejected_rows(found)[0].reason


def test_a_field_has_a_value_only_in_rows_that_meet_its_condition(tmp_path: Path) -> None:
    fields = {**TICKET, "solved_at": {"column": "changed", "when": {"activity": 5}}}
    text = "id,opened,changed,activity\n1,2026-01-01,2026-01-03,5\n2,2026-01-01,not yet,4\n3,2026-01-01,soon,5\n"
    found = pages(tmp_path, tickets(tmp_path, text, fields=fields))
    assert [(each.id, each.solved_at) for each in records(found)] == [
        ("1", datetime(2026, 1, 3, tzinfo=UTC)),
        ("2", None),
    ]
    assert [(row.place, row.column, row.value) for row in rejected_rows(found)] == [
        ("tickets.csv row 4", "changed", "soon")
    ]


def test_somebody_left_only_where_the_flag_says_so_and_the_date_may_stand_elsewhere(tmp_path: Path) -> None:
    fields = {
        "id": "id",
        "started_on": "hired",
        "ended_on": {"column": "review", "plus": {"days": 1}, "when": {"Attrition": ["Yes", "yes"]}},
        "left_how": {"constant": "voluntary", "when": {"Attrition": "Yes"}},
    }
    text = "id,hired,review,Attrition\n1,2020-01-01,2026-02-28,Yes\n2,2021-01-01,2026-02-28,No\n"
    found = records(pages(tmp_path, tickets(tmp_path, text, record="employment", fields=fields)))
    assert [(each.id, each.ended_on, each.left_how) for each in found] == [
        ("1", date(2026, 3, 1), "voluntary"),
        ("2", None, None),
    ]


def test_what_means_that_nothing_was_written_means_it_in_capitals_too(tmp_path: Path) -> None:
    fields = {**TICKET, "area": "team", "priority": {"column": "level", "blanks": ["None"]}}
    text = "id,opened,team,level\n1,2026-01-01,n/a,none\n2,2026-01-01,N/A,NONE\n3,2026-01-01,Nora,n/a\n"
    found = records(pages(tmp_path, tickets(tmp_path, text, fields=fields, blanks=["N/A"])))
    assert [(each.area, each.priority) for each in found] == [(None, None), (None, None), ("Nora", None)]


def test_one_file_gives_two_records(tmp_path: Path) -> None:
    text = "id,opened,rating,rated,state\n1,2026-01-01,5,2026-01-02,ok\n2,2026-01-01,,,ok\n3,2026-01-01,4,2026-01-03,spam\n"
    entry = tickets(tmp_path, text)
    del entry["record"], entry["fields"]
    entry |= {
        "where": {"state": {"not": "spam"}},
        "records": {
            "ticket": {"fields": TICKET},
            "survey_response": {
                "where": {"rating": {"blank": False}},
                "fields": {**SURVEY, "score": "rating", "answered_at": "rated", "ticket": "id"},
            },
        },
    }
    found = pages(tmp_path, entry)
    assert [(each.TABLE, each.id) for each in records(found)] == [
        ("ticket", "1"),
        ("ticket", "2"),
        ("survey_response", "1"),
    ]
    assert rejected_rows(found) == []
    assert [page.whole for page in found] == [False, True]
    assert "write either fields or records" in refusal(tmp_path, {**entry, "fields": TICKET})
    wrong = {**entry, "records": {"tickets": {"fields": TICKET}}}
    assert "the nearest is 'ticket'" in refusal(tmp_path, wrong)
    assert "records" in refusal(tmp_path, {**entry, "records": []})


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (
            {"column": "opened", "when": {"id": {"start": "x"}}},
            "fields.opened_at.when.id.start: there is no such condition",
        ),
        ({"column": "opened", "when": "id"}, "fields.opened_at.when: write a table"),
        ({"column": "opened", "when": {"state": "x"}}, "no column 'state'"),
        ({"column": "opened", "times": 2}, "fields.opened_at.times: only a number or an amount"),
        ({"column": "opened", "divided_by": 2}, "fields.opened_at.divided_by: only a number or an amount"),
        (True, "fields.opened_at: write a column, a list of columns, or a table"),
        ({"column": "opened", "blanks": "NA"}, "fields.opened_at.blanks: write a list"),
        ({"column": "opened", "decimal_comma": "yes"}, "fields.opened_at.decimal_comma: write true or false"),
        (
            {"column": "opened", "take": "most"},
            "fields.opened_at.take: 'most' is not one of last, first, min, max, sum",
        ),
        ({"columns": []}, "fields.opened_at.columns: write at least one"),
        ({"constant": "soon"}, "fields.opened_at: 'soon' is not a date"),
    ],
)
def test_a_wrong_word_in_a_field_is_named_with_its_place(tmp_path: Path, field: Any, said: str) -> None:
    entry = tickets(tmp_path, "id,opened\n1,2026-01-01\n", fields={"id": "id", "opened_at": field})
    assert said in refusal(tmp_path, entry)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"header": ["a", "a"]}, "files[1].header: write true, false, or a list of different names"),
        ({"skip": -1}, "files[1].skip: write a whole number that is not negative"),
        ({"sheet": ""}, "files[1].sheet: write a text"),
        ({"most_unpacked_mb": 0}, "files[1].most_unpacked_mb: write a number above 0"),
        ({"split": ";"}, "split has a meaning only with `each`"),
        ({"blanks": "?"}, "files[1].blanks: write a list"),
        ({"path": 3}, "files[1].path: write a text"),
        ({"fields": {}}, "maps no fields"),
        ({"fields": "id"}, "files[1].fields: write a table"),
    ],
)
def test_a_wrong_value_in_a_file_is_named_with_its_place(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    assert said in refusal(tmp_path, tickets(tmp_path, "id,opened\n1,2026-01-01\n") | change)


def test_the_document_names_every_field_every_scale_and_every_word_of_a_mapping() -> None:
    for path in docs.WRITTEN:
        assert path.read_text("utf-8") == docs.text(path), f"docs/{path.name} is old: type ./run docs"
    written = docs.text(docs.WRITTEN[0])
    for record, noun in BY_TABLE.items():
        section = written.partition(f"### {record}\n")[2].partition("###")[0]
        assert all(f"`{each.name}`" in section for each in dataclasses.fields(noun)), record
    words = [*entries.FileOptions.model_fields, *grammar.FieldOptions.model_fields]
    assert [word for word in words if f"| `{word}` |" not in written] == []


# --- wrong cells -------------------------------------------------------------------------------------------------


def test_a_wrong_cell_keeps_its_row_out_says_where_it_is_and_lets_the_others_in(tmp_path: Path) -> None:
    text = 'id,opened,n\n1,2026-01-01,2\n2,"31/12\n2025",2\n\n,2026-01-01,2\n4,2026-01-01,many\n5,2026-01-01\n6,0206-01-01,2\n7,2026-01-07,\n'
    entry = tickets(
        tmp_path, text + "".join(f"x{i},2026-01-01,0\n" for i in range(20)), fields={**TICKET, "replies": "n"}
    )
    found = pages(tmp_path, entry)
    assert [each.id for each in records(found)][:2] == ["1", "7"]
    assert len(records(found)) == 22
    rows = [(row.record, row.place, row.column, row.value) for row in rejected_rows(found)]
    assert rows == [
        ("ticket", "tickets.csv row 3", "opened", "31/12\n2025"),
        ("ticket", "tickets.csv row 5", "id", ""),
        ("ticket", "tickets.csv row 6", "n", "many"),
        ("ticket", "tickets.csv row 7", "", ""),
        ("ticket", "tickets.csv row 8", "opened", "0206-01-01 00:00:00+00:00"),
    ]
    reasons = " ".join(row.reason for row in rejected_rows(found))
    for part in (
        "is not a date",
        "needs its id",
        "is not a number",
        "2 cells and the header has 3",
        "date out of range",
    ):
        assert part in reasons


@pytest.mark.parametrize(
    ("record", "fields", "row", "reason"),
    [
        ("customer", {"id": "a", "mrr": "b"}, '1,"12,50"', "write decimal_comma = true"),
        (
            "customer",
            {"id": "a", "started_on": "b", "ended_on": "c"},
            "1,2026-02-01,2026-01-01",
            "ended before it started",
        ),
        (
            "ticket",
            {"id": "a", "opened_at": "b", "solved_at": "c"},
            "1,2026-02-01,2026-01-01",
            "solved before it was opened",
        ),
        ("ticket", {"id": "a", "opened_at": "b", "within_target": "c"}, "1,2026-02-01,maybe", "neither true nor false"),
        (
            "ticket",
            {"id": "a", "opened_at": "b", "kind": "c"},
            "1,2026-02-01,Fault",
            "is not one of problem, question, request",
        ),
        ("ticket", {"id": "a", "opened_at": "b", "replies": "c"}, "1,2026-02-01,-1", "must not be negative"),
        ("customer", {"id": "a", "mrr": "b"}, f"1,{10**14}", "is too large an amount"),
    ],
)
def test_a_cell_that_cannot_be_is_set_aside_with_the_reason(
    tmp_path: Path, record: str, fields: dict[str, Any], row: str, reason: str
) -> None:
    cells = row if row.count(",") > 1 and '"' not in row else row + ","
    found = pages(tmp_path, tickets(tmp_path, f"a,b,c\n{cells}\n", record=record, fields=fields))
    assert records(found) == []
    assert reason in rejected_rows(found)[0].reason


# --- wrong files -------------------------------------------------------------------------------------------------

GOOD = "".join(f"{n},2026-01-01\n" for n in range(6000))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "no rows at all"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "is a web page, not a table"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "old Excel file"),
        (("id,opened\n" + GOOD).encode() + "é,2026-01-01\n".encode("latin-1"), "line 6,002) is 0xe9"),
        ("id,opened\n1,2026-01-01\n".encode("utf-16"), "UTF-16"),
        (("id,opened\n" + GOOD + '"7,2026-01-01\n' + GOOD).encode(), "line 6,002 or soon after is never closed"),
        (("id,opened\n" + GOOD + "\0,2026-01-01\n").encode(), "NUL byte in line 6,002"),
        (("id,opened\n" + GOOD + "a,b,c\n" * 3000).encode(), "is not a table: 3,000 rows of 9,000"),
        (b"id;opened\n1;2026-01-01\n", 'delimiter = ";"'),
        (b"id,id,opened\n1,2,2026-01-01\n", "two columns 'id'"),
        (gzip.compress(("id,opened\n" + GOOD).encode())[:-500], "broken gzip"),
        (gzip.compress(b"id,opened\n" + b"1,2026-01-01\n" * 2_000_000), "more than 1,000 times"),
        (b"PK\x03\x04 rest", "is a zip archive"),
        (b"PAR1 not really PAR1", "broken Parquet"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_table_is_refused_whole_in_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    if said == "more than 1,000 times":
        content = gzip.compress(b"id,opened\n" + (b"0" * 1_000_000 + b"\n") * 60, 9)
        assert len(content) * 1000 < 60_000_000
    assert said in refusal(tmp_path, tickets(tmp_path, content))


def test_the_byte_that_is_not_of_the_encoding_is_counted_over_the_whole_file(tmp_path: Path) -> None:
    before = ("id,opened\n" + GOOD * 3).encode()
    assert f"byte {len(before) + 1:,} " in refusal(tmp_path, tickets(tmp_path, before + b"\xe9,2026-01-01\n"))
    assert len(records(pages(tmp_path, tickets(tmp_path, before + b"\xe9,2026-01-01\n", encoding="cp1252")))) > 6000


def test_a_workbook_that_is_a_bomb_or_holds_definitions_is_not_unpacked(tmp_path: Path) -> None:
    def workbook(sheet: bytes) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("xl/worksheets/sheet1.xml", sheet)
        return packed.getvalue()

    tracemalloc.start()
    said = refusal(tmp_path, tickets(tmp_path, workbook(b"0" * 60_000_000), name="b.xlsx", most_unpacked_mb=50))
    assert "it was not read" in said
    tracemalloc.reset_peak()
    assert "no spreadsheet writes" in refusal(
        tmp_path, tickets(tmp_path, workbook(b'<!DOCTYPE x [<!ENTITY a "b">]>'), name="c.xlsx")
    )
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_packed_file_larger_than_the_mapping_allows_is_refused(tmp_path: Path) -> None:
    content = gzip.compress(("id,opened\n" + GOOD * 100).encode())
    assert "raise most_unpacked_mb" in refusal(tmp_path, tickets(tmp_path, content, most_unpacked_mb=1))


def test_a_folder_or_a_device_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert "is not a file" in refusal(tmp_path, {"path": "folder.csv", "record": "ticket", "fields": TICKET})
    assert "is not a file" in refusal(tmp_path, {"path": "/dev/zero", "record": "ticket", "fields": TICKET})


def test_mixed_line_ends_a_byte_order_mark_formulas_and_very_many_columns_are_no_trouble(tmp_path: Path) -> None:
    wide = ",".join(f"c{n}" for n in range(10_000))
    blank = "," * 9_999
    text = f"\ufeffid,opened,{wide}\r\n1,2026-01-01,{blank}\r=2+2,2026-01-01,{blank}\n"
    assert [each.id for each in records(pages(tmp_path, tickets(tmp_path, text)))] == ["1", "=2+2"]


def test_one_bad_file_does_not_keep_the_good_ones_out(tmp_path: Path) -> None:
    tickets(tmp_path, "id,opened\n1,2026-01-01\n", name="t-1.csv")
    tickets(tmp_path, "<html>", name="t-2.csv")
    entry = tickets(tmp_path, "id,opened\n3,2026-01-01\n", name="t-3.csv") | {"path": "t-*.csv"}
    given_out: list[Page] = []
    with pytest.raises(SourceError, match=r"t-2\.csv is a web page"):
        given_out.extend(SOURCE.fetch(asked(tmp_path, entry)))
    assert [each.id for each in records(given_out)] == ["1", "3"]


# --- the same id, the same file ----------------------------------------------------------------------------------

LOG = "id,opened,state,n\nA,2026-01-01,new,1\nA,2026-01-02,,2\nB,2026-01-05,new,4\nA,2026-01-03,done,3\n"


@pytest.mark.parametrize("spelling", ["last_wins", "last"])
def test_a_later_row_replaces_an_earlier_one_where_the_mapping_says_so(tmp_path: Path, spelling: str) -> None:
    entry = tickets(tmp_path, LOG, fields={**TICKET, "priority": "state"}, same_id=spelling)
    (page,) = pages(tmp_path, entry)
    assert [(each.id, each.priority) for each in page.records] == [("A", "done"), ("B", "new")]
    assert page.rejected_rows == []
    first = pages(tmp_path, {**entry, "same_id": "first"})
    assert [(each.id, each.opened_at.day) for each in records(first)] == [("A", 1), ("B", 5)]


def test_a_later_row_with_the_same_id_is_rejected_and_counted_even_if_it_says_the_same(tmp_path: Path) -> None:
    many = "".join(f"{n},2026-01-01\n" for n in range(30_000))
    found = pages(tmp_path, tickets(tmp_path, f"id,opened\nA,2026-01-01\n{many}A,2026-01-02\n7,2026-01-01\n"))
    kept = records(found)
    assert len(kept) == 30_001
    assert [each.opened_at.day for each in kept if each.id == "A"] == [1]
    rows = [(row.record, row.place, row.column, row.value) for row in rejected_rows(found)]
    assert rows == [("ticket", "tickets.csv row 30003", "id", "A"), ("ticket", "tickets.csv row 30004", "id", "7")]
    assert all(
        "same id as an earlier row" in row.reason and 'same_id = "last_wins"' in row.reason
        for row in rejected_rows(found)
    )
    assert sum(page.read for page in found) == 30_003


def test_ids_that_are_compared_packed_are_the_ids_that_were_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Seen, "RECENT", 1_000)  # a million in earnest, and the same code
    seen = Seen()
    assert all(seen.add(str(n)) for n in range(10_000))
    assert not any(seen.add(str(n)) for n in range(10_000))
    assert seen.add("new")


def test_rows_that_stand_together_are_merged_and_those_that_do_not_are_refused(tmp_path: Path) -> None:
    fields = {
        "id": "id",
        "opened_at": {"column": "opened", "take": "first"},
        "priority": "state",
        "replies": {"column": "n", "take": "sum"},
    }
    together = "id,opened,state,n\nA,2026-01-01,new,1\nA,2026-01-02,,2\nB,2026-01-05,new,4\n"
    found = records(pages(tmp_path, tickets(tmp_path, together, fields=fields, same_id="merge")))
    assert [(each.id, each.opened_at.day, each.priority, each.replies) for each in found] == [
        ("A", 1, "new", 3),
        ("B", 5, "new", 4),
    ]
    assert "the rows of 'A' are not consecutive (row 5)" in refusal(
        tmp_path, tickets(tmp_path, LOG, fields=fields, same_id="merge")
    )


def test_a_file_that_did_not_change_is_not_read_again_and_one_that_did_is_read_whole(tmp_path: Path) -> None:
    entry = tickets(tmp_path, "id,opened\n1,2026-01-01\n")
    cursor = pages(tmp_path, entry)[-1].cursor
    assert pages(tmp_path, entry, since=cursor) == []
    (tmp_path / "tickets.csv").touch()
    touched = pages(tmp_path, entry, since=cursor)
    assert [(page.records, page.read) for page in touched] == [([], 0)]
    assert touched[0].cursor != cursor
    assert pages(tmp_path, entry, since=touched[0].cursor) == []
    assert len(records(pages(tmp_path, {**entry, "blanks": ["?"]}, since=cursor))) == 1
    assert len(records(pages(tmp_path, entry, since=cursor, time_zone="Asia/Tokyo"))) == 1
    tickets(tmp_path, "id,opened\n1,2026-01-01\n2,2026-01-02\n")
    assert len(records(pages(tmp_path, entry, since=cursor))) == 2
    assert str(tmp_path) not in str(cursor)


def whole(found: list[Page]) -> list[str]:
    return [page.place for page in found if page.whole]


def test_every_page_names_its_file_and_the_last_of_a_file_that_was_read_whole_says_so(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    tickets(tmp_path, "id,opened\n" + "".join(f"{n},2026-01-01\n" for n in range(6_000)), name="in/t-1.csv")
    entry = tickets(tmp_path, "id,opened\nx,2026-01-01\nx,2026-01-02\n", name="in/t-2.csv") | {"path": "in/t-*.csv"}
    found = pages(tmp_path, entry)
    assert [(page.place, page.whole) for page in found] == [
        ("in/t-1.csv", False),
        ("in/t-1.csv", True),
        ("in/t-2.csv", True),
    ]
    assert [row.place for row in rejected_rows(found)] == ["t-2.csv row 3"]


def test_a_file_with_two_mappings_is_whole_when_both_were_read_and_both_are_read_again_together(tmp_path: Path) -> None:
    entry = tickets(tmp_path, "id,opened\n1,2026-01-01\n")
    customers = {"path": "tickets.csv", "record": "customer", "fields": {"id": "id"}}
    both = pages(tmp_path, entry, customers)
    assert [(len(page.records), page.whole, page.cursor is None) for page in both] == [
        (1, False, True),
        (1, True, False),
    ]
    again = pages(tmp_path, entry, {**customers, "blanks": ["?"]}, since=both[-1].cursor)
    assert [(page.records[0].TABLE, page.whole) for page in again] == [("ticket", False), ("customer", True)]
    only_one = pages(tmp_path, entry, since=both[-1].cursor)
    assert whole(only_one) == ["tickets.csv"]  # what the other mapping had made of it is gone
    broken = {**customers, "fields": {"id": "nothing"}}
    given_out: list[Page] = []
    with pytest.raises(SourceError, match="no column 'nothing'"):
        given_out.extend(SOURCE.fetch(asked(tmp_path, entry, broken)))
    assert (len(records(given_out)), whole(given_out)) == (1, [])


def test_a_mapping_that_was_tried_half_way_and_taken_back_has_its_file_read_again(tmp_path: Path) -> None:
    rows = "".join(f"{n},2026-01-01\n" for n in range(12_000))
    entry = tickets(tmp_path, f"id,opened\n{rows}")
    cursor = pages(tmp_path, entry)[-1].cursor
    first = next(SOURCE.fetch(asked(tmp_path, {**entry, "blanks": ["?"]}, since=cursor)))
    assert len(records(pages(tmp_path, entry, since=first.cursor))) == 12_000


def three_days(folder: Path) -> dict[str, Any]:
    (folder / "in").mkdir()
    for day in (1, 2, 3):
        tickets(folder, f"id,opened\n{day},2026-01-0{day}\n", name=f"in/t-{day}.csv")
    return {"path": "in/t-*.csv", "record": "ticket", "fields": TICKET}


def test_a_file_that_is_certainly_gone_hands_over_that_nothing_is_left_of_it(tmp_path: Path) -> None:
    entry = three_days(tmp_path)
    cursor = pages(tmp_path, entry)[-1].cursor
    (tmp_path / "in" / "t-2.csv").unlink()
    found = pages(tmp_path, entry, since=cursor)
    # The others are read again: what stood in the file that is gone may stand in them, too.
    assert [(page.place, page.whole, len(page.records)) for page in found] == [
        ("in/t-1.csv", True, 1),
        ("in/t-3.csv", True, 1),
        ("in/t-2.csv", True, 0),
    ]
    assert pages(tmp_path, entry, since=found[-1].cursor) == []
    narrower = pages(tmp_path, {**entry, "path": "in/t-3.csv"}, since=found[-1].cursor)
    assert whole(narrower)[-1] == "in/t-1.csv"  # no longer named by the settings


@pytest.mark.parametrize("away", ["the folder", "every file", "the right to look", "one of two folders"])
def test_a_file_that_may_only_be_away_takes_nothing_with_it(tmp_path: Path, away: str) -> None:
    entry = three_days(tmp_path)
    more = tickets(tmp_path, "id,opened\n9,2026-01-09\n", name="more.csv")
    if away == "one of two folders":
        entry["path"] = "**/t-*.csv"
        (tmp_path / "on").mkdir()
        tickets(tmp_path, "id,opened\n8,2026-01-01\n", name="on/t-8.csv")
    cursor = pages(tmp_path, entry, more)[-1].cursor
    tickets(tmp_path, "id,opened\n9,2026-01-10\n", name="more.csv")
    if away == "every file":
        for path in (tmp_path / "in").iterdir():
            path.unlink()
    elif away == "the right to look":
        if os.geteuid() == 0:
            pytest.skip("nothing is forbidden to root")
        (tmp_path / "in").chmod(0)
    else:
        shutil.rmtree(tmp_path / "in")
    found: list[Page] = []
    with pytest.raises(SourceError, match=r"No file matches|cannot be read: .* Rows from it are kept"):
        found.extend(SOURCE.fetch(asked(tmp_path, entry, more, since=cursor)))
    (tmp_path / "in").chmod(0o700) if away == "the right to look" else None
    assert whole(found) == ["more.csv"]
    assert "in/t-1.csv" in str(found[-1].cursor)  # and it is asked again next time


def test_a_file_that_cannot_be_read_today_keeps_its_place(tmp_path: Path) -> None:
    entry = three_days(tmp_path)
    cursor = pages(tmp_path, entry)[-1].cursor
    tickets(tmp_path, "<html>", name="in/t-2.csv")
    (tmp_path / "in" / "t-3.csv").unlink()
    found: list[Page] = []
    with pytest.raises(SourceError, match=r"t-2\.csv is a web page"):
        found.extend(SOURCE.fetch(asked(tmp_path, entry, since=cursor)))
    assert whole(found) == ["in/t-1.csv"]
    assert "in/t-3.csv" in str(found[-1].cursor)


def test_a_cursor_of_the_version_before_has_every_file_read_once_more(tmp_path: Path) -> None:
    entry = three_days(tmp_path)
    old = json.dumps({"in/t-1.csv#0123456789abcdef": [25, 1, "hash"], "in/t-9.csv#0123456789abcdef": [25, 1, "hash"]})
    found = pages(tmp_path, entry, since=old)
    assert [(page.place, page.whole) for page in found] == [
        ("", False),  # what was rejected when pages did not name their file is judged anew
        ("in/t-1.csv", True),
        ("in/t-2.csv", True),
        ("in/t-3.csv", True),
    ]
    assert pages(tmp_path, entry, since=found[-1].cursor) == []


def test_what_a_source_of_files_can_say_follows_from_its_mappings_alone(tmp_path: Path) -> None:
    customers = {
        "path": "none.csv",
        "record": "customer",
        "fields": {"id": "id", "plan": {"constant": ""}, "ended_on": "left"},
    }
    more = {"path": "none.csv", "record": "customer", "fields": {"id": "id", "mrr": "fee"}}
    assert SOURCE.declares is not None
    assert SOURCE.declares(
        asked(tmp_path, customers, more, {"path": "t.csv", "record": "ticket", "fields": TICKET})
    ) == {
        "customer": {"id", "ended_on", "mrr"},
        "ticket": {"id", "opened_at"},
    }


def test_the_cursor_moves_only_with_the_last_page_of_a_file(tmp_path: Path) -> None:
    found = pages(tmp_path, tickets(tmp_path, "id,opened\n" + "".join(f"{n},2026-01-01\n" for n in range(12_001))))
    assert [len(page.records) for page in found] == [5000, 5000, 2001]
    assert [page.cursor is not None for page in found] == [False, False, True]
    assert {page.total for page in found} == {12_001}
    assert sum(page.read for page in found) == 12_001


def test_a_file_that_grows_while_it_is_read_is_read_again_next_time(tmp_path: Path) -> None:
    entry = tickets(tmp_path, "id,opened\n" + "".join(f"{n},2026-01-01\n" for n in range(12_000)))
    reading = SOURCE.fetch(asked(tmp_path, entry))
    next(reading)
    with (tmp_path / "tickets.csv").open("a") as stream:
        stream.write("late,2026-01-01\n")
    with pytest.raises(SourceError, match="changed while it was read"):
        assert all(page.cursor is None for page in reading)


def test_a_long_file_is_never_held_in_memory_whole(tmp_path: Path) -> None:
    with (tmp_path / "long.csv").open("w") as stream:
        stream.write("id,opened,text\n")
        stream.writelines(f"{n},2026-01-01,{'x' * 400}\n" for n in range(100_000))
    entry = {"path": "long.csv", "record": "ticket", "fields": {**TICKET, "subject": "text"}}
    tracemalloc.start()
    count = sum(len(page.records) for page in SOURCE.fetch(asked(tmp_path, entry)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 100_000
    assert peak < 25_000_000 < (tmp_path / "long.csv").stat().st_size
