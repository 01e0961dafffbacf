"""What the search calls everything that can be found; no two alike."""

from __future__ import annotations

from reporting.bugs import short
from store.ids import bare
from views.search import Findable

AREA_METRIC = "csat"  # what an area is looked at by first


def entries(found: Findable) -> list[tuple[str, str, dict[str, str]]]:
    """(words, page, what is asked of it)."""
    return [
        *((metric.name, "metric", {"metric": metric.key}) for metric in found.metrics),
        *((f"Area: {area}", "metric", {"metric": AREA_METRIC, "by": "area", "only": area}) for area in found.areas),
        *((f"{short(title)} ({bare(id)})", "bug", {"bug": id}) for id, title in found.bugs),
    ]
