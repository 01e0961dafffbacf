"""A link leads where it says, and leaves the reader where a reader expects to be: also by the keyboard, and when the server is away."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import watching
from tests.web.serving import Served, serving

LIST, BUG = "reported one of these", "Coupon fails at checkout"
MAIN = "[data-testid=stMain]"


def test_back_to_a_page_that_stood_at_its_top_shows_its_top(browser: Browser, sample: Served) -> None:
    with watching(browser, (1366, 420)) as watched:
        page = watched.open(sample.url)
        open_the_first_bug(page)
        watched.settle()
        page.locator(MAIN).evaluate("main => main.scrollTo(0, 300)")
        page.go_back()
        expect(page.locator("h1")).to_contain_text(LIST)
        expect(page.locator("h1")).to_be_in_viewport()


def test_after_a_link_the_keyboard_and_a_screen_reader_go_on_at_the_heading(browser: Browser, sample: Served) -> None:
    with watching(browser) as watched:
        page = watched.open(sample.url)
        page.locator(".ten a", has_text=BUG).first.focus()
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text(BUG)
        expect(page.locator("h1")).to_be_focused()


def test_a_link_to_the_page_that_is_shown_leaves_no_step_to_go_back_to(browser: Browser, sample: Served) -> None:
    with watching(browser) as watched:
        page = watched.open(f"{sample.url}/metrics")
        before = page.evaluate("history.length")
        page.locator("header.top nav a", has_text="Metrics").click()
        watched.settle()
        assert page.evaluate("history.length") == before


def test_a_link_of_a_page_whose_server_is_away_asks_for_its_address(browser: Browser, sample_url: str) -> None:
    with watching(browser) as watched:
        with serving(sample_url) as server:
            page = watched.open(server.url)
        page.wait_for_selector("[data-testid=stApp]:not([data-test-connection-state=CONNECTED])", state="attached")
        with page.expect_request(lambda request: "bug?bug=" in request.url and request.is_navigation_request()):
            page.locator(".ten a", has_text=BUG).first.click()


def open_the_first_bug(page: Page) -> None:
    page.locator(".ten a", has_text=BUG).first.click()
    expect(page.locator("h1")).to_contain_text(BUG)
