"""The table of contents of what people read: one line a page."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent.parent / "pages"


class Page(NamedTuple):
    """A page: its file in pages/, its title, where it is found ("" is the first page), and whether the menu names it."""

    file: str
    title: str
    url_path: str
    in_menu: bool = True

    @property
    def path(self) -> Path:
        return FOLDER / self.file


# A page about one thing is reached through a link that says which one, so the menu does not name it.
PAGES = (
    Page("what_hurts.py", "What's hurting now", ""),
    Page("customer_health.py", "Customer health", "customer-health"),
    Page("metrics.py", "Metrics", "metrics"),
    Page("data_health.py", "Data health", "data-health"),
    Page("metric.py", "One metric", "metric", in_menu=False),
    Page("bug.py", "One bug", "bug", in_menu=False),
)
