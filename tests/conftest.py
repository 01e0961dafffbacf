"""For tests of any folder: a real PostgreSQL server, an empty database in it, and a browser that starts."""

from __future__ import annotations

import os
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.postgres import connect, running_postgres

# A slow machine is no reason to fail a property.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")


def pytest_configure() -> None:
    """The settings of the person who types ./run test must not reach the tests; where the examples lie and how much is tried may."""
    kept = {"EMPATHY_VECTORS", "EMPATHY_TESTDATA", "EMPATHY_KILLS", "EMPATHY_ORGANISATIONS"}
    for name in [name for name in os.environ if name.startswith("EMPATHY_") and name not in kept]:
        del os.environ[name]
    for name in ("EMPATHY_VECTORS", "EMPATHY_TESTDATA"):
        if named := os.environ.get(name):
            # Tests start programs in other folders.
            os.environ[name] = str(Path(named).expanduser().resolve())
            if not Path(os.environ[name]).exists():
                raise pytest.UsageError(f"{name} is {named!r}, and there is nothing at {os.environ[name]}.")


@pytest.fixture
def sqlite_database(tmp_path: Path) -> str:
    """The SQLAlchemy URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'empathy.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind that we support: a test that asks for it runs twice."""
    url: str = request.getfixturevalue("sqlite_database" if request.param == "sqlite" else "postgres_database")
    return url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The SQLAlchemy URL of a real server, one per test process; a test fails when it cannot start."""
    with running_postgres() as url:
        yield url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The SQLAlchemy URL of a new, empty database that is dropped after the test."""
    name = f"test_{uuid.uuid4().hex}"
    with connect(postgres_url) as server:
        server.execute(f"CREATE DATABASE {name}")
    yield postgres_url.replace("/postgres?", f"/{name}?")
    with connect(postgres_url) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Starts the system's Chromium, where there is one, and keeps it from calling its maker's hosts."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    arguments = {**browser_type_launch_args, "args": [*browser_type_launch_args.get("args", []), *quiet, *as_root]}
    if chromium := system_chromium():
        arguments["executable_path"] = chromium
    return arguments


def system_chromium() -> str | None:
    """Where this machine's Chromium or Chrome lies; None leaves the choice to Playwright."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    applications = ("Google Chrome", "Chromium")
    paths = [Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in applications]
    found = [path for name in names if (path := shutil.which(name))]
    return next(iter(found + [str(path) for path in paths if path.exists()]), None)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How many of the methodology's worked examples were answered: "N of 120 examples, M not yet"."""
    found = [dict(report.user_properties) for report in _reports(terminalreporter) if report.when == "call"]
    examples = [each for each in found if "example" in each]
    if not examples:
        return
    passed = [dict(report.user_properties) for report in terminalreporter.stats.get("passed", [])]
    answered = sum(1 for each in passed if "example" in each)
    later = Counter(each["not_yet"] for each in examples if "not_yet" in each)
    line = f"Worked examples: {answered} of {len(examples)} examples, {later.total()} not yet"
    terminalreporter.write_line(
        line + (": " + ", ".join(f"{why} {n}" for why, n in sorted(later.items())) if later else "")
    )
    for each in examples:
        if "unanswered" in each:
            terminalreporter.write_line(f"  the product has no such number: {each['unanswered']}")


def _reports(terminalreporter: Any) -> list[Any]:
    kinds = ("passed", "failed", "skipped")
    return [report for kind in kinds for report in terminalreporter.stats.get(kind, []) if hasattr(report, "when")]
