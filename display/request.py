"""What the address of a page asks for. Whoever writes an address may write anything, so it is cut here, and read only here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

LONGEST = 500  # as long as an id of a bug may be
MOST = 20  # parameters; a page of ours asks for five


def asked_all() -> dict[str, str]:
    """The parameters of the address, short enough to be looked up, kept and shown."""
    return cut(st.query_params.to_dict())


def cut(found: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, str]:
    """The first parameters, each so long as may be; of a name that is there twice the last."""
    return {name[:LONGEST]: value[:LONGEST] for name, value in list(dict(found).items())[:MOST]}
