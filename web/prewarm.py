"""Makes the first visitor wait no longer than the tenth: reads and runs the first page once before anybody is let in."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from display import charts
from views.first_page import prewarm
from web.pages import PAGES, Page

log = logging.getLogger("empathy.web")
PATIENCE_S = 10  # a store that hangs must not keep the server from starting and saying so
OPENS_AFTER_S = 3  # from then on the door is open, and says that the pages are not there yet
_first: asyncio.Task[None] | None = None


async def begin() -> asyncio.Task[None]:
    """Reads ahead, and comes back when that is done or has taken too long to keep people before a closed door.

    The task that is returned goes on with what is left; cancel it when the server ends.
    """
    global _first
    _first = asyncio.create_task(warm())
    await asyncio.wait([_first], timeout=OPENS_AFTER_S)
    return asyncio.create_task(warm_the_rest(_first))


def is_starting() -> bool:
    return _first is not None and not _first.done()


async def warm() -> None:
    """The first page. Never fails: a server that starts cold still serves."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await read_ahead()
            await visit(PAGES[:1])
    except Exception:
        log.exception("The first page could not be prepared; the first visitor waits a little longer.")
    set_apart()


async def warm_the_rest(first: asyncio.Task[None]) -> None:
    """The other pages, while the first visitors read the first one; and Plotly, which takes a second to load."""
    await first
    try:
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.to_thread(charts.load)
            await visit(PAGES[1:])
    except Exception:
        log.exception("The other pages could not be prepared; their first visitor waits a little longer.")
    set_apart()


def set_apart() -> None:
    # Streamlit collects garbage after each run of a page, and would look at all that was loaded here every time: 45 to 80 ms.
    gc.collect()
    gc.freeze()


async def read_ahead() -> None:
    try:
        await asyncio.to_thread(prewarm, datetime.now(UTC))
    except Exception as error:
        # The pages say the same, and what to do about it.
        log.warning("Nothing could be prepared: %s", error)


async def visit(pages: Iterable[Page]) -> None:
    """Runs pages as a browser would, with nobody looking."""
    runs = runtime.get_instance()
    visitor = Visitor()
    session = runs.connect_session(client=visitor, user_info={})
    try:
        for page in pages:
            visitor.has_seen_all.clear()
            message = BackMsg()
            message.rerun_script.page_name = page.url_path
            runs.handle_backmsg(session, message, client=visitor)
            await visitor.has_seen_all.wait()
    finally:
        runs.close_session(session)


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
