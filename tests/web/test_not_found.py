"""An address that is no page is 404, with the way to those that are; everything else is answered as before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from tests.project import copied
from tests.web.conftest import empty_store
from tests.web.serving import STREAMLIT, Served, serving
from web.pages import PAGES

UNKNOWN = [
    "/no-such-page",
    "/Metrics",
    "/metric/csat",
    "/a/b/c",
    "/static/js/none.js",
    "/wp-login.php",
    "/%00",
    "/a%2fb",
]


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The pages on an empty store, served below a path."""
    url = empty_store(tmp_path_factory.mktemp("below"))
    with serving(url, command=(*STREAMLIT, "--server.baseUrlPath", "/team/empathy/")) as server:
        yield server


def links(path: str, text: str) -> list[str]:
    """Where the links of a document lead, that was opened at `path`."""
    return [urlsplit(urljoin(f"http://x{path}", link)).path for link in re.findall(r'href="([^"]+)"', text)]


@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_address_is_404_and_leads_to_the_pages(served: Served, path: str) -> None:
    answer = served.get(path, {"Accept": "text/html"})
    assert answer.status == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "<title>Page not found" in answer.text
    assert len(answer.body) < 3000
    assert links(path, answer.text) == [f"/{page.url_path}" for page in PAGES if page.label]


def test_what_was_asked_for_is_not_repeated(served: Served) -> None:
    assert "nonsense" not in served.get("/nonsense?<script>nonsense").text


def test_who_asks_only_whether_there_is_a_page_is_told_the_same(served: Served) -> None:
    about, whole = served.get("/no-such-page", method="HEAD"), served.get("/no-such-page")
    assert (about.status, about.body) == (404, b"")
    assert about.headers["content-length"] == whole.headers["content-length"]


@pytest.mark.parametrize("path", [f"/{page.url_path}" for page in PAGES])
def test_a_page_is_a_page(served: Served, path: str) -> None:
    assert served.get(path).status == served.get(path, method="HEAD").status == 200


@pytest.mark.parametrize(
    ("path", "status"),
    {
        "/_stcore/health": 200,
        "/_stcore/host-config": 200,
        "/metric/_stcore/health": 404,
        "/healthz": 200,
        "/favicon.png": 200,
        "/index.html": 200,
        "/manifest.json": 200,
        "/app/static/icon.png": 200,
        "/app/static/none.png": 404,
        "/media/none.png": 404,
        "/metric/": 301,
        "/no-such-page/": 301,
        "/..%2fsettings.py": 400,
    }.items(),
)
def test_what_has_an_answer_of_its_own_keeps_it(served: Served, path: str, status: int) -> None:
    answer = served.get(path)
    assert answer.status == status
    assert "Page not found" not in answer.text or path == "/metric/_stcore/health"


def test_another_method_is_not_a_matter_of_pages(served: Served) -> None:
    assert served.get("/no-such-page", method="POST").status == 405


@pytest.mark.parametrize("path", ["no-such-page", "a/b", "static/js/none.js"])
def test_below_a_path_it_is_the_same(below: Served, path: str) -> None:
    answer = below.get(f"/team/empathy/{path}")
    assert answer.status == 404
    assert links(f"/team/empathy/{path}", answer.text) == [
        f"/team/empathy/{page.url_path}" for page in PAGES if page.label
    ]


@pytest.mark.parametrize("path", ["", "metrics", "metric", "_stcore/health", "manifest.json", "app/static/icon.png"])
def test_below_a_path_what_has_an_answer_keeps_it(below: Served, path: str) -> None:
    assert below.get(f"/team/empathy/{path}").status == 200


def test_below_a_path_static_files_come_packed(below: Served) -> None:
    script = re.search(r'src="\./(static/js/index[^"]+)"', below.get("/team/empathy/index.html").text)
    assert script
    answer = below.get(f"/team/empathy/{script[1]}", {"Accept-Encoding": "gzip"})
    assert (answer.status, answer.headers["content-encoding"]) == (200, "gzip")


def test_a_page_that_is_added_is_known_by_itself(tmp_path: Path) -> None:
    copy = copied(tmp_path / "copy")
    table = copy / "web" / "pages.py"
    line = '    Page("metrics.py", "Metrics", "metrics", "Metrics", index.answer, True),\n'
    assert line in table.read_text("utf-8")
    table.write_text(
        table.read_text("utf-8").replace(
            line, line + line.replace('"metrics", "Metrics", index.answer, True)', '"again", "Again")')
        ),
        "utf-8",
    )
    with serving("sqlite://", folder=copy) as server:
        assert server.get("/again").status == 200
        assert "/again" in links("/x", server.get("/no-such-page").text)
