"""The document that a browser gets for every page: the page's answer, to be read at once, and Streamlit, which takes over from it.

The answer stands before Streamlit's own element and over it, in the same place and the same look; web/links.js takes it away when the
app has drawn the same. Without JavaScript, or for `curl`, it is the page.
"""

from __future__ import annotations

import hashlib
import html
import logging
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import streamlit
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from streamlit import config

from display import frame
from display.request import cut
from settings import SettingsError
from views.view import StoreError, View, view
from web.encodings import Encoding, best
from web.pages import PAGES, Page, around

log = logging.getLogger("empathy.web")
FONTS = Path(__file__).with_name("fonts.js")
LINKS = Path(__file__).with_name("links.js")
STATIC = Path(__file__).with_name("static")
STREAMLITS = Path(streamlit.__file__).parent / "static" / "index.html"
LOOK = Path(frame.__file__).with_name("look.css")
# An answer that is kept anywhere would be yesterday's, or another reader's.
HEADERS = {"Cache-Control": "private, no-store", "Vary": "Cookie, Accept-Encoding"}
HEAD, BODY = "</head>", "<body>"


def index(page: Page) -> Callable[[Request], Awaitable[Response]]:
    """Conditional and Range headers are not looked at, and there is nothing to ask about again."""

    async def of_page(request: Request) -> Response:
        body = (await run_in_threadpool(document, page, cut(request.query_params))).encode()
        headers = dict(HEADERS)
        if encoding := best(request.headers.get("accept-encoding", "")):
            body = encoding.pack(body)
            headers["Content-Encoding"] = encoding.name
        return Response(body, headers=headers, media_type="text/html")

    return of_page


def document(page: Page, asked: dict[str, str]) -> str:
    """With the answer in it, where there is one."""
    try:
        found = view(datetime.now(UTC)) if page.answer else None
        if found is None or page.answer is None:
            return template()
        return answered(found, page, page.answer, asked)
    except (SettingsError, StoreError):
        return template()  # the app says what is wrong
    except Exception:
        log.exception(
            "The answer of %s could not be put into its document; the app shows it a little later.", page.file
        )
        return template()


def answered(view: View, page: Page, answer: frame.Answer, asked: dict[str, str]) -> str:
    block, frame_of = answer(view, asked), around(page.url_path)
    layer = Markup('<div id="answer"><main class="page">{}{}</main></div>').format(
        Markup('<div class="stHtml">{}</div>').format(frame.header(view, frame_of, asked)),
        Markup('<div class="stHtml">{}</div>').format(block),
    )
    before, after = template().split(BODY, 1)
    title = f"<title>{html.escape(frame.title(frame_of, block, view))}</title>"
    return f"{re.sub('<title>.*?</title>', lambda _: title, before)}{BODY}{layer}{after}"


@cache
def template() -> str:
    """Streamlit's own, with our look and script in it, without the font that no page uses and the words for who has no JavaScript."""
    found = STREAMLITS.read_text("utf-8")
    found = re.sub(r"<!--.*?-->\s*", "", found, flags=re.DOTALL)
    found = re.sub(r'<link\s[^>]*rel="preload"[^>]*as="font"[^>]*>', "", found)
    found = re.sub(r'<link rel="service-desc"[^>]*>', "", found)
    found = re.sub(r"<noscript>.*?</noscript>", "", found, flags=re.DOTALL)
    # A style sheet in the head would keep the answer from being drawn until it is here.
    sheets = "".join(re.findall(r'<link rel="stylesheet"[^>]*>', found))
    found = re.sub(r'<link rel="stylesheet"[^>]*>', "", found)
    found = found.replace(
        HEAD, f'<link rel="stylesheet" href="./{look_name()}"><script>{FONTS.read_text("utf-8")}</script>{HEAD}', 1
    )
    return found.replace("</body>", f"<script>{LINKS.read_text('utf-8')}</script>{sheets}</body>", 1)


@cache
def look() -> str:
    """Our style sheet, with the theme's colours and fonts, which the app itself has from Streamlit.

    The font of nearly all letters is in it: were it to come later, the lines would break anew under the reader's eyes.
    """
    colours = [
        f"--{name}: light-dark({config.get_option(f'theme.light.{key}')}, {config.get_option(f'theme.dark.{key}')});"
        for name, key in (("paper", "backgroundColor"), ("ink", "textColor"))
    ]
    faces = "".join(
        f"@font-face{{font-family:{face['family']};src:url({_font(face['url'], nth == 0)}) format('woff2');font-display:swap;"
        f"font-weight:{face['weight']};font-style:{face['style']};unicode-range:{face['unicodeRange']}}}"
        for nth, face in enumerate(config.get_option("theme.fontFaces") or [])
    )
    # Streamlit's own rules come later and weigh as much as ours would: in the name of an id ours hold.
    ours = LOOK.read_text("utf-8").replace(".stHtml", ":is(.stHtml, #ours)")
    return f":root{{{''.join(colours)}--font:{config.get_option('theme.font')}}}{faces}{ours}"


def _font(url: str, is_inside: bool) -> str:
    file = STATIC / url.rpartition("/")[2]
    return f"data:font/woff2;base64,{b64encode(file.read_bytes()).decode()}" if is_inside else f"./{url}"


def look_name() -> str:
    """Another name whenever it is another one, so that a browser asks for it once."""
    return f"look-{hashlib.sha256(look().encode()).hexdigest()[:12]}.css"


async def style_sheet(request: Request) -> Response:
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    body = look().encode()
    if encoding := best(request.headers.get("accept-encoding", "")):
        body, headers["Content-Encoding"] = packed_look(encoding), encoding.name
    return Response(body, headers=headers, media_type="text/css")


@cache
def packed_look(encoding: Encoding) -> bytes:
    return encoding.pack(look().encode())


def scripts() -> list[str]:
    """The text of each script that stands in the document itself: Streamlit's own, and ours."""
    theirs = re.findall(r"<script>(.*?)</script>", STREAMLITS.read_text("utf-8"), re.DOTALL)
    return [*theirs, *(each.read_text("utf-8") for each in (FONTS, LINKS))]


def routes() -> list[tuple[str, Callable[[Request], Awaitable[Response]]]]:
    """(path, what answers it) of every page, and of their style sheet."""
    template()  # now: Streamlit renames the keys of the fonts when the first session opens
    return [(look_name(), style_sheet), *((page.url_path, index(page)) for page in PAGES)]


def mounted(path: str) -> str:
    """Where a path of ours is found: below what the settings of the server put before every address."""
    base = (config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/{path}" if base else f"/{path}"
