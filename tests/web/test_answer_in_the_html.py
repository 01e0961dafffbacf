"""Whoever opens a page reads its answer before the app is there, and sees nothing move when the app takes over."""

from __future__ import annotations

import gzip
import html
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web.browsing import DESKTOP, PHONE, watching
from tests.web.serving import ROOT, Served, clean_environment, serving
from tests.web.viewer import first_bug, viewing
from web.pages import PAGES, Page

MOST_PIXELS = 4
BOXES = """chosen => [...document.querySelectorAll(chosen)].map(one => {
    const box = one.getBoundingClientRect();
    return [box.x, box.y, box.width, box.height];
})"""
MOST_SHIFT = 0.05
SHIFTS = """window.__shift = 0;
new PerformanceObserver(list => { for (const each of list.getEntries()) window.__shift += each.value; })
    .observe({ type: "layout-shift", buffered: true });"""
BLOCKS = "header.top, header.top li, h1, .news, .ten > li, .six > li"
ABOUT = {"metric": "?metric=csat", "bug": "?bug={bug}"}

with_answer = pytest.mark.parametrize(
    "entry", [entry for entry in PAGES if entry.answer], ids=lambda entry: entry.url_path or "first"
)


@pytest.fixture(scope="module")
def worst_bug(sample: Served) -> str:
    with viewing(sample.port) as viewer:
        return first_bug(viewer.visit())


def address(entry: Page, bug: str) -> str:
    return f"/{entry.url_path}{ABOUT.get(entry.url_path, '').format(bug=bug)}"


def text_of(document: str) -> str:
    body = document.partition("<body>")[2].partition('<div id="root">')[0]
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", body)).split())


def test_curl_reads_the_headline_the_ten_and_the_six(sample: Served) -> None:
    said = text_of(sample.get("/").text)
    assert re.search(r"\d+ of \d+ customers \(\d+%\) reported one of these ten bugs in the last 30 days", said)
    for each in ("Coupon fails at checkout", "Fastest growing", "Waiting now", "CSAT", "Team attrition", "Updated"):
        assert each in said


@with_answer
def test_the_document_says_what_the_app_says(browser: Browser, sample: Served, worst_bug: str, entry: Page) -> None:
    path = address(entry, worst_bug)
    document = sample.get(path).text
    heading = html.unescape(re.findall("<h1>(.*?)</h1>", document, re.DOTALL)[0])
    with watching(browser) as watched:
        page = watched.open(f"{sample.url}{path}")
        assert page.locator("h1").inner_text() == re.sub("<[^>]*>", "", heading)
        assert page.title() == html.unescape(re.findall("<title>(.*?)</title>", document)[0])
        assert watched.complaints == []


@with_answer
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_moves_when_the_app_takes_over(
    browser: Browser, sample: Served, worst_bug: str, entry: Page, size: tuple[int, int]
) -> None:
    path = address(entry, worst_bug)
    plain = browser.new_context(viewport={"width": size[0], "height": size[1]}, java_script_enabled=False)
    try:
        page = plain.new_page()
        page.goto(f"{sample.url}{path}")
        page.evaluate("document.fonts.ready")
        before = page.evaluate(BOXES, BLOCKS)
    finally:
        plain.close()
    with watching(browser, size) as watched:
        after = watched.open(f"{sample.url}{path}").evaluate(BOXES, BLOCKS)
    assert len(before) == len(after) > 5
    worst = max(abs(a - b) for one, other in zip(before, after, strict=True) for a, b in zip(one, other, strict=True))
    assert worst <= MOST_PIXELS


@with_answer
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_moves_while_a_page_loads(
    browser: Browser, sample: Served, worst_bug: str, entry: Page, size: tuple[int, int]
) -> None:
    with watching(browser, size) as watched:
        watched.page.add_init_script(SHIFTS)
        page = watched.open(f"{sample.url}{address(entry, worst_bug)}")
        assert page.evaluate("window.__shift") <= MOST_SHIFT


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_without_javascript_it_is_a_page_in_the_reader_s_colours_whose_links_work(
    browser: Browser, sample: Served, mode: str
) -> None:
    context = browser.new_context(java_script_enabled=False, color_scheme="dark" if mode == "dark" else "light")
    try:
        page = context.new_page()
        page.goto(sample.url)
        paper, ink = page.locator("#answer").evaluate(
            "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one.querySelector('h1')).color]"
        )
        brightness = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (paper, ink)]
        assert (brightness[0] > brightness[1]) == (mode == "light")
        page.get_by_role("link", name="Metrics", exact=True).click()
        assert page.url.endswith("/metrics")
    finally:
        context.close()


