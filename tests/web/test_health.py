"""/healthz says whether the server can do its work, soon and without a traceback."""

from __future__ import annotations

import json
import socket
import time

from tests.web.serving import Served, serving


def test_a_store_with_data_is_healthy_and_has_an_age(sample: Served) -> None:
    answer = sample.get("/healthz")
    told = json.loads(answer.text)
    assert answer.status == 200
    assert told["store"] is True
    assert told["snapshot"] >= 1
    assert 0 <= told["age_s"] < 86_400
    assert told["stale"] == []
    assert told["schema"]
    assert answer.headers["cache-control"] == "no-store"


def test_an_empty_store_is_reachable_and_has_no_snapshot(served: Served) -> None:
    answer = served.get("/healthz")
    assert (answer.status, json.loads(answer.text)["snapshot"]) == (200, None)


def test_a_store_that_cannot_be_reached_is_503_and_the_pages_say_so() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with serving(f"postgresql://nobody:secret-word@127.0.0.1:{closed.getsockname()[1]}/none") as served:
            answer = served.get("/healthz")
            assert (answer.status, json.loads(answer.text)["store"]) == (503, False)
            assert "secret-word" not in answer.text + served.log


def test_a_store_that_never_answers_is_503_soon() -> None:
    # Accepts the connection and then says nothing, as a hung database does.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        with serving(url) as served:
            started = time.monotonic()
            assert served.get("/healthz").status == 503
            assert time.monotonic() - started < 6
