"""Ten questions that a reader would ask are each answered with at most one link, by the keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import watching
from tests.web.serving import Served

# The question, the link that is opened from the first page ("": none), and what answers it.
QUESTIONS = [
    ("Which bug is growing fastest?", "", r"Fastest growing\s+Coupon fails at checkout"),
    ("How many customers are affected?", "", r"\d+ of \d+ customers \(\d+%\) reported one of these ten bugs"),
    ("How many answers is CSAT based on?", "", r"CSAT\s+\d+%.*?\d+ answers"),
    ("Is this number old?", "", r"Updated (just now|\d+ min ago)"),
    (
        "Who waits for us now?",
        "",
        r"Waiting now\s+\d+ customers: \d+ for a first reply, \d+ for a fix.*?, oldest \d+ days",
    ),
    (
        "Who fixes #3, and when?",
        "Tax is added twice for orders from islands",
        r"Owner\s+Checkout.*?Fix\s+expected \d+ \w+",
    ),
    ("What do customers say about #1?", "Coupon fails at checkout", r"What customers say.*coupon"),
    ("What changed in the last quarter?", "What changed in a quarter ›", r"Quarter.*(Clearly|No clear change)"),
    ("What does NPS mean here?", "NPS", r"promoters"),
    ("Which rows were rejected, and is every source up to date?", "Data", r"up to date\. No rejected rows"),
]


@pytest.mark.parametrize(("question", "link", "answer"), QUESTIONS, ids=[question for question, *_ in QUESTIONS])
def test_a_question_is_answered_with_at_most_one_link(
    browser: Browser, sample: Served, question: str, link: str, answer: str
) -> None:
    with watching(browser) as watched:
        page = watched.open(sample.url)
        if link:
            heading = page.locator("h1").inner_text()
            tab_to(page, link)
            page.keyboard.press("Enter")
            expect(page.locator("h1")).not_to_have_text(heading)
            watched.settle()
        shown = page.locator("[data-testid=stMain]").inner_text()
        assert re.search(answer, shown, re.DOTALL | re.IGNORECASE), (question, shown[:2000])


def tab_to(page: Page, link: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText?.trim()") == link:
            return
    raise AssertionError(f"The keyboard does not come by {link!r}.")
