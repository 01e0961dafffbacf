"""A visitor without a browser: speaks Streamlit's protocol on its websocket, so that a run of a page can be seen and timed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

FINISHED = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR}


class Viewer:
    """One open session. `received` counts the bytes of the last run."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.received = 0
        # Where this session is, and Streamlit's name for it, which a browser gives back with each further run.
        self.path = ""
        self.page_hash = ""

    def ask(self, path: str = "", query: str = "") -> None:
        """Asks for a run of the page at `path` ("" is the first page)."""
        if path != self.path:
            self.path, self.page_hash = path, ""
        message = BackMsg()
        message.rerun_script.page_name = path
        message.rerun_script.page_script_hash = self.page_hash
        message.rerun_script.query_string = query
        self.socket.send(message.SerializeToString())

    def hear(self, timeout_s: float = 30) -> list[ForwardMsg]:
        """All messages of one run, to the end of it."""
        heard: list[ForwardMsg] = []
        self.received = 0
        while not heard or heard[-1].WhichOneof("type") != "script_finished":
            data = self.socket.recv(timeout=timeout_s)
            self.received += len(data)
            heard.append(ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode()))
            if heard[-1].WhichOneof("type") == "navigation":
                self.page_hash = heard[-1].navigation.page_script_hash
        if heard[-1].script_finished not in FINISHED:
            return heard + self.hear(timeout_s)
        return heard

    def visit(self, path: str = "", query: str = "") -> list[ForwardMsg]:
        self.ask(path, query)
        return self.hear()


@contextmanager
def viewing(
    port: int,
    host: str = "127.0.0.1",
    name: str | None = None,
    cookie: str | None = None,
    origin: str | None = "",
) -> Iterator[Viewer]:
    """Opens a session at `host`:`port`; `name` is what is sent as Host where it is not the address itself.

    `origin` is the page that opens it: as a browser says it, when empty, and unsaid when None.
    """
    with connect(
        f"ws://{name or host}:{port}/_stcore/stream",
        address=(host, port),
        origin=f"http://{name or host}:{port}" if origin == "" else origin,  # type: ignore[arg-type]
        subprotocols=["streamlit"],  # type: ignore[list-item]
        additional_headers={"Cookie": cookie} if cookie else None,
        compression=None,
        max_size=None,
        proxy=None,
        open_timeout=20,
        close_timeout=2,
    ) as socket:
        yield Viewer(socket)


def elements(messages: list[ForwardMsg]) -> list[str]:
    """What kinds of elements a run has sent, in order: "heading", "metric", "alert" ..."""
    return [kind for message in messages if (kind := message.delta.new_element.WhichOneof("type"))]


def has_heading(messages: list[ForwardMsg]) -> bool:
    """Whether a run has come as far as the title of its page."""
    return "heading" in elements(messages) or "<h1>" in texts(messages)


def texts(messages: list[ForwardMsg]) -> str:
    """All that a run has sent, as text to look into."""
    return "\n".join(str(message) for message in messages)


def first_bug(messages: list[ForwardMsg]) -> str:
    """The id of the bug that a list of bugs links to first, as its address says it."""
    blocks = "".join(message.delta.new_element.html.body for message in messages)
    found = re.search(r'href="bug\?bug=([^"]+)"', blocks)
    assert found, "no list of bugs"
    return found[1]