def test_a_stale_copy_of_an_answer_is_never_confirmed(sample: Served) -> None:
    first = sample.get("/")
    asked = {"If-None-Match": '"anything"', "If-Modified-Since": "Fri, 31 Dec 2100 00:00:00 GMT", "Range": "bytes=0-9"}
    again = sample.get("/", asked)
    assert (again.status, again.body[:9]) == (200, first.body[:9])
    assert len(again.body) > 1000
    for answer in (first, again):
        assert not {"etag", "last-modified", "accept-ranges"} & set(answer.headers)
        assert answer.headers["cache-control"] == "private, no-store"
        assert "Cookie" in answer.headers["vary"]


def test_two_readers_and_a_new_snapshot_each_get_the_answer_of_now(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    fill = [sys.executable, "refresh.py", "--sample"]
    with serving(url) as served:
        empty = served.get("/", {"Cookie": "reader=one"})
        assert "reported one of these" not in empty.text
        subprocess.run(fill, cwd=ROOT, env=clean_environment(url, {}), check=True, capture_output=True, timeout=300)
        for reader in ("one", "two"):
            headers = {"Cookie": f"reader={reader}", "If-None-Match": empty.headers.get("etag", '"old"')}
            answer = served.get("/", headers)
            assert answer.status == 200
            assert "reported one of these ten bugs" in answer.text


def test_a_compressed_document_is_the_same(sample: Served) -> None:
    answer = sample.get("/metrics", {"Accept-Encoding": "gzip, br"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["vary"]
    assert text_of(gzip.decompress(answer.body).decode()) == text_of(sample.get("/metrics").text)


def test_the_app_is_not_heard_twice_and_the_answer_leaves_when_it_is_there(browser: Browser, sample: Served) -> None:
    with watching(browser) as watched:
        watched.page.route_web_socket(re.compile("_stcore/stream"), lambda held: None)
        page = watched.page
        page.goto(sample.url)
        expect(page.locator("#answer h1")).to_be_visible()
        assert page.locator("#root").evaluate("root => [root.inert, getComputedStyle(root).opacity]") == [True, "0"]
    with watching(browser) as watched:
        page = watched.open(sample.url)
        assert page.locator("#answer").count() == 0
        assert page.locator("#root").evaluate("root => [root.inert, getComputedStyle(root).opacity]") == [False, "1"]


def test_an_app_that_cannot_reach_its_server_is_shown_after_ten_seconds(browser: Browser, sample: Served) -> None:
    with watching(browser) as watched:
        page = watched.page
        page.clock.install()
        page.route_web_socket(re.compile("_stcore/stream"), lambda socket: socket.close())
        page.goto(sample.url)
        expect(page.locator("#answer h1")).to_be_visible()
        page.clock.run_for(10_500)
        expect(page.locator("#answer")).to_have_count(0)


def test_a_page_has_its_answer_where_a_proxy_mounts_it_elsewhere(sample_url: str) -> None:
    with serving(sample_url, {"STREAMLIT_SERVER_BASE_URL_PATH": "hearts"}) as served:
        assert "reported one of these ten bugs" in served.get("/hearts/").text
        assert served.get("/hearts/search.json").status == 200


def test_back_returns_to_where_the_reader_was(browser: Browser, sample: Served) -> None:
    with watching(browser, (1366, 420)) as watched:
        page = watched.open(sample.url)
        page.locator("[data-testid=stMain]").evaluate("main => main.scrollTo(0, 260)")
        link = page.locator(".ten a").nth(7)
        title = link.inner_text()
        link.click()
        expect(page.locator("h1")).to_contain_text(title)
        page.go_back()
        expect(page.locator("h1")).to_contain_text("reported one of these")
        expect(page.locator(".ten a").nth(7)).to_be_in_viewport()


def test_the_search_opens_a_bug_a_metric_and_an_area(browser: Browser, sample: Served) -> None:
    with watching(browser) as watched:
        page = watched.open(sample.url)
        field = page.get_by_role("combobox", name="Search bugs, metrics and areas")
        field.focus()
        expect(page.locator("#found option").first).to_be_attached()
        offered = page.locator("#found option").evaluate_all("all => all.map(one => one.value)")
        assert len(offered) <= 500
        assert len(set(offered)) == len(offered)
        bug = next(each for each in offered if each.startswith("Coupon fails at checkout"))
        field.fill(bug)
        page.wait_for_url("**/bug?bug=*")
        expect(page.locator("h1")).to_contain_text("Coupon fails at checkout")
        assert watched.complaints == []
