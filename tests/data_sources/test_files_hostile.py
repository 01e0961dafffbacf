"""What a file can do to whoever reads it: cost itself, or one of its rows, and nothing else.

The files that hang or eat memory are smaller here than the ones that were found, just above the bounds they must meet.
"""

from __future__ import annotations

import marshal
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from data_sources.files import SOURCE
from data_sources.files.child import packed
from data_sources.files.entries import entries
from data_sources.files.fence import Fence, resident, resident_by_ps
from data_sources.mapping.columns import received, to_send
from data_sources.source import Page, SourceError
from store.rejected import Rejected
from tests.data_sources import hostile
from tests.data_sources.test_files import TICKET, asked

ROOT = Path(__file__).parents[2]
LIMIT_AND_SLACK = 1_000  # megabytes; the watch comes late on a machine that is busy


def megabytes_of_children() -> float:
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit


def entry(name: str, **more: Any) -> dict[str, Any]:
    return {"path": name, "record": "ticket", "fields": TICKET, **more}


class Read:
    """What came of a file between two good ones."""

    def __init__(self, folder: Path, hostile_entry: dict[str, Any]) -> None:
        (folder / "a-good.csv").write_text("id,opened\ngood-1,2026-01-01\n")
        (folder / "z-good.csv").write_text("id,opened\ngood-2,2026-01-01\ngood-3,2026-01-01\n")
        files = [entry("a-good.csv"), hostile_entry, entry("z-good.csv")]
        before = megabytes_of_children()
        self.pages: list[Page] = []
        self.said = ""
        try:
            self.pages.extend(SOURCE.fetch(asked(folder, *files)))
        except SourceError as error:
            self.said = str(error)
        ids = [each.id for page in self.pages for each in page.records]
        self.ids = [id for id in ids if not id.startswith("good")]
        self.rejected: list[Rejected] = [row for page in self.pages for row in page.rejected_rows]
        assert [id for id in ids if id.startswith("good")] == ["good-1", "good-2", "good-3"]
        assert "\n" not in self.said
        assert "Traceback" not in self.said
        assert self.said == "" or self.said.endswith(".")
        if before < LIMIT_AND_SLACK:  # what other tests of this process started may have been larger
            assert megabytes_of_children() < LIMIT_AND_SLACK


# --- files that hang or eat memory -------------------------------------------------------------------------------


def dictionary_bomb(path: Path) -> None:
    import pyarrow

    many = pyarrow.DictionaryArray.from_arrays(
        pyarrow.array([0] * 20_000, pyarrow.int32()), pyarrow.array(["x" * 200_000])
    )
    hostile.parquet(path, {"id": many, "opened": ["2026-01-01"] * 20_000})
    assert path.stat().st_size < 1_000_000


def written(content: Callable[[], bytes]) -> Callable[[Path], None]:
    def build(path: Path) -> None:
        path.write_bytes(content())

    return build


def wide_row(path: Path) -> None:
    with path.open("w") as stream:
        stream.write("id,opened\n1,2026-01-01\n")
        for _ in range(195):
            stream.write('"' + ("x" * 99_999 + "\n") * 9 + '",')
        stream.write("end\n2,2026-01-01\n")


EMPTY_ROWS = b"<row/>" * 500_000
LINE = b"1,2026-01-01\n"

