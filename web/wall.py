"""/wall: the first page on a screen that nobody touches. Its script asks for what is new, and keeps what it has meanwhile."""

from __future__ import annotations

import asyncio
import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response

from display import wall
from reporting import wall as said
from settings import Settings
from views.question import Now
from web.now import HEADERS, LATER, NothingYet, found_now

FILES = {"wall.js": "text/javascript", "wall.css": "text/css"}


@cache
def version() -> str:
    """Another one whenever the wall's script or look is another one: a wall that is open loads itself again then."""
    return hashlib.blake2b(b"".join(map(_read, FILES)), digest_size=8).hexdigest()


def _read(name: str) -> bytes:
    return Path(__file__).with_name(name).read_bytes()


async def document(_: Request) -> Response:
    return HTMLResponse(wall.document(version()), headers=HEADERS)


async def news(request: Request) -> Response:
    """What is to be seen, and its age; without the first, where `have` says that it is there already."""
    try:
        found = await asyncio.to_thread(content, request.query_params.get("have", ""))
    except NothingYet as why:
        return JSONResponse({"error": str(why)}, 503, headers=LATER)
    return JSONResponse(found, headers=HEADERS)


def content(have: str) -> dict[str, object]:
    """Raises NothingYet."""
    found, settings = found_now()
    html = str(wall.parts(found, settings))
    name = hashlib.blake2b(html.encode(), digest_size=8).hexdigest()
    return {"id": name, "version": version(), **age(found, settings), **({} if have == name else {"html": html})}


def age(found: Now, settings: Settings) -> dict[str, object]:
    return {
        "company": found.company,
        "as_of": said.as_of(found.snapshot.published_at, settings.zone, found.at),
        "age_s": (found.at - found.snapshot.published_at).total_seconds(),
        "in_date_for_s": said.in_date_for(found.states, found.at),
    }


async def file(request: Request) -> Response:
    name = request.url.path.rpartition("/")[2]
    here = Path(__file__).with_name(name)
    return FileResponse(here, media_type=FILES[name], headers={"Cache-Control": "no-cache"})
