"""Where the access key goes: only to the host of the settings, however an answer writes the address of another one."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from data_sources import github
from data_sources.kit.http import Web
from data_sources.kit.keys import bearer
from data_sources.kit.limits import Limits
from data_sources.source import Request, SourceError
from settings import Settings
from store.records import Bug
from tests.data_sources.replay import Reply, Upstream

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TOKEN = "ghp_canaryCANARYcanary0123456789abcdefgh"
ISSUES, RELEASES = "/repos/octo/shop/issues", "/repos/octo/shop/releases"
SETTINGS = Settings()
QUICK = Limits(connect=2, silence=2, request=5, first_wait=0.01, tries=2)


class Listener:
    """Another host: it keeps what every connection sends, and answers as if it were the right one."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(2)
                at = len(self.heard)
                self.heard.append(b"")
                try:
                    self.heard[at] = connection.recv(65_536)
                    connection.sendall(
                        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]"
                    )
                except OSError:
                    continue

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        yield server


@pytest.fixture
def other() -> Iterator[Listener]:
    with closing(Listener()) as listener:
        yield listener


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def issue(number: int) -> dict[str, Any]:
    return {
        "number": number,
        "title": f"Coupon {number} fails",
        "state": "open",
        "labels": [{"name": "bug"}],
        "created_at": "2026-10-02T10:00:00Z",
        "updated_at": "2026-11-02T10:00:00Z",
    }


def read(upstream: Upstream, since: str | None = None, **options: Any) -> set[str]:
    """The bugs that GitHub gave."""
    options = {"repository": "octo/shop", "base_url": upstream.url, "releases": False, **options}
    pages = github.SOURCE.fetch(Request("tracker", options, SETTINGS, since, NOW), limits=QUICK)
    return {record.id for page in pages for record in page.records if isinstance(record, Bug)}


def through(how: str, upstream: Upstream, address: str) -> str | None:
    """Makes the server name this address, as latin-1 text like any header; gives the cursor to read with."""
    if how == "Link":
        upstream.on(ISSUES, Reply([issue(1)], headers={"Link": f'<{address}>; rel="next"'}, fault=how))
    elif how == "Location":
        upstream.on(ISSUES, Reply([], 302, {"Location": address}, fault=how))
    else:
        upstream.on(ISSUES, Reply([issue(1)], fault=how))
        return json.dumps({"next": address})
    return None


def raw(text: str) -> str:
    """Letters beyond ASCII as they stand in a header."""
    return text.encode().decode("latin-1")


