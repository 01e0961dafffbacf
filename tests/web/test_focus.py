"""Who uses the keyboard sees where they are: the ring around what has the focus stands out from the page, in light and dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.web.browsing import watching
from tests.web.serving import Served

LEAST = 3.0  # WCAG 2.2, 1.4.11: of a ring against what lies around it
STEPS = 40
# The ring of what has the focus, as it is painted on the backgrounds around it: [what it is, its width, its contrast].
RING = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const painted = (colours) => {
        pen.clearRect(0, 0, 1, 1);
        for (const colour of colours) { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); }
        return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = (rgb) => rgb.map((n) => n / 255).map((n) => (n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4))
        .reduce((sum, n, at) => sum + n * [0.2126, 0.7152, 0.0722][at], 0);
    const around = [];
    for (let each = one.parentElement; each; each = each.parentElement) around.unshift(getComputedStyle(each).backgroundColor);
    const ring = getComputedStyle(one);
    const [low, high] = [light(painted(around)), light(painted([...around, ring.outlineColor]))].sort((a, b) => a - b);
    const width = ring.outlineStyle === "none" ? 0 : parseFloat(ring.outlineWidth);
    return [one.outerHTML.slice(0, 100), width, (high + 0.05) / (low + 0.05)];
}"""


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["", "metric?metric=csat&by=area", "customer-health"], ids=lambda path: path or "first"
)
def test_the_ring_of_what_has_the_focus_can_be_seen(browser: Browser, sample: Served, path: str, mode: str) -> None:
    with watching(browser, mode=mode) as watched:
        page = watched.open(f"{sample.url}/{path}")
        rings = []
        for _ in range(STEPS):
            page.keyboard.press("Tab")
            if ring := page.evaluate(RING):
                rings.append(ring)
        assert len(rings) > STEPS / 2
        faint = {ring[0]: ring[1:] for ring in rings if ring[1] < 1 or ring[2] < LEAST}
        assert faint == {}
