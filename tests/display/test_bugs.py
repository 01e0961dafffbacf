"""The labels of a bug on its own page."""

from __future__ import annotations

from display.bugs import marks
from ranking.labels import Label
from tests.reporting.test_bugs import a_bug


def test_every_label_has_its_word_and_its_colour() -> None:
    labels: tuple[Label, ...] = ("rising", "regression", "new", "fading", "chronic")
    shown = marks(a_bug(labels=labels))
    assert ":red-badge[growing]" in shown
    assert ":gray-badge" not in shown
