"""Streamlit's own files come packed, and unpack to exactly what they are, whatever happened to what was kept of them."""

from __future__ import annotations

import gzip
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.web.browsing import watching
from tests.web.serving import ROOT, Answer, Served, serving
from web.encodings import ENCODINGS, best
from web.static_files import FOLDER, KINDS, keep, packed

GZIP = {"Accept-Encoding": "gzip"}
A_SERVER = """
from pathlib import Path
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles as Plain
from web.static_files import StaticFiles

here = Path(__file__).parent
app = Starlette(
    routes=[
        Route("/healthz", lambda request: PlainTextResponse("well")),
        Mount("/base/static", Plain(directory=here / "files")),
    ],
    middleware=[Middleware(StaticFiles, base="base", folder=here / "files", cache=here / "kept")],
)
"""
SCRIPT = b"export const words = " + b"'the same words again and again'," * 2000
KEPT = f"kept/{ENCODINGS[-1].folder}/js/one.abcd1234.js"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a script in it, and a server for it."""
    (tmp_path / "files" / "js").mkdir(parents=True)
    (tmp_path / "files" / "js" / "one.abcd1234.js").write_bytes(SCRIPT)
    (tmp_path / "server_of_files.py").write_text(A_SERVER)
    return tmp_path


def asked(place: Path, n: int = 1) -> list[Answer]:
    """What a newly started server says to `n` browsers who ask at once."""
    command = (sys.executable, "-m", "uvicorn", "server_of_files:app", "--port", "0", "--app-dir", str(place))
    with serving(None, {"PYTHONPATH": str(ROOT)}, command, place) as server, ThreadPoolExecutor(n) as browsers:
        return list(browsers.map(lambda _: server.get("/base/static/js/one.abcd1234.js", GZIP), range(n)))


def is_the_script(answer: Answer) -> bool:
    return answer.headers["content-encoding"] == "gzip" and gzip.decompress(answer.body) == SCRIPT


def files(suffix: str) -> list[Path]:
    return sorted(FOLDER.rglob(f"*{suffix}"), key=lambda path: path.stat().st_size)


def address(file: Path) -> str:
    return f"/static/{file.relative_to(FOLDER).as_posix()}"


@pytest.mark.parametrize("kind", sorted({path.suffix for path in FOLDER.rglob("*.*")}))
def test_every_kind_of_file_is_the_same_once_it_is_unpacked(served: Served, kind: str) -> None:
    for file in {files(kind)[0], files(kind)[-1]}:
        answer = served.get(address(file), {"Accept-Encoding": "gzip, deflate, br, zstd"})
        assert answer.status == 200
        encoding = next((each for each in ENCODINGS if each.name == answer.headers.get("content-encoding")), None)
        assert (encoding is not None) == (kind in KINDS)
        assert (encoding.unpack(answer.body) if encoding else answer.body) == file.read_bytes()
        assert answer.headers["content-length"] == str(len(answer.body))
        assert "max-age=31536000" in answer.headers["cache-control"]
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_packed_or_not_it_is_told_as_the_same_kind_and_that_it_varies(served: Served, kind: str) -> None:
    path = address(files(kind)[-1])
    as_it_is, packed_one = served.get(path), served.get(path, GZIP)
    assert "content-encoding" not in as_it_is.headers
    assert packed_one.headers["content-encoding"] == "gzip"
    assert len(packed_one.body) < len(as_it_is.body)
    assert packed_one.headers["content-type"] == as_it_is.headers["content-type"]
    assert as_it_is.headers["vary"] == packed_one.headers["vary"] == "Accept-Encoding"
    # Its validators are those of the file as it is: a part of one must never be put together with a part of the other.
    assert "etag" not in packed_one.headers


def test_all_names_change_with_their_content() -> None:
    assert all(re.search(r"\.[\w-]{8}\.\w+$", path.name) for path in FOLDER.rglob("*.*"))


def test_a_part_is_a_part_of_the_file_as_it_is(served: Served) -> None:
    file = files(".js")[-1]
    answer = served.get(address(file), {**GZIP, "Range": "bytes=100-199"})
    assert answer.status == 206
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-range"] == f"bytes 100-199/{file.stat().st_size}"
    assert answer.body == file.read_bytes()[100:200]


def test_who_asks_only_about_a_file_is_told_what_it_would_be(served: Served) -> None:
    path = address(files(".js")[-1])
    about, whole = served.get(path, GZIP, "HEAD"), served.get(path, GZIP)
    assert (about.status, about.body) == (200, b"")
    of_the_time = {"date"}
    assert {name: said for name, said in about.headers.items() if name not in of_the_time} == {
        name: said for name, said in whole.headers.items() if name not in of_the_time
    }


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=0.5", True),
        ("*", True),
        ("zstd, *;q=0.1", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("gzip;q=0, *", False),
        ("*;q=0", False),
        ("gzip;q=none", False),
        ("gzip;level=9", False),
        ("deflate", False),
    ],
)
def test_only_what_a_browser_takes_is_sent(served: Served, accepted: str, is_packed: bool) -> None:
    answer = served.get(address(files(".css")[-1]), {"Accept-Encoding": accepted})
    assert answer.status == 200
    assert ("content-encoding" in answer.headers) == is_packed
    assert (best(accepted) is not None) == is_packed


@pytest.mark.parametrize("path", ["/static/js/none.js", "/static/js/..%2f..%2findex.html", "/static/js/"])
def test_what_is_no_file_is_not_ours_to_answer(served: Served, path: str) -> None:
    assert "content-encoding" not in served.get(path, GZIP).headers


def test_sixteen_who_ask_at_once_get_the_same(place: Path) -> None:
    answers = asked(place, 16)
    assert all(map(is_the_script, answers))
    assert [path.name for path in (place / KEPT).parent.iterdir()] == [Path(KEPT).name]


def test_what_was_kept_is_used_by_the_next_start(place: Path) -> None:
    # The same file, packed less well: it is right, so nobody packs again.
    (place / KEPT).parent.mkdir(parents=True)
    (place / KEPT).write_bytes(gzip.compress(SCRIPT, 1, mtime=0))
    assert asked(place)[0].body == (place / KEPT).read_bytes()


@pytest.mark.parametrize(
    "harm",
    {
        "nothing": lambda good: b"",
        "cut off": lambda good: good[:-20],
        "another file": lambda good: gzip.compress(b"alert(1)"),
        "one bit": lambda good: good[:40] + bytes([good[40] ^ 1]) + good[41:],
        "no archive": lambda good: b"\0" * 500,
    }.items(),
    ids=lambda harm: harm[0],
)
def test_what_was_harmed_since_it_was_kept_is_never_sent(place: Path, harm: tuple[str, object]) -> None:
    good = packed(place / "files/js/one.abcd1234.js", ENCODINGS[-1], None)
    (place / KEPT).parent.mkdir(parents=True)
    (place / KEPT).write_bytes(harm[1](good))  # type: ignore[operator]
    assert is_the_script(asked(place)[0])
    assert (place / KEPT).read_bytes() == good, "and it is mended"


def test_a_file_that_is_another_one_by_now_is_packed_anew(place: Path) -> None:
    assert is_the_script(asked(place)[0])
    (place / "files/js/one.abcd1234.js").write_bytes(SCRIPT + b"// and more")
    assert gzip.decompress(asked(place)[0].body) == SCRIPT + b"// and more"


def test_where_nothing_can_be_kept_it_is_packed_all_the_same(place: Path) -> None:
    (place / "kept").write_text("a file where the folder should be")
    assert is_the_script(asked(place)[0])


def test_a_process_that_is_killed_while_it_keeps_a_file_leaves_no_half_of_it(place: Path) -> None:
    killed = """
