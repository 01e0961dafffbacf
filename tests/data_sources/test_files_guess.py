"""What `./run files guess` promises: a mapping that works as printed, and honesty about what it cannot know."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data_sources.files import SOURCE
from data_sources.files.guess import mapping_for
from data_sources.source import Page, Request
from refresh import refresh
from settings import Settings
from store import open_store

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HEADER = ["Ticket ID", "Customer ID", "Created at", "First response at", "Closed at", "Category", "Channel", "Subject"]
ROWS = [
    [
        f"T{n}",
        f"C{n % 7}",
        f"2026-03-{n:02} 09:00",
        f"2026-03-{n:02} 10:00",
        "" if n == 9 else f"2026-03-{n:02} 12:00",
        "Billing",
        "chat",
        f"About {n}",
    ]
    for n in range(1, 29)
]


def pages(folder: Path, text: str) -> list[Page]:
    ((name, options),) = tomllib.loads(text)["sources"].items()
    options.pop("type")
    return list(SOURCE.fetch(Request(name, options, Settings(folder=folder), None, NOW)))


def written(path: Path, rows: list[list[str]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)
    return path


def as_workbook(path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in [HEADER, *ROWS]:
        book.active.append(row)
    book.save(path)


def as_parquet(path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([dict(zip(HEADER, row, strict=True)) for row in ROWS]), path)


FORMATS: dict[str, Any] = {
    "tickets.csv": lambda path: written(path, [HEADER, *ROWS]),
    "tickets.tsv": lambda path: written(path, [HEADER, *ROWS], "\t"),
    "semicolons.csv": lambda path: written(path, [HEADER, *ROWS], ";"),
    "pipes.txt": lambda path: written(path, [HEADER, *ROWS], "|"),
    "wide.csv": lambda path: written(path, [HEADER, *ROWS], encoding="utf-16"),
    "old.csv": lambda path: written(path, [HEADER, *ROWS[:-1], [*ROWS[-1][:-1], "Café"]], encoding="cp1252"),
    "tickets.jsonl": lambda path: path.write_text(
        "".join(json.dumps(dict(zip(HEADER, row, strict=True))) + "\n" for row in ROWS)
    ),
    "tickets.csv.gz": lambda path: path.write_bytes(
        gzip.compress("\n".join(",".join(row) for row in [HEADER, *ROWS]).encode())
    ),
    "tickets.xlsx": as_workbook,
    "tickets.parquet": as_parquet,
}


@pytest.mark.parametrize("name", FORMATS)
def test_the_printed_mapping_works_as_it_is(tmp_path: Path, name: str) -> None:
    FORMATS[name](tmp_path / name)
    found = pages(tmp_path, mapping_for(tmp_path / name))
    records = [record for page in found for record in page.records]
    assert [row for page in found for row in page.rejected_rows] == []
    assert len(records) == 28
    assert {type(record).__name__ for record in records} == {"Ticket"}
    assert (records[0].id, records[0].customer, records[0].area, records[0].channel) == ("T1", "C1", "Billing", "chat")
    assert records[0].first_reply_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert records[8].solved_at is None


@pytest.mark.parametrize(
    ("header", "row", "record"),
    [
        ("response_id,nps,submitted_at", "R{n},{s},2026-02-{d}", "survey_response"),
        ("account_id,account_name,plan,mrr,signup_date", "A{n},Name {n},Pro,{n}.50,2026-01-{d}", "customer"),
        ("subscription_id,account_id,start_date,end_date,mrr", "S{n},A{s},2026-01-{d},2026-03-{d},9", "subscription"),
        ("InvoiceNo,CustomerID,InvoiceDate,Total", "I{n},C{s},2026-01-{d},3.20", "purchase"),
        ("Bug ID,Summary,Severity,Status,Created,Component", "{n},It breaks {n},major,open,2026-01-{d},App", "bug"),
        ("bug,ticket,linked_at", "B{s},T{n},2026-01-{d}", "bug_report"),
        ("EmployeeID,Department,HireDate,TerminationDate", "{n},Sales,2026-01-{d},2026-03-{d}", "employment"),
    ],
)
def test_it_sees_what_a_row_is(tmp_path: Path, header: str, row: str, record: str) -> None:
    lines = [header, *(row.format(n=n, s=n % 11, d=f"{n % 28 + 1:02}") for n in range(60))]
    (tmp_path / "export.csv").write_text("\n".join(lines))
    text = mapping_for(tmp_path / "export.csv")
    assert f'record = "{record}"' in text
    found = pages(tmp_path, text)
    assert sum(len(page.records) for page in found) == 60


def unsure(text: str, about: str) -> str:
    (line,) = [line for line in text.splitlines() if line.startswith(about)]
    assert "# not sure: " in line
    return line


def test_it_says_when_day_and_month_could_be_swapped_and_keeps_quiet_when_they_cannot(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    written(path, [["ticket_id", "opened"], *([f"T{n}", f"0{n}/0{n}/2026 10:00"] for n in range(1, 9))])
    assert "day or month first?" in unsure(mapping_for(path), "opened_at")
    written(path, [["ticket_id", "opened"], *([f"T{n}", f"{n + 10}/01/2026 10:00"] for n in range(1, 9))])
    assert 'opened_at = {column = "opened", format = "%d/%m/%Y %H:%M"}' in mapping_for(path).splitlines()
    written(path, [["ticket_id", "opened"], *([f"T{n}", f"01/{n + 10}/2026 10:00"] for n in range(1, 9))])
    assert 'opened_at = {column = "opened", format = "%m/%d/%Y %H:%M"}' in mapping_for(path).splitlines()


def test_it_names_codes_outside_the_scale_instead_of_guessing_them_away(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    written(path, [["response_id", "nps", "date"], *([f"R{n}", str(n % 12), "2026-05-01"] for n in range(24))])
    text = mapping_for(path)
    assert "2 rows with 11 are rejected" in unsure(text, "score")
    (told,) = Settings(folder=tmp_path, **tomllib.loads(text)).sources.items()
    settings = Settings(folder=tmp_path, sources=dict([told]))
    assert [outcome.rejected for outcome in refresh(settings, NOW)] == [2]
    with open_store(settings).reading() as published:
        assert [row["value"] for row in published.rejected_rows()] == ["11", "11"]


def test_it_finds_decimal_commas_and_words_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    written(
        path,
        [["customer_id", "plan", "mrr"], *([f"C{n}", "?" if n % 3 else "Pro", f"1.{n}00,50"] for n in range(1, 10))],
        ";",
    )
    text = mapping_for(path)
    unsure(text, "blanks")
    assert "decimal_comma = true" in text
    assert [(each.plan, each.mrr) for page in pages(tmp_path, text) for each in page.records][1:3] == [
        (None, 120050),
        ("Pro", 130050),
    ]


def test_one_slip_in_a_column_of_dates_does_not_hide_what_the_column_is(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    written(
        path, [["ticket", "opened"], *([f"T{n}", f"{n % 28 + 1}/3/2026"] for n in range(100)), ["T100", "31/2/2026"]]
    )
    found = pages(tmp_path, mapping_for(path))
    assert [row.place for page in found for row in page.rejected_rows] == ["tickets.csv row 102"]


def test_an_event_log_is_taken_for_one_record_per_case(tmp_path: Path) -> None:
    path = tmp_path / "incidents.csv"
    written(path, [["number", "opened_at"], *([f"INC{n // 4}", f"2026-03-01 10:{n:02}"] for n in range(40))])
    text = mapping_for(path)
    unsure(text, "same_id")
    assert [each.opened_at.minute for page in pages(tmp_path, text) for each in page.records] == list(range(0, 40, 4))


def test_names_and_cells_full_of_signs_cannot_break_the_printed_mapping(tmp_path: Path) -> None:
    path = tmp_path / "we[ir]d 'name' \"x\".csv"
    written(
        path,
        [
            ["ticket id", "opened at", 'sub"ject\\', "a\nb", "{x}"],
            *([f"T{n}", "2026-01-01", '"]\n[x]', "#", "}"] for n in range(9)),
        ],
    )
    assert sum(len(page.records) for page in pages(tmp_path, mapping_for(path))) == 9


def test_the_command_prints_a_mapping_and_says_in_a_sentence_what_it_cannot_read(tmp_path: Path) -> None:
    def guess(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "data_sources.files", *words]
        return subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)

    written(tmp_path / "tickets.csv", [HEADER, *ROWS])
    good = guess("guess", str(tmp_path / "tickets.csv"))
    assert (good.returncode, good.stderr) == (0, "")
    assert sum(len(page.records) for page in pages(tmp_path, good.stdout)) == 28
    (tmp_path / "page.csv").write_text("<html></html>")
    for words, said in (
        (["guess", str(tmp_path / "page.csv")], "page.csv is a web page"),
        (["guess", str(tmp_path / "none.csv")], "There is no file"),
        (["gues"], "./run files guess PATH"),
    ):
        bad = guess(*words)
        assert bad.returncode != 0
        assert bad.stdout == ""
        assert said in bad.stderr
        assert "Traceback" not in bad.stderr


def test_one_date_that_fits_only_one_order_of_day_and_month_decides(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    some_days = [[f"T{n}", f"0{n % 9 + 1}/0{n // 9 + 1}/2026"] for n in range(60)]
    written(path, [["ticket_id", "opened"], *some_days, ["T60", "01/13/2026"]])
    assert 'opened_at = {column = "opened", format = "%m/%d/%Y"}' in mapping_for(path).splitlines()
