"""Whoever follows CONTRIBUTING.md adds a source, a metric, a record and a page, and sees them work in a store that is in use.

The four are written out below, as a newcomer would write them, and put into a copy of this project whose own code has
filled a store before. What they may touch, and how many lines they may take, is the promise of the house.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.project import ROOT, copied

TODAY = datetime.now(UTC).date()
LAST_WEEK = TODAY - timedelta(days=TODAY.weekday() + 5)
MAILS, CALLS, VISITS = 60, 20, 12

SETTINGS = """
[sources.desk]
type = "files"
[[sources.desk.files]]
path = "tickets.csv"
record = "ticket"
[sources.desk.files.fields]
id = "ticket"
opened_at = "opened"
channel = "via"
"""

# --- a source: one module, and its word in SOURCES ---------------------------------------------------------------------

SOURCE = '''"""Calls from a telephone system: each of them is a ticket. No recording is read, and no number of a caller."""

from pydantic import Field

from data_sources.kit import cells, options, paging, streams
from data_sources.kit.cursors import in_stamps
from store.records import Ticket

CALL = {
    "id": cells.number("id", "call-"),
    "opened_at": cells.instant("began_at"),
    "solved_at": cells.maybe(cells.instant, "settled_at"),
    "area": cells.maybe(cells.text, "queue"),
    "channel": cells.always("phone"),
}


class Hotline(streams.System):
    base_url: str = Field(description="the address of its API", examples=["https://calls.example.com/api"])
    token_env: options.KeyName = Field("HOTLINE_TOKEN", description="the environment variable that holds an access key")

    def site(self) -> streams.Site:
        return streams.Site("Hotline", "system", self.base_url, self.base_url, "calls", "/calls?per_page=1")

    def lists(self) -> list[streams.Stream]:
        rows, since = [streams.Rows(Ticket, CALL)], in_stamps("changed_since")
        paged = paging.number(10)
        return [streams.Stream("calls", "/calls?per_page=10", paged, rows, since, updated="changed_at")]

    def sees(self, found: cells.Item) -> list[str]:
        return ["It can read the calls."]


API = "https://calls.example.com/docs"
SOURCE = streams.source("hotline", __doc__, Hotline, ("ticket",), "read calls", API, "caller agent")
'''
READS_CALLS = """
[sources.calls]
type = "hotline"
base_url = "{address}"
"""

# --- a metric: one module, its word in METRICS, and one Measure -------------------------------------------------------

METRIC = '''"""How many of the requests for help come by phone?"""

from datetime import date

from metrics.counting.tickets import of_tickets
from metrics.models import share

METRIC = of_tickets(
    key="by_phone",
    name="By phone",
    asks="How many of the requests for help come by phone?",
    in_short="Tickets that came by phone as a share of all tickets.",
    formula="tickets that came by phone / tickets of which the channel is known",
    unit="percent",
    better=None,
    why="A call takes the whole time of one of us, and people call when nothing else has helped.",
    caveats=("A ticket counts on the day it was opened.",),
    reviewed_on=date(2026, 11, 24),
    version=1,
    dimensions=("area", "segment"),
    model=share("tickets_by_phone"),
    nothing="No ticket of this period says how it came.",
)
'''
MEASURE = """        measure("tickets_by_phone", row.opened_on, yes_no(row.channel == "phone"), row.channel != ""),
"""

# --- a record: one class, its name in RECORDS, and a mapping -----------------------------------------------------------

RECORD = '''@dataclass(slots=True)
class Visit(Record):
    """One visit of a mechanic to a customer."""

    TABLE: ClassVar[str] = "visit"
    id: str
    visited_at: Annotated[datetime, counted, day("visited_on")]
    customer: Annotated[str | None, refers_to("customer"), counted] = None
    took_minutes: Annotated[int | None, at_least(0), "from arriving to leaving"] = None


'''
READS_VISITS = """
[[sources.desk.files]]
path = "visits.csv"
record = "visit"
[sources.desk.files.fields]
id = "visit"
visited_at = "day"
took_minutes = "minutes"
"""

# --- a page: its answer, its file, its line in PAGES, and one view ----------------------------------------------------------------

VIEW = '''"""What the page of calls and visits asks."""

from metrics import metric
from metrics.reading import Reading, headline_period, read
from store import Published
from views.cache import cached
from views.view import View


@cached(4)
def calls(published: Published, view: View) -> tuple[Reading, int]:
    """How many tickets come by phone, and how many visits are stored."""
    by_phone = metric("by_phone")
    reading = read(published, by_phone, headline_period(by_phone, view.today), view.settings)
    return reading, published.rows("visit")
'''
ANSWER = '''"""How many people call, and how often our mechanics were with customers."""

from collections.abc import Mapping

from markupsafe import Markup

from display.blocks import say
from display.frame import as_of
from metrics import metric
from reporting.words import value
from views.calls import calls
from views.view import View


def answer(view: View, asked: Mapping[str, str]) -> Markup:
    phone, visits = calls(view)
    said = f"{value(metric('by_phone'), phone.value)} of the tickets came by phone; {visits} visits are stored."
    return Markup("<h1>{}</h1>{}{}").format("Calls and visits", say(said, "answer"), as_of(view, phone.sources))
'''
PAGE = '''"""How many people call, and how often our mechanics were with customers."""

from display import calls, frame
from web.guard import guard

guard()
frame.page(calls.answer)
'''


class House:
    """A copy of this project, and what was changed in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen = self._texts()

    def write(self, path: str, text: str) -> None:
        assert not (self.folder / path).exists()
        (self.folder / path).write_text(text, "utf-8")

    def put(self, path: str, text: str, before: str, after: str = "") -> None:
        """Puts the text where the file says `after` and then `before`, which it must say once."""
        old = (self.folder / path).read_text("utf-8")
        assert old.count(after + before) == 1, f"{path} no longer says {after + before!r}"
        (self.folder / path).write_text(old.replace(after + before, after + text + before), "utf-8")

    def changed(self) -> dict[str, int]:
        """Lines of program that were added or changed in each file since the last time that this was asked."""
        before, self._seen = self._seen, self._texts()
        lines = {
            name: sum(line.startswith("+ ") for line in difflib.ndiff(before.get(name, []), text))
            for name, text in self._seen.items()
            if text != before.get(name)
        }
        assert not before.keys() - self._seen.keys()
        return lines

    def _texts(self) -> dict[str, list[str]]:
        found = sorted(each for each in self.folder.rglob("*") if each.suffix in (".py", ".toml", ".css"))
        return {str(each.relative_to(self.folder)): each.read_text("utf-8").splitlines() for each in found}

    def runs(self, *arguments: str) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("EMPATHY_")}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def shows(self, page: str) -> str:
        """What a reader sees on a page."""
        code = (
            "from streamlit.testing.v1 import AppTest\n"
            "app = AppTest.from_file('web/menu.py', default_timeout=60).run()\n"
            f"app.switch_page('../pages/{page}').run()\n"
            "assert not app.exception, app.exception\n"
            "print(*[each.proto.body for each in app.get('html')], sep='\\n')\n"
        )
        return self.runs("-c", code)


