"""Numbers as tables to take away: full precision, nothing invented where nothing is known, the same columns everywhere."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

import read
from metrics import metric
from metrics.period import Period
from metrics.reading import series
from reporting import files
from reporting.letters import in_file, tidy
from store import open_store
from tests.builders import answer, customer, filled, noon, settings

ROOT = Path(__file__).parents[2]
MONDAY = date(2026, 9, 7)
WEEKS = ("--by", "week", "--from", "2026-08-31", "--to", "2026-09-28")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 61 answers in two of four weeks, of two areas, one of which is named like a formula."""
    folder = tmp_path_factory.mktemp("company")
    answers = [
        answer(
            5 if n % 3 else 2,
            answered_at=noon(MONDAY + timedelta(days=n % 14)),
            area="=HYPERLINK(1)" if n % 2 else "Billing",
        )
        for n in range(61)
    ]
    filled(f"sqlite:///{folder / 'empathy.db'}", customer("c"), *answers).engine.dispose()
    (folder / "empathy.toml").write_text("")
    return folder


class Here:
    """The program inside this process."""

    def __init__(self, folder: Path, printed: pytest.CaptureFixture[bytes]) -> None:
        self.folder, self._printed = folder, printed

    def reads(self, *arguments: str) -> bytes:
        assert read.main(list(arguments)) == 0
        out, error = self._printed.readouterr()
        assert error == b""
        return out

    def refuses(self, *arguments: str) -> str:
        assert read.main(list(arguments)) == 2
        out, error = self._printed.readouterr()
        assert out == b""
        return error.decode()


@pytest.fixture
def here(company: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Here:
    monkeypatch.setenv("EMPATHY_CONFIG", str(company / "empathy.toml"))
    monkeypatch.chdir(company)
    return Here(company, capsysbinary)


def test_the_program_hands_parquet_to_another_program(company: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("EMPATHY_")}
    done = subprocess.run(
        [sys.executable, str(ROOT / "read.py"), "csat", *WEEKS, "--parquet"],
        env={**clean, "EMPATHY_CONFIG": str(company / "empathy.toml")},
        capture_output=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(pd.read_parquet(io.BytesIO(done.stdout))) == 4


def test_a_history_as_csv_has_the_numbers_of_json_to_the_last_digit(here: Here) -> None:
    series = json.loads(here.reads("csat", *WEEKS, "--json"))["series"]
    rows = list(csv.DictReader(io.StringIO(here.reads("csat", *WEEKS, "--csv").decode("utf-8"))))
    assert [row["from"] for row in rows] == [each["period"]["from"] for each in series]
    for name, key in (("value", "value"), ("low_95", "low"), ("high_95", "high")):
        assert [row[name] for row in rows] == ["" if each[key] is None else repr(each[key]) for each in series]
    assert [row["n"] for row in rows] == [str(each["n"]) for each in series]
    assert [row["reason"] for row in rows] == [each["reason"] or "" for each in series]
    assert [row["as_of"] for row in rows] == [each["as_of"] for each in series]


def test_a_history_as_parquet_keeps_kinds_and_nulls(here: Here) -> None:
    (here.folder / "weeks.parquet").unlink(missing_ok=True)
    assert here.reads("csat", *WEEKS, "--parquet", "weeks.parquet") == b""
    found = pd.read_parquet(here.folder / "weeks.parquet")
    assert list(found["value"].isna()) == [True, False, False, True]
    assert list(found["from"]) == [date(2026, 8, 31) + timedelta(weeks=n) for n in range(4)]
    assert found["value"].dtype == "Float64"
    assert found["n"].dtype == "Int64"
    assert found["as_of"].iloc[0] == datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_breakdown_has_the_dimension_as_a_column_and_no_formula(here: Here) -> None:
    days = ("--from", "2026-09-07", "--to", "2026-09-21")
    assert here.reads("csat", *days, "--split", "area", "--csv", "areas.csv") == b""
    whole = (here.folder / "areas.csv").read_bytes()
    assert whole.startswith("\ufeff".encode()), "a spreadsheet knows it is UTF-8"
    rows = list(csv.DictReader(io.StringIO(whole.decode("utf-8-sig"))))
    assert sorted((row["area"], row["n"]) for row in rows) == [("'=HYPERLINK(1)", "30"), ("Billing", "31")]


def test_a_file_of_the_terminal_has_the_columns_of_the_download_of_the_page(here: Here) -> None:
    store = open_store(settings(f"sqlite:///{here.folder / 'empathy.db'}"))
    with store.reading() as published:
        history = series(published, metric("csat"), [Period(MONDAY, MONDAY + timedelta(weeks=1))], store.settings)
    store.engine.dispose()
    download = files.for_spreadsheets(files.readings(metric("csat"), history)).decode("utf-8-sig").splitlines()
    printed = here.reads("csat", *WEEKS, "--csv").decode().splitlines()
    assert download[0] == printed[0]
    assert download[1] == printed[2]


@pytest.mark.parametrize("what", ["top-bugs", "sources", "rejected", "metrics"])
def test_every_answer_is_a_table(here: Here, what: str) -> None:
    listed = json.loads(here.reads(what, "--json"))
    whole = next(listed[name] for name in ("bugs", "rejected", "sources", "metrics") if name in listed)
    text = here.reads(what, "--csv").decode()
    assert len(list(csv.DictReader(io.StringIO(text)))) == len(whole)


def test_a_file_that_cannot_be_written_is_one_sentence(here: Here) -> None:
    assert (
        here.refuses("csat", "--csv", "no/such/folder.csv")
        == "no/such/folder.csv cannot be written: No such file or directory.\n"
    )


def test_two_forms_at_once_are_refused(here: Here) -> None:
    assert here.refuses("csat", "--json", "--csv") == "--json and --csv cannot be used together.\n"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "\u200b=1+1"])
def test_a_spreadsheet_takes_no_cell_for_a_formula(text: str) -> None:
    assert in_file(text).startswith("'")
    (row,) = csv.DictReader(io.StringIO(files.for_spreadsheets([{"cell": text}]).decode("utf-8-sig")))
    assert row["cell"] == f"'{tidy(text)}"


def test_no_data_is_an_empty_cell_of_a_file_and_zero_is_zero() -> None:
    rows = list(csv.reader(io.StringIO(files.as_csv([{"a": None, "b": 0}, {"a": "x", "b": None}]))))
    assert rows[1:] == [["", "0"], ["x", ""]]
    assert files.as_csv([]).strip() == ""


def test_columns_keep_their_kind_where_nothing_is_known() -> None:
    made = files.frame([{"value": None, "n": None, "reason": None}])
    assert {name: str(kind) for name, kind in made.dtypes.items()} == {
        "value": "Float64",
        "n": "Int64",
        "reason": "string",
    }