# BASE is host and port of the settings, OTHER those of the other host, :PORT the other's port alone.
FOREIGN = [
    # userinfo
    "http://BASE@OTHER/",
    "http://127.0.0.1@OTHER/",
    "http://127.0.0.1:pass@OTHER/",
    "http://BASE:x@OTHER/",
    "http://@OTHER/",
    "http://OTHER@BASE@OTHER/",
    "http://BASE%40OTHER/",
    "http://OTHER%40BASE/",
    "//BASE@OTHER/",
    "http://BASE%00@OTHER/",
    # backslashes
    "http://OTHER\\@BASE/",
    "http://OTHER\\@BASE\\..",
    "http://OTHER\\BASE/",
    "http://BASE\\@OTHER/",
    "http:\\\\OTHER/",
    "http:/\\OTHER/",
    "http:\\/OTHER/",
    "\\\\OTHER/",
    "/\\OTHER/",
    "//OTHER\\@BASE/",
    "http://OTHER%5C@BASE/",
    "http://OTHER/\\@BASE/",
    "http://OTHER?\\@BASE/",
    # blanks, tabs and control characters
    "ht\ttp://OTHER/",
    "http:\t//OTHER/",
    "http:/\t/OTHER/",
    "/\t/OTHER/",
    "http://OTHER\t@BASE/",
    "http://OTHER @BASE/",
    "http://BASE @OTHER/",
    "http://OTHER\x0b@BASE/",
    "http://OTHER\x00@BASE/",
    "http://BASE\x00@OTHER/",
    "http://OTHER\x7f.BASE/",
    "\x01http://OTHER/",
    "http://OTHER%09@BASE/",
    "http://OTHER%0d%0aHost:BASE/",
    # what looks like a dot, a slash, an @ or a digit
    raw("http://127。0。0。1:PORT/"),
    raw("http://127．0．0．1:PORT/"),
    raw("http://１２７.0.0.1:PORT/"),
    raw("http://⑫7.0.0.1:PORT/"),
    raw("http:／／OTHER/"),
    raw("http://OTHER／@BASE/"),
    raw("http://BASE＠OTHER/"),
    raw("http://OTHER⁄@BASE/"),
    raw("http://OTHER℀@BASE/"),
    raw("http://ⓛocalhost:PORT/"),
    "http://127.0.0.1\xa0:PORT/",
    "http://OTHER\x85@BASE/",
    # ports
    "http://127.0.0.1:PORT/",
    "http://127.0.0.1:0PORT/",
    "http://127.0.0.1:PORT:PORT/",
    "http://127.0.0.1:+PORT/",
    "http://127.0.0.1:-1/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:65536/",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:/",
    "http://127.0.0.1/",
    "http://127.0.0.1:BASE:PORT/",
    "http://127.0.0.1:eighty/",
    raw("http://127.0.0.1:٨٠/"),
    "http://127.0.0.1:" + "9" * 5_000 + "/",
    # IPv6
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::1]:PORT/",
    "http://[::1",
    "http://::1]:PORT/",
    "http://[::1%25lo]:PORT/",
    "http://[127.0.0.1]:PORT/",
    "http://[BASE]@OTHER/",
    "http://[]/",
    "http://[v1.x]:PORT/",
    # other ways to write this machine
    "http://localhost:PORT/",
    "http://LOCALHOST:PORT/",
    "HTTP://OTHER/",
    "http://127.1:PORT/",
    "http://0:PORT/",
    "http://2130706433:PORT/",
    "http://0x7f000001:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://127.0.0.1.:PORT/",
    "http://127.0.0.%31:PORT/",
    "http://%31%32%37.0.0.1:PORT/",
    "http://127%2e0%2e0%2e1:PORT/",
    # slashes
    "//OTHER/",
    "///OTHER/",
    "////OTHER/",
    "http:OTHER/",
    "http:/OTHER/",
    "http:///OTHER/",
    "http:////OTHER/",
    "/..//OTHER/",
    "/.//OTHER/",
    "/%2f%2fOTHER/",
    "?//OTHER/",
    "http://OTHER",
    "http://OTHER?BASE/",
    "http://OTHER#@BASE/",
    "http://OTHER/@BASE/",
    "http://OTHER;@BASE/",
    "http://BASE.OTHER/",
    "http://BASE,OTHER/",
    # other schemes
    "https://OTHER/",
    "https://BASE/",
    "ftp://OTHER/",
    "file:///etc/passwd",
    "file://OTHER/",
    "gopher://OTHER/",
    "ws://OTHER/",
    "http+unix://OTHER/",
    "javascript:alert(1)",
    "data:application/json,[]",
    "://OTHER/",
    ":",
    "http:",
    "http://",
    "http://169.254.169.254/latest/meta-data",
]  # fmt: skip


@pytest.mark.parametrize("how", ["Location", "Link", "cursor"])
def test_no_way_to_write_an_address_brings_the_access_key_to_another_host(
    upstream: Upstream, other: Listener, how: str
) -> None:
    told: dict[str, str] = {}
    base = upstream.url.removeprefix("http://")
    for shape in FOREIGN:
        address = (
            shape.replace("BASE", base).replace("OTHER", f"127.0.0.1:{other.port}").replace("PORT", str(other.port))
        )
        before = upstream.fired(how)
        cursor = through(how, upstream, address)
        try:
            read(upstream, cursor)
        except SourceError as error:
            told[shape] = str(error)
        assert other.heard == [], f"{how}: {shape!r} brought the other host {other.heard}"
        assert how == "cursor" or upstream.fired(how) > before, shape
    assert all(seen.headers["Authorization"] == f"Bearer {TOKEN}" for seen in upstream.log)
    assert TOKEN not in "".join(told.values())
    assert all(text.isprintable() and len(text) < 300 for text in told.values())
    # What names another host in plain words is refused with a reason.
    assert "another host" in told["http://OTHER\\@BASE/"]
    assert f"(http://127.0.0.1:{other.port})" in told["http://127.0.0.1:PORT/"]
    assert len(told) > 90


