"""The websocket: who may open it, what may come in, and what goes out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.web.serving import ROOT, Served, serving
from tests.web.viewer import has_heading, texts, viewing
from web.pages import PAGES

BEHIND_A_PROXY = "https://empathy.example"


@pytest.fixture(scope="module")
def proxied(sample_url: str) -> Iterator[Served]:
    """A server to which a proxy hands on what people ask of another name."""
    with serving(sample_url, {"STREAMLIT_SERVER_CORS_ALLOWED_ORIGINS": BEHIND_A_PROXY}) as server:
        yield server


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://localhost:{other}",
        "http://127.0.0.1:{other}",
        "http://127.0.0.1",
        "http://localhost:{port}",
        "https://evil.example",
        "http://127.0.0.1:{port}.evil.example",
        "http://evil.example@127.0.0.1:{port}",
        "http://127.0.0.1:{port}/",
        "file://127.0.0.1:{port}",
        "chrome-extension://127.0.0.1:{port}",
        "127.0.0.1:{port}",
        "https://empathy.example.evil.example",
    ],
)
def test_a_page_that_is_not_ours_cannot_open_the_websocket(proxied: Served, origin: str | None) -> None:
    origin = origin and origin.format(port=proxied.port, other=proxied.port + 1)
    with pytest.raises(InvalidStatus, match="403"), viewing(proxied.port, origin=origin):
        pass


@pytest.mark.parametrize("origin", ["http://127.0.0.1:{port}", "https://127.0.0.1:{port}", BEHIND_A_PROXY])
def test_our_own_pages_open_it_also_behind_a_proxy_that_the_options_name(proxied: Served, origin: str) -> None:
    with viewing(proxied.port, origin=origin.format(port=proxied.port)) as viewer:
        assert has_heading(viewer.visit())


def test_another_name_of_this_machine_opens_it_from_its_own_pages(proxied: Served) -> None:
    with viewing(proxied.port, name="localhost") as viewer:
        assert has_heading(viewer.visit())


def test_no_page_tells_a_reader_where_on_the_disk_it_lies(sample: Served) -> None:
    inside = [str(ROOT), str(Path.home()), ROOT.name + "/", 'main_script_path: "/']
    with viewing(sample.port) as viewer:
        for page in PAGES:
            for query in ("", "metric=nonsense", "bug=nonsense"):
                heard = viewer.visit(page.url_path, query)
                assert "new_session" in [message.WhichOneof("type") for message in heard]
                found = [part for part in inside if part in texts(heard)]
                assert not found, (page, query)


def test_an_address_that_nobody_writes_is_refused(sample: Served) -> None:
    assert sample.get("/metric?metric=" + "x" * 60_000).status == 414
    assert sample.get("/metric?metric=" + "x" * 9_000).status == 414
    assert sample.get("/metric?metric=" + "x" * 3_000).status == 200


def test_a_message_that_no_page_sends_ends_its_session_and_no_other(sample: Served) -> None:
    with viewing(sample.port) as other, viewing(sample.port) as viewer:
        with pytest.raises(ConnectionClosed) as closed:
            viewer.visit("metric", "metric=" + "x" * 500_000)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 1009
        assert has_heading(other.visit())
