"""Lets a browser with many cookies in: the websockets package refuses a header line above 8 kB, and the visitor waits forever."""

from __future__ import annotations

import os
import sys

LIMIT = 65536


def allow() -> None:
    """Raises the limit, unless somebody set another one."""
    if "WEBSOCKETS_MAX_LINE_LENGTH" in os.environ:
        return
    os.environ["WEBSOCKETS_MAX_LINE_LENGTH"] = str(LIMIT)
    # uvicorn imports the package before it imports us, and the package reads its environment only then.
    if "websockets.http11" in sys.modules:
        sys.modules["websockets.http11"].MAX_LINE_LENGTH = LIMIT  # type: ignore[attr-defined]