def test_the_other_host_would_have_heard_it(other: Listener) -> None:
    with Web(
        "It", f"http://127.0.0.1:{other.port}", now=NOW, zone=ZoneInfo("UTC"), auth=bearer(SecretStr(TOKEN))
    ) as web:
        assert web.ask("/").data == []
    assert TOKEN.encode() in other.heard[0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_every_kind_of_redirect_stays_on_the_host_and_is_followed_there(
    upstream: Upstream, other: Listener, status: int
) -> None:
    upstream.on(ISSUES, Reply([], status, {"Location": f"http://127.0.0.1:{other.port}/"}, fault="away"))
    with pytest.raises(SourceError, match="another host"):
        read(upstream)
    upstream.on(ISSUES, Reply([], status, {"Location": "/moved"}, fault="moved"))
    upstream.on("/moved", Reply([issue(1)]))
    assert read(upstream) == {"octo/shop#1"}
    assert (upstream.fired("away"), upstream.fired("moved")) == (1, 1)
    assert other.heard == []


@pytest.mark.parametrize("status", [300, 304, 305, 306])
def test_what_is_no_redirect_is_not_followed(upstream: Upstream, other: Listener, status: int) -> None:
    there = f"http://127.0.0.1:{other.port}/"
    upstream.on(ISSUES, Reply([], status, {"Location": there, "Refresh": f"0; url={there}"}, fault="it"))
    with pytest.raises(SourceError, match=f"status {status}"):
        read(upstream)
    assert upstream.fired("it") == 1
    assert other.heard == []


@pytest.mark.parametrize("how", ["Location", "Link", "cursor"])
@pytest.mark.parametrize(
    "shape",
    [
        "http://BASE/repos/octo/shop/issues?page=2",
        "HTTP://BASE/repos/octo/shop/issues?page=2",
        "http://LOCALHOST:PORT/repos/octo/shop/issues?page=2",
        "http://LocalHost:0PORT/repos/octo/shop/issues?page=2#end",
        "//BASE/repos/octo/shop/issues?page=2",
        "http://BASE//repos/octo/shop/issues?page=2",
        "/repos/octo/shop/issues?page=2",
        "/repos/./octo/x/../shop/issues?page=2",
        "/repos/octo/shop/%69ssues?page=2",
        "issues?page=2",
        "./issues?page=2",
        "?page=2",
    ],
)
def test_every_good_way_to_write_the_same_host_is_followed(upstream: Upstream, how: str, shape: str) -> None:
    base = upstream.url.replace("127.0.0.1", "localhost")
    address = shape.replace("BASE", base.removeprefix("http://")).replace("PORT", base.rpartition(":")[2])
    if how == "cursor" and not address.lower().startswith("http"):
        pytest.skip("a cursor holds whole addresses")
    cursor = through(how, upstream, address)
    for path in (ISSUES, ISSUES.replace("issues", "%69ssues"), "/" + ISSUES):
        upstream.on(f"{path}?page=2", Reply([issue(2)], fault="followed"))
    assert "octo/shop#2" in read(upstream, cursor, base_url=base)
    assert upstream.fired("followed") == 1


def test_default_ports_letters_and_paths_of_an_address_do_not_make_another_host() -> None:
    with Web("It", "https://Git.Example:443/api/v3/", now=NOW, zone=ZoneInfo("UTC")) as web:
        for address in ("https://git.example/x?y=1", "https://GIT.EXAMPLE:443/x?y=1", "HTTPS://git.example:0443/x?y=1"):
            assert web.address(address) == "https://git.example/x?y=1"
        assert web.address("?page=2", "https://git.example/api/v3/issues") == "https://git.example/api/v3/issues?page=2"
        for address in (
            "http://git.example/x",
            "http://git.example:443/x",
            "https://git.example:80/",
            "https://git.example./",
        ):
            with pytest.raises(SourceError, match="another host"):
                web.address(address)


def test_a_host_with_an_ipv6_address_is_read_and_not_confused_with_its_neighbour(other: Listener) -> None:
    try:
        server = Upstream("::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    with server:
        server.on(ISSUES, Reply([issue(1)], headers={"Link": f'<{{base}}{ISSUES}?page=2>; rel="next"'}))
        server.on(f"{ISSUES}?page=2", Reply([issue(2)], fault="second page"))
        assert read(server) == {"octo/shop#1", "octo/shop#2"}
        assert server.fired("second page") == 1
        server.on(f"{ISSUES}?page=2", Reply([], 302, {"Location": f"http://127.0.0.1:{other.port}/"}, fault="away"))
        with pytest.raises(SourceError, match="another host"):
            read(server)
        assert server.fired("away") == 1
    assert other.heard == []


def test_no_proxy_is_told_the_access_key_for_this_machine(
    upstream: Upstream, other: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{other.port}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{other.port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    upstream.on(ISSUES, Reply([issue(1)]))
    assert read(upstream) == {"octo/shop#1"}
    assert other.heard == []


@pytest.mark.parametrize(
    "base_url",
    [
        "http://[::1",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:port",
        "http://user:pass@127.0.0.1:1",
        "http://127.0.0.1:1\\@other.example",
        "http://127.0.0.1 :1",
        "https://",
        "https:///api",
        "https://git.example?x=1",
        "https://git.example#x",
        "//git.example",
        "",
        "git.example",
    ],
)
def test_a_base_url_that_is_none_is_said_in_a_sentence(upstream: Upstream, base_url: str) -> None:
    with pytest.raises(SourceError, match="is not a web address for GitHub") as raised:
        read(upstream, base_url=base_url)
    assert upstream.log == []
    assert "pass" not in str(raised.value)


# ---- nonsense ----------------------------------------------------------------------------------------------------

MANY = int(os.environ.get("FUZZ_EXAMPLES", "40"))  # examples of each test below
HUGE = ["9" * 400, "9" * 5_000, "1e400", "-1", "nan", "inf", "0", "", "\x1b[31mred", "\xb2", "\x00", "1" * 60_000]
WHENS = [
    *("Fri, 31 Dec 9999 23:59:59 -0500", "Mon, 01 Jan 0001 00:00:00 +0500", "Thu, 01 Jan 1970 00:00:00 GMT", "Sat,"),
    *("Sat, 21 Nov 2026 12:00:00 +99999999999", "99999-99-99T99:99:99", "9999-12-31T23:59:59-05:00", "2026-11-21"),
]
ADDRESSES = [
    "<http://[::1>; rel=next",
    "<?page=2>; rel=next",
    "<>; rel=next",
    "<;rel=next",
    "</x>; rel=",
    "a,b;c=d",
    "<a>;rel",
]
HEADERS = {
    "Date": WHENS,
    "Retry-After": WHENS,
    "X-RateLimit-Remaining": ["0", "00", "-1"],
    "X-RateLimit-Reset": ["1" + "0" * 18, "-" + "9" * 400, "1_000"],
    "Link": ADDRESSES,
    "Location": ["http://[::1", "http://:99999/", "//", "/x", "?", "#", "http://[", "\\"],
    "Content-Type": ["application/json; charset=nonsense", "application/vnd.x+json", "text/\x1b[2Jhtml", ";;;", "json"],
    "Content-Length": ["2", "3", "two", "-5"],
    "Transfer-Encoding": ["chunked", "gzip, chunked", "nonsense"],
    "Content-Encoding": ["gzip", "deflate", "br", "zstd", "gzip, gzip, gzip, gzip, gzip, gzip, gzip", "nonsense"],
    "Set-Cookie": [
        "a=b; expires=Fri, 31 Dec 99999 23:59:59 GMT",
        "=;=;=",
        "a=b; Max-Age=" + "9" * 400,
        "a=b; Version=x",
    ],
    "Connection": ["close", "upgrade", "\x1b"],
    "No colon \x1b[31m": [""],
    "": ["x"],
}
SIGNS = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=30)
LINE = st.sampled_from(sorted(HEADERS)).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from([*HEADERS[name], *HUGE]) | SIGNS)
)
STATUS = st.sampled_from(
    ["200 OK"] * 6
    + [
        "301 x",
        "302 x",
        "403 x",
        "429 x",
        "503 x",
        "204 x",
        "206 x",
        "100 x",
        "101 x",
        "999 x",
        "0 x",
        "-1 x",
        "x",
        "\x1b[2J",
    ]
)
BODY = st.sampled_from(
    [b"[]", b"[1]", b"{}", b"", b"\xff", b"[" * 2_000, b'{"message": "\x1b[31m\\u001b[2J"}', b"0\r\n\r\n"]
)


class Nonsense:
    """A server that answers every connection with the same bytes, and closes it."""

    def __init__(self) -> None:
        self.sent, self.times = b"", 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.settimeout(2)
                    connection.recv(65_536)
                    self.times += 1
                    connection.sendall(self.sent)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65_536):
                        pass
                except OSError:
                    continue

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="module")
def nonsense() -> Iterator[Nonsense]:
    with closing(Nonsense()) as server:
        yield server