class Telephone(BaseHTTPRequestHandler):
    """Somebody's system with an API: its calls, page by page."""

    def do_GET(self) -> None:
        page = int(self.path.partition("&page=")[2].partition("&")[0] or 1)
        told = json.dumps([self.call(n) for n in range(1, CALLS + 1)][10 * page - 10 : 10 * page]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def call(self, n: int) -> dict[str, object]:
        at = f"{LAST_WEEK}T10:{n:02}:00Z"
        return {"id": n, "began_at": at, "changed_at": at, "queue": "Billing", "caller": "+34 600 000 000"}

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def telephone() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Telephone)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Seen:
    """What came of the four additions."""

    house: House
    source: dict[str, int]
    metric: dict[str, int]
    record: dict[str, int]
    page: dict[str, int]
    refreshed: str  # what the refresh said afterwards


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, telephone: str) -> Seen:
    folder = copied(tmp_path_factory.mktemp("newcomer") / "project")
    (folder / "tickets.csv").write_text(csv("ticket,opened,via", MAILS, f"{LAST_WEEK},mail"))
    (folder / "visits.csv").write_text(csv("visit,day,minutes", VISITS, f"{LAST_WEEK},45"))
    (folder / "empathy.toml").write_text(SETTINGS)
    house = House(folder)
    house.runs("refresh.py")

    house.write("data_sources/hotline.py", SOURCE)
    house.put("data_sources/__init__.py", ', "hotline"', before=")\n\n\ndef source(", after='"jira"')
    source = house.changed()

    house.write("metrics/by_phone.py", METRIC)
    house.put("metrics/__init__.py", '    "by_phone",\n', before=")\n# Keys of before", after='    "attrition",\n')
    house.put("store/tallies.py", MEASURE, before='        measure("replies", row.solved_on')
    metric = house.changed()

    house.put("store/records.py", RECORD, before="def _rejected(")
    house.put("store/records.py", "    Visit,\n", before=")\nBY_TABLE", after="    Employment,\n")
    with (folder / "empathy.toml").open("a") as settings:
        settings.write(READS_VISITS)
    record = house.changed()

    house.write("display/calls.py", ANSWER)
    house.write("pages/calls.py", PAGE)
    house.write("views/calls.py", VIEW)
    house.put(
        "web/pages.py",
        '    Page("calls.py", "Calls and visits", "calls", "Calls", calls.answer),\n',
        before='    Page("data_health.py"',
    )
    house.put("web/pages.py", "calls, ", before="data_health, health,", after="from display import ")
    page = house.changed()

    with (folder / "empathy.toml").open("a") as settings:
        settings.write(READS_CALLS.format(address=telephone))
    return Seen(house, source, metric, record, page, house.runs("refresh.py"))


