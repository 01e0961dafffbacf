"""A start that takes long says so instead of hanging."""

from __future__ import annotations

import socket

from tests.web.serving import serving, wait_until

A_BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def test_while_a_store_keeps_the_first_page_waiting_a_reader_is_told_and_health_answers() -> None:
    # Accepts the connection and then says nothing, as a hung database does.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        with serving(url) as served:
            first = served.get("/", A_BROWSER)
            assert (first.status, first.headers["retry-after"]) == (503, "2")
            assert "The data is being loaded" in first.text
            assert 'http-equiv="refresh"' in first.text
            assert first.headers["content-security-policy"]
            assert served.get("/healthz").status == 503
            # Everything but the pages is there already, and the pages come when the waiting has an end.
            assert served.get("/favicon.png", {"Accept": "image/*"}).status == 200
            wait_until(lambda: served.get("/", A_BROWSER).status == 200, "the pages to be let out")


def test_a_start_that_is_quick_is_not_spoken_of() -> None:
    with serving("sqlite://") as served:
        assert served.get("/", A_BROWSER).status == 200


def test_a_store_in_memory_is_empty_and_no_fault_however_many_look_at_it() -> None:
    with serving("sqlite://") as served:
        for _ in range(8):  # each in another thread, at times
            assert served.get("/healthz").status == 200
        assert "Traceback" not in served.log
        assert "cannot be r" not in served.log
