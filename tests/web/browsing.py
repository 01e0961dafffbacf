"""A page in Chromium: opened, waited for until it stands still, and watched for requests that leave the machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Playwright

from tests.conftest import system_chromium

ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
STANDS_STILL = "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"
# A skeleton is what Streamlit shows while the code for an element is still on its way.
DRAWN = "[data-testid=stSkeleton], [data-testid=stAppSkeleton]"
DESKTOP, PHONE = (1366, 768), (390, 844)


def launch(playwright: Playwright) -> Browser:
    arguments = ARGUMENTS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    return playwright.chromium.launch(executable_path=system_chromium(), args=arguments)


class Watched:
    """A browser page that remembers which requests went to other machines and what its console complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.outside: list[str] = []
        self.complaints: list[str] = []
        page.context.on("request", lambda request: self._look_at(request.url))
        page.on("websocket", lambda socket: self._look_at(socket.url))
        page.on("console", lambda message: self._listen(message.type, message.text, message.location.get("url", "")))
        page.on("pageerror", lambda error: self._listen("error", str(error)))

    def open(self, url: str) -> Page:
        self.page.goto(url)
        return self.settle()

    def settle(self) -> Page:
        """Waits until the script has run, every element is drawn, and fonts are here."""
        self.page.wait_for_selector(STANDS_STILL, state="attached")
        self.page.wait_for_selector("[data-testid=stMain]")
        self.page.wait_for_selector("#answer", state="detached")
        # Not wait_for_function: it evaluates text in the page, which our Content-Security-Policy forbids.
        self.page.wait_for_selector(DRAWN, state="detached")
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate("document.fonts.ready")
        return self.page

    def _look_at(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
            self.outside.append(url)

    def _listen(self, kind: str, text: str, place: str = "") -> None:
        # On a deep link Streamlit asks for these below the page's address first, to learn where it is served.
        searches = place.endswith(("/_stcore/health", "/_stcore/host-config")) and "404" in text
        if kind == "error" and not searches:
            self.complaints.append(text)


@contextmanager
def watching(
    browser: Browser, size: tuple[int, int] = DESKTOP, mode: str = "light", paper: bool = False, sharp: float = 1
) -> Iterator[Watched]:
    """A new, empty browser profile in light or dark; `paper` shows the page as it is printed."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if mode == "dark" else "light",
        reduced_motion="reduce",
        device_scale_factor=sharp,
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    if paper:
        page.emulate_media(media="print")
    try:
        yield Watched(page)
    finally:
        context.close()


def show_whole(page: Page) -> None:
    """Makes the window as tall as the page: Streamlit scrolls inside, so a full-page picture would end at the window."""
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    width = page.viewport_size["width"] if page.viewport_size else DESKTOP[0]
    page.set_viewport_size({"width": width, "height": min(int(height) + 40, 12_000)})
