"""An address that is no page is answered with 404 and the way to the pages. Streamlit would show its first page there."""

from __future__ import annotations

from pathlib import Path

import streamlit
from markupsafe import Markup
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from reporting.pages import NOT_FOUND, NOT_FOUND_WHY
from web.pages import PAGES

STREAMLITS = "static-assets"  # the name of Streamlit's last route: its files, and its index page for everything else
FOLDER = Path(streamlit.__file__).parent / "static"
FILES = frozenset(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
DOCUMENT = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="color-scheme" content="light dark"><title>{title} · Empathy</title>'
    "<style>body{{font-family:Inter,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem;line-height:1.6}}"
    ":root{{background:light-dark(#fbfaf6,#10171a);color:light-dark(#0e1413,#f3f6f4)}}"
    "a{{color:light-dark(#0b5c60,#86d6cf)}}</style></head>"
    "<body><main><h1>{title}</h1><p>{why}</p><ul>{links}</ul></main></body></html>"
)


class NotFound:
    """ASGI middleware around Streamlit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        unknown = no_page(scope) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        if unknown is None:
            await self.app(scope, receive, send)
            return
        headers = {"Cache-Control": "no-store"}
        await HTMLResponse(document(unknown), 404, headers=headers)(scope, receive, send)


def no_page(scope: Scope) -> str | None:
    """What is asked for, below the place where Streamlit is served, where it would be answered with a page that was not
    asked for; None where it is a page, a file or anything else that has an answer."""
    route = next((route for route in routes(scope) if route.matches(scope)[0] is Match.FULL), None)
    if not isinstance(route, Mount) or route.name != STREAMLITS:
        return None
    path = scope["path"].removeprefix(scope.get("root_path", "")).removeprefix(route.path)
    asked = path.removeprefix("/")
    # Streamlit takes a slash off the end and sends the browser to what is left, and has a word for who climbs.
    has_an_answer = path.endswith("/") or ".." in path or asked in FILES
    return None if has_an_answer or asked in {page.url_path for page in PAGES} else asked


def routes(scope: Scope) -> list[BaseRoute]:
    found: list[BaseRoute] = scope["app"].routes
    return found


def document(asked: str) -> str:
    """Its links are relative, so that they hold behind whatever is before us."""
    up = "../" * asked.count("/") or "./"
    links = Markup().join(
        Markup('<li><a href="{}{}">{}</a></li>').format(up, page.url_path, page.title) for page in PAGES if page.label
    )
    return DOCUMENT.format(title=NOT_FOUND, why=NOT_FOUND_WHY, links=links)
