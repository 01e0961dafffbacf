"""What a database says about itself (hosts, sockets, users, names) is for its administrator: readers get our sentence."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import pytest

from tests.web.serving import serving
from tests.web.viewer import texts, viewing
from web.pages import PAGES

OURS = "The database cannot be reached"


@pytest.fixture(params=["nobody there", "no such user", "no such database"])
def unreachable(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[str]:
    """An address with a user, a password and a name that a reader must not see."""
    if request.param == "nobody there":
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            yield f"postgresql://nobodys-user:secret-word@127.0.0.1:{closed.getsockname()[1]}/nobodys-name"
    elif request.param == "no such user":
        yield re.sub(r"//[^@/]*@", "//nobodys-user:secret-word@", postgres_url).replace("/postgres?", "/nobodys-name?")
    else:
        yield postgres_url.replace("/postgres?", "/nobodys-name?")


def test_a_reader_gets_our_sentence_and_the_log_has_the_databases(unreachable: str) -> None:
    with serving(unreachable) as served:
        with viewing(served.port) as viewer:
            shown = "".join(texts(viewer.visit(page.url_path)) for page in PAGES)
        health = served.get("/healthz")
        assert shown.count(OURS) == len(PAGES)
        assert health.status == 503
        for inside in ("nobodys", "secret-word", "FATAL", "connection failed", ".s.PGSQL", "psycopg", "does not exist"):
            assert inside not in shown, inside
            assert inside not in health.text, inside
        assert "connection failed" in served.log
        assert "secret-word" not in served.log
