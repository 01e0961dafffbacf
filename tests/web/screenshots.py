"""Pictures of every page: python -m tests.web.screenshots docs/look --sample; or with --config FILE, --path "metric?metric=csat".

Each page in full length: light, dark, on a phone (390 px), and as it is printed (PDF, A4); a few more in one look or two.
Starts its own server; --sample fills a store of its own with the invented company.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from refresh import refresh, with_sample
from settings import Settings
from tests.web.browsing import DESKTOP, PHONE, launch, show_whole, watching
from tests.web.serving import serving
from tests.web.viewer import first_bug, viewing
from web.pages import PAGES

# A page about one thing needs to be told which.
ABOUT = {"metric": "metric?metric=csat&by=area", "bug": "bug?bug={bug}"}

# Beside every page in every look: what else there is to see.
MORE = {
    "customer-health?period=quarter": ("light", "print"),
    "metric?metric=csat&by=area&period=quarter": ("light",),
    "wall": ("dark", "wide"),
    "no-such-page": ("light",),
}
WITHOUT_APP = ("wall", "no-such-page")

LOOKS: dict[str, dict[str, object]] = {
    "light": {"size": DESKTOP},
    "dark": {"size": DESKTOP, "mode": "dark"},
    "phone": {"size": PHONE},
    "print": {"size": DESKTOP, "paper": True},
    "wide": {"size": (1920, 1080)},
}


def main() -> None:
    arguments = read_arguments()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    environment = {"EMPATHY_CONFIG": str(arguments.config.resolve())} if arguments.config else {}
    with TemporaryDirectory() as folder:
        url = filled(Path(folder)) if arguments.sample else arguments.database_url
        take_all(arguments, url, environment)


def filled(folder: Path) -> str:
    url = f"sqlite:///{folder / 'sample.db'}"
    refresh(with_sample(Settings(database_url=url)), datetime.now(UTC))
    return url


def take_all(arguments: argparse.Namespace, url: str | None, environment: dict[str, str]) -> None:
    with serving(url, environment) as served, sync_playwright() as playwright:
        browser = launch(playwright)
        with viewing(served.port) as viewer:
            bug = first_bug(viewer.visit()) if arguments.sample else ""
        looks = ("light", "dark", "phone", "print")
        every = {ABOUT.get(page.url_path, page.url_path).format(bug=bug): looks for page in PAGES} | MORE
        for path, own in {path: looks for path in arguments.path}.items() if arguments.path else every.items():
            if not arguments.only or any(path.startswith(only) for only in arguments.only):
                for look in arguments.look or own:
                    take(browser, f"{served.url}/{path}", look, arguments.folder)
        browser.close()


def take(browser: Browser, url: str, look: str, folder: Path) -> None:
    name = url.split("/", 3)[3].replace("?", "-").replace("=", "-").replace("&", "-").replace("/", "-") or "first"
    file = folder / f"{name}.{look}.png"
    with watching(browser, **LOOKS[look]) as watched:  # type: ignore[arg-type]
        if url.rpartition("/")[2] in WITHOUT_APP:
            page = watched.page
            page.goto(url, wait_until="networkidle")
        else:
            page = watched.open(url)
            show_whole(page)
            watched.settle()
        # Charts are drawn anew for the taller window.
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        if look == "print":
            page.pdf(path=file.with_suffix(".pdf"), format="A4", print_background=True)
        else:
            page.screenshot(path=file)
        notes = [*(f"outside: {address}" for address in watched.outside), *watched.complaints]
    print(file, *(f"\n   ! {note[:300]}" for note in notes), flush=True)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--database-url", help="default: as the settings say")
    parser.add_argument("--sample", action="store_true", help="the invented company")
    parser.add_argument("--config", type=Path, help="an empathy.toml")
    parser.add_argument("--path", action="append", help='an address like "metric?metric=csat"; may be repeated')
    parser.add_argument("--only", action="append", help="only pages whose path starts like this")
    parser.add_argument("--look", action="append", choices=list(LOOKS), help="may be repeated")
    return parser.parse_args()


if __name__ == "__main__":
    main()
