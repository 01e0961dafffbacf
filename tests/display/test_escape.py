"""Text from outside is shown letter for letter, whatever it tries."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.escape import in_chart, plain, web_address
from reporting.letters import tidy

HOSTILE = [
    "![pixel](https://evil.example/p.png)",
    "[click](javascript:alert(1))",
    "<script>alert(1)</script>",
    "$x^2$ and :red[colour] and :material/home:",
    "`code` **bold** _it_ ~gone~ # head",
    "| a | b |",
]


APART = re.compile(r":color\[(\\.)\]\{\}")  # one sign in an element of its own


@pytest.mark.parametrize("text", HOSTILE)
def test_every_sign_that_markdown_could_read_is_escaped(text: str) -> None:
    shown = APART.sub(r"\1", plain(text))
    for at, sign in enumerate(shown):
        if sign in "*_`[]()<>$:#!|~":
            before = shown[:at]
            assert (len(before) - len(before.rstrip("\\"))) % 2 == 1, shown


@given(st.text() | st.text(":smile@w.ex/<>-=~ \\[]{}"))
def test_what_is_escaped_is_still_the_same_text(text: str) -> None:
    unescaped, at, shown = [], 0, APART.sub(r"\1", plain(text))
    while at < len(shown):
        at += shown[at] == "\\"
        unescaped.append(shown[at])
        at += 1
    assert "".join(unescaped) == tidy(text)


LOOKED_FOR = [
    ":smile:",
    ":+1:",
    ":streamlit:",
    ":material_home:",
    "http://a.b",
    "www.a.b",
    "a@b.c",
    "->",
    "--",
    ">=",
    "~=",
]


@pytest.mark.parametrize("text", LOOKED_FOR)
def test_what_the_browser_looks_for_is_in_two_pieces(text: str) -> None:
    # tests/web/test_letter_for_letter.py sees the same in a browser.
    assert APART.search(plain(f"x {text} y"))
    assert APART.search(plain(text.upper()))


@pytest.mark.parametrize(
    "text", ["Coupon fails at checkout", "at 9: nothing", "a - b", "v1.2, 30% (5/7)", "www", "<br>"]
)
def test_ordinary_text_stays_in_one_piece(text: str) -> None:
    assert not APART.search(plain(text))


def test_letters_that_join_and_new_emoji_stay() -> None:
    for text in (
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\U0001f469\u200d\U0001f467",
        "\U0001fae8",
        "Zucker\ufe0f",
    ):
        assert tidy(text) == text
    assert tidy("Zu\u00adcker\u200b") == "Zucker"


def test_accents_do_not_pile_up() -> None:
    assert tidy("Z" + "\u0300" * 500 + "algo") == "Z" + "\u0300" * 8 + "algo"


def test_a_text_of_a_million_letters_is_cut_before_it_is_looked_at() -> None:
    assert tidy("x" * 1_000_000, 10) == "x" * 9 + "…"
    assert tidy(" " * 1_000 + "x", 10) == "x"
    assert tidy("x" + "\u0301" * 1_000_000, 10) == "x" + "\u0301" * 8 + "…"


def test_plotly_is_given_no_tag() -> None:
    assert in_chart('<b>x</b> & <a href="y">') == '&lt;b&gt;x&lt;/b&gt; &amp; &lt;a href="y"&gt;'


@pytest.mark.parametrize(
    ("url", "is_opened"),
    [
        ("https://tracker.example/browse/A-1?x=1#y", True),
        ("HTTP://tracker.example:8080", True),
        ("https://tracker.example/ü", True),
        ("https://tracker.example@evil.example/", False),
        ("https://tracker.example\\@evil.example/", False),
        ("javascript:alert(1)", False),
        ("https://tracker.example/a b", False),
        ("https://tracker.example/\u202e", False),
        ("https://tracker.exampl\u0435/", False),
        ("//evil.example", False),
        (None, False),
    ],
)
def test_only_an_address_that_is_what_it_seems_can_be_opened(url: str | None, is_opened: bool) -> None:
    assert (web_address(url) is not None) == is_opened


def test_a_text_cannot_turn_the_line_around() -> None:
    assert tidy("abc\u202egnp.exe") == "abcgnp.exe"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert tidy("x" * 500, 10) == "x" * 9 + "…"
