"""The guard and the frame hold from the first request on, and nothing of the inside is shown."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.project import copied
from tests.web.serving import ROOT, STREAMLIT, UVICORN, serving
from tests.web.viewer import has_heading, texts, viewing
from web.pages import FOLDER, PAGES, Page
from web.startup_checks import OTHER_MACHINES

every_page = pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.url_path or "first")


@every_page
def test_the_very_first_request_of_a_process_gets_the_page_in_its_frame(entry: Page) -> None:
    with serving("sqlite://") as served, viewing(served.port) as viewer:
        heard = viewer.visit(entry.url_path)
        assert [message.WhichOneof("type") for message in heard].count("navigation") == 1
        assert not any(message.WhichOneof("type") == "page_not_found" for message in heard)
        assert has_heading(heard)
        assert [entry.title] == titles(heard)


def titles(heard: list[ForwardMsg]) -> list[str]:
    """The title of the page that is shown, as the menu knows it."""
    navigation = next(message.navigation for message in heard if message.WhichOneof("type") == "navigation")
    return [entry.page_name for entry in navigation.app_pages if entry.page_script_hash == navigation.page_script_hash]


def test_the_guard_of_every_page_holds_without_app_py() -> None:
    # Somebody starts the menu by hand: nothing stands at the door, so each page must ask by itself.
    by_hand = (sys.executable, "-m", "streamlit", "run", "web/menu.py", "--server.port", "0")
    with serving("sqlite://", command=by_hand) as served:
        for page in PAGES:
            with viewing(served.port, name="evil.example") as viewer:
                heard = viewer.visit(page.url_path)
                assert OTHER_MACHINES in texts(heard), page
                assert not has_heading(heard), page
        with viewing(served.port) as viewer:
            assert has_heading(viewer.visit())


def test_every_file_in_pages_is_a_page() -> None:
    assert {path.name for path in FOLDER.glob("*.py")} - {"__init__.py"} == {page.file for page in PAGES}


def test_what_an_address_asks_for_is_read_and_cut_in_one_place() -> None:
    files = [path for folder in ("web", "pages", "display") for path in (ROOT / folder).glob("*.py")]
    assert [path.name for path in files if re.search(r"\bst\.query_params", path.read_text("utf-8"))] == ["request.py"]


def test_no_pages_folder_lies_beside_the_main_script() -> None:
    # Streamlit would run the files in it without the frame.
    assert not (ROOT / "web" / "pages").exists()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are counted where /proc is")
@pytest.mark.parametrize("command", [STREAMLIT, UVICORN], ids=["streamlit", "uvicorn"])
def test_no_file_is_watched(command: tuple[str, ...]) -> None:
    with serving("sqlite://", command=command) as served, viewing(served.port) as viewer:
        viewer.visit()
        assert watchers(served.pid) == []


def watchers(pid: int) -> list[str]:
    """What the process holds open to be told about changed files."""
    opened = [os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir() if entry.is_symlink()]
    return [name for name in opened if "inotify" in name]


FAULTS = {"raises": "raise RuntimeError('secret words')", "does not parse": "this is secret words("}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_page_that_breaks_says_a_calm_sentence_and_a_code(tmp_path: Path, fault: str) -> None:
    copy = copied(tmp_path / "copy")
    page = copy / "pages" / "data_health.py"
    page.write_text(page.read_text("utf-8").replace("guard()\n", f"guard()\n{FAULTS[fault]}\n", 1), "utf-8")
    assert FAULTS[fault] in page.read_text("utf-8")
    with serving("sqlite://", folder=copy) as served, viewing(served.port) as viewer:
        run = viewer.visit("data-health")
        # Each session begins with the main script's path; that is Streamlit's protocol and no part of the page.
        shown = texts([message for message in run if message.WhichOneof("type") != "new_session"])
        for inside in ("secret words", "Traceback", "RuntimeError", "SyntaxError", "data_health.py", str(copy)):
            assert inside not in shown
        assert "This page could not be shown" in shown
        code = shown.partition("under the code ")[2][:6]
        assert f"code {code}" in served.log
        assert "secret words" in served.log
        # The others still work.
        assert has_heading(viewer.visit("customer-health"))


@pytest.mark.parametrize("command", [STREAMLIT, UVICORN], ids=["streamlit", "uvicorn"])
def test_a_browser_with_many_cookies_is_let_in(command: tuple[str, ...]) -> None:
    with serving("sqlite://", command=command) as served, viewing(served.port, cookie="x=" + "y" * 20_000) as viewer:
        assert has_heading(viewer.visit())
