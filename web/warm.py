"""Makes the first visitor wait no longer than the tenth: visits the first page once, before anybody is let in."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import logging
from collections.abc import Iterable, Mapping

from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from settings import Settings

log = logging.getLogger("empathy.web")
PATIENCE_S = 30


async def warm(settings: Settings) -> None:
    """Never fails: a server that starts cold still serves."""
    try:
        await asyncio.to_thread(read_first_page)
        await asyncio.wait_for(visit(settings), PATIENCE_S)
    except Exception:
        log.exception("The pages could not be warmed; the first visitor waits a little longer.")
    # Streamlit collects garbage after each run of a page, and would look at all that was loaded here every time: 45 to 80 ms.
    gc.collect()
    gc.freeze()


def read_first_page() -> None:
    if importlib.util.find_spec("display.readings"):
        from display import readings

        readings.warm()


async def visit(settings: Settings) -> None:
    """Runs the first page as a browser would, with nobody looking."""
    visitor = Visitor()
    session = runtime.get_instance().connect_session(client=visitor, user_info={})
    try:
        message = BackMsg()
        message.rerun_script.query_string = ""
        runtime.get_instance().handle_backmsg(session, message, client=visitor)
        await visitor.has_seen_all.wait()
    finally:
        runtime.get_instance().close_session(session)


class Visitor:
    """Stands where Streamlit expects a browser's connection."""

    def __init__(self) -> None:
        self.has_seen_all = asyncio.Event()
        self.client_context = AtThisMachine()

    def write_forward_msg(self, message: ForwardMsg) -> None:
        # A browser gets bytes, so making them is part of the visit.
        message.SerializeToString()
        if message.WhichOneof("type") == "script_finished":
            self.has_seen_all.set()


class AtThisMachine:
    headers: Iterable[tuple[str, str]] = [("Host", "localhost")]
    cookies: Mapping[str, str] = {}
    remote_ip: str | None = "127.0.0.1"
