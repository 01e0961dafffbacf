"""Who may read this: every page asks here first, before it shows anything.

There is no sign-in yet, so for now it lets in whoever sits at this machine, or everybody where the settings say so.
web/middleware.py has asked the same before any page ran; this is the second lock, should a page ever run without its frame.
"""

from __future__ import annotations

from functools import cache

import streamlit as st

import settings
from web.startup_checks import OTHER_MACHINES, is_this_machine


def guard() -> str | None:
    """The name of who reads (None: nobody signs in yet); ends the page where they may not read it."""
    if not serves_other_machines():
        host = st.context.headers.get("Host")
        # Without a host there is no browser: a test of the page.
        if host is not None and not is_this_machine(host):
            st.error(OTHER_MACHINES)
            st.stop()
    return None


@cache
def serves_other_machines() -> bool:
    # Read once: the settings of a running server do not change, and reading them costs more than the rest of a page.
    return settings.load().allow_other_machines
