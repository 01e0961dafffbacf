"""Whoever opens a connection and does not finish asking is hung up on; whoever asks is not."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from tests.web.serving import Served, ask, serving
from tests.web.viewer import has_heading, viewing
from web.half_requests import PATIENCE_S

HALVES = {
    "nothing": b"",
    "half a line": b"GET / HT",
    "headers without an end": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: y\r\n",
    "half an upgrade": b"GET /_stcore/stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n",
    "half of a second request": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HT",
    "a body that does not come": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nx",
}


def test_half_requests_are_ended_after_ten_seconds_and_readers_are_not() -> None:
    assert PATIENCE_S == 10
    with serving("sqlite://") as served, viewing(served.port) as viewer:
        viewer.visit()
        sockets = {name: opened(served, half) for name, half in HALVES.items()}
        dripping = opened(served, b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        open_ones = [opened(served, HALVES["headers without an end"]) for _ in range(100)]
        try:
            # Readers are served meanwhile.
            assert served.get("/favicon.png").status == 200
            wait_for(lambda: drips_and_is_ended(dripping), "the dripping one to be ended")
            for name, each in sockets.items():
                wait_for(lambda each=each: is_ended(each), f"{name} to be ended")  # type: ignore[misc]
            for each in open_ones:
                wait_for(lambda each=each: is_ended(each), "all of them to be ended")  # type: ignore[misc]
        finally:
            for each in (*sockets.values(), dripping, *open_ones):
                each.close()
        # The open page was there all the time and is still.
        assert has_heading(viewer.visit("data-health"))
        assert ask(served.port, "/favicon.png", {}, "GET", "127.0.0.1").status == 200


def opened(served: Served, first: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", served.port), timeout=5)
    connection.sendall(first)
    connection.setblocking(False)
    return connection


def is_ended(connection: socket.socket) -> bool:
    """Whether the other side has hung up; what it said before that is read and left."""
    try:
        while connection.recv(65536):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def drips_and_is_ended(connection: socket.socket) -> bool:
    """One more byte of a header that never ends."""
    try:
        connection.send(b"x")
    except OSError:
        return True
    return is_ended(connection)


def wait_for(look: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 3 * PATIENCE_S
    while time.monotonic() < deadline:
        if look():
            return
        time.sleep(0.1)
    raise TimeoutError(f"Waited in vain for {what}.")