def csv(heads: str, rows: int, cells: str) -> str:
    return "\n".join([heads, *(f"{n},{cells}" for n in range(1, rows + 1))]) + "\n"


def test_a_source_is_one_file_of_at_most_60_lines_and_one_word(seen: Seen) -> None:
    assert seen.source["data_sources/__init__.py"] == 1
    assert set(seen.source) == {"data_sources/__init__.py", "data_sources/hotline.py"}
    assert seen.source["data_sources/hotline.py"] <= 60


def test_a_metric_is_one_file_of_at_most_35_lines_one_word_and_one_measure(seen: Seen) -> None:
    assert seen.metric["metrics/__init__.py"] == seen.metric["store/tallies.py"] == 1
    assert set(seen.metric) == {"metrics/__init__.py", "store/tallies.py", "metrics/by_phone.py"}
    assert seen.metric["metrics/by_phone.py"] <= 35


def test_a_record_is_one_class_its_name_and_a_mapping(seen: Seen) -> None:
    assert set(seen.record) == {"store/records.py", "empathy.toml"}


def test_a_page_is_one_answer_one_line_and_one_view(seen: Seen) -> None:
    assert seen.page["web/pages.py"] == 2  # its line, and its name in the line of imports
    assert set(seen.page) == {"web/pages.py", "display/calls.py", "pages/calls.py", "views/calls.py"}
    assert VIEW.count("\ndef ") == ANSWER.count("\ndef ") == 1
    assert PAGE.endswith("guard()\nframe.page(calls.answer)\n")


def test_contributing_names_each_place_that_was_touched_and_no_file_that_is_not_there(seen: Seen) -> None:
    manual = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    rooms = ("", "data_sources", "store", "metrics")  # the table names files as they are called in their room
    for path in (*seen.source, *seen.metric, *seen.record, *seen.page):
        assert f"`{path}`" in manual or f"`{path.partition('/')[0]}/" in manual, path
    named = [each for each in re.findall(r"`([\w./]+\.(?:py|md)|[\w/]+/)`", manual) if "NAME" not in each]
    assert len(named) > 20
    assert [each for each in named if not any((ROOT / room / each).exists() for room in rooms)] == []


def test_what_a_newcomer_writes_has_the_style_of_the_house(seen: Seen) -> None:
    new = ["data_sources", "metrics", "store/records.py", "store/tallies.py", "pages", "views", "web/pages.py"]
    seen.house.runs("-m", "ruff", "format", "--check", *new)
    seen.house.runs("-m", "ruff", "check", *new)


def test_rows_that_were_stored_before_are_counted_by_the_new_measure_without_being_read_again(seen: Seen) -> None:
    told = json.loads(seen.house.runs("read.py", "by-phone", "--json"))
    assert (told["numerator"], told["denominator"]) == (CALLS, MAILS + CALLS)
    assert f"desk: {VISITS} rows read, {VISITS} new or changed" in seen.refreshed


def test_rows_of_the_new_record_are_read_into_the_store_that_did_not_know_it(seen: Seen) -> None:
    assert "The store was extended by visit." in seen.refreshed


def test_files_are_still_guessed_though_nobody_said_what_columns_of_the_new_record_are_called(seen: Seen) -> None:
    assert 'record = "ticket"' in seen.house.runs("-m", "data_sources.files", "guess", "tickets.csv")


def test_all_of_it_is_on_the_new_page(seen: Seen) -> None:
    shown = seen.house.shows("calls.py").replace("\\", "")
    assert f"{100 * CALLS // (MAILS + CALLS)}% of the tickets came by phone; {VISITS} visits are stored." in shown
