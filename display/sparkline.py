"""A row of small bars, drawn as a picture with words: one bar a week, the last one is this week's."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from reporting.bugs import reports_a_week

# Read on paper and on ink alike (more than 3 : 1 on both backgrounds).
COLOUR = "#2F8580"
BAR, GAP, HEIGHT = 5, 2, 22


def picture(counts: Sequence[int]) -> str:
    """The bars as a Markdown image inside a line of text, with the counts as its words."""
    return f"![{reports_a_week(counts)}](data:image/svg+xml;base64,{b64encode(bars(counts).encode()).decode()})"


def bars(counts: Sequence[int]) -> str:
    """An SVG of the counts; the highest fills the height, and no count is a thin line, not nothing."""
    top = max([*counts, 1])
    width = len(counts) * (BAR + GAP) - GAP
    drawn = "".join(_bar(at, n / top) for at, n in enumerate(counts))
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}">{drawn}</svg>'


def _bar(at: int, share: float) -> str:
    height = max(1.0, round(share * HEIGHT, 1))
    return (
        f'<rect x="{at * (BAR + GAP)}" y="{HEIGHT - height:g}" width="{BAR}" height="{height:g}" '
        f'rx="1" fill="{COLOUR}"/>'
    )
