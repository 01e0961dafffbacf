"""A copy of this project for a test that changes it, or that starts it as a stranger would."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent
NOT_NEEDED = ("tests", "benchmarks", "docs", "examples", "screenshots")
LEFT_BY_WORK = ("*.db", "*.db-wal", "*.db-shm", "*.key", "*.key.old", "empathy.toml", "*.pyc")


def copied(to: Path, without: tuple[str, ...] = NOT_NEEDED) -> Path:
    """Everything that lies in the project itself, without what was installed, stored or made by work on it."""
    to.mkdir(parents=True, exist_ok=True)
    for each in sorted(ROOT.iterdir()):
        is_hidden = each.name.startswith(".") and each.name != ".streamlit"
        if is_hidden or each.name in without or each.name == "__pycache__":
            continue
        if each.is_dir():
            shutil.copytree(each, to / each.name, ignore=shutil.ignore_patterns("__pycache__", *LEFT_BY_WORK))
        elif not any(each.match(pattern) for pattern in LEFT_BY_WORK):
            shutil.copy(each, to)
    return to
