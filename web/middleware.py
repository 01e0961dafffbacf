"""What every request passes: who may ask, what may be asked, and the headers that every answer carries."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Collection
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import stream
from web.index import scripts
from web.startup_checks import OTHER_MACHINES, is_this_machine

MOST_BYTES_OF_ADDRESS = 8192  # an address of ours has some hundred
STARTING = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Starting</title>
<style>body{font-family:sans-serif;max-width:40rem;margin:20vh auto;padding:0 1rem}</style></head>
<body><h1>Starting</h1><p>The data is being loaded. This page reloads by itself every two seconds.</p></body></html>"""
OTHER_PAGES = "Only pages of this server may open this connection."
# Counters of the process, the pages as an interface for programs, uploads: nothing here needs them.
CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/upload_file", "/_stcore/script-health-check", "/component/")


class RequestChecks:
    """ASGI middleware around Streamlit: refuses what may not be asked, and adds the headers of every answer."""

    def __init__(
        self,
        app: ASGIApp,
        allow_other_machines: bool,
        other_origins: Collection[str] = (),
        is_starting: Callable[[], bool] = lambda: False,
    ) -> None:
        """`other_origins`: addresses like https://empathy.example under which a proxy serves us by another name.

        `is_starting`: whether the first page is still being worked out.
        """
        self.is_starting = is_starting
        self.app = app
        self.allow_other_machines = allow_other_machines
        self.other_origins = other_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif not self.allow_other_machines and not is_from_this_machine(scope):
            await refuse(scope, receive, send, 403, OTHER_MACHINES)
        elif any(closed in scope["path"] for closed in CLOSED):
            await refuse(scope, receive, send, 404, "Not found.")
        elif len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MOST_BYTES_OF_ADDRESS:
            await refuse(scope, receive, send, 414, "This address is too long.")
        elif scope["type"] == "http" and self.is_starting() and wants_a_page(scope):
            await starting(scope, receive, send)
        elif scope["type"] == "websocket":
            if stream.is_own_origin(Headers(scope=scope), self.other_origins):
                await self.app(scope, stream.nothing_huge(receive, send), stream.without_paths(send))
            else:
                await refuse(scope, receive, send, 403, OTHER_PAGES)
        else:
            await self.app(scope, receive, with_headers(scope, send))


def is_from_this_machine(scope: Scope) -> bool:
    """Whether the address that was reached, the one that asks, and the name that was asked for are this machine's own.

    The name too: a page of somebody else whose name is made to point to 127.0.0.1 would otherwise read ours.
    """
    ends = [scope.get("server"), scope.get("client")]
    # A path instead of an address is a socket in the file system.
    addresses = [end[0] for end in ends if end and end[0] and not end[0].startswith("/")]
    return all(map(is_this_machine, addresses)) and is_this_machine(Headers(scope=scope).get("host", ""))


def wants_a_page(scope: Scope) -> bool:
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")


async def starting(scope: Scope, receive: Receive, send: Send) -> None:
    """Instead of an empty page that seems to hang; it asks again by itself."""
    headers = {**HEADERS, "Retry-After": "2", "Cache-Control": "no-store"}
    await HTMLResponse(STARTING, 503, headers=headers)(scope, receive, send)


async def refuse(scope: Scope, receive: Receive, send: Send, status: int, sentence: str) -> None:
    if scope["type"] == "websocket":
        # Closed before it was accepted: the client sees 403.
        await send({"type": "websocket.close", "code": 1008, "reason": sentence[:120]})
    else:
        await PlainTextResponse(sentence, status, headers=HEADERS)(scope, receive, send)


def with_headers(scope: Scope, send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            # Streamlit lets any page of the web read our fonts.
            del headers["access-control-allow-origin"]
        await send(message)

    return sending


def inline_scripts() -> list[str]:
    """The hash of each script that stands in the document of a page, as a Content-Security-Policy names it."""
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts()]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def security_policy() -> str:
    """What a page may load and where it may send: only here. Streamlit draws its styles at run time, hence unsafe-inline."""
    rules = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *inline_scripts()],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'", "data:", "blob:"],
        "worker-src": ["'self'", "blob:"],
        "frame-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'self'"],
        "object-src": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in rules.items())


HEADERS: dict[str, Any] = {
    "Content-Security-Policy": security_policy(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), display-capture=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
