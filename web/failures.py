"""What a reader sees when something broke: a calm sentence and a code; the log has the rest under the same code."""

from __future__ import annotations

import logging
import secrets

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from display.escape import plain
from views.view import StoreError
from web.middleware import HEADERS

log = logging.getLogger("empathy.web")


def of_a_page(error: Exception) -> bool:
    """Called by Streamlit where a page raised; True: it need not show the error itself."""
    if isinstance(error, StoreError):
        # It says itself what is wrong with the store, and what to do.
        log.warning("%s %s", error, error.details)
        st.error(plain(str(error), 500))
        return True
    code = new_code()
    log.error("A page failed, code %s", code, exc_info=error)
    st.error(
        f"This page could not be shown. The other pages still work; your administrator can look up error code {code}."
    )
    return True


def of_the_server(_: Request, error: Exception) -> PlainTextResponse:
    code = new_code()
    log.error("A request failed, code %s", code, exc_info=error)
    return PlainTextResponse(
        f"Something went wrong. Your administrator can look up error code {code}.", 500, headers=HEADERS
    )


def new_code() -> str:
    return secrets.token_hex(3).upper()
