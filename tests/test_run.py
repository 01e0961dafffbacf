"""./run is all the set-up there is: it says what it does, what it lacks, and does nothing twice.

Most tests copy the script into a folder where no package is wanted: what is tested is the script, not the network.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parent.parent
PROMISED = ["serve", "add", "refresh", "read", "files", "sources", "test", "check", "mutate", "docs", "bench", "help"]
SAYS_ITS_FOLDER_AND_ARGUMENTS = "import os, sys; print(os.getcwd(), *sys.argv[1:])\n"
FILLS_THE_STORE = "import pathlib, sys; print('filled', *sys.argv[1:]); pathlib.Path('empathy.db').touch()\n"
Started = Callable[[dict[str, str]], Path]
SERVES = "import sys; print('serving', *sys.argv[1:])\n"


def test_help_lists_every_verb() -> None:
    listed = re.findall(r"^  (\w+) ", run("help").stdout, re.MULTILINE)
    understood = re.findall(
        r"[a-z]{3,}", " ".join(re.findall(r"^    ([a-z |-]+)\)", verbs_of_the_script(), re.MULTILINE))
    )
    assert listed == PROMISED
    assert set(understood) == set(PROMISED)


@pytest.mark.parametrize("spelling", ["-h", "--help"])
def test_help_comes_under_its_usual_names(spelling: str) -> None:
    assert run(spelling).stdout == run("help").stdout


def test_an_unknown_verb_is_answered_with_one_sentence() -> None:
    answer = run("dance")
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr == "There is no verb 'dance'; type ./run help for the list.\n"


@pytest.mark.parametrize("shell", [["dash"], ["bash", "--posix"], ["busybox", "sh"], ["sh"]], ids=" ".join)
@pytest.mark.parametrize("script", ["run", ".ci/run"])
def test_the_scripts_are_posix_sh(script: str, shell: list[str]) -> None:
    if shutil.which(shell[0]) is None:
        shell = ["sh"]  # every machine has one of these shells; a Mac has no dash before macOS 10.15
    done = subprocess.run([*shell, "-n", ROOT / script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_without_python_one_sentence_says_what_to_type(tmp_path: Path) -> None:
    answer = run("read", project=new_project(tmp_path), environment={"PATH": tools_without_python(tmp_path)})
    assert answer.returncode == 1
    assert re.fullmatch(
        r"Python 3\.11 or newer is needed and was not found; .*(apt-get|brew|package manager).*\n", answer.stderr
    )


def test_a_python_that_is_too_old_counts_as_none(tmp_path: Path) -> None:
    tools = tools_without_python(tmp_path)
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.version_info = (3, 9, 18)")
    program(Path(tools, "python3"), f'PYTHONPATH="{tmp_path}" exec "{base_python()}" "$@"')
    answer = run("read", project=new_project(tmp_path), environment={"PATH": tools})
    assert "3.11 or newer is needed" in answer.stderr


def test_without_the_venv_module_one_sentence_names_the_package(tmp_path: Path) -> None:
    tools = tools_without_python(tmp_path)
    without_ensurepip = tmp_path / "debian" / "ensurepip.py"  # the part that Debian takes out
    without_ensurepip.parent.mkdir()
    without_ensurepip.write_text("raise ModuleNotFoundError('No module named ensurepip')")
    program(Path(tools, "python3"), f'PYTHONPATH="{without_ensurepip.parent}" exec "{base_python()}" "$@"')
    answer = run("read", project=new_project(tmp_path), environment={"PATH": tools})
    assert answer.returncode == 1
    version = "{}.{}".format(*sys.version_info[:2])
    command = "apt-get install python3-venv" if os.geteuid() == 0 else "sudo apt-get install python3-venv"
    assert answer.stderr == f"Python {version} is here but cannot make a virtual environment; type: {command}\n"


def test_programs_keep_the_folder_of_the_caller(started: Started, tmp_path: Path) -> None:
    project = started({"read.py": SAYS_ITS_FOLDER_AND_ARGUMENTS})
    elsewhere = tmp_path / "my files"
    elsewhere.mkdir()
    answer = run("read", "csat", "--config", "my own.toml", project=project, folder=elsewhere)
    assert answer.stdout == f"{elsewhere.resolve()} csat --config my own.toml\n"


def test_files_come_from_the_project_and_not_from_the_folder_of_the_caller(started: Started, tmp_path: Path) -> None:
    project = started({"data_sources/files.py": SAYS_ITS_FOLDER_AND_ARGUMENTS})
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "data_sources").mkdir(parents=True)
    (elsewhere / "data_sources" / "files.py").write_text("print('a stranger')")
    answer = run("files", "guess", "a.csv", project=project, folder=elsewhere)
    assert answer.stdout == f"{elsewhere.resolve()} guess a.csv\n"


@pytest.mark.parametrize(("code", "goes_on"), [(0, True), (3, True), (1, False)], ids=["all", "some", "none"])
def test_files_are_added_then_read_then_told_unless_none_could_be_added(
    started: Started, code: int, goes_on: bool
) -> None:
    says = "import os, sys; print('{}', os.environ.get('EMPATHY_CONFIG'), *sys.argv[1:], flush=True)\n"
    project = started(
        {
            "data_sources/files/add.py": says.format("added") + f"sys.exit({code})\n",
            "refresh.py": says.format("read"),
            "read.py": says.format("told"),
        }
    )
    answer = run("add", "--config", "my own.toml", "a file.csv", "b.csv", project=project)
    expected = ["added my own.toml a file.csv b.csv", "read my own.toml", "told my own.toml overview"]
    assert answer.stdout.splitlines() == (expected if goes_on else expected[:1])
    assert answer.returncode == code


def test_a_second_start_installs_nothing_and_a_new_list_of_packages_does(tmp_path: Path) -> None:
    project = new_project(tmp_path, {"read.py": SAYS_ITS_FOLDER_AND_ARGUMENTS})
    first = run("read", project=project)
    made = (project / ".venv" / "pyvenv.cfg").stat().st_mtime_ns
    second = run("read", project=project)
    (project / "requirements.txt").write_text("# another version of nothing\n")
    third = run("read", project=project)
    assert "Making .venv" in first.stderr
    assert "Installing" in first.stderr
    assert second.stderr == ""
    assert "Installing" in third.stderr
    assert "Making .venv" not in third.stderr
    assert (project / ".venv" / "pyvenv.cfg").stat().st_mtime_ns == made


def test_an_interrupted_first_start_begins_again(tmp_path: Path) -> None:
    project = new_project(tmp_path, {"read.py": SAYS_ITS_FOLDER_AND_ARGUMENTS})
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to(base_python())
    assert "Making .venv" in run("read", project=project).stderr
    assert run("read", project=project).stderr == ""


@pytest.mark.parametrize(
    "line", [f"iniconfig==2.3.1 --hash=sha256:{'0' * 64}", "iniconfig==2.3.1"], ids=["wrong", "none"]
)
def test_a_package_without_its_right_hash_is_not_installed(started: Started, line: str) -> None:
    project = started({"read.py": SAYS_ITS_FOLDER_AND_ARGUMENTS})
    (project / "requirements.txt").write_text(f"{line}\n")
    for _ in range(2):  # nor is the failure remembered as a success
        answer = run("read", project=project)
        assert answer.returncode == 1
        assert answer.stdout == ""
        assert "could not be installed" in answer.stderr
        assert "hash" in answer.stderr.lower()


def test_an_empty_store_is_filled_with_the_sample_company_once(started: Started) -> None:
    project = started({"refresh.py": FILLS_THE_STORE, "streamlit.py": SERVES})
    first, second = run(project=project), run(project=project)
    served = "Open http://127.0.0.1:8501 (Ctrl+C ends it)\nserving run app.py --server.port 8501\n"
    assert first.stdout == "filled --sample\n" + served
    assert second.stdout == served


def test_a_filling_that_was_interrupted_is_done_again(started: Started) -> None:
    project = started({"refresh.py": FILLS_THE_STORE + "sys.exit(3)\n", "streamlit.py": SERVES})
    interrupted = run(project=project)
    assert interrupted.returncode == 3
    assert "serving" not in interrupted.stdout
    (project / "refresh.py").write_text(FILLS_THE_STORE)
    assert run(project=project).stdout.startswith("filled --sample\n")


@pytest.mark.parametrize("configured", ["empathy.toml", "empathy.db", "EMPATHY_DATABASE_URL", "EMPATHY_CONFIG"])
def test_sample_data_never_goes_into_a_store_somebody_chose(started: Started, configured: str) -> None:
    project = started({"refresh.py": FILLS_THE_STORE, "streamlit.py": SERVES})
    chosen = {configured: "sqlite:///mine.db"} if configured.startswith("EMPATHY_") else {}
    if not chosen:
        (project / configured).touch()
    answer = run("serve", project=project, environment={"EMPATHY_PORT": "8765"} | chosen)
    assert answer.stdout == "Open http://127.0.0.1:8765 (Ctrl+C ends it)\nserving run app.py --server.port 8765\n"


@pytest.mark.parametrize("absolute", [False, True])
def test_settings_named_from_the_callers_folder_are_those(started: Started, tmp_path: Path, absolute: bool) -> None:
    project = started({"streamlit.py": "import os; print(os.environ['EMPATHY_CONFIG'])\n"})
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    named = str(elsewhere / "my.toml") if absolute else "my.toml"
    answer = run("serve", project=project, folder=elsewhere, environment={"EMPATHY_CONFIG": named})
    assert answer.stdout.endswith(f"\n{elsewhere.resolve() / 'my.toml'}\n")


@pytest.mark.parametrize(
    "port", ["99999", "0", "65536", "-1", "8501x", "", " ", "0x50", "1e3", "123456789012345678901"]
)
def test_a_port_that_is_none_is_one_sentence(started: Started, port: str) -> None:
    project = started({"refresh.py": FILLS_THE_STORE, "streamlit.py": SERVES})
    answer = run("serve", project=project, environment={"EMPATHY_PORT": port})
    if port == "":
        assert "serving run app.py --server.port 8501" in answer.stdout
        return
    assert answer.returncode == 1
    assert answer.stderr == f"EMPATHY_PORT must be a whole number from 1 to 65535; it is '{port}'.\n"
    assert answer.stdout == ""
    assert not (project / "empathy.db").exists()


def test_without_a_home_everything_starts(started: Started) -> None:
    project = started({"refresh.py": FILLS_THE_STORE, "streamlit.py": "import os; print('home', os.environ['HOME'])\n"})
    without = {name: value for name, value in os.environ.items() if name != "HOME"}
    answer = subprocess.run([project / "run"], cwd=project, env=without, capture_output=True, text=True, timeout=300)
    assert answer.returncode == 0, answer.stderr
    assert f"home {project.resolve()}/.venv" in answer.stdout
    # The checks for the browser of the tests look into the home, too.
    assert "HOME" in (project / "run").read_text().partition("say()")[0]


def test_packages_are_compiled_once_and_not_at_every_start(started: Started) -> None:
    project = started({"read.py": "import sys; print(sys.dont_write_bytecode)\n"})
    answer = run("read", project=project, environment={"PYTHONDONTWRITEBYTECODE": "1"})
    assert answer.stdout == "False\n"


@pytest.mark.parametrize("name", ["EMPATHY_TESTDATA", "EMPATHY_VECTORS"])
def test_where_the_examples_lie_may_be_said_from_the_callers_folder(
    started: Started, tmp_path: Path, name: str
) -> None:
    project = started({"pytest.py": f"import os; print(os.environ['{name}'])\n", "requirements-dev.txt": ""})
    (project / ".venv" / "installed-tests").write_text(
        stamp(project / "requirements.txt", project / "requirements-dev.txt")
    )
    answer = run("test", project=project, folder=tmp_path, environment={name: "my data"})
    assert answer.stdout == f"{tmp_path.resolve()}/my data\n", answer.stderr


def test_examples_that_are_not_there_are_one_sentence_instead_of_failing_tests() -> None:
    nowhere = {**os.environ, "EMPATHY_TESTDATA": "no/such folder"}
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "--collect-only", "tests/web/test_viewer.py"]
    done = subprocess.run(command, cwd=ROOT, env=nowhere, capture_output=True, text=True, timeout=120)
    assert done.returncode == 4
    assert f"EMPATHY_TESTDATA is 'no/such folder', and there is nothing at {ROOT}/no/such folder." in done.stderr


@pytest.mark.parametrize("megabytes", [25, 50, 90])
def test_ctrl_c_ends_a_start_quietly_at_any_moment(tmp_path: Path, megabytes: int) -> None:
    log = (tmp_path / "log").open("wb")
    command = [sys.executable, "-m", "web.start", "run", "app.py", "--server.port", "0"]
    environment = {**os.environ, "EMPATHY_DATABASE_URL": f"sqlite:///{tmp_path}/none.db"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while psutil.Process(process.pid).memory_info().rss < megabytes * 1e6 and time.monotonic() < deadline:
            time.sleep(0.002)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) in (0, -signal.SIGINT)
    finally:
        process.kill()
        process.wait()
        log.close()
    said = (tmp_path / "log").read_text()
    assert "Traceback" not in said
    assert "KeyboardInterrupt" not in said


def test_the_locked_lists_name_no_place_on_a_network_or_a_disk() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text().splitlines()
        pinned = [line for line in lines if re.match(r"[a-z0-9]", line)]
        assert pinned
        assert not [line for line in lines if "://" in line or "file:" in line or line.startswith(("-", "/"))]
        assert not [line for line in pinned if "==" not in line or not line.endswith("\\")], "each has hashes"


@pytest.mark.parametrize("kind", ["requirements", "requirements-dev"])
def test_every_wanted_package_is_locked(kind: str) -> None:
    wanted = re.findall(r"^([a-z0-9-]+)", (ROOT / f"{kind}.in").read_text(), re.MULTILINE)
    locked = re.findall(r"^([a-z0-9-]+)==", (ROOT / f"{kind}.txt").read_text(), re.MULTILINE)
    assert set(wanted) - set(locked) == set()


def run(
    *arguments: str, project: Path = ROOT, folder: Path | None = None, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """./run with these arguments, without a terminal, called from `folder` (the project's own when not given)."""
    return subprocess.run(
        [project / "run", *arguments],
        cwd=folder or project,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


def stamp(*files: Path) -> str:
    """What ./run remembers of lists of packages that it has installed."""
    together = b"".join(file.read_bytes() for file in files)
    return subprocess.run(["cksum"], input=together, capture_output=True).stdout.decode()


def verbs_of_the_script() -> str:
    return (ROOT / "run").read_text().partition("case $verb in")[2]


def new_project(tmp_path: Path, files: dict[str, str] | None = None) -> Path:
    """A folder with ./run, no packages to install, and these files."""
    project = tmp_path / "a project"
    project.mkdir()
    shutil.copy(ROOT / "run", project)
    shutil.copy(ROOT / "requirements-dev.txt", project)
    (project / "web").mkdir()
    shutil.copy(ROOT / "web" / "start.py", project / "web")
    (project / "requirements.txt").write_text("# nothing\n")
    for name, text in (files or {}).items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    return project


@pytest.fixture(scope="module")
def virtual_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A .venv as ./run makes it in a new project."""
    project = new_project(tmp_path_factory.mktemp("first"), {"read.py": SAYS_ITS_FOLDER_AND_ARGUMENTS})
    assert run("read", project=project).returncode == 0
    return project / ".venv"


@pytest.fixture
def started(tmp_path: Path, virtual_environment: Path) -> Started:
    """Makes a new project that has been started before, which saves the seconds of a first start."""

    def make(files: dict[str, str]) -> Path:
        project = new_project(tmp_path, files)
        shutil.copytree(virtual_environment, project / ".venv", symlinks=True)
        return project

    return make


def tools_without_python(tmp_path: Path) -> str:
    """A PATH on which there is everything that ./run calls, but no Python."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("sh", "dirname", "id", "uname", "cat", "cksum", "awk", "apt-get", "dpkg"):
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    return str(folder)


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def base_python() -> str:
    """The interpreter that our own virtual environment was made with."""
    return str(Path(sys.base_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}"))
