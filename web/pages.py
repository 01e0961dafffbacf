"""The table of contents of what people read: one line a page."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from display import data_health, health, index, one_bug, one_metric, what_hurts
from display.frame import Answer, Around

FOLDER = Path(__file__).resolve().parent.parent / "pages"


class Page(NamedTuple):
    """A page: its file in pages/, its title, where it is found ("" is the first page), what the menu calls it ("": it is
    not in the menu), the block that carries its answer, which the document of the page has in it, and whether it shows
    the days that a reader chose."""

    file: str
    title: str
    url_path: str
    label: str = ""
    answer: Answer | None = None
    over_days: bool = False

    @property
    def path(self) -> Path:
        return FOLDER / self.file


# A page about one thing is reached through a link that says which one, so the menu does not name it.
PAGES = (
    Page("what_hurts.py", "Top 10 bugs", "", "Top 10", what_hurts.answer),
    Page("customer_health.py", "Customer and team health", "customer-health", "Health", health.answer, True),
    Page("metrics.py", "Metrics", "metrics", "Metrics", index.answer, True),
    Page("data_health.py", "Data health", "data-health", "Data", data_health.answer),
    Page("metric.py", "One metric", "metric", answer=one_metric.answer),
    Page("bug.py", "One bug", "bug", answer=one_bug.answer),
)
MENU = tuple((page.label, page.url_path) for page in PAGES if page.label)
OVER_DAYS = frozenset(page.url_path for page in PAGES if page.over_days)


def around(url_path: str) -> Around:
    """What stands around the page at this address."""
    title = next((page.title for page in PAGES if page.url_path == url_path and page.label), "")
    return Around(MENU, url_path, title, OVER_DAYS)
