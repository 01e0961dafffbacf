"""The first page in short: /now.txt for people who script and for chat bots, /now.json for programs."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from reporting import now as said
from reporting import pages
from settings import Settings, SettingsError
from views.now import now as look
from views.question import Now
from views.view import EmptyStoreError, StoreError, view

log = logging.getLogger("empathy.web")
# What is kept anywhere would be yesterday's, or another reader's.
HEADERS = {"Cache-Control": "private, no-store", "Vary": "Cookie"}
LATER = {**HEADERS, "Retry-After": "30"}


class NothingYet(Exception):
    """Why there is nothing to say; for the reader."""


async def now_txt(_: Request) -> Response:
    try:
        found, settings = await asyncio.to_thread(found_now)
    except NothingYet as why:
        return PlainTextResponse(f"{why}\n", 503, headers=LATER)
    return PlainTextResponse(said.as_text(found, settings) + "\n", headers=HEADERS)


async def now_json(_: Request) -> Response:
    try:
        found, settings = await asyncio.to_thread(found_now)
    except NothingYet as why:
        return JSONResponse({"error": str(why)}, 503, headers=LATER)
    return JSONResponse(said.as_data(found, settings), headers=HEADERS)


def found_now() -> tuple[Now, Settings]:
    """What is known at this moment. Raises NothingYet."""
    try:
        found = view(datetime.now(UTC))
        if found is None:
            raise EmptyStoreError
        return look(found), found.settings
    except EmptyStoreError:
        raise NothingYet(pages.NOTHING_YET) from None
    except StoreError as error:
        log.warning("%s %s", error, error.details)
        raise NothingYet(f"{pages.UNREACHABLE}: {error}") from error
    except SettingsError as error:
        # It names files and variables of the server: for its log.
        log.warning("The settings cannot be read: %s", error)
        raise NothingYet(f"{pages.NO_SETTINGS}. {pages.NO_SETTINGS_WHY}") from error
