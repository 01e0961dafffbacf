"""The wall turns by itself for days, keeps what it has while nobody answers, says how old that is, and heals by itself."""

from __future__ import annotations

import json
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.builders import bug, customer, filled, report, ticket
from tests.web.browsing import Watched, watching
from tests.web.serving import ROOT, STREAMLIT, Served, serving
from web.startup_checks import OTHER_MACHINES

TURN_MS, POLL_MS = 15_000, 30_000
HOUR_MS = 3_600_000
TURNS = 2000
SIZES = [(1920, 1080), (1366, 768)]
SHOWN = "main > section:not([hidden])"


def opened(watched: Watched, url: str, query: str = "") -> Page:
    """The wall, on a clock that goes only when it is told to."""
    page = watched.page
    page.clock.install()
    page.goto(f"{url}/wall{query}")
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    return page


def filled_wall(watched: Watched, url: str, query: str = "") -> Page:
    page = opened(watched, url, query)
    page.wait_for_selector("section.six", state="attached")
    return page


def turn(page: Page, n: int = 1) -> None:
    page.clock.run_for(n * TURN_MS)


@pytest.fixture
def wall(browser: Browser, sample: Served) -> Iterator[Page]:
    with watching(browser, (1366, 768)) as watched:
        yield filled_wall(watched, sample.url)
        assert watched.outside == []


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_part_fits_the_screen_and_can_be_read_from_afar(
    browser: Browser, sample: Served, size: tuple[int, int], mode: str
) -> None:
    with watching(browser, size, mode) as watched:
        page = filled_wall(watched, sample.url)
        for _ in range(page.locator("main > section").count()):
            shown = page.locator(f"{SHOWN}, {SHOWN} *, footer *")
            boxes = [box for each in shown.all() if (box := each.bounding_box())]
            assert all(box["y"] + box["height"] <= size[1] and box["x"] + box["width"] <= size[0] for box in boxes)
            bottom = page.locator("footer").bounding_box()
            assert bottom
            last = page.locator(f"{SHOWN} > *:last-child").bounding_box()
            assert last
            assert last["y"] + last["height"] <= bottom["y"]
            sizes = shown.evaluate_all(
                "all => all.filter(each => [...each.childNodes].some(one => one.nodeType === 3))"
                ".map(each => parseFloat(getComputedStyle(each).fontSize))"
            )
            assert min(sizes) >= size[1] / 36
            turn(page)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_everybody_can_read_every_part(browser: Browser, sample: Served, mode: str) -> None:
    with watching(browser, (1366, 768), mode) as watched:
        page = watched.page
        page.goto(f"{sample.url}/wall")
        page.wait_for_selector("section.six", state="attached")
        page.keyboard.press("Space")
        for n in range(page.locator("main > section").count()):
            page.evaluate(
                "n => [...document.querySelector('main').children].forEach((one, k) => one.hidden = k !== n)", n
            )
            assert [(each["id"], each["nodes"][0]["html"]) for each in Axe().run(page).response["violations"]] == []


def test_it_turns_through_the_headline_the_ten_and_the_six_and_begins_again(wall: Page) -> None:
    seen = []
    for _ in range(5):
        seen.append((wall.locator(SHOWN).get_attribute("class"), wall.locator(f"{SHOWN} h1").inner_text()))
        turn(wall)
    assert [kind for kind, _ in seen] == ["answer", "ten", "ten", "six", "answer"]
    assert re.match(r"\d+ of \d+ customers", seen[0][1])
    assert [heading for _, heading in seen[1:3]] == ["Top 10 bugs: 1 to 5", "Top 10 bugs: 6 to 10"]
    assert wall.locator("section.ten li").count() == 10
    assert wall.locator("section.six li").count() == 6


def test_space_pauses_it(wall: Page) -> None:
    before = wall.locator(SHOWN).get_attribute("class")
    wall.keyboard.press("Space")
    turn(wall, 5)
    assert wall.locator(SHOWN).get_attribute("class") == before
    expect(wall.locator("#age")).to_contain_text("paused")
    wall.keyboard.press("Space")
    turn(wall, 2)
    assert wall.locator(SHOWN).get_attribute("class") != before


