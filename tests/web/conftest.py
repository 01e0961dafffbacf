"""For tests of the frame: a server that is running, and a quiet browser."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.web.browsing import ARGUMENTS
from tests.web.serving import ROOT, Served, clean_environment, serving


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    given = browser_type_launch_args.get("args", [])
    return {
        **browser_type_launch_args,
        "args": [*given, *(argument for argument in ARGUMENTS if argument not in given)],
    }


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The pages on a store with nothing in it."""
    with serving(empty_store(tmp_path_factory.mktemp("store"))) as server:
        yield server


@pytest.fixture(scope="session")
def sample_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with the invented company; filled once for all test processes, and only read after that."""
    base = tmp_path_factory.getbasetemp()
    # Test processes that run side by side share the folder above theirs; one that runs alone has nobody to share with.
    file = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "web-sample.db"
    url = f"sqlite:///{file}"
    with FileLock(f"{file}.lock"):
        if not file.exists():
            fill = [sys.executable, "refresh.py", "--sample"]
            subprocess.run(fill, cwd=ROOT, env=clean_environment(url, {}), check=True, capture_output=True, timeout=300)
    return url


@pytest.fixture(scope="session")
def sample(sample_url: str) -> Iterator[Served]:
    """The pages on the invented company."""
    with serving(sample_url) as server:
        yield server


def empty_store(folder: Path) -> str:
    return f"sqlite:///{folder / 'empty.db'}"