import os, pathlib, signal, sys
from web import static_files
pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
static_files.keep(pathlib.Path(sys.argv[1]), b"half")
"""
    done = subprocess.run([sys.executable, "-c", killed, str(place / KEPT)], cwd=ROOT, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert not (place / KEPT).exists()
    assert is_the_script(asked(place)[0])


def test_of_two_who_keep_the_same_file_the_last_wins_whole(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda n: keep(tmp_path / "one", bytes([n]) * 100_000), range(32)))
    assert len(set((tmp_path / "one").read_bytes())) == 1
    assert len(list(tmp_path.iterdir())) == 1


@pytest.fixture
def bytes_of_first_page(browser: Browser, sample: Served) -> Iterator[dict[str, int]]:
    """What a browser that was never here loads for the first page: bytes as they cross the line, by address."""
    with watching(browser) as watched:
        session = watched.page.context.new_cdp_session(watched.page)
        addresses: dict[str, str] = {}
        sizes: dict[str, int] = {}
        session.on("Network.requestWillBeSent", lambda e: addresses.update({e["requestId"]: e["request"]["url"]}))
        session.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}))
        session.send("Network.enable")
        watched.open(sample.url)
        yield {addresses[each].removeprefix(sample.url): size for each, size in sizes.items()}


def test_a_browser_loads_the_scripts_and_styles_of_the_first_page_in_700_kb(
    bytes_of_first_page: dict[str, int],
) -> None:
    packed_kinds = {path: n for path, n in bytes_of_first_page.items() if Path(path).suffix in KINDS}
    assert len(packed_kinds) > 20
    assert sum(packed_kinds.values()) < 700_000