@pytest.mark.parametrize(("seconds", "turns_after"), [("30", 30), ("1", 5), ("9999", 600), ("nonsense", 15)])
def test_how_long_a_part_stays_may_be_asked_for_within_reason(
    browser: Browser, sample: Served, seconds: str, turns_after: int
) -> None:
    with watching(browser) as watched:
        page = filled_wall(watched, sample.url, f"?seconds={seconds}")
        page.clock.run_for((turns_after - 5) * 1000)
        assert page.locator(SHOWN).get_attribute("class") == "answer"
        page.clock.run_for(10_000)
        assert page.locator(SHOWN).get_attribute("class") == "ten"


def test_nobody_who_asked_for_no_motion_sees_any(browser: Browser, sample: Served) -> None:
    with watching(browser) as watched:  # asks for none
        page = filled_wall(watched, sample.url)
        assert page.locator(SHOWN).evaluate("each => getComputedStyle(each).animationName") == "none"


def test_an_hour_without_a_server_keeps_what_is_shown_and_says_how_old_it_is(wall: Page) -> None:
    wall.context.set_offline(True)
    for _ in range(60):
        wall.clock.run_for(HOUR_MS // 60)
    expect(wall.locator("#age")).to_contain_text(re.compile(r", \d+ h ago · no answer from the server"))
    assert wall.locator("section.ten li").count() == 10
    # A day on it is out of date, and says so loudly.
    wall.clock.fast_forward(26 * HOUR_MS)
    expect(wall.locator("#age")).to_contain_text("1 day ago · out of date")
    expect(wall.locator("#age")).to_have_class("loud")
    size = wall.locator("#age").evaluate("each => parseFloat(getComputedStyle(each).fontSize)")
    assert size >= 768 / 20
    wall.context.set_offline(False)
    wall.clock.run_for(POLL_MS + 5000)
    expect(wall.locator("#age")).not_to_contain_text("no answer")
    expect(wall.locator("#age")).not_to_have_class("loud")


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503, 302])
def test_an_answer_that_is_no_news_changes_nothing(wall: Page, status: int) -> None:
    before = wall.locator("main").inner_html()
    dialogs: list[Any] = []
    wall.on("dialog", lambda dialog: dialogs.append(dialog))
    headers = {"Location": "/metrics"} if status == 302 else {}
    wall.route("**/wall.json*", lambda route: route.fulfill(status=status, body="<h1>no</h1>", headers=headers))
    wall.clock.run_for(POLL_MS + 5000)
    expect(wall.locator("#age")).to_contain_text("no answer from the server")
    assert re.sub(' hidden=""', "", wall.locator("main").inner_html()) == re.sub(' hidden=""', "", before)
    wall.unroute_all()
    wall.clock.run_for(POLL_MS + 5000)
    expect(wall.locator("#age")).not_to_contain_text("no answer")
    assert dialogs == []


def heap(page: Page, session: Any) -> float:
    """Bytes of the page's JavaScript, once what nobody needs is gone."""
    session.send("HeapProfiler.collectGarbage")
    session.send("HeapProfiler.collectGarbage")
    found = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return float(found["JSHeapUsedSize"])