@pytest.mark.filterwarnings("error::UserWarning")
@settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))
@given(status=STATUS, lines=st.lists(LINE, max_size=4), body=BODY)
def test_whatever_a_server_sends_is_read_or_ends_in_a_sentence(
    nonsense: Nonsense,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    status: str,
    lines: list[tuple[str, str]],
    body: bytes,
) -> None:
    caplog.clear()
    kind = [] if any(name == "Content-Type" for name, _ in lines) else [("Content-Type", "application/json")]
    head = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in kind + lines)]
    nonsense.sent = "\r\n".join([*head, "", ""]).encode("latin-1") + body
    before = nonsense.times
    options = {"repository": "octo/shop", "base_url": nonsense.url}
    told: list[str] = []
    try:
        for page in github.SOURCE.fetch(
            Request("tracker", options, SETTINGS, None, NOW), limits=QUICK, sleep=lambda seconds: None
        ):
            told += [str(page.cursor)]
    except SourceError as error:
        told += [str(error)]
    assert nonsense.times > before
    out, err = capfd.readouterr()
    told += [record.getMessage() for record in caplog.records]
    assert all(text.isprintable() for text in told), told
    assert all(record.exc_info is None for record in caplog.records)
    assert "Traceback" not in out + err


ODD = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([10**18, -(10**40), *WHENS, "\x00", "\ud800", "\x1b[2J", "x" * 100_000, "bug", "open", "closed"])
)
JSON = st.recursive(
    ODD,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "id", "type", "bug"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    wrong=st.dictionaries(
        st.sampled_from([*issue(1), "state_reason", "closed_at", "pull_request", "user", "html_url"]), JSON
    )
)
def test_whatever_an_issue_holds_costs_that_issue_at_most(upstream: Upstream, wrong: dict[str, Any]) -> None:
    upstream.on(ISSUES, Reply([{**issue(1), **wrong}, issue(2)], fault="it"))
    before = upstream.fired("it")
    assert "octo/shop#2" in read(upstream, authors_are_customers=True)
    assert upstream.fired("it") == before + 1


@settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))
@given(wrong=st.dictionaries(st.sampled_from(["id", "name", "tag_name", "published_at", "draft", "prerelease"]), JSON))
def test_whatever_a_release_holds_costs_that_release_at_most(upstream: Upstream, wrong: dict[str, Any]) -> None:
    good = {"id": 9, "name": "Faster", "tag_name": "v2", "published_at": "2026-11-01T08:00:00Z"}
    upstream.on(ISSUES, Reply([issue(1)]))
    upstream.on(RELEASES, Reply([{**good, "id": 8, **wrong}, good], fault="it"))
    before = upstream.fired("it")
    options = {"repository": "octo/shop", "base_url": upstream.url}
    pages = list(github.SOURCE.fetch(Request("tracker", options, SETTINGS, None, NOW), limits=QUICK))
    assert "octo/shop@9" in {record.id for page in pages for record in page.records}
    assert upstream.fired("it") == before + 1
