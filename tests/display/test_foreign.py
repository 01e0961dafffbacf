"""Text from outside is shown letter for letter, whatever it tries."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display import tables
from display.foreign import in_file, plain, tidy

HOSTILE = [
    "![pixel](https://evil.example/p.png)",
    "[click](javascript:alert(1))",
    "<script>alert(1)</script>",
    "$x^2$ and :red[colour] and :material/home:",
    "`code` **bold** _it_ ~gone~ # head",
    "| a | b |",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_every_sign_that_markdown_could_read_is_escaped(text: str) -> None:
    shown = plain(text)
    for at, sign in enumerate(shown):
        if sign in "*_`[]()<>$:#!|~":
            before = shown[:at]
            assert (len(before) - len(before.rstrip("\\"))) % 2 == 1, shown


@given(st.text())
def test_what_is_escaped_is_still_the_same_text(text: str) -> None:
    unescaped, at, shown = [], 0, plain(text)
    while at < len(shown):
        at += shown[at] == "\\"
        unescaped.append(shown[at])
        at += 1
    assert "".join(unescaped) == tidy(text)


def test_a_text_cannot_turn_the_line_around() -> None:
    assert tidy("abc\u202egnp.exe") == "abcgnp.exe"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert tidy("x" * 500, 10) == "x" * 9 + "…"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_spreadsheet_takes_no_cell_for_a_formula(text: str) -> None:
    assert in_file(text).startswith("'")
    (row,) = csv.DictReader(io.StringIO(tables.as_csv([{"cell": text}]).decode("utf-8-sig")))
    assert row["cell"] == f"'{text}"


def test_no_data_is_an_empty_cell_of_a_file_and_zero_is_zero() -> None:
    rows = list(csv.reader(io.StringIO(tables.as_csv([{"a": None, "b": 0}]).decode("utf-8-sig"))))
    assert rows[1] == ["", "0"]
