"""The small picture in the browser's tab, served by us in place of Streamlit's own."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse

FILE = Path(__file__).parent / "static" / "icon.png"


async def icon(_: Request) -> FileResponse:
    return FileResponse(FILE, headers={"Cache-Control": "public, max-age=86400"})
