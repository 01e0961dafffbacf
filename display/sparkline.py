"""A small line of a number's past, as a picture for a cell of a table."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from markupsafe import Markup

# Read on paper and on ink alike (more than 3 : 1 on both backgrounds).
COLOUR = "#2F8580"
WIDTH, HEIGHT = 96, 24
FEWEST = 3  # points; fewer are no line


def picture(values: Sequence[float | None], words: str) -> Markup:
    """The line between its own lowest and highest value; a gap where a value is not known."""
    known = [each for each in values if each is not None]
    if len(known) < FEWEST:
        return Markup("")
    low, height = min(known), (max(known) - min(known)) or 1.0
    step = (WIDTH - 4) / (len(values) - 1)
    pieces: list[list[str]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{2 + at * step:.1f},{HEIGHT - 2 - (HEIGHT - 4) * (value - low) / height:.1f}")
    lines = "".join(
        f'<polyline points="{" ".join(piece)}" fill="none" stroke="{COLOUR}" stroke-width="1.6"/>'
        for piece in pieces
        if piece
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">{lines}</svg>'
    return Markup('<img src="data:image/svg+xml;base64,{}" alt="{}" width="{}" height="{}">').format(
        b64encode(svg.encode()).decode(), words, WIDTH, HEIGHT
    )
