"""`./run refresh`: what a whole refresh takes away, what it keeps, and what it says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pyarrow
import pytest
from sqlalchemy import delete, insert

import read
import refresh
from settings import Settings, load
from store import open_store
from store.published import SourceState
from store.schema import cursor, listing, read_rows
from tests.builders import NOW, RULES, customer
from tests.data_sources.hostile import parquet

SOURCE = """
[sources.{name}]
type = "files"
[[sources.{name}.files]]
path = "{path}"
record = "customer"
[sources.{name}.files.fields]
id = "id"
name = "name"
"""


class Company:
    """A folder with two files of three and two customers, and the settings that a test writes."""

    def __init__(self, folder: Path, database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.database_url, self.capsys = folder, database_url, capsys
        (folder / "three.csv").write_text("id,name\na,A\nb,B\nc,C\n")
        (folder / "two.csv").write_text("id,name\nd,D\ne,E\n")

    def refreshes(self, *arguments: str, code: int = 0, more: str = "", **sources: str) -> str:
        """What is said when the sources name these files."""
        written = "".join(SOURCE.format(name=name, path=path) for name, path in sources.items())
        (self.folder / "empathy.toml").write_text(f'database_url = "{self.database_url}"\n{written}{more}')
        assert refresh.main(["--config", str(self.folder / "empathy.toml"), *arguments]) == code
        said = self.capsys.readouterr().err
        assert "Traceback" not in said
        return said

    @property
    def settings(self) -> Settings:
        return load(self.folder / "empathy.toml")

    def sources(self) -> dict[str, SourceState]:
        with open_store(self.settings).reading() as published:
            return {each.name: each for each in published.sources()}

    def customers(self) -> int:
        with open_store(self.settings).reading() as published:
            return published.rows("customer")

    def has_sample(self) -> None:
        """As after ./run: the invented company, made of two rows here."""
        (self.folder / "empathy.toml").write_text(f'database_url = "{self.database_url}"\n')
        store = open_store(self.settings)
        with store.refreshing(NOW) as running:
            run = running.begin_run("sample", "sample", NOW, replaces=True)
            run.save([customer("s1"), customer("s2")], NOW)
            run.finish(NOW)
            running.publish(NOW, RULES)
        store.engine.dispose()


@pytest.fixture
def company(tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]) -> Company:
    return Company(tmp_path, database_url, capsys)


def test_a_source_with_a_new_name_is_counted_once(company: Company) -> None:
    company.refreshes(desk="three.csv")
    said = company.refreshes(helpdesk="three.csv")
    assert "desk is no longer in the settings: its 3 rows were removed.\n" in said
    assert list(company.sources()) == ["helpdesk"]
    assert company.customers() == 3
    assert "no longer" not in company.refreshes(helpdesk="three.csv")


def letters(folder: Path, *names: str) -> None:
    (folder / "three.csv").write_text("id,name\n" + "".join(f"{name},{name.upper()}\n" for name in names))


def test_a_row_that_left_its_file_leaves_the_store(company: Company) -> None:
    letters(company.folder, *"abcdefghij")
    company.refreshes(desk="three.csv")
    letters(company.folder, *"abcdefghi")
    assert "1 removed that is no longer in the source" in company.refreshes(desk="three.csv")
    assert company.customers() == 9


def test_a_file_that_shrank_by_half_waits_until_somebody_accepts_it(company: Company) -> None:
    letters(company.folder, *"abcdefghij")
    company.refreshes(desk="three.csv")
    letters(company.folder, *"abcde")
    asks = (
        "5 of 10 rows are no longer in the source or now rejected. That is more than 20%, so they stay until you accept it: "
        "./run refresh --accept-removal"
    )
    assert asks in company.refreshes(desk="three.csv")
    assert asks in company.refreshes(desk="three.csv")
    assert (company.customers(), company.sources()["desk"].waiting) == (10, 5)
    said = company.refreshes("--accept-removal", desk="three.csv")
    assert "5 removed that are no longer in the source" in said
    assert "--accept-removal" not in said
    assert (company.customers(), company.sources()["desk"].waiting) == (5, 0)


def test_a_file_whose_dates_all_went_wrong_does_not_empty_the_store(company: Company) -> None:
    dated = 'started_on = "since"\n'
    days = company.folder / "since.csv"
    days.write_text("id,name,since\n" + "".join(f"{name},x,2026-01-01\n" for name in "abcdefghij"))
    (company.folder / "empathy.toml").write_text(
        f'database_url = "{company.database_url}"\n' + SOURCE.format(name="crm", path="since.csv") + dated
    )
    config = ["--config", str(company.folder / "empathy.toml")]
    assert refresh.main(config) == 0
    days.write_text("id,name,since\n" + "".join(f"{name},x,01.13.2026\n" for name in "abcdefghij"))
    assert refresh.main(config) == 1
    assert "10 of 10 rejected (100%)" in company.capsys.readouterr().err
    assert company.customers() == 10


def test_an_empty_file_that_comes_first_stops_none_of_the_others(company: Company) -> None:
    """Of a Parquet file it is known how many rows are to come, so the time that is left is told."""
    for file, ids in {"a": [], "b": ["1", "2"]}.items():
        column = pyarrow.array(ids, pyarrow.string())
        parquet(company.folder / f"{file}.parquet", {"id": column, "name": column})
    assert "two: 2 rows read" in company.refreshes(desk="*.parquet", two="two.csv")
    assert company.customers() == 4


def test_a_store_of_before_is_read_again_and_loses_nothing_without_a_word(company: Company) -> None:
    """As an upgraded store is: its rows are there, and nobody noted which file they came from."""
    letters(company.folder, *"abcdefghij")
    company.refreshes(desk="three.csv")
    store = open_store(company.settings)
    with store.engine.begin() as connection:
        for table in (listing, read_rows, cursor):
            connection.execute(delete(table))
        marker = {"source": "desk", "place": "", "record": "", "run": 0, "part": 0, "ids": b""}
        connection.execute(insert(listing).values(**marker))
    store.engine.dispose()
    letters(company.folder, *"abcdefghi")
    company.refreshes(desk="three.csv")
    assert company.customers() == 9
    letters(company.folder, *"abcdefghijk")
    company.refreshes(desk="three.csv")
    assert company.customers() == 11


def is_a_folder_of_two(company: Company) -> None:
    exported = company.folder / "exported"
    exported.mkdir()
    for file, names in (("a.csv", "abcdefghij"), ("b.csv", "kl")):
        (exported / file).write_text("id,name\n" + "".join(f"{name},{name}\n" for name in names))
    company.refreshes(desk="exported/*.csv")
    assert company.customers() == 12


def test_a_full_read_drops_what_only_a_file_listed_that_is_gone(company: Company) -> None:
    is_a_folder_of_two(company)
    (company.folder / "exported" / "b.csv").unlink()
    said = company.refreshes("--full", desk="exported/*.csv")
    assert "2 removed that are no longer in the source" in said
    assert company.customers() == 10
    assert "removed" not in company.refreshes("--full", desk="exported/*.csv")


def test_a_full_read_in_which_a_file_went_wrong_drops_nothing(company: Company) -> None:
    is_a_folder_of_two(company)
    (company.folder / "exported" / "b.csv").unlink()
    (company.folder / "exported" / "c.csv").write_text("something,else\n1,2\n")
    assert "FAILED" in company.refreshes("--full", desk="exported/*.csv", code=1)
    assert company.customers() == 12
    (company.folder / "exported" / "c.csv").unlink()
    # Which files there were is known after a full read that failed as well.
    company.refreshes(desk="exported/*.csv")
    assert company.customers() == 10


def test_an_end_date_that_is_not_mapped_is_not_a_company_that_nobody_leaves(company: Company) -> None:
    rows = "".join(f"c{n},C,2025-01-01,{'2026-10-20' if n < 10 else ''}\n" for n in range(100))
    (company.folder / "crm.csv").write_text(f"id,name,since,until\n{rows}")
    toml = company.folder / "empathy.toml"
    written = f'database_url = "{company.database_url}"\n' + SOURCE.format(name="crm", path="crm.csv")
    toml.write_text(f'{written}started_on = "since"\n')
    assert refresh.main(["--config", str(toml)]) == 0
    asked = ["churn", "--from", "2026-10-01", "--to", "2026-11-01", "--config", str(toml)]
    company.capsys.readouterr()
    assert read.main(asked) == 0
    assert "No end dates in crm." in company.capsys.readouterr().out
    toml.write_text(f'{written}started_on = "since"\nended_on = "until"\n')
    assert refresh.main(["--config", str(toml)]) == 0
    company.capsys.readouterr()
    assert read.main([*asked, "--json"]) == 0
    found = json.loads(company.capsys.readouterr().out)
    assert (found["numerator"], found["denominator"], found["cautions"]) == (10, 100, [])


def test_nothing_is_taken_away_while_a_source_fails(company: Company) -> None:
    company.refreshes(desk="three.csv")
    said = company.refreshes(helpdesk="three.csv", crm="nowhere.csv", code=1)
    assert "no longer" not in said
    assert {name: each.rows.get("customer", 0) for name, each in company.sources().items()} == {
        "crm": 0,
        "desk": 3,
        "helpdesk": 3,
    }


def test_nothing_is_taken_away_where_only_one_source_is_read(company: Company) -> None:
    company.refreshes(desk="three.csv")
    assert "no longer" not in company.refreshes("--only", "crm", crm="two.csv")
    assert company.customers() == 5


def test_the_sample_stays_until_there_is_a_real_row(company: Company) -> None:
    company.has_sample()
    said = company.refreshes(crm="nowhere.csv", code=1)
    assert "invented sample" not in said
    assert company.sources()["sample"].rows == {"customer": 2}
    said = company.refreshes(crm="two.csv")
    assert "The sample company was removed" in said
    assert list(company.sources()) == ["crm"]
    assert company.customers() == 2


def test_one_real_row_is_enough_though_another_source_fails(company: Company) -> None:
    company.has_sample()
    assert "The sample company was removed" in company.refreshes(crm="two.csv", desk="nowhere.csv", code=1)
    assert company.customers() == 2


def test_a_real_source_may_be_called_sample(company: Company) -> None:
    company.has_sample()
    company.refreshes(sample="three.csv", crm="two.csv")
    assert company.sources()["sample"].rows == {"customer": 3}
    assert not company.sources()["sample"].is_sample


def test_rows_of_before_are_spoken_of_once_and_only_where_there_are_some(company: Company) -> None:
    assert "Previous data" not in company.refreshes(crm="nowhere.csv", code=1)
    company.refreshes(crm="two.csv")
    assert company.refreshes(crm="nowhere.csv", code=1).count("Previous data kept.") == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ('[sources.b]\ntype = "carrier pigeon"\n', "b: FAILED. There is no source type 'carrier pigeon'"),
        ('[sources.b]\ntype = "github"\ncolour = 1\n', "b: FAILED. sources.b.colour: there is no such setting"),
        ('[sources.b]\ntype = "github"\n', 'b: FAILED. [sources.b] needs a line repository = "owner/name".'),
        ('[sources.b]\ntype = "files"\ncolour = 1\n', "b: FAILED. "),
    ],
)
def test_what_is_wrong_with_one_source_does_not_stop_the_others(company: Company, wrong: str, sentence: str) -> None:
    said = company.refreshes(crm="two.csv", more=wrong, code=1)
    assert sentence in said
    assert company.customers() == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--bogus"], "No such option"),
        (["--only"], "requires an argument"),
        (["now"], "unexpected extra argument"),
        (["--config", "nowhere.toml"], "There is no settings file"),
    ],
)
def test_what_is_not_understood_is_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert refresh.main(arguments) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


def test_help_is_no_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh.main(["--help"]) == 0
    assert "--only" in capsys.readouterr().out


def test_nothing_from_outside_moves_the_cursor_of_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "empathy.toml").write_text(
        'database_url = "sqlite:///x.db"\n[sources."a\\u001b[2J\\u009b31m\\r"]\ntype = "files\\u001b]0;x\\u0007"\n'
    )
    done = subprocess.run(
        [sys.executable, refresh.__file__, "--config", tmp_path / "empathy.toml"], capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "a[2J" in done.stderr
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.stdout + done.stderr)
