"""Hangs up on whoever opens a connection and does not finish asking: a few thousand of those would keep readers out.

uvicorn has a deadline between two requests and none inside the lines of one, so it gets one here.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from importlib import import_module
from typing import Protocol
from weakref import WeakKeyDictionary

PATIENCE_S = 10.0  # from the connection, or from the first byte of a further request, to the end of its headers
PROTOCOLS = (
    ("uvicorn.protocols.http.h11_impl", "H11Protocol"),
    ("uvicorn.protocols.http.httptools_impl", "HttpToolsProtocol"),
)


class _Cycle(Protocol):
    response_complete: bool


class _Connection(asyncio.Protocol):
    """What is used here of uvicorn's protocols, which share no class of their own."""

    cycle: _Cycle | None
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport


_waiting: WeakKeyDictionary[_Connection, asyncio.TimerHandle] = WeakKeyDictionary()


def hang_up() -> None:
    """From now on, for every connection of this process."""
    for module, name in PROTOCOLS:
        # httptools is not in our requirements; who serves with it has it.
        with suppress(ImportError):
            watch(getattr(import_module(module), name))


def watch(protocol: type[_Connection]) -> None:
    """Sets the deadline around the methods of uvicorn that hear of a connection."""
    made, received, lost = protocol.connection_made, protocol.data_received, protocol.connection_lost

    def connection_made(self: _Connection, transport: asyncio.BaseTransport) -> None:
        made(self, transport)
        expect(self)

    def data_received(self: _Connection, data: bytes) -> None:
        received(self, data)
        # Another protocol has the connection once it is a websocket.
        if is_asking(self) and self.transport.get_protocol() is self:
            expect(self)
        else:
            forget(self)

    def connection_lost(self: _Connection, error: Exception | None) -> None:
        forget(self)
        lost(self, error)

    around = {"connection_made": connection_made, "data_received": data_received, "connection_lost": connection_lost}
    for name, method in around.items():
        setattr(protocol, name, method)


def is_asking(protocol: _Connection) -> bool:
    """Whether no request is being answered: there was none yet, or the next one has begun."""
    return protocol.cycle is None or protocol.cycle.response_complete


def expect(protocol: _Connection) -> None:
    if protocol not in _waiting:
        _waiting[protocol] = protocol.loop.call_later(PATIENCE_S, give_up, protocol.transport)


def forget(protocol: _Connection) -> None:
    if timer := _waiting.pop(protocol, None):
        timer.cancel()


def give_up(transport: asyncio.Transport) -> None:
    # Not close(): it would wait until the other side has taken what was written.
    transport.abort()
