"""/now.txt and /now.json say what the first page says, to whoever may read the pages, and are kept by nobody."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.builders import bug, customer, filled, report, ticket
from tests.web.browsing import watching
from tests.web.serving import Served, serving
from tests.web.viewer import texts, viewing
from web.startup_checks import OTHER_MACHINES

BOTH = ("/now.txt", "/now.json")


def test_the_text_is_short_and_says_what_the_first_page_says(sample: Served) -> None:
    answer = sample.get("/now.txt")
    lines = answer.text.splitlines()
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert len(lines) <= 33
    assert max(map(len, lines)) <= 100
    assert all(line.isprintable() for line in lines)
    with viewing(sample.port) as viewer:
        page = texts(viewer.visit()).replace("\\\\", "")
    company, _, headline = lines[0].partition(": ")
    assert (company, headline in page) == ("Kestrel", True)  # the invented company has one name everywhere
    assert f'<b class="company">{company}</b>' in sample.get("/").text
    assert [line[:3] for line in lines if re.match(r"[ \d]\d\. ", line)] == [f"{n:>2}." for n in range(1, 11)]
    assert sum("95% CI" in line for line in lines) >= 6
    assert "As of " in answer.text
    assert "invented" in answer.text


def test_the_data_have_every_fact_in_full_precision(sample: Served) -> None:
    found = json.loads(sample.get("/now.json").text)
    assert found["sample"] is True
    assert f"{found['company']}: {found['headline']}" == sample.get("/now.txt").text.splitlines()[0]
    assert json.loads(sample.get("/wall.json").text)["company"] == found["company"]
    assert found["as_of"].endswith("+00:00")
    assert 0 <= found["age_s"] < 86_400
    assert [bug["rank"] for bug in found["top_bugs"]["bugs"]] == list(range(1, 11))
    assert len(found["metrics"]) == 6
    for metric in found["metrics"]:
        assert metric["low"] <= metric["value"] <= metric["high"]
        assert metric["n"] > 0
        assert metric["period"]["from"] < metric["period"]["to"]
        assert metric["change"]
        assert metric["age_s"] >= 0
    assert {each["name"] for each in found["sources"]} == {"sample"}
    assert found["sources"][0]["out_of_date"] is False


@pytest.mark.parametrize("path", BOTH)
def test_it_is_kept_by_nobody_and_answers_no_condition(sample: Served, path: str) -> None:
    answer = sample.get(path, {"If-None-Match": "*", "Range": "bytes=0-3"})
    assert answer.status == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert not {"etag", "last-modified"} & set(answer.headers)


@pytest.mark.parametrize("path", BOTH)
def test_whoever_may_not_read_the_pages_may_not_read_this(sample: Served, path: str) -> None:
    answer = sample.get(path, {"Host": "evil.example"})
    assert (answer.status, answer.text) == (403, OTHER_MACHINES)


@pytest.mark.parametrize("path", BOTH)
def test_where_nothing_was_read_it_says_so_and_is_no_success(served: Served, path: str) -> None:
    answer = served.get(path)
    assert answer.status == 503
    assert "Nothing has been read yet" in answer.text
    assert answer.headers["retry-after"]


def test_a_store_that_cannot_be_reached_is_503_without_its_password() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with serving(f"postgresql://nobody:secret-word@127.0.0.1:{closed.getsockname()[1]}/none") as server:
            for path in BOTH:
                answer = server.get(path)
                assert answer.status == 503
                assert "secret-word" not in answer.text


def test_titles_from_outside_stay_letters_and_the_company_has_its_name(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    title = "\x1b[31m<script>alert(1)</script>" + "long " * 60
    rows = [customer(f"c{n}") for n in range(5)] + [ticket(f"t{n}", customer=f"c{n}") for n in range(5)]
    filled(url, *rows, bug("B-1", title=title), *(report("B-1", ticket=f"t{n}") for n in range(5))).engine.dispose()
    with serving(url, {"EMPATHY_COMPANY": "Ács & Söhne"}) as server:
        text = server.get("/now.txt").text
        assert "\x1b" not in text
        assert text.startswith("Ács & Söhne: ")
        assert max(map(len, text.splitlines())) <= 100
        assert json.loads(server.get("/now.json").text)["company"] == "Ács & Söhne"


def test_a_browser_shows_the_text_as_text(browser: Browser, sample: Served) -> None:
    with watching(browser) as watched:
        watched.page.goto(f"{sample.url}/now.txt")
        assert "As of" in watched.page.locator("pre").inner_text()