def test_two_thousand_turns_through_a_restart_an_hour_offline_and_an_expired_access_need_no_more_memory(
    browser: Browser, sample_url: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = (*STREAMLIT[:-1], str(port))
    expired = {"is": False}

    def access(route: Route) -> None:
        route.fulfill(status=403, body=OTHER_MACHINES) if expired["is"] else route.continue_()

    with watching(browser) as watched:
        with serving(sample_url, command=command) as server:
            page = filled_wall(watched, server.url)
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable")
            page.route("**/wall.json*", access)
            # What the browser and the tools of this test load for a first failure is no growth: it is had before turn 200.
            for fails in (True, False):
                expired["is"] = fails
                page.context.set_offline(fails)
                turn(page, 50)
                expired["is"] = fails
                page.context.set_offline(False)
                turn(page, 50)
                expect(page.locator("#age")).to_contain_text("server" if fails else "as of")
            at_first = heap(page, session)
            turn(page, 300)
        turn(page, 50)  # nobody listens
        expect(page.locator("#age")).to_contain_text("no answer from the server")
        with serving(sample_url, command=command):
            turn(page, 450)
            expect(page.locator("#age")).not_to_contain_text("no answer")
            page.context.set_offline(True)
            turn(page, HOUR_MS // TURN_MS)
            expect(page.locator("#age")).to_contain_text("no answer from the server")
            page.context.set_offline(False)
            expired["is"] = True
            turn(page, 100)
            expect(page.locator("#age")).to_contain_text("no answer from the server")
            expired["is"] = False
            turn(page, TURNS - 200 - 300 - 50 - 450 - HOUR_MS // TURN_MS - 100)
            expect(page.locator("#age")).not_to_contain_text("no answer")
            assert page.locator(SHOWN).count() == 1
            assert page.locator("section.ten li").count() == 10
            # 1.10 to 1.12 were measured, in steps after the first failures of each kind; after those it stays where it is.
            at_last = heap(page, session)
            assert at_last / at_first <= 1.15
            turn(page, 1000)
            assert heap(page, session) / at_last <= 1.01


def test_a_wall_that_is_open_loads_the_look_of_a_newer_server_once(
    browser: Browser, sample_url: str, tmp_path: Path
) -> None:
    newer = tmp_path / "newer"
    shutil.copytree(ROOT, newer, ignore=shutil.ignore_patterns(".*", "tests", "docs", "*.db*", "__pycache__"))
    shutil.copytree(ROOT / ".streamlit", newer / ".streamlit")
    with (newer / "web" / "wall.js").open("a") as script:
        script.write("said.newer = 'yes';")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = (*STREAMLIT[:-1], str(port))
    with watching(browser) as watched:
        with serving(sample_url, command=command) as server:
            page = filled_wall(watched, server.url)
            loads: list[str] = []
            page.on("request", lambda request: loads.append(request.url) if request.is_navigation_request() else None)
            turn(page, 20)
            assert loads == []
        with serving(sample_url, command=command, folder=newer):
            page.clock.run_for(POLL_MS + 5000)
            page.wait_for_selector("body[data-newer=yes] section.six", state="attached")
            turn(page, 20)
            expect(page.locator("#age")).to_contain_text("as of")
            assert len(loads) == 1


def test_news_come_with_the_next_snapshot(browser: Browser, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    rows = [customer(f"c{n}") for n in range(5)] + [ticket(f"t{n}", customer=f"c{n}") for n in range(5)]
    with serving(url) as server, watching(browser) as watched:
        page = opened(watched, server.url)
        expect(page.locator("h1")).to_have_text("Nothing has been read yet")
        title = "<img src=x onerror=alert(1)>"
        filled(url, *rows, bug("B-1", title=title), *(report("B-1", ticket=f"t{n}") for n in range(5))).engine.dispose()
        page.clock.run_for(POLL_MS + 5000)
        expect(page.locator("section.ten h2")).to_have_text(title)
        assert page.locator("main img").count() == 0


def test_what_is_there_already_is_not_sent_again(sample: Served) -> None:
    first = json.loads(sample.get("/wall.json").text)
    again = json.loads(sample.get(f"/wall.json?have={first['id']}").text)
    assert first["html"]
    assert "html" not in again
    assert again["id"] == first["id"]


@pytest.mark.parametrize("path", ["/wall", "/wall.json"])
def test_whoever_may_not_read_the_pages_may_not_read_the_wall(sample: Served, path: str) -> None:
    assert sample.get(path).headers["cache-control"] == "private, no-store"
    answer = sample.get(path, {"Host": "evil.example"})
    assert (answer.status, answer.text) == (403, OTHER_MACHINES)
