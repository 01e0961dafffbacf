"""For tests of the frame: a server that is running, and a quiet browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.browsing import ARGUMENTS
from tests.web.serving import Served, serving


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    given = browser_type_launch_args.get("args", [])
    return {
        **browser_type_launch_args,
        "args": [*given, *(argument for argument in ARGUMENTS if argument not in given)],
    }


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The pages on a store with nothing in it."""
    with serving(empty_store(tmp_path_factory.mktemp("store"))) as server:
        yield server


def empty_store(folder: Path) -> str:
    return f"sqlite:///{folder / 'empty.db'}"
