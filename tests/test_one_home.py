"""A sentence for readers stands in one file."""

from __future__ import annotations

from pathlib import Path

from tests.one_home import ROOT, said_twice


def test_no_sentence_of_the_product_stands_in_two_files() -> None:
    assert said_twice(ROOT) == []


def test_a_reason_is_found_however_it_is_worded(tmp_path: Path) -> None:
    (tmp_path / "cells.py").write_text('raise Wrong(f"is no date ({expected})")')
    (tmp_path / "kit.py").write_text('raise BadCell("it is not a date")\nraise Other("it is not a date and time")')
    assert said_twice(tmp_path) == ["cells.py and kit.py both say 'is not: date'"]


def test_a_sentence_that_is_said_in_two_files_is_found_also_around_a_value(tmp_path: Path) -> None:
    (tmp_path / "read.py").write_text(
        '"""What this file is about, in words."""\nsaid = "We are sorry that this is so."'
    )
    (tmp_path / "pages.py").write_text(
        '"""What this file is about, in words."""\nn = 1\nx = f"{n} We are sorry that this is so.{n}"'
    )
    assert said_twice(tmp_path) == ["pages.py and read.py both say 'We are sorry that this is so.'"]
