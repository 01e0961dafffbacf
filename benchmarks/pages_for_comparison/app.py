"""Serves the pages for comparison as the product serves its own: same options, same font, garbage collector frozen."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pandas  # noqa: F401  (the product has it loaded as well)
import streamlit as st
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from streamlit import config

ROOT = Path(__file__).resolve().parent.parent.parent
config._main_script_path = str(ROOT / "app.py")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    gc.collect()
    gc.freeze()
    yield


app = st.App(
    Path(__file__).parent / "menu.py",
    routes=[Mount("/app/static", StaticFiles(directory=ROOT / "web" / "static"))],
    lifespan=lifespan,
)
