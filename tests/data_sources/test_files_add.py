"""`./run add FILE...`: own numbers without writing a line; what stands in empathy.toml already stays as it is."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_sources.files.add import add
from metrics import METRICS
from refresh import refresh
from reporting.readings import why
from settings import SettingsError, load
from store import open_store
from views.question import OVERVIEW, Overview, Question, answer

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "data"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WRITTEN = """# What we call things.
company = "Lumen Bikes"   # invented
database_url = "sqlite:///own.db"

[words]
customers = "offices"

[sources.crm]   # by hand
type = "files"
files = [ { path = "mine.csv", record = "customer", fields = { id = "no", name = "who" } } ]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "empathy.toml"
    path.write_text(WRITTEN)
    (tmp_path / "mine.csv").write_text("no,who\n1,Fern\n")
    return path


def tickets(path: Path, rows: int = 30) -> Path:
    lines = [f"T{n},C{n % 7},2026-11-{n % 14 + 1:02} 09:00,2026-11-{n % 14 + 1:02} 10:00" for n in range(rows)]
    path.write_text("\n".join(["ticket_id,customer_id,created_at,solved_at", *lines]))
    return path


def test_what_is_in_the_settings_stays_letter_for_letter_and_the_second_time_adds_nothing(config: Path) -> None:
    file = tickets(config.with_name("tickets.csv"))
    (added,) = add(config, [file])
    text = config.read_text()
    assert text.startswith(WRITTEN)
    assert tomllib.loads(text)["sources"]["tickets"]["files"][0]["path"] == "tickets.csv"
    (again,) = add(config, [file])
    assert (added.was_there, again.was_there, again.table) == (False, True, None)
    assert config.read_text() == text
    assert [each.name for each in config.parent.glob(".*")] == []


def test_a_file_that_the_settings_name_in_any_way_is_there_already(config: Path) -> None:
    config.write_text(WRITTEN.replace("mine.csv", "m*.csv"))
    (found,) = add(config, [config.with_name("mine.csv")])
    assert found.was_there
    assert config.read_text() == WRITTEN.replace("mine.csv", "m*.csv")


def test_settings_are_made_where_there_are_none_and_another_file_of_the_name_gets_another(tmp_path: Path) -> None:
    config = tmp_path / "new" / "empathy.toml"
    (tmp_path / "old").mkdir()
    first, second = tickets(tmp_path / "tickets.csv"), tickets(tmp_path / "old" / "tickets.csv")
    assert [each.source for each in add(config, [first, second])] == ["tickets", "tickets_2"]
    assert {each.options["files"][0]["path"] for each in load(config).sources.values()} == {str(first), str(second)}


def test_a_file_without_a_mapping_is_told_why_and_leaves_the_settings_alone(config: Path) -> None:
    no_table = config.with_name("page.csv")
    no_table.write_text("<html></html>")
    other = config.with_name("calls.csv")
    other.write_text("call_id,seconds\n1,2\n2,3\n")
    staff = config.with_name("staff.csv")
    staff.write_text("employee_id,department\n1,A\n2,B\n")
    said = [each.said for each in add(config, [no_table, other, staff, config.with_name("none.csv")])]
    assert "page.csv is a web page" in said[0]
    assert "calls.csv is not one of the records that are counted" in said[1]
    assert said[2].startswith("staff.csv holds rows like employment, but does not say when it began")
    assert "There is no file" in said[3]
    assert config.read_text() == WRITTEN


def test_settings_that_cannot_take_a_source_are_one_sentence_and_stay_as_they_are(config: Path) -> None:
    file = tickets(config.with_name("tickets.csv"))
    for text, said in (("company = ", "is not valid TOML"), ("sources = {}\n", "write [sources.NAME] tables")):
        config.write_text(text)
        with pytest.raises(SettingsError, match=r"(?i)" + said.replace("[", r"\[").replace("]", r"\]")):
            add(config, [file])
        assert config.read_text() == text


