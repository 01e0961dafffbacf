"""Text from outside reaches the screen letter for letter: in every place, in a real browser, nothing becomes a link or a picture."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from reporting.letters import tidy
from tests.web.browsing import Watched, watching
from tests.web.hostile import HOSTILE
from tests.web.serving import ROOT, serving

SEEN = [tidy(text) for text in HOSTILE]
BETWEEN = " ¦ "
# The place, where its text stands in the page.
ONE_BY_ONE = {
    "markdown": "[data-testid=stMarkdownContainer]",
    "title": "h1 [data-heading-text]",
    "metric": "[data-testid=stMetricLabel]",
    "metric ": "[data-testid=stMetricValue]",
    "page_link": "a",
    "facts": "td:nth-child(2)",
    "table": "th",
    "table ": "td",
    "list": "li",
    "badge": "[class*=stMarkdownBadge]",
    "bold": "strong",
}
TOGETHER = {
    "write": "p",
    "caption": "p",
    "header": "h2 [data-heading-text]",
    "warning": "p",
    "error": "p",
    "expander": "summary p",
    "link_button": "a p",
    "download_button": "button p",
    "segmented_control": "label p",
    "code": "code",
}
# What Markdown, Streamlit and Plotly make of a text; how many of each the page has by itself.
MADE = {
    "a": len(HOSTILE) + 1,  # the page links and the link button
    "img": 0,
    "em": 0,
    "code": 1,
    "del": 0,
    "sup": 0,
    "iframe, script[src*=evil], object, embed, video, audio": 0,
    "[class*=katex]": 0,
    "[role=img][aria-label$=' icon'][translate=no]": 0,
    "input[type=checkbox]": 0,
}


@pytest.fixture(scope="module")
def shown(browser: Browser) -> Iterator[Watched]:
    command = (
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(Path(__file__).with_name("sinks.py")),
        "--server.port",
        "0",
    )
    with serving("sqlite://", {"PYTHONPATH": str(ROOT)}, command) as served, watching(browser) as watched:
        watched.page.add_init_script("window.alert = () => { window.XSS = 1 }")
        watched.open(served.url)
        yield watched


def texts(page: Page, place: str, inside: str) -> list[str]:
    found = page.locator(f".st-key-{place.strip()} {inside}").evaluate_all("all => all.map(one => one.textContent)")
    return [" ".join(text.split()) for text in found]


@pytest.mark.parametrize("place", ONE_BY_ONE)
def test_each_text_is_shown_as_it_was_written(shown: Watched, place: str) -> None:
    found = texts(shown.page, place, ONE_BY_ONE[place])
    assert len(found) == len(SEEN)
    assert different(found, SEEN) == []


@pytest.mark.parametrize("place", TOGETHER)
def test_all_texts_in_one_line_are_shown_as_they_were_written(shown: Watched, place: str) -> None:
    (found,) = texts(shown.page, place, TOGETHER[place])
    assert different(found.split(BETWEEN), SEEN) == []


def test_what_changed_is_shown_as_it_was_written(shown: Watched) -> None:
    # A sign and a text stand in the same element.
    found = texts(shown.page, "metric", "[data-testid=stMetricDelta]")
    assert len(found) == len(SEEN)
    assert [text for text, is_in in zip(SEEN, found, strict=True) if text.removeprefix("-").strip() not in is_in] == []


def test_a_help_is_shown_as_it_was_written(shown: Watched) -> None:
    shown.page.locator(".st-key-help [data-testid=stTooltipIcon]").first.hover()
    tip = shown.page.locator("[data-testid=stTooltipContent]")
    tip.wait_for()
    assert different(" ".join((tip.text_content() or "").split()).split(BETWEEN), SEEN) == []


def test_a_chart_and_its_words_are_shown_as_they_were_written(shown: Watched) -> None:
    found = texts(shown.page, "chart", "g.xtick text")
    assert different(found, [f"{n} {text}" for n, text in enumerate(SEEN)]) == []
    assert shown.page.locator(".st-key-chart a, .st-key-chart g.xtick tspan[style*=bold]").count() == 0


def test_nothing_is_made_of_a_text(shown: Watched) -> None:
    found = {kind: shown.page.locator(f"[data-testid=stMain] :is({kind})").count() for kind in MADE}
    assert found == MADE
    assert shown.page.evaluate("window.XSS") is None
    assert shown.outside == []


def test_the_title_of_the_tab_is_the_text(shown: Watched) -> None:
    assert shown.page.title() == tidy(BETWEEN.join(HOSTILE), 100_000)


def different(found: list[str], wanted: list[str]) -> list[tuple[str, str]]:
    assert len(found) == len(wanted)
    return [(was, became) for was, became in zip(wanted, found, strict=True) if was != became]
