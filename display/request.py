"""What the address of a page asks for. Whoever writes an address may write anything, so it is cut here, and read only here."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

LONGEST = 500  # as long as an id of a bug may be


def asked(name: str, default: str = "") -> str:
    """A parameter of the address, short enough to be looked up, kept and shown."""
    return st.query_params.get(name, default)[:LONGEST]


def query() -> dict[str, str]:
    """All of them, as short."""
    return {name: asked(name) for name in st.query_params}


def ask(more: Mapping[str, str], instead_of: str) -> None:
    """Writes into the address what somebody chose on the page, so that it is kept in links and can be sent to others."""
    st.query_params.pop(instead_of, None)
    st.query_params.update(more)