def test_files_that_are_added_together_find_each_other_by_id(tmp_path: Path) -> None:
    config = tmp_path / "empathy.toml"
    config.write_text('time_zone = "Europe/Madrid"\ndatabase_url = "sqlite:///own.db"\n')
    add(config, sorted(EXAMPLES.glob("*.csv")))
    settings = load(config)
    assert [each.failed for each in refresh(settings, NOW)] == [None] * 5
    found = answer(Question(OVERVIEW), settings, NOW)
    assert isinstance(found, Overview)
    assert max(each.missing for each in found.unresolved) == 1  # the ticket of the 31st of February
    assert {(record, read, stored, rejected) for _, record, read, stored, rejected in found.counts} == {
        ("customer", 80, 80, 0),
        ("ticket", 182, 181, 1),
        ("survey_response", 174, 173, 1),
        ("bug", 60, 60, 0),
        ("bug_report", 119, 119, 0),
    }
    values = {each.metric.key: each.reading.value for each in found.numbers}
    assert values["csat"] == pytest.approx(48.28, abs=0.01)
    assert found.top is not None
    assert found.top.top.bugs


def test_old_data_have_their_numbers_over_the_days_they_are_of(tmp_path: Path) -> None:
    config = tmp_path / "empathy.toml"
    config.write_text('database_url = "sqlite:///own.db"\n')
    lines = [f"R{n},{n % 11},2017-05-{n % 9 + 10:02}" for n in range(200)]
    tmp_path.joinpath("survey.csv").write_text("\n".join(["response_id,nps,answered_on", *lines]))
    add(config, [tmp_path / "survey.csv"])
    settings = load(config)
    refresh(settings, NOW)
    found = answer(Question(OVERVIEW), settings, NOW)
    assert isinstance(found, Overview)
    (nps,) = [each.reading for each in found.numbers if each.reading.value is not None]
    assert (nps.metric, nps.n, nps.period.end.year) == ("nps", 200, 2017)
    without = {each.metric.key: why(each.reading) for each in found.numbers if each.reading.value is None}
    assert without["repeat"] == "No purchases in any source."


def test_nobody_stays_a_customer_in_months_of_which_nothing_was_read(tmp_path: Path) -> None:
    config = tmp_path / "empathy.toml"
    config.write_text('database_url = "sqlite:///own.db"\n')
    lines = [f"A{n},Pro,2021-{n % 12 + 1:02}-01,{'2022-03-10' if n % 5 == 0 else ''}" for n in range(100)]
    tmp_path.joinpath("accounts.csv").write_text("\n".join(["account_id,plan,start_date,cancelled_on", *lines]))
    add(config, [tmp_path / "accounts.csv"])
    settings = load(config)
    refresh(settings, NOW)
    found = answer(Question(OVERVIEW), settings, NOW)
    assert isinstance(found, Overview)
    (churn,) = [each.reading for each in found.numbers if each.metric.key == "churn"]
    assert churn.period.end.year == 2021


def test_from_files_to_sentences_in_three_commands(tmp_path: Path) -> None:
    """As ./run add calls them, one after the other."""
    (tmp_path / "empathy.toml").write_text('time_zone = "Europe/Madrid"\ndatabase_url = "sqlite:///own.db"\n')
    environment = {**os.environ, "EMPATHY_CONFIG": str(tmp_path / "empathy.toml"), "PYTHONPATH": str(ROOT)}
    names = [str(EXAMPLES / name) for name in ("tickets.csv", "surveys.csv")]
    outputs = []
    for command in (
        ["-m", "data_sources.files.add", *names, str(tmp_path / "none.csv")],
        [str(ROOT / "refresh.py")],
        [str(ROOT / "read.py"), "overview"],
    ):
        done = subprocess.run(
            [sys.executable, *command], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr
        outputs.append((done.returncode, done.stdout, done.stderr))
    (added, _, said), (read, _, _), (told, overview, _) = outputs
    assert (added, read, told) == (3, 0, 0)  # 3: one of the files is not there
    assert "tickets.csv: [sources.tickets] in empathy.toml, ticket; 1 line of it is not sure." in said
    assert "none.csv" in said
    assert "- tickets: 181 tickets stored; 1 of 182 rows was rejected:\n    tickets.csv row 42, opened: " in overview
    assert f" of {len(METRICS)} metrics have a value.\n" in overview
    assert "- Customer satisfaction (CSAT), " in overview
    assert "Without a value:\n" in overview
    assert "- Repeat purchase rate: No purchases in any source." in overview


def test_the_store_of_the_example_is_the_one_of_the_settings(config: Path) -> None:
    add(config, [tickets(config.with_name("tickets.csv"))])
    settings = load(config)
    refresh(settings, NOW)
    with open_store(settings).reading() as published:
        assert {row[:2] for row in published.counts()} == {("crm", "customer"), ("tickets", "ticket")}
    assert config.with_name("own.db").exists()
