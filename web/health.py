"""Whether the server can do its work: /healthz, for whatever watches over it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse


async def health(_: Request) -> JSONResponse:
    return JSONResponse({"store": False}, 503, headers={"Cache-Control": "no-store"})
