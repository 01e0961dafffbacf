"""One metric, customer health and the index in a real browser: there without Plotly, and the period stays in every link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.web.browsing import DESKTOP, PHONE, Watched, watching
from tests.web.serving import Served

SCREEN = (1366, 768)
PLOTLY = re.compile("plotly", re.IGNORECASE)


def scripts_of(watched: Watched) -> list[str]:
    names = watched.page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    return [name for name in names if PLOTLY.search(name)]


def test_the_chart_stands_on_the_first_screen_and_needs_no_plotly(browser: Browser, sample: Served) -> None:
    with watching(browser, SCREEN) as watched:
        page = watched.open(f"{sample.url}/metric?metric=csat")
        box = page.locator(".trend").bounding_box()
        assert box
        assert box["y"] + box["height"] <= SCREEN[1]
        assert page.locator(".plot img").evaluate("image => image.complete && image.naturalWidth > 0")
        assert scripts_of(watched) == []
        page.get_by_text("Explore this chart").click()
        page.locator("[data-testid=stPlotlyChart]").wait_for()
        assert scripts_of(watched) != []
        assert watched.complaints == []


def test_the_last_point_of_the_line_lies_on_the_number_of_the_headline(browser: Browser, sample: Served) -> None:
    with watching(browser, SCREEN) as watched:
        page = watched.open(f"{sample.url}/metric?metric=csat")
        now = page.locator(".plot .now").bounding_box()
        strip = page.locator(".points i").last
        box = strip.bounding_box()
        assert now
        assert box
        assert abs((box["x"] + box["width"] / 2) - (now["x"] + now["width"] / 2)) < 1
        value = re.search(r", (\d+%), 95% CI", strip.get_attribute("title") or "")
        assert value
        assert f"CSAT {value[1]} (95% CI" in page.locator(".answer").inner_text()


def test_chart_and_text_name_the_same_releases(browser: Browser, sample: Served) -> None:
    with watching(browser, SCREEN) as watched:
        page = watched.open(f"{sample.url}/metric?metric=csat")
        in_chart = page.locator(".plot .release").evaluate_all("all => all.map(one => one.title)")
        in_text = [each.partition(" ")[2] for each in page.locator(".releases li").all_inner_texts()]
        assert in_chart == in_text != []
        watched.open(f"{sample.url}/metric?metric=attrition")
        assert page.locator(".release").count() == 0


def test_the_period_is_kept_in_every_link_to_and_from_a_metric(browser: Browser, sample: Served) -> None:
    with watching(browser, SCREEN) as watched:
        page = watched.open(f"{sample.url}/metrics")
        page.get_by_role("link", name="Quarter").click()
        page.wait_for_url("**/metrics?period=quarter")
        expect(page.locator(".choice a[aria-current=true]")).to_have_text("Quarter")
        page.locator("tbody th a").first.click()
        page.wait_for_url("**/metric?metric=csat&period=quarter")
        page.locator(".choice a", has_text="area").click()
        page.wait_for_url("**/metric?**by=area**")
        expect(page.locator(".groups table")).to_be_visible()
        assert "period=quarter" in page.url
        page.locator(".groups tbody th a").first.click()
        page.wait_for_url("**only=**")
        assert "period=quarter" in page.url
        page.get_by_role("link", name="‹ All metrics").click()
        page.wait_for_url("**/metrics?period=quarter")
        for path in ("customer-health", "metrics"):
            watched.open(f"{sample.url}/{path}?period=quarter")
            hrefs = page.locator("tbody th a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
            assert len(hrefs) == 18
            assert all("period=quarter" in href for href in hrefs)


def test_own_dates_are_written_into_the_address_and_shown(browser: Browser, sample: Served) -> None:
    with watching(browser, SCREEN) as watched:
        page = watched.open(f"{sample.url}/metric?metric=csat&period=quarter")
        assert page.get_by_text("Own dates").count() == 1
        page.get_by_text("Own dates").click()
        page.get_by_label("First day").fill("2026-08-01")
        page.get_by_label("Last day").fill("2026-08-31")
        page.get_by_role("button", name="Show", exact=True).click()
        page.wait_for_url("**from=2026-08-01&to=2026-08-31")
        assert "period=" not in page.url
        chosen = page.locator(".choice a[aria-current=true]").first
        expect(chosen).to_contain_text("August 2026")
        watched.settle()
        assert watched.complaints == []


def test_a_breakdown_is_asked_for_in_any_case_and_days_that_cannot_be_are_said(
    browser: Browser, sample: Served
) -> None:
    with watching(browser, DESKTOP) as watched:
        page = watched.open(f"{sample.url}/metric?metric=CSAT&by=Area&from=2026-31-12&to=x")
        values = page.locator(".groups tbody td:nth-child(2)").all_inner_texts()
        assert values == sorted(values, key=lambda each: -float(each.removesuffix("%")))
        expect(page.get_by_text("These dates cannot be shown")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("customer-health", ".health table"),
        ("metrics", ".wide-table table"),
        ("metric?metric=csat&by=area", ".groups table"),
    ],
)
def test_on_a_phone_the_second_column_of_a_table_is_seen(
    browser: Browser, sample: Served, path: str, table: str
) -> None:
    with watching(browser, PHONE) as watched:
        page = watched.open(f"{sample.url}/{path}")
        box = page.locator(f"{table} tbody td").first.bounding_box()
        assert box
        assert box["x"] + box["width"] <= PHONE[0]


def test_heads_of_tables_are_repeated_on_paper_and_what_is_no_answer_is_left_out(
    browser: Browser, sample: Served
) -> None:
    with watching(browser, DESKTOP, paper=True) as watched:
        page = watched.open(f"{sample.url}/metric?metric=csat&by=area&period=quarter")
        assert page.locator(".groups thead").evaluate("head => getComputedStyle(head).display") == "table-header-group"
        assert page.locator(".choice:visible").count() == 0
        expect(page.get_by_text("Period: 31 Aug to 29 Nov 2026.")).to_be_visible()
        for each in ("stExpander", "stDownloadButton"):
            assert page.locator(f"[data-testid={each}]:visible").count() == 0


def test_three_things_to_look_at_are_links(browser: Browser, sample: Served) -> None:
    with watching(browser, DESKTOP) as watched:
        page = watched.open(f"{sample.url}/customer-health")
        links = page.locator(".look a")
        assert links.count() == 3
        heading = page.locator("h1").inner_text()
        links.first.click()
        expect(page.locator("h1")).not_to_have_text(heading)
