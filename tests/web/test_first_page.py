"""The first page at a glance: all ten bugs and all six numbers on one screen, and a click stays in the session."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.web.browsing import PHONE, watching
from tests.web.serving import Served
from tests.web.viewer import elements, viewing

SCREEN = (1366, 768)
MOST_ELEMENTS = 25


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
        assert max(bottoms) <= 2 * PHONE[1]


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
