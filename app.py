"""Program 2: the web server. `./run` starts it; so do `streamlit run app.py` and `uvicorn app:app`.

What stands here is the frame of the server only; what people read is in pages/, and the menu around it in web/menu.py.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route
from streamlit import config

import settings
from web import failures, half_requests, header_limit, index, prewarm, wall
from web.health import health
from web.icon import icon
from web.middleware import RequestChecks
from web.not_found import NotFound
from web.now import now_json, now_txt
from web.search import search
from web.startup_checks import refuse_unsafe_start
from web.static_files import StaticFiles

FOLDER = Path(__file__).resolve().parent

header_limit.allow()
half_requests.hang_up()
# uvicorn may start us from any folder: our .streamlit/config.toml is the one beside this file.
if config._main_script_path is None:
    config._main_script_path = str(FOLDER / "app.py")
try:
    SETTINGS = settings.load()
    refuse_unsafe_start(st.get_option, SETTINGS.allow_other_machines)
except settings.SettingsError as error:
    sys.exit(str(error))


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    rest = await prewarm.begin()
    yield
    rest.cancel()


app = st.App(
    FOLDER / "web" / "menu.py",
    routes=[
        Route("/healthz", health),
        Route("/favicon.png", icon),
        *(
            Route(index.mounted(path), answer)
            for path, answer in (
                ("search.json", search),
                ("now.txt", now_txt),
                ("now.json", now_json),
                ("wall", wall.document),
                ("wall.json", wall.news),
                *((name, wall.file) for name in wall.FILES),
                *index.routes(),
            )
        ),
    ],
    middleware=[
        Middleware(
            RequestChecks,
            allow_other_machines=SETTINGS.allow_other_machines,
            other_origins=st.get_option("server.corsAllowedOrigins"),
            is_starting=prewarm.is_starting,
        ),
        Middleware(StaticFiles, base=st.get_option("server.baseUrlPath").strip("/")),
        Middleware(NotFound),
    ],
    lifespan=lifespan,
    on_script_error=failures.of_a_page,
    exception_handlers={Exception: failures.of_the_server},
)
