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


def test_the_chosen_days_stay_chosen_from_page_to_page_by_the_menu(browser: Browser, sample: Served) -> None:
    with watching(browser) as watched:
        page = watched.open(f"{sample.url}/customer-health?period=12-months")
        for label in ("Metrics", "Health"):
            page.locator("header.top nav a", has_text=label).click()
            page.wait_for_url(f"**/{'metrics' if label == 'Metrics' else 'customer-health'}?period=12-months")
            watched.settle()
            expect(page.locator("nav.choice a[aria-current]")).to_have_text("12 months")
    own = sample.get("/metric?metric=csat&from=2026-01-01&to=2026-03-31").text
    assert 'href="customer-health?from=2026-01-01&amp;to=2026-03-31"' in own
    assert 'href="data-health"' in own


def open_the_first_bug(page: Page) -> None:
    page.locator(".ten a", has_text=BUG).first.click()
    expect(page.locator("h1")).to_contain_text(BUG)
