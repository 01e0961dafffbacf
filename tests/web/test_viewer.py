"""The visitor without a browser sees what a browser sees, also when it looks again: the benchmarks rest on it."""

from __future__ import annotations

from tests.web.serving import Served
from tests.web.viewer import elements, texts, viewing

HEADING = "<h1>Data health</h1>"
FIRST = "reported one of these ten bugs"


def test_looking_again_shows_the_same_page_and_another_path_another_one(sample: Served) -> None:
    with viewing(sample.port) as viewer:
        seen = [viewer.visit("data-health") for _ in range(3)]
        assert elements(seen[0]) == elements(seen[1]) == elements(seen[2])
        assert all(HEADING in texts(each) and FIRST not in texts(each) for each in seen)
        for path, holds, lacks in (("", FIRST, HEADING), ("data-health", HEADING, FIRST), ("", FIRST, HEADING)):
            shown = texts(viewer.visit(path))
            assert holds in shown
            assert lacks not in shown
