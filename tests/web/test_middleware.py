"""Who may ask, what may be asked, and what every answer carries."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from websockets.exceptions import InvalidStatus

from tests.web.serving import ROOT, STREAMLIT, UVICORN, Served, clean_environment, serving
from tests.web.viewer import texts, viewing
from web.middleware import inline_scripts, is_from_this_machine
from web.startup_checks import OPTIONS, OTHER_MACHINES, is_this_machine, refuse_unsafe_start

BROKEN = """
from starlette.routing import Route
from app import app
def broken(request):
    raise RuntimeError("secret words")
app._user_routes.insert(0, Route("/broken", broken))
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same server, with one more address that always fails."""
    folder = tmp_path_factory.mktemp("broken")
    (folder / "broken_app.py").write_text(BROKEN)
    command = (*UVICORN[:3], "broken_app:app", "--port", "0", "--app-dir", str(folder))
    with serving("sqlite://", {"PYTHONPATH": str(ROOT)}, command, folder) as server:
        yield server


KINDS = {
    "the first page": ("/", {}, 200),
    "a deep link": ("/customer-health?period=Quarter", {}, 200),
    "an unknown page": ("/no-such-page", {}, 404),
    "Streamlit's health": ("/_stcore/health", {}, 200),
    "its settings for the browser": ("/_stcore/host-config", {}, 200),
    "our icon": ("/favicon.png", {}, 200),
    "our font": ("/app/static/inter-latin-wght-normal.woff2", {}, 200),
    "a missing file": ("/app/static/none.woff2", {}, 404),
    "a way out of the folder": ("/app/static/..%2f..%2fsettings.py", {}, 400),
    "a redirect": ("/metric/", {}, 301),
    "what is closed": ("/_stcore/metrics", {}, 404),
    "another name": ("/", {"Host": "evil.example"}, 403),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_carries_the_headers(served: Served, kind: str) -> None:
    path, headers, status = KINDS[kind]
    answer = served.get(path, headers)
    assert answer.status == status
    has_the_headers(answer.headers)


def test_health_carries_the_headers_too(served: Served) -> None:
    has_the_headers(served.get("/healthz").headers)


def test_a_wrong_method_carries_them_too(served: Served) -> None:
    answer = served.get("/", method="DELETE")
    assert answer.status == 405
    has_the_headers(answer.headers)


def test_a_failure_of_the_server_carries_them_and_says_only_a_code(broken: Served) -> None:
    answer = broken.get("/broken")
    assert answer.status == 500
    has_the_headers(answer.headers)
    assert "secret words" not in answer.text
    code = answer.text.rpartition("code ")[2].rstrip(".")
    assert f"code {code}" in broken.log
    assert "secret words" in broken.log


def has_the_headers(headers: dict[str, str]) -> None:
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "access-control-allow-origin" not in headers
    policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["form-action"] == policy["base-uri"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert "http" not in " ".join(policy.values())


def test_the_policy_allows_exactly_the_scripts_that_stand_in_the_page(served: Served) -> None:
    stand_there = re.findall("<script>(.*?)</script>", served.get("/").text, re.DOTALL)
    digests = [hashlib.sha256(each.encode()).digest() for each in stand_there]
    assert [f"'sha256-{base64.b64encode(each).decode()}'" for each in digests] == inline_scripts()


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/metrics/",
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/interact",
        "/_stcore/agent/mcp",
        "/_stcore/upload_file/x/y",
        "/component/x/index.html",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS"])
def test_what_nobody_needs_is_closed(served: Served, path: str, method: str) -> None:
    assert served.get(path, method=method).status == 404


def test_no_other_page_may_steer_these_from_a_frame(served: Served) -> None:
    assert '"allowedOrigins":[]' in served.get("/_stcore/host-config").text


def test_a_visitor_under_another_name_is_refused(served: Served) -> None:
    # A name of somebody else's that was made to point to this machine.
    answer = served.get("/", {"Host": f"evil.example:{served.port}"})
    assert (answer.status, answer.text) == (403, OTHER_MACHINES)
    with pytest.raises(InvalidStatus, match="403"), viewing(served.port, name="evil.example"):
        pass


def other_address() -> str | None:
    found = [one.address for all in psutil.net_if_addrs().values() for one in all if one.family == socket.AF_INET]
    return next((address for address in found if not is_this_machine(address)), None)


@pytest.mark.skipif(other_address() is None, reason="this machine has no address but 127.0.0.1")
def test_a_server_that_listens_everywhere_still_answers_only_this_machine() -> None:
    address = other_address()
    assert address
    with serving("sqlite://", command=(*UVICORN, "--host", "0.0.0.0")) as served:
        assert served.get("/").status == 200
        answer = served.get("/", host=address)
        assert (answer.status, answer.text) == (403, OTHER_MACHINES)
        with pytest.raises(InvalidStatus, match="403"), viewing(served.port, host=address):
            pass
        # The name alone opens nothing.
        assert served.get("/", {"Host": "localhost"}, host=address).status == 403


@pytest.mark.skipif(other_address() is None, reason="this machine has no address but 127.0.0.1")
def test_other_machines_are_served_where_the_settings_say_so() -> None:
    address = other_address()
    assert address
    meant = {"EMPATHY_ALLOW_OTHER_MACHINES": "true"}
    with serving("sqlite://", meant, (*STREAMLIT, "--server.address", "0.0.0.0")) as served:
        assert served.get("/", {"Host": "empathy.example"}, host=address).status == 200
        with viewing(served.port, host=address, name="empathy.example") as viewer:
            assert OTHER_MACHINES not in texts(viewer.visit())


def test_a_server_that_is_told_to_listen_everywhere_does_not_start() -> None:
    done = subprocess.run(
        [*STREAMLIT, "--server.address", "0.0.0.0"],
        cwd=ROOT,
        env=clean_environment("sqlite://", {}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert f"The server is set to listen on 0.0.0.0. {OTHER_MACHINES}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_that_was_turned_keeps_the_server_from_starting(option: str) -> None:
    turned = {**OPTIONS, "server.address": "127.0.0.1", option: "turned"}
    with pytest.raises(SystemExit, match=option):
        refuse_unsafe_start(turned.__getitem__, allow_other_machines=False)


@pytest.mark.parametrize("address", [None, "0.0.0.0", "::", "192.168.1.7", "empathy.example"])
def test_an_address_that_others_can_reach_must_be_meant(address: str | None) -> None:
    options = {**OPTIONS, "server.address": address}
    with pytest.raises(SystemExit, match="this machine only"):
        refuse_unsafe_start(options.__getitem__, allow_other_machines=False)
    refuse_unsafe_start(options.__getitem__, allow_other_machines=True)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:8501",
        "localhost",
        "LocalHost:80",
        "[::1]:8501",
        "::1",
        "[::1]",
        "127.8.9.1",
        "::ffff:127.0.0.1",
    ],
)
def test_names_that_only_this_machine_has(host: str) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.1:80",
        "[::]",
        "0.0.0.0",
        "0",
        "[",
        "::ffff:10.0.0.1",
    ],
)
def test_names_that_others_may_have(host: str) -> None:
    assert not is_this_machine(host)


def test_a_socket_in_the_file_system_is_this_machine() -> None:
    assert is_from_this_machine(
        {"type": "http", "server": ("/run/x.sock", None), "client": None, "headers": [(b"host", b"localhost")]}
    )


def test_a_start_from_another_folder_finds_the_same_options(tmp_path: Path) -> None:
    # Started elsewhere without its .streamlit/config.toml it would watch files and show tracebacks.
    with serving("sqlite://", command=(*UVICORN, "--app-dir", str(ROOT)), folder=tmp_path) as served:
        assert '"allowedOrigins":[]' in served.get("/_stcore/host-config").text
        assert served.get("/app/static/inter-latin-wght-normal.woff2").status == 200
