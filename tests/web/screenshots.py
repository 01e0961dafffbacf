"""Pictures of every page: python -m tests.web.screenshots FOLDER [--database-url URL] [--only metric ...] [--path "metric?metric=csat"].

Each page in full length: light, dark, on a phone (390 px) and as printed (PNG and PDF). Starts its own server.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.web.browsing import DESKTOP, PHONE, launch, show_whole, watching
from tests.web.serving import serving
from web.pages import PAGES

LOOKS: dict[str, dict[str, object]] = {
    "light": {"size": DESKTOP},
    "dark": {"size": DESKTOP, "mode": "dark"},
    "phone": {"size": PHONE, "sharp": 2},
    "phone-dark": {"size": PHONE, "sharp": 2, "mode": "dark"},
    "print": {"size": DESKTOP, "paper": True},
}


def main() -> None:
    arguments = read_arguments()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    environment = {"EMPATHY_CONFIG": str(arguments.config.resolve())} if arguments.config else {}
    with serving(arguments.database_url, environment) as served, sync_playwright() as playwright:
        browser = launch(playwright)
        for path in arguments.path or [page.url_path for page in PAGES]:
            if not arguments.only or any(path.startswith(only) for only in arguments.only):
                for look in arguments.look or LOOKS:
                    take(browser, f"{served.url}/{path}", look, arguments.folder)
        browser.close()


def take(browser: Browser, url: str, look: str, folder: Path) -> None:
    name = url.split("/", 3)[3].replace("?", "-").replace("=", "-").replace("&", "-").replace("/", "-") or "first"
    file = folder / f"{name}.{look}.png"
    with watching(browser, **LOOKS[look]) as watched:  # type: ignore[arg-type]
        page = watched.open(url)
        show_whole(page)
        watched.settle()
        # Charts are drawn anew for the taller window.
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        page.screenshot(path=file)
        if look == "print":
            page.pdf(path=file.with_suffix(".pdf"), format="A4", print_background=True)
        notes = [*(f"outside: {address}" for address in watched.outside), *watched.complaints]
    print(file, *(f"\n   ! {note[:300]}" for note in notes), flush=True)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--database-url", help="default: as the settings say")
    parser.add_argument("--config", type=Path, help="an empathy.toml")
    parser.add_argument("--path", action="append", help='an address like "metric?metric=csat"; may be repeated')
    parser.add_argument("--only", action="append", help="only pages whose path starts like this")
    parser.add_argument("--look", action="append", choices=list(LOOKS), help="may be repeated")
    return parser.parse_args()


if __name__ == "__main__":
    main()
