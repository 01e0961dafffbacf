"""The first page at a glance: all ten bugs and all six numbers on one screen, and a click stays in the session."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.web.browsing import PHONE, watching
from tests.web.serving import Served
from tests.web.viewer import elements, viewing

SCREEN = (1366, 768)
MOST_ELEMENTS = 25
AIR = 60  # below the last card on a phone, so that another line of news finds room


def test_all_ten_and_all_six_stand_above_the_fold(browser: Browser, sample: Served) -> None:
    with watching(browser, SCREEN) as watched:
        page = watched.open(sample.url)
        for rows, n in ((".ten > li", 10), (".six > li", 6)):
            boxes = [row.bounding_box() for row in page.locator(rows).all()]
            assert len(boxes) == n
            assert all(box and box["y"] + box["height"] <= SCREEN[1] for box in boxes), boxes


def test_on_a_phone_all_of_them_are_within_two_screens(browser: Browser, sample: Served) -> None:
    with watching(browser, PHONE) as watched:
        page = watched.open(sample.url)
        bottoms = [box["y"] + box["height"] for row in page.locator(".six > li").all() if (box := row.bounding_box())]
        assert max(bottoms) <= 2 * PHONE[1] - AIR


def test_no_dot_hangs_at_the_end_of_a_line(browser: Browser, sample: Served) -> None:
    """The dot that begins the first part of a line lies outside the box that cuts it off."""
    with watching(browser, PHONE) as watched:
        page = watched.open(sample.url)
        assert page.locator(".news li").evaluate_all("all => all.every(one => !/·\\s*$/.test(one.innerText))")
        left = "all => all.map(one => one.getBoundingClientRect().left - one.closest('.parts').getBoundingClientRect().left)"
        dots = page.locator(".six .parts > span > span:not(:first-child) > .dot").evaluate_all(left)
        assert dots
        assert all(each < -5 or each > 5 for each in dots)


def test_the_columns_of_the_ten_say_what_they_count_to_the_eye_and_to_who_hears_them(
    browser: Browser, sample: Served
) -> None:
    with watching(browser, SCREEN) as watched:
        page = watched.open(sample.url)
        heads = page.locator(".heads span").all_inner_texts()
        assert heads == ["Impact", "customers in 30 days", "in 7 days", "reports in 13 weeks"]
        first = page.locator(".ten > li").first
        assert [" ".join(each.split()) for each in first.locator(".n").all_text_contents()] == [
            "66 customers in 30 days",
            "41 in 7 days",
        ]


@pytest.mark.parametrize(
    ("path", "most"), [("", 1), ("customer-health", 2), ("metrics", 2), ("metric?metric=csat&by=area", 2)]
)
def test_a_printed_page_is_short_white_and_says_of_when_it_is(
    browser: Browser, sample: Served, path: str, most: int
) -> None:
    with watching(browser, SCREEN, mode="dark", paper=True) as watched:
        page = watched.open(f"{sample.url}/{path}")
        assert re.search(r"As of \d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d", page.locator(".top").inner_text())
        assert page.locator(":is(nav, .search, .choice, .ribbon code):visible").count() == 0
        if path:
            assert page.locator("p.on-paper:visible").all_inner_texts()[0].startswith("Period: ")
        for each in ("body", ".stMain", ".stHtml >> nth=0"):
            assert page.locator(each).evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(255, 255, 255)"
        printed = page.pdf(format="A4", prefer_css_page_size=True, print_background=True)
        assert 1 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) <= most


@pytest.mark.parametrize("path", ["", "metrics"])
def test_a_link_in_a_block_opens_its_page_in_the_session_and_back_returns(
    browser: Browser, sample: Served, path: str
) -> None:
    with watching(browser, SCREEN) as watched:
        page = watched.open(f"{sample.url}/{path}")
        heading = page.locator("h1").inner_text()
        page.evaluate("window.isTheSameSession = true")
        page.locator(":is(.ten, tbody) a.in-app").first.click()
        expect(page.locator("h1")).not_to_have_text(heading)
        assert page.evaluate("window.isTheSameSession")
        page.go_back()
        expect(page.locator("h1")).to_have_text(heading)
        assert watched.complaints == []


def test_a_link_in_a_block_is_a_plain_link_too(browser: Browser, sample: Served) -> None:
    with watching(browser, SCREEN) as watched:
        page = watched.open(sample.url)
        title = page.locator(".ten a").first.inner_text()
        watched.open(page.locator(".ten a").first.evaluate("link => link.href"))
        expect(page.locator("h1")).to_contain_text(title)


def test_every_bug_is_a_heading_of_a_list_and_every_small_picture_has_its_words(
    browser: Browser, sample: Served
) -> None:
    with watching(browser, SCREEN) as watched:
        page = watched.open(sample.url)
        assert page.get_by_role("list").filter(has=page.locator("h2, h3")).count() == 2
        assert page.locator("ol.ten :is(h2, h3)").count() == 10
        words = page.locator(".ten .bars").evaluate_all("all => all.map(one => one.ariaLabel)")
        assert all(each.startswith("Reports a week, the last 13 weeks: ") for each in words)


def test_the_first_page_has_few_elements(sample: Served) -> None:
    with viewing(sample.port) as viewer:
        assert len(elements(viewer.visit())) <= MOST_ELEMENTS


def test_a_page_may_not_be_kept_and_answers_no_condition(sample: Served) -> None:
    answer = sample.get(
        "/", {"If-None-Match": "*", "If-Modified-Since": "Fri, 31 Dec 2100 00:00:00 GMT", "Range": "bytes=0-9"}
    )
    assert answer.status == 200
    assert "etag" not in answer.headers
    assert "last-modified" not in answer.headers
    assert answer.headers["cache-control"] == "private, no-store"
    assert b"a.in-app" in answer.body
