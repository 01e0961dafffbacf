"""Streamlit's own scripts and styles, sent packed: they are three quarters of what a browser loads for a page.

Streamlit sends them as they are. Here each is packed once, when somebody first asks for it, and kept in memory and in the
folder of the virtual environment; what was kept is used only if it unpacks to the very file. Whoever asks for a part of a
file, or takes none of our encodings, is answered by Streamlit.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from mimetypes import guess_type
from pathlib import Path

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.encodings import Encoding, best

FOLDER = Path(streamlit.__file__).parent / "static" / "static"
# Fonts and pictures are packed already.
KINDS = frozenset({".css", ".js", ".svg"})
# Their names change with their content.
FOREVER = "public, max-age=31536000, immutable"
# Outside a virtual environment there is no folder that is surely ours.
CACHE = Path(sys.prefix) / "packed-static" / streamlit.__version__ if sys.prefix != sys.base_prefix else None


class StaticFiles:
    """ASGI middleware around Streamlit. `base` is the path that Streamlit is served under, without slashes at its ends."""

    def __init__(self, app: ASGIApp, base: str = "", folder: Path = FOLDER, cache: Path | None = CACHE) -> None:
        self.app = app
        self.files = {
            "/".join(filter(None, ("", base, "static", path.relative_to(folder).as_posix()))): path
            for path in folder.rglob("*")
            if path.suffix in KINDS
        }
        self.folder = folder
        self.cache = cache
        # Not the threads that everything else shares: a health check must not wait behind sixty files.
        self.threads = ThreadPoolExecutor(2, "static")
        self.packed: dict[tuple[Path, Encoding], asyncio.Future[bytes]] = {}  # at most each file in each encoding

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_read = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        file = self.files.get(scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")) if is_read else None
        if file is None:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        encoding = None if "range" in headers else best(headers.get("accept-encoding", ""))
        content = await self.content(file, encoding) if encoding else None
        if encoding is None or content is None:
            await self.app(scope, receive, varying(send))
            return
        about = {"Content-Encoding": encoding.name, "Content-Length": str(len(content))}
        about |= {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        body = content if scope["method"] == "GET" else b""
        await Response(body, headers=about, media_type=guess_type(file.name)[0])(scope, receive, send)

    async def content(self, file: Path, encoding: Encoding) -> bytes | None:
        """The file, packed; whoever asks while it is being packed waits for the same work. None where it cannot be read."""
        key = file, encoding
        if key not in self.packed:
            kept = self.cache and self.cache / encoding.folder / file.relative_to(self.folder)
            self.packed[key] = asyncio.get_running_loop().run_in_executor(self.threads, packed, file, encoding, kept)
        try:
            # shield: one who hangs up must not take it from the others.
            return await asyncio.shield(self.packed[key])
        except OSError:
            self.packed.pop(key, None)
            return None


def varying(send: Send) -> Send:
    """Says to whoever keeps copies that another browser may get another answer."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
        await send(message)

    return sending


def packed(file: Path, encoding: Encoding, kept: Path | None) -> bytes:
    """The file in this encoding: as it was kept, if that is still it, else packed now and kept. Raises OSError."""
    content = file.read_bytes()
    if kept is not None:
        # Whatever is wrong with what was kept, it is packed anew.
        with suppress(Exception):
            found = kept.read_bytes()
            if encoding.unpack(found) == content:
                return found
    made = encoding.pack(content)
    if kept is not None:
        # A folder that cannot be written to, a full disk: the next start packs again.
        with suppress(OSError):
            keep(kept, made)
    return made


def keep(file: Path, content: bytes) -> None:
    """All of it or nothing, whoever else writes the same, and whenever this process is ended. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", suffix=".part", delete=False) as part:
        try:
            part.write(content)
            part.close()
            Path(part.name).replace(file)
        except OSError:
            Path(part.name).unlink(missing_ok=True)
            raise
