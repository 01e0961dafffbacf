"""Every page, opened by its address in a real browser: in light and dark, on a phone, as printed, for everybody."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import DESKTOP, PHONE, Watched, watching
from tests.web.serving import Served
from tests.web.viewer import first_bug, has_heading, texts, viewing
from web.pages import PAGES
from web.pages import Page as Entry

every_page = pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.url_path or "first")

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"size": DESKTOP},
    "dark": {"size": DESKTOP, "mode": "dark"},
    "phone": {"size": PHONE},
    "print": {"size": DESKTOP, "paper": True},
}

# What axe finds in Streamlit's own elements, which no page of ours can mend: (rule, element of Streamlit) -> why.
ALLOWED = {
    (
        "scrollable-region-focusable",
        "stTable",
    ): "browsers let the keyboard into what scrolls; st.table has no option for it",
}

# A page about one thing needs to be told which.
ABOUT = {"metric": "metric=csat", "bug": "bug={bug}"}


@pytest.fixture(scope="module")
def worst_bug(sample: Served) -> str:
    """The bug that the first page of the sample company links to first."""
    with viewing(sample.port) as viewer:
        return first_bug(viewer.visit())


@every_page
@pytest.mark.parametrize("look", LOOKS)
def test_a_deep_link_opens_its_page(browser: Browser, sample: Served, worst_bug: str, entry: Entry, look: str) -> None:
    query = ABOUT.get(entry.url_path, "").format(bug=worst_bug)
    with watching(browser, **LOOKS[look]) as watched:
        watched.open(f"{sample.url}/{entry.url_path}?{query}")
        is_in_order(watched, entry)


@every_page
def test_a_page_without_anything_to_show_is_in_order_too(browser: Browser, served: Served, entry: Entry) -> None:
    with watching(browser) as watched:
        watched.open(f"{served.url}/{entry.url_path}")
        is_in_order(watched, entry)


@pytest.mark.parametrize(
    "query", ["", "metric=nonsense", "bug=nonsense", "metric=<b>x</b>", "bug=%00", "bug=" + "x" * 3000]
)
@pytest.mark.parametrize(
    "entry", [entry for entry in PAGES if entry.url_path in ABOUT], ids=lambda entry: entry.url_path
)
def test_a_page_that_is_asked_for_nonsense_says_so_calmly(sample: Served, entry: Entry, query: str) -> None:
    with viewing(sample.port) as viewer:
        heard = viewer.visit(entry.url_path, query)
    assert "This page could not be shown" not in texts(heard)
    assert has_heading(heard)


def is_in_order(watched: Watched, entry: Entry) -> None:
    page = watched.page
    assert re.search(rf"^({entry.title if entry.label else '.+'}|One .*)( · .+)?$", page.title())
    assert page.locator("h1").count() == 1
    assert page.get_by_text("Page not found").count() == 0
    assert page.get_by_text("This page could not be shown").count() == 0
    assert watched.outside == []
    assert watched.complaints == []
    assert not skipped_headings(page)
    assert findings(page) == []
    assert is_as_wide_as_the_window(page)


def is_as_wide_as_the_window(page: Page) -> bool:
    return bool(
        page.evaluate(
            "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
            ".every(element => element.scrollWidth <= element.clientWidth)"
        )
    )


def skipped_headings(page: Page) -> list[str]:
    """Headings that are more than one level below the heading before them."""
    levels = [
        int(tag[1]) for tag in page.locator("h1, h2, h3, h4, h5, h6").evaluate_all("all => all.map(one => one.tagName)")
    ]
    return [f"h{before} then h{now}" for before, now in zip([0, *levels], levels, strict=False) if now > before + 1]


def findings(page: Page) -> list[str]:
    """What axe finds and is not allowed above, one line for each element."""
    report = Axe().run(page).response
    assert report["passes"], "axe has looked at nothing"
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for violation in report["violations"]
        for node in violation["nodes"]
        if not any((violation["id"], name) in ALLOWED for name in inside(page, node["target"][0]))
    ]


def inside(page: Page, selector: str) -> list[str]:
    """Which elements of Streamlit this one is part of, or wraps directly."""
    return list(
        page.locator(selector).first.evaluate(
            """element => {
                const names = [...element.children].map(child => child.dataset.testid);
                for (let one = element; one; one = one.parentElement) names.push(one.dataset.testid);
                return names.filter(Boolean);
            }"""
        )
    )


def test_the_fonts_are_ours(browser: Browser, served: Served) -> None:
    with watching(browser) as watched:
        page = watched.open(served.url)
        assert page.evaluate("document.fonts.check('16px Inter')")
        assert "Inter" in page.locator("h1").evaluate("element => getComputedStyle(element).fontFamily")


def test_the_keyboard_reaches_the_pages_of_the_menu_in_order(browser: Browser, served: Served) -> None:
    with watching(browser) as watched:
        page = watched.open(served.url)
        labels = [entry.label for entry in PAGES if entry.label]
        reached = [text for text in focused_texts(page, 12) if text in labels]
        assert reached[:4] == labels
        # And opens one of them.
        page.get_by_role("link", name="Data", exact=True).focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/data-health")
        expect(page).to_have_title(re.compile("Data health"))


def test_on_a_phone_all_pages_of_the_menu_can_be_seen_and_opened(browser: Browser, served: Served) -> None:
    with watching(browser, PHONE) as watched:
        page = watched.open(served.url)
        for entry in PAGES:
            if entry.label:
                box = page.get_by_role("link", name=entry.label, exact=True).bounding_box()
                assert box
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= PHONE[0]
                assert box["y"] < 150
                assert box["height"] >= 24, "a thumb cannot hit it"
        page.get_by_role("link", name="Health", exact=True).click()
        page.wait_for_url("**/customer-health")


def focused_texts(page: Page, steps: int, until: str | None = None) -> list[str]:
    """What the Tab key comes by, from the top of the page, to `until` or at most so many steps."""
    texts: list[str] = []
    while len(texts) < steps and (not texts or texts[-1] != until):
        page.keyboard.press("Tab")
        texts.append(
            page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText || ''").strip()
        )
    return texts


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_an_address_that_is_no_page_says_so_and_leads_to_those_that_are(
    browser: Browser, served: Served, mode: str
) -> None:
    with watching(browser, mode=mode) as watched:
        page = watched.page
        page.goto(f"{served.url}/no/such-page")
        assert page.title() == "Page not found · Empathy"
        assert findings(page) == []
        page.get_by_role("link", name="Data health").click()
        watched.settle()
        expect(page).to_have_title(re.compile("Data health"))
        assert watched.outside == []


def test_back_and_forward_go_from_page_to_page(browser: Browser, served: Served) -> None:
    with watching(browser) as watched:
        page = watched.open(served.url)
        page.get_by_role("link", name="Data", exact=True).click()
        page.wait_for_url("**/data-health")
        watched.settle()
        page.go_back()
        expect(page).to_have_title(re.compile(PAGES[0].title))
        page.go_forward()
        expect(page).to_have_title(re.compile("Data health"))
