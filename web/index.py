"""The document that a browser gets for every page: Streamlit's own, with our script and without the font that no page uses."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse

LINKS = Path(__file__).parent / "links.js"
# An answer that is kept anywhere would be yesterday's, or another reader's.
HEADERS = {"Cache-Control": "private, no-store", "Vary": "Cookie"}


@cache
def document() -> str:
    html = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    html = re.sub(r'<link\s[^>]*rel="preload"[^>]*as="font"[^>]*>', "", html)
    return html.replace("</head>", '<script src="./links.js" defer></script></head>', 1)


async def index(_: Request) -> HTMLResponse:
    """Conditional and Range headers are not looked at, and there is nothing to ask about again."""
    return HTMLResponse(document(), headers=HEADERS)


async def links(_: Request) -> FileResponse:
    return FileResponse(LINKS, media_type="text/javascript", headers={"Cache-Control": "no-cache"})
