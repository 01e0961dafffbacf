"""A small web server that plays the other side: it serves what a test tells it, also badly, and keeps a log."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE_NAMES = ("page", "cursor", "nextPageToken", "page[after]")  # what a query says which page it wants with


@dataclass
class Reply:
    """One answer. `fault` names what is wrong with it; the server's log then shows that it was really served.

    "{base}" in headers and in the body becomes the server's address.
    """

    body: Any = None  # bytes as they are; anything else as JSON
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    reset: bool = False  # cuts the connection instead of answering
    cut_at: int | None = None  # sends only so many bytes of what Content-Length promises
    drip: float | None = None  # seconds between single bytes
    zipped: bool = False


@dataclass
class Seen:
    """One request as the server saw it."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    at: float
    fault: str
    body: bytes = b""


class Upstream:
    """Answers by path: each reply of a path once, the last one for ever. A query such as "?page=2" makes a path of its own."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.replies: dict[str, list[Reply]] = {}
        self.log: list[Seen] = []
        self._stop = threading.Event()
        of_family = {"address_family": socket.AF_INET6 if ":" in host else socket.AF_INET}
        self._server = type("Server", (ThreadingHTTPServer,), of_family)((host, 0), _handler(self))
        self._server.daemon_threads = True
        self.url = (
            f"http://[{host}]:{self._server.server_port}"
            if ":" in host
            else f"http://{host}:{self._server.server_port}"
        )
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Upstream:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()

    def on(self, path: str, *replies: Reply) -> None:
        self.replies[path] = list(replies)

    def fired(self, fault: str) -> int:
        """How often this fault was served."""
        return sum(seen.fault == fault for seen in self.log)

    def asked(self, path: str) -> list[Seen]:
        return [seen for seen in self.log if seen.path == path]

    def answer_to(self, target: str) -> Reply:
        parts = urlsplit(target)
        query = parse_qs(parts.query)
        page = next((query[name][0] for name in PAGE_NAMES if name in query), "1")
        waiting = self.replies.get(f"{parts.path}?page={page}") if page != "1" else None
        waiting = waiting or self.replies.get(parts.path)
        if not waiting:
            return Reply({"message": "Not Found"}, 404)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def rest(self, seconds: float) -> bool:
        """Waits between two bytes; true when the server is being stopped."""
        return self._stop.wait(seconds)


def _handler(upstream: Upstream) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = upstream.answer_to(self.path)
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            upstream.log.append(
                Seen(parts.path, query, dict(self.headers.items()), time.monotonic(), reply.fault, sent)
            )
            if reply.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                return
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            body = body.replace(b"{base}", upstream.url.encode())
            headers = {
                "Content-Type": "application/json; charset=utf-8",
                "Date": formatdate(usegmt=True),
                **reply.headers,
            }
            if reply.zipped:
                body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
            self.send_response_only(reply.status)
            for name, value in headers.items():
                self.send_header(name, value.replace("{base}", upstream.url))
            self.send_header("Content-Length", str(len(body)))
            if reply.cut_at is not None:
                body, self.close_connection = body[: reply.cut_at], True
            self.end_headers()
            try:
                if reply.drip is None:
                    self.wfile.write(body)
                    return
                for byte in body:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    if upstream.rest(reply.drip):
                        return
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler
