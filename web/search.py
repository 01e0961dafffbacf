"""What the search field of every page offers, as a list that the browser asks for when somebody comes to the field."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from display.search import offered
from settings import SettingsError
from views.view import StoreError, view
from web.index import HEADERS


async def search(_: Request) -> JSONResponse:
    return JSONResponse(await run_in_threadpool(_found), headers=HEADERS)


def _found() -> list[dict[str, str]]:
    """Nothing while there is nothing to be found."""
    try:
        found = view(datetime.now(UTC))
        return offered(found) if found else []
    except (SettingsError, StoreError):
        return []
