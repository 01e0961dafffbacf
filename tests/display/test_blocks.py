"""Lines of parts."""

from __future__ import annotations

from display.blocks import parts


def test_a_line_of_parts_says_the_same_text_and_what_came_from_outside_is_letters() -> None:
    made = parts("82-95% · 92 answers · <b>chat</b>")
    assert made.striptags() == "82-95% · 92 answers · <b>chat</b>"
    assert made.count('<i class="dot"> · </i>') == 2
    assert "&lt;b&gt;chat" in made
