"""The page of one bug in a real browser: nothing moves, what is folded opens by the keyboard, links lead where they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import DESKTOP, PHONE, Watched, watching
from tests.web.serving import Served
from tests.web.viewer import elements, viewing

# How much of what is in the block moved, as a browser measures it; where the block stands is the frame's affair.
SHIFTS = """
window.shifted = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) {
    const isOurs = entry.sources.some(one => one.node?.parentElement?.closest(".page-of-parts"));
    if (isOurs && !entry.hadRecentInput) window.shifted += entry.value;
  }
}).observe({type: "layout-shift", buffered: true});
"""
MOST_SHIFT = 0.05
FOLDED = ["Show data", "7 more", "Why it ranks #1", "Details"]


@pytest.fixture
def worst(browser: Browser, sample: Served) -> Iterator[Watched]:
    """The bug of the sample company that ranks first."""
    with watching(browser, DESKTOP) as watched:
        watched.page.add_init_script(SHIFTS)
        watched.open(f"{sample.url}/bug?bug=KES-1001")
        yield watched


def box(page: Page, selector: str) -> dict[str, Any]:
    found = page.locator(selector).first.bounding_box()
    assert found
    return dict(found)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_moves_once_it_is_shown(browser: Browser, sample: Served, size: tuple[int, int]) -> None:
    with watching(browser, size) as watched:
        watched.page.add_init_script(SHIFTS)
        page = watched.open(f"{sample.url}/bug?bug=KES-1001")
        page.locator(".plot").wait_for()
        assert page.evaluate("window.shifted") <= MOST_SHIFT


def test_all_that_answers_stands_on_the_first_screen(worst: Watched) -> None:
    for selector in (".answer", ".in-a-row", ".plot", ".releases", ".who .shares"):
        assert (found := box(worst.page, selector))["y"] + found["height"] <= DESKTOP[1], selector


@pytest.mark.parametrize("summary", FOLDED)
def test_what_is_folded_opens_and_closes_by_the_keyboard_and_moves_nothing_above_it(
    worst: Watched, summary: str
) -> None:
    page = worst.page
    part = page.locator("details").filter(has=page.get_by_text(summary, exact=True)).last
    heading = box(page, "h1")
    part.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(part).to_have_attribute("open", "")
    expect(part.locator("table, li").first).to_be_visible()
    page.locator("[data-testid=stMain]").evaluate("main => main.scrollTo(0, 0)")
    assert box(page, "h1") == heading
    part.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(part).not_to_have_attribute("open", "")
    assert worst.complaints == []


def test_the_tab_key_comes_by_the_tracker_and_each_folded_part_in_order(worst: Watched) -> None:
    page = worst.page
    page.locator(".crumb a").focus()
    reached = []
    for _ in range(1 + len(FOLDED)):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText").strip())
    assert reached == ["Open in tracker", *FOLDED]


def test_the_tracker_opens_beside_the_page_and_learns_nothing_of_it(worst: Watched) -> None:
    tracker = worst.page.get_by_role("link", name="Open in tracker")
    assert tracker.get_attribute("href") == "https://tracker.kestrel.example/KES-1001"
    assert tracker.get_attribute("target") == "_blank"
    assert set((tracker.get_attribute("rel") or "").split()) == {"noopener", "noreferrer"}
    assert worst.outside == []


def test_the_bar_of_a_week_is_as_high_as_its_scale_says(worst: Watched) -> None:
    page = worst.page
    words = page.locator(".plot .boxes i").last.get_attribute("title") or ""
    customers = int(words.rpartition(": ")[2].split()[0])
    lines = {
        int(line.inner_text().replace(",", "")): line.evaluate("one => one.parentElement.getBoundingClientRect().top")
        for line in page.locator(".plot .rule b").all()
    }
    top, bottom = lines[max(lines)], lines[0]
    bar = box(page, ".plot .boxes i:last-child")
    assert bar["height"] == pytest.approx((bottom - top) * customers / max(lines), abs=1.5)
    assert bar["y"] + bar["height"] == pytest.approx(bottom, abs=1.5)


def test_back_to_the_ten_stays_in_the_session(worst: Watched) -> None:
    page = worst.page
    page.evaluate("window.isTheSameSession = true")
    page.locator(".crumb a").click()
    expect(page.locator("ol.ten > li")).to_have_count(10)
    assert page.evaluate("window.isTheSameSession")


def test_the_page_is_few_elements(sample: Served) -> None:
    with viewing(sample.port) as viewer:
        assert len(elements(viewer.visit("bug", "bug=KES-1001"))) <= 6