HOSTILE: dict[str, tuple[str, Callable[[Path], None], dict[str, Any], str]] = {
    "a cell too long for memory, a million times": (
        "bomb.parquet",
        dictionary_bomb,
        {},
        "needs more than 512 MB of memory",
    ),
    "600 MB of styles": (
        "styles.xlsx",
        written(lambda: hostile.workbook(hostile.row(2, "1"), styles=(b" " * 1_000_000 for _ in range(60)))),
        {},
        "holds 60 MB in xl/styles.xml",
    ),
    "one line": (
        "line.csv.gz",
        written(lambda: hostile.packed([b"id,opened\n", *[b"1" * 1_000_000] * 60])),
        {},
        "line 2 is longer than 10 MB",
    ),
    "zeros": ("zeros.csv.gz", written(lambda: hostile.packed([bytes(1_000_000)] * 60)), {}, "NUL byte in line 1"),
    "rows without end": (
        "rows.csv.gz",
        written(lambda: hostile.packed([b"id,opened\n", *[LINE * 80_000] * 200])),
        {"deadline_seconds": 1, "same_id": "last_wins"},
        "rows.csv.gz took longer than 1 seconds",
    ),
    "a header of 98 MB": (
        "header.csv",
        written(lambda: b"id,opened," + b"x," * 6_000_000 + b"\n"),
        {},
        "line 1 is longer than 10 MB",
    ),
    "a row of 195 MB": (
        "row.csv",
        written(lambda: b"id,opened\n1," + b"x" * 12_000_000 + b"\n"),
        {},
        "line 2 is longer than 10 MB",
    ),
    "skip beyond the end": (
        "skip.csv",
        written(lambda: b"id,opened\n"),
        {"skip": 10**18},
        "has 1 line, and its mapping says skip",
    ),
    "skip beyond the end of a sheet": (
        "skip.xlsx",
        written(lambda: hostile.workbook(hostile.row(2, "1"))),
        {"skip": 10**18},
        "has no rows after the first 1,000,000,000,000,000,000",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_hangs_or_eats_memory_costs_that_file_alone(tmp_path: Path, name: str) -> None:
    file, build, options, said = HOSTILE[name]
    build(tmp_path / file)
    read = Read(tmp_path, entry(file, **options))
    assert said in read.said
    assert file in read.said
    assert not any(page.whole for page in read.pages if page.place == file)
    assert not any(file in (page.cursor or "") for page in read.pages)


HARMLESS: dict[str, tuple[str, Callable[[Path], None], list[str], list[str]]] = {
    "row two thousand million": (
        "row.xlsx",
        written(lambda: hostile.workbook(hostile.row(2, "1"), hostile.row(2_000_000_000, "2"))),
        ["1", "2"],
        [],
    ),
    "one stray cell in the last row and column": (
        "stray.xlsx",
        written(lambda: hostile.workbook(hostile.row(2, "1"), '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        ["1"],
        ["stray.xlsx row 1048576"],
    ),
    "empty rows": (
        "empty.xlsx",
        written(lambda: hostile.workbook(*[EMPTY_ROWS] * 4, hostile.row(9_000_000, "1"))),
        ["1"],
        [],
    ),
    "a JSON line of 58 MB": (
        "long.jsonl",
        written(
            lambda: (
                b'{"id": 1, "opened": "2026-01-01"}\n{"id": "'
                + b"x" * 12_000_000
                + b'"}\n{"id": 3, "opened": "2026-01-01"}\n'
            )
        ),
        ["1", "3"],
        ["long.jsonl row 2"],
    ),
    "a row of 195 MB in many lines": ("wide.csv", wide_row, ["1", "2"], ["wide.csv row 3"]),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_large_is_read(tmp_path: Path, name: str) -> None:
    file, build, ids, rejected = HARMLESS[name]
    build(tmp_path / file)
    read = Read(tmp_path, entry(file))
    assert (read.said, read.ids, [row.place for row in read.rejected]) == ("", ids, rejected)


@given(
    some.lists(
        some.tuples(
            some.text(max_size=5),
            some.none() | some.datetimes(timezones=some.just(UTC)),
            some.none() | some.dates(),
            some.none() | some.integers(-(10**15), 10**15) | some.booleans(),
            some.lists(some.text(max_size=3)).map(tuple),
        ),
        min_size=1,
        max_size=8,
    )
)
@example([("", datetime.max.replace(tzinfo=UTC), None, None, ())])
@example(
    [("", datetime.min.replace(tzinfo=UTC), None, None, ()), ("", datetime(2026, 1, 1, tzinfo=UTC), None, None, ())]
)
def test_what_the_reader_hands_over_is_what_it_read(rows: list[tuple[Any, ...]]) -> None:
    kinds = [str, datetime, date, int, tuple]
    sent = packed([to_send(kind, column) for kind, column in zip(kinds, zip(*rows, strict=True), strict=True)])
    back = [received(kind, column) for kind, column in zip(kinds, marshal.loads(sent), strict=True)]
    assert list(zip(*back, strict=True)) == rows


def test_a_reader_that_dies_is_said_and_the_next_file_has_another(tmp_path: Path) -> None:
    text = "id,opened\n" + "".join(f"{n},2026-01-01\n" for n in range(20_000))
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(text)
    one, two = entries(asked(tmp_path, entry("a.csv"), entry("b.csv")))
    with Fence() as fence:
        shape = fence.check(tmp_path / "a.csv", one, 1)
        pages = fence.pages(tmp_path / "a.csv", one, shape, "a.csv", 1)
        next(pages)
        killed = fence.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        with pytest.raises(SourceError, match=r"a\.csv ended the program that reads it, after row [\d,]+; "):
            list(pages)
        shape = fence.check(tmp_path / "b.csv", two, 1)
        assert sum(len(page.records) for page in fence.pages(tmp_path / "b.csv", two, shape, "b.csv", 1)) == 20_000
        assert fence.pid != killed


def test_a_reader_ends_with_whoever_started_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,opened\n" + "".join(f"{n},2026-01-01\n" for n in range(50_000)))
    code = (
        "import os, sys; from pathlib import Path; from data_sources.files.entries import entries; "
        "from data_sources.files.fence import Fence; from tests.data_sources.test_files import asked, TICKET; "
        "folder = Path(sys.argv[1]); path = folder / 'a.csv'; fence = Fence(); "
        "(entry,) = entries(asked(folder, {'path': 'a.csv', 'record': 'ticket', 'fields': TICKET})); "
        "pages = fence.pages(path, entry, fence.check(path, entry, 1), 'a.csv', 1); next(pages); "
        "print(fence.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    child = int(done.stdout)
    until = time.monotonic() + 30
    while alive(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(child)


def alive(pid: int) -> bool:
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip() not in ("",) and not done.stdout.strip().startswith("Z")


def test_memory_is_seen_with_and_without_proc(tmp_path: Path) -> None:
    code = "import sys; held = bytes(range(256)) * 400_000; print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as large:
        assert large.stdout is not None
        large.stdout.readline()
        for look in (resident, resident_by_ps):
            assert 100_000_000 < look(large.pid) < 150_000_000
    assert (resident(large.pid), resident_by_ps(large.pid)) == (0, 0)


def test_a_reader_never_runs_ahead_of_who_takes_its_pages(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,opened\n" + "".join(f"{n},2026-01-01\n" for n in range(60_000)))
    (one,) = entries(asked(tmp_path, entry("a.csv")))
    with Fence() as fence:
        shape = fence.check(tmp_path / "a.csv", one, 1)
        pages = fence.pages(tmp_path / "a.csv", one, shape, "a.csv", 1)
        next(pages)
        assert fence.pid is not None
        (tmp_path / "a.csv").write_text("id,opened\n")  # what is not read by now never will be
        assert sum(len(page.records) for page in pages) < 55_000


# --- one bad cell costs one row ----------------------------------------------------------------------------------

GOOD_CELL = '<c t="inlineStr"><is><t>2026-01-01</t></is></c>'
AS_SHEET: dict[str, tuple[str, str, str, str]] = {  # the row -> column, value, reason
    "a number that is none": (hostile.row(3, "bad", "<c><v>abc</v></c>"), "opened", "abc", "is not a number"),
    "a number with too many digits": (
        hostile.row(3, "bad", f"<c><v>{'9' * 5000}</v></c>"),
        "opened",
        "9" * 200,
        "is not a number",
    ),
    "a date that is none": (
        hostile.row(3, "bad", '<c t="d"><v>99999-99-99</v></c>'),
        "opened",
        "99999-99-99",
        "is not a date",
    ),
    "a date out of range": (
        hostile.row(3, "bad", '<c s="1"><v>99999999999</v></c>'),
        "opened",
        "99999999999",
        "date out of range",
    ),
    "a date before all dates": (
        hostile.row(3, "bad", '<c s="1"><v>-1e300</v></c>'),
        "opened",
        "-1e300",
        "date out of range",
    ),
    "a text out of range": (hostile.row(3, "bad", '<c t="s"><v>99</v></c>'), "opened", "99", "the workbook holds 0"),
    "a text before the first": (
        hostile.row(3, "bad", '<c t="s"><v>-1</v></c>'),
        "opened",
        "-1",
        "the workbook holds 0",
    ),
    "neither true nor false": (
        hostile.row(3, "bad", '<c t="b"><v>perhaps</v></c>'),
        "opened",
        "perhaps",
        "neither true nor false",
    ),
    "an error of the sheet": (hostile.row(3, "bad", '<c t="e"><v>#REF!</v></c>'), "opened", "#REF!", "is not a date"),
    "a row that is not a number": (hostile.row("x", "bad"), "", "x", "is not the number of a row"),
    "a row with a fraction": (hostile.row("3.5", "bad"), "", "3.5", "is not the number of a row"),
    "a cell without a place": ('<row r="3"><c r="$%3"><v>1</v></c></row>', "", "$%3", "is not the place of a cell"),
    "a cell beyond the last column": (
        '<row r="3"><c r="ZZZZ3"><v>1</v></c></row>',
        "",
        "ZZZZ3",
        "is not the place of a cell",
    ),
}


@pytest.mark.parametrize("name", AS_SHEET)
def test_a_bad_cell_of_a_workbook_costs_its_row(tmp_path: Path, name: str) -> None:
    bad, column, value, reason = AS_SHEET[name]
    (tmp_path / "bad.xlsx").write_bytes(hostile.workbook(hostile.row(2, "1"), bad, hostile.row(4, "2")))
    read = Read(tmp_path, entry("bad.xlsx"))
    assert (read.said, read.ids) == ("", ["1", "2"])
    (row,) = read.rejected
    assert (row.place, row.column, row.value) == ("bad.xlsx row 3", column, value)
    assert reason in row.reason


BIG = '{"id": "bad", "opened": ' + "9" * 5000 + "}"
AS_JSON: dict[str, tuple[str, str, str, str]] = {  # the line -> column, how its value begins, reason
    "very deep": (hostile.deep(100_000), "", '{"id": "deep"', "nested too deeply"),
    "not JSON": ("{'id': 1}", "", "{'id'", "is not JSON"),
    "a number with too many digits": (BIG, "", '{"id": "bad"', "is not JSON"),
    "a list": ("[1, 2]", "", "[1, 2]", "is not one {...}"),
    "a date of endless time": ('{"id": "bad", "opened": Infinity}', "opened", "inf", "is not a date"),
    "a date that is a table": ('{"id": "bad", "opened": {"at": 1}}', "opened", '{"at": 1}', "is not a date"),
    "a date in the year 9999 with an offset": (
        '{"id": "bad", "opened": "9999-12-31T23:59:59-23:00"}',
        "opened",
        "9999",
        "out of range",
    ),
    "half a letter": ('{"id": "bad", "opened": "\\ud800"}', "opened", "\ud800", "is not a date"),
}


@pytest.mark.parametrize("name", AS_JSON)
def test_a_bad_line_of_json_costs_its_row(tmp_path: Path, name: str) -> None:
    bad, column, value, reason = AS_JSON[name]
    good = '{"id": "%d", "opened": "2026-01-01"}\n'
    (tmp_path / "bad.jsonl").write_text(good % 1 + bad + "\n" + good % 2)
    read = Read(tmp_path, entry("bad.jsonl"))
    assert (read.said, read.ids) == ("", ["1", "2"])
    (row,) = read.rejected
    assert (row.place, row.column, row.value[: len(value)]) == ("bad.jsonl row 2", column, value)
    assert reason in row.reason


def test_depth_that_can_be_parsed_but_not_written_costs_its_row(tmp_path: Path) -> None:
    deep = '{"id": "bad", "opened": ' + "[" * 900 + "]" * 900 + "}"
    (tmp_path / "deep.jsonl").write_text(f'{{"id": "1", "opened": "2026-01-01"}}\n{deep}\n')
    read = Read(tmp_path, entry("deep.jsonl"))
    assert (read.said, read.ids, [row.place for row in read.rejected]) == ("", ["1"], ["deep.jsonl row 2"])


AS_CSV: dict[str, tuple[dict[str, Any], str, str]] = {  # how opened is mapped -> the cell, reason
    "too much time to add": ({"column": "opened", "plus": {"days": "more"}}, "1e99", "too much time to add"),
    "time to add beyond all dates": ({"column": "opened", "plus": {"days": "more"}}, "9e8", "too much time to add"),
    "endless seconds": ({"column": "more", "format": "unix"}, "inf", "is not a date"),
    "no seconds": ({"column": "more", "format": "unix"}, "nan", "is not a date"),
    "many seconds": ({"column": "more", "format": "unix"}, "1e300", "is not a date"),
    "a year of five digits": ({"column": "more"}, "99999-99-99", "is not a date"),
    "a year of five digits, by format": ({"column": "more", "format": "%Y-%m-%d"}, "99999-99-99", "is not a date"),
}


@pytest.mark.parametrize("name", AS_CSV)
def test_a_bad_cell_of_a_text_costs_its_row(tmp_path: Path, name: str) -> None:
    opened, cell, reason = AS_CSV[name]
    good = {"more": "1767225600" if opened.get("format") == "unix" else "2026-01-01", "plus": "0"}
    usual = good["plus"] if "plus" in opened else good["more"]
    (tmp_path / "bad.csv").write_text(
        f"id,opened,more\n1,2026-01-01,{usual}\nbad,2026-01-01,{cell}\n2,2026-01-01,{usual}\n"
    )
    read = Read(tmp_path, entry("bad.csv", fields={"id": "id", "opened_at": opened}))
    assert (read.said, read.ids) == ("", ["1", "2"])
    (row,) = read.rejected
    assert row.place == "bad.csv row 3"
    assert "more" in row.column
    assert reason in row.reason


def test_a_timestamp_of_parquet_beyond_all_dates_costs_its_row(tmp_path: Path) -> None:
    import pyarrow

    moments = pyarrow.array([0, 2**62, 86_400_000_000], pyarrow.int64()).cast(pyarrow.timestamp("us"))
    hostile.parquet(tmp_path / "bad.parquet", {"id": ["1", "bad", "2"], "opened": moments})
    read = Read(tmp_path, entry("bad.parquet"))
    assert (read.said, read.ids) == ("", ["1", "2"])
    (row,) = read.rejected
    assert (row.place, row.column, row.value) == ("bad.parquet row 3", "opened", str(2**62))
    assert "out of range" in row.reason


def test_a_time_zone_of_parquet_that_nobody_knows_costs_the_rows_that_need_it(tmp_path: Path) -> None:
    import pyarrow

    moments = pyarrow.array([0, None], pyarrow.int64()).cast(pyarrow.timestamp("us", "Mars/Phobos"))
    hostile.parquet(tmp_path / "mars.parquet", {"id": ["1", "2"], "opened": ["2026-01-01"] * 2, "solved": moments})
    read = Read(tmp_path, entry("mars.parquet", fields={**TICKET, "solved_at": "solved"}))
    assert (read.said, read.ids, [row.place for row in read.rejected]) == ("", ["2"], ["mars.parquet row 2"])


# --- a bad file costs that file ----------------------------------------------------------------------------------


def locked(path: Path) -> None:
    content = bytearray(hostile.workbook(hostile.row(2, "1")))
    at = -1
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        content[at + 8] |= 1  # each member says that it is encrypted
    path.write_bytes(content)


def cut_off(path: Path) -> None:
    path.write_bytes(hostile.workbook(hostile.row(2, "1"), "<row"))


def unlike(path: Path) -> None:
    hostile.parquet(path, {"id": ["1"], "opened": ["2026-01-01"]})
    content = path.read_bytes()
    path.write_bytes(content[:20] + b"\xff" * (len(content) // 2) + content[20 + len(content) // 2 :])


FILES: dict[str, tuple[str, Callable[[Path], Any], str]] = {
    "a sheet that is not in the file": (
        "b.xlsx",
        written(lambda: hostile.workbook(part=None)),
        "the sheet 'Sheet1' is not in the file",
    ),
    "no sheets": ("b.xlsx", written(lambda: hostile.workbook(sheets="")), "names no sheets"),
    "a sheet without rows": ("b.xlsx", written(lambda: hostile.workbook(header="")), "no rows at all"),
    "a sheet that ends early": ("b.xlsx", cut_off, "not a workbook that can be read: not well-formed"),
    "a sheet with definitions": (
        "b.xlsx",
        written(lambda: hostile.workbook(sheets="<!-- " + "x" * 5000 + " -->").replace(b"xl/styles", b"xl/stylez")),
        "holds no xl/styles.xml",
    ),
    "a workbook with a password": ("b.xlsx", locked, "protected with a password"),
    "a workbook in an envelope": (
        "b.xlsx",
        written(lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        "protected with a password",
    ),
    "a zip that is no zip": ("b.xlsx", written(lambda: b"PK\x03\x04" + bytes(100)), "broken .xlsx"),
    "a damaged Parquet file": ("b.parquet", unlike, "b.parquet"),
    "links in a circle": ("b.csv", lambda path: path.symlink_to(path), "b.csv"),
    "a pipe": ("b.csv", os.mkfifo, "b.csv is not a file"),
    "a folder": ("b.csv", Path.mkdir, "b.csv is not a file"),
    "a link to a device": ("b.csv", lambda path: path.symlink_to("/dev/zero"), "b.csv is not a file"),
    "deep JSON and nothing else": ("b.jsonl", written(lambda: hostile.deep(100_000).encode()), "is not JSON lines"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_is_said_and_the_others_are_read(tmp_path: Path, name: str) -> None:
    file, build, said = FILES[name]
    build(tmp_path / file)
    read = Read(tmp_path, entry(file))
    assert said in read.said
    assert read.ids == []


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("a\0b.csv", "cannot be read: embedded null"),
        ("a\0*.csv", "cannot be read: embedded null"),
        ("x" * 5_000 + ".csv", "cannot be read: File name too long"),
        ("~nobody-of-this-name/x.csv", "cannot be read"),
        ("/dev/zero", "is not a file"),
        ("round/**/*.csv", "round/**/*.csv took longer than 1 seconds"),
    ],
    ids=["NUL", "NUL in a pattern", "5,000 letters", "nobody's home", "a device", "links in circles"],
)
def test_a_path_that_leads_nowhere_is_said_and_the_others_are_read(tmp_path: Path, path: str, said: str) -> None:
    (tmp_path / "round").mkdir()
    for name in ("one", "two"):
        (tmp_path / "round" / name).symlink_to(tmp_path / "round")
    assert said in Read(tmp_path, entry(path, deadline_seconds=1)).said


@pytest.mark.parametrize(
    "encoding",
    ["rot13", "base64", "hex", "zip", "undefined", "punycode", "idna", "unicode_escape", "a\0b", "é", "utf8000"],
)
def test_an_encoding_that_no_file_has_is_refused(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_text("id,opened\n1,2026-01-01\n")
    with pytest.raises(SourceError, match="there is no encoding"):
        list(SOURCE.fetch(asked(tmp_path, entry("a.csv", encoding=encoding))))


@pytest.mark.parametrize(
    "amount", [1e300, -1e300, float("nan"), float("inf"), 10**400, True, [1]], ids=lambda amount: str(amount)[:8]
)
@pytest.mark.parametrize("unit", ["days", "minutes"])
def test_time_to_add_that_cannot_be_is_refused(tmp_path: Path, unit: str, amount: Any) -> None:
    (tmp_path / "a.csv").write_text("id,opened\n1,2026-01-01\n")
    fields = {"id": "id", "opened_at": {"column": "opened", "plus": {unit: amount}}}
    with pytest.raises(SourceError, match=rf"fields\.opened_at\.plus\.{unit}: "):
        list(SOURCE.fetch(asked(tmp_path, entry("a.csv", fields=fields))))


@pytest.mark.parametrize(
    "option",
    [
        {"most_unpacked_mb": float("nan")},
        {"deadline_seconds": float("inf")},
        {"deadline_seconds": 0},
        {"where": {"id": {"at_least": float("nan")}}},
        {"where": {"id": {"at_most": float("inf")}}},
    ],
    ids=str,
)
def test_a_number_of_the_mapping_that_cannot_be_is_refused(tmp_path: Path, option: dict[str, Any]) -> None:
    (tmp_path / "a.csv").write_text("id,opened\n1,2026-01-01\n")
    with pytest.raises(SourceError, match="write a number"):
        list(SOURCE.fetch(asked(tmp_path, entry("a.csv", **option))))


# --- ./run files guess -------------------------------------------------------------------------------------------


def guess(path: Path | str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "data_sources.files", "guess", str(path)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=120)


@pytest.fixture(scope="module")
def odd_things(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("odd")
    os.mkfifo(folder / "pipe.csv")
    (folder / "folder.csv").mkdir()
    (folder / "circle.csv").symlink_to(folder / "circle.csv")
    (folder / "deep.jsonl").write_text(hostile.deep(100_000))
    dictionary_bomb(folder / "bomb.parquet")
    cwd = Path.cwd()
    os.chdir(folder)  # the path of a socket must be short
    listening = socket.socket(socket.AF_UNIX)
    listening.bind("socket.csv")
    os.chdir(cwd)
    yield folder
    listening.close()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pipe.csv", "pipe.csv is not a file"),
        ("folder.csv", "folder.csv is not a file"),
        ("socket.csv", "socket.csv cannot be read"),
        ("circle.csv", "circle.csv cannot be read"),
        ("deep.jsonl", "deep.jsonl"),
        ("bomb.parquet", "bomb.parquet needs more than 512 MB"),
        ("/dev/zero", "zero is not a file"),
        ("none.csv", "There is no file"),
        ("x" * 5_000, "File name too long"),
    ],
)
def test_guess_says_in_one_sentence_what_it_cannot_look_at(odd_things: Path, name: str, said: str) -> None:
    done = guess(odd_things / name)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


# --- words of a file that a terminal would obey ------------------------------------------------------------------

ORDERS = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"


@pytest.mark.parametrize("where", ["header", "name", "sheet", "cell"])
def test_no_word_of_a_file_gives_a_terminal_orders(tmp_path: Path, where: str) -> None:
    name = f"t{ORDERS}.csv" if where == "name" else "t.csv"
    header = f"id,op{ORDERS}ened" if where == "header" else "id,opened"
    if where == "sheet":
        name = "t.xlsx"
        odd = f"S{ORDERS.replace(chr(27), '').replace(chr(7), '')}"  # XML holds no such characters
        sheets = f'<sheet name="{odd}" sheetId="1" r:id="s"/>'
        (tmp_path / name).write_bytes(hostile.workbook(hostile.row(2, "1"), sheets=sheets))
        chosen = entry(name, sheet="Other")
    else:
        (tmp_path / name).write_text(
            f"{header}\n1,{ORDERS if where == 'cell' else '2026-01-01'}\n" + "2,2026-01-01\n" * 30
        )
        chosen = entry(name, same_id="merge" if where == "cell" else "reject")
        if where == "name":
            chosen["fields"] = {"id": "id", "opened_at": "nothing"}
    read = Read(tmp_path, chosen)
    texts = [read.said, *(text for row in read.rejected for text in (row.place, row.column, row.reason))]
    assert read.said or read.rejected
    for text in texts:
        assert not set(ORDERS) & set(text) - set("]0;owned[2J31m")
    done = guess(tmp_path / name)
    assert not set("\x1b\x07\x9b\u202e") & set(done.stdout + done.stderr)


def test_refresh_prints_none_either(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"id,op{ORDERS}ened\n1,2026-01-01\n")
    (tmp_path / "empathy.toml").write_text(
        f'database_url = "sqlite:///{tmp_path}/e.db"\n[sources.desk]\ntype = "files"\n[[sources.desk.files]]\n'
        'path = "t.csv"\nrecord = "ticket"\n[sources.desk.files.fields]\nid = "id"\nopened_at = "opened"\n'
    )
    command = [sys.executable, str(ROOT / "refresh.py"), "--config", str(tmp_path / "empathy.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "no column 'opened'; the columns are" in done.stderr
    assert not set("\x1b\x07\x9b\u202e") & set(done.stdout + done.stderr)


def test_a_name_that_is_no_text_is_read_and_shown(tmp_path: Path) -> None:
    odd = os.fsdecode(b"t-\xff.csv")
    try:
        (tmp_path / odd).write_text("id,opened\n1,2026-01-01\n2,never\n")
    except OSError:
        pytest.skip("this file system takes only names that are text")
    read = Read(tmp_path, entry("t-*.csv"))
    assert (read.said, read.ids, [row.place for row in read.rejected]) == ("", ["1"], ["t-\\xff.csv row 3"])
    assert "t-\\xff.csv" in [page.place for page in read.pages]
