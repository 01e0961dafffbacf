"""The visitor without a browser sees what a browser sees, also when it looks again: the benchmarks rest on it."""

from __future__ import annotations

from tests.web.serving import Served
from tests.web.viewer import elements, texts, viewing


def test_looking_again_shows_the_same_page_and_another_path_another_one(sample: Served) -> None:
    with viewing(sample.port) as viewer:
        seen = [elements(viewer.visit("data-health")) for _ in range(3)]
        assert seen[0] == seen[1] == seen[2]
        assert "reported one of these ten bugs" in texts(viewer.visit(""))
        assert elements(viewer.visit("data-health")) == seen[0]
        assert elements(viewer.visit("")) != seen[0]
