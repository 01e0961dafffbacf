"""The first ./run, killed at any moment: the second one serves. The real script and the real filling; only the server is a
stand-in that says it would serve.

EMPATHY_KILLS=100 kills so often.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from settings import load
from store import open_store
from store.schema import snapshot
from tests.project import copied
from tests.test_run import program
from tests.web.serving import clean_environment, wait_until

ROOT = Path(__file__).parent.parent
KILLS = max(2, int(os.environ.get("EMPATHY_KILLS", "6")) // 3)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """This project as after its packages were installed, and nothing started yet."""
    made = copied(tmp_path / "project")
    (made / "streamlit.py").write_text("print('serving')\n")
    venv = made / ".venv"
    (venv / "bin").mkdir(parents=True)
    program(venv / "bin" / "python", f'exec "{sys.executable}" "$@"')
    (venv / "made").touch()
    stamp = subprocess.run("cat requirements.txt | cksum", shell=True, cwd=made, capture_output=True, check=True)
    (venv / "installed-app").write_bytes(stamp.stdout)
    return made


def start(project: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [project / "run"],
        cwd=project,
        env=clean_environment(None, {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def serves(project: Path) -> str:
    """What ./run says; it has filled the store and would serve it."""
    child = start(project)
    said, _ = child.communicate(timeout=240)
    assert child.returncode == 0, said
    assert said.endswith("serving\n"), said
    store = open_store(
        load(project / "empathy.toml" if (project / "empathy.toml").exists() else None).model_copy(
            update={"folder": project}
        )
    )
    with store.looking() as connection:
        assert connection.scalar(select(func.count()).select_from(snapshot))
    store.engine.dispose()
    return said


def test_whenever_the_first_start_is_killed_the_second_serves(project: Path) -> None:
    by_chance = random.Random(KILLS)
    began = time.monotonic()
    serves(project)
    whole = time.monotonic() - began
    for _ in range(KILLS):
        for file in project.glob("empathy.*"):
            file.unlink()
        first = start(project)
        time.sleep(by_chance.uniform(0, whole))  # not to wait for something: the moment is what is drawn
        os.killpg(first.pid, signal.SIGKILL)
        first.communicate()
        serves(project)


def test_a_start_beside_a_filling_that_somebody_left_behind_waits_for_it(project: Path) -> None:
    first = start(project)
    wait_until((project / "empathy.db-wal").exists, "the filling to begin")
    first.kill()  # the script alone: what it started goes on
    said = serves(project)
    assert "Another refresh is running" in said or "has rows already" in said
    first.communicate()
