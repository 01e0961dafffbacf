"""What passes on the websocket: only our own pages open it, nothing huge comes in, and no path of this machine goes out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from starlette.types import Message, Receive, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

FOLDER = bytes(Path(__file__).resolve().parent.parent)
# A page asks with its address and the state of its few controls. Streamlit keeps both as long as the session lives.
MOST_BYTES = 32_768
TOO_BIG = 1009
NAME = "empathy"


def is_own_origin(headers: Mapping[str, str], allowed: Collection[str]) -> bool:
    """Whether the page that opens the socket was served by this server, or under an address that the settings allow.

    A browser says with every websocket which page opens it, and no page can make it lie. Streamlit by itself lets in
    whatever is served on this machine, and whoever says nothing.
    """
    origin = headers.get("origin", "").strip().lower()
    scheme, _, rest = origin.partition("://")
    if scheme not in ("http", "https") or not rest or "/" in rest:
        return False
    return rest == headers.get("host", "").strip().lower() or origin in {each.lower().rstrip("/") for each in allowed}


def nothing_huge(receive: Receive, send: Send) -> Receive:
    """Ends the session of who sends a message that no page sends."""

    async def receiving() -> Message:
        message = await receive()
        if message["type"] == "websocket.receive":
            size = max(len(message.get("bytes") or b""), len(message.get("text") or ""))
            if size > MOST_BYTES:
                await send({"type": "websocket.close", "code": TOO_BIG})
                return {"type": "websocket.disconnect", "code": TOO_BIG}
        return message

    return receiving


def without_paths(send: Send) -> Send:
    """Streamlit opens every run with the place of its main script in the file system; a browser needs none."""

    async def sending(message: Message) -> None:
        payload = message.get("bytes")
        if message["type"] == "websocket.send" and payload and FOLDER in payload:
            message = {**message, "bytes": without_path(payload)}
        await send(message)

    return sending


def without_path(payload: bytes) -> bytes:
    found = ForwardMsg.FromString(payload)
    if found.WhichOneof("type") != "new_session":
        return payload
    found.new_session.main_script_path = NAME
    rewritten: bytes = found.SerializeToString()
    return rewritten
