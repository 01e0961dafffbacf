"""Whether the server can do its work: /healthz, for whatever watches over it."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from views.sources import is_stale, sources
from views.view import EmptyStoreError, StoreError, opened
from views.view import view as newest

log = logging.getLogger("empathy.web")
PATIENCE_S = 3.0
_look: asyncio.Task[dict[str, Any]] | None = None


async def health(_: Request) -> JSONResponse:
    """200 where the store can be read, else 503; soon, also when the store does not answer at all."""
    try:
        # shield: who asks again waits for the same look, so that a dead store does not collect waiting threads.
        found = await asyncio.wait_for(asyncio.shield(looking()), PATIENCE_S)
    except TimeoutError:
        found = {"store": False, "reason": f"no answer from the store within {PATIENCE_S:.0f} s"}
    except StoreError as error:
        log.warning("The store cannot be read: %s %s", error, error.details)
        found = {"store": False, "reason": str(error)}
    except Exception:
        log.exception("The store could not be asked")
        found = {"store": False, "reason": "the store cannot be read; the log says why"}
    return JSONResponse(found, 200 if found["store"] else 503, headers={"Cache-Control": "no-store"})


def looking() -> asyncio.Task[dict[str, Any]]:
    global _look
    if _look is None or _look.done():
        _look = asyncio.create_task(asyncio.to_thread(look, datetime.now(UTC)))
    return _look


def look(now: datetime) -> dict[str, Any]:
    """Snapshot None: the store is there and nothing has been read into it yet. Raises StoreError."""
    _, store = opened()
    try:
        view = newest(now)
    except EmptyStoreError:
        view = None
    else:
        store.check_for_damage()
    schema = store.shape_version()
    if view is None:
        return {"store": True, "schema": schema, "snapshot": None, "age_s": None, "stale": []}
    states = sources(view)
    read_at = [state.last_succeeded_at for state in states if state.last_succeeded_at]
    return {
        "store": True,
        "schema": schema,
        "snapshot": view.snapshot.id,
        "age_s": round((now - min(read_at)).total_seconds()) if read_at else None,
        "stale": sorted(state.name for state in states if is_stale(state, now)),
    }
