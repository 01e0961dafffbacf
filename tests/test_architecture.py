"""The arrows between the folders go one way, whoever adds a file.

These rules look at each import by itself, also in programs and pages; the contracts in pyproject.toml follow whole chains.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent

# Who may import whom, besides itself. settings.py may be imported by all.
ARROWS = {
    "settings": set(),
    "store": set(),
    "data_sources": {"store"},
    "estimates": set(),
    "metrics": {"store", "estimates"},
    "ranking": {"store", "estimates", "metrics"},
    "views": {"store", "metrics", "ranking", "estimates"},
    "reporting": {"views", "metrics", "ranking", "store"},
    "display": {"reporting", "views", "metrics", "ranking"},
    "pages": {"display", "reporting", "views", "metrics"},
    "web": {"display", "reporting", "views"},
    # What a program says while it runs, and the programs.
    "progress": {"data_sources", "reporting", "store"},
    "app": {"web"},
    "read": {"metrics", "reporting", "store", "views"},
    "refresh": {"data_sources", "metrics", "progress", "ranking", "reporting", "store"},
    "sources": {"data_sources", "reporting", "store"},
}
# What of the store its neighbours may know: who fills it the nouns, who reads it what is published and the rules.
OF_THE_STORE = {
    "data_sources": {"records", "rejected", "masking", "marks", "passwords"},
    "metrics": {"published", "rules", "tallies", "histogram", "contacts"},
    "ranking": {"published", "rules", "publishing"},
    "reporting": {"ids"},
}
# The one arrow against the stream: every page begins with the guard, also when it runs without the frame around it.
GUARD = ("pages", "web.guard.guard")
PROGRAMS = {"app", "refresh", "read", "sources", "digest"}
FOLDERS = set(ARROWS) - {"settings"} - PROGRAMS
OURS = FOLDERS | PROGRAMS | {"settings", "tests", "benchmarks"}

# Who may import these packages. Tests and benchmarks are free.
SHOWS = {"app", "web", "pages", "display"}
OWNERS = {
    "streamlit": SHOWS,
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "sqlite3": {"store"},
    "psycopg": {"store"},
    "requests": {"data_sources"},
    "urllib3": {"data_sources"},
    "urllib.request": {"data_sources"},
    "http.client": {"data_sources"},
    "httpx": {"data_sources"},
    "aiohttp": {"data_sources"},
}
# A database of others is a source like any other: this one file opens it, read only, and never the store's own.
ALSO = {("data_sources/sql/database.py", "sqlalchemy")}
HEAVY = ("streamlit", "pandas", "plotly")


class Import(NamedTuple):
    """One import: the folder or program that holds it, where it stands, and the dotted name it asks for."""

    owner: str
    place: str
    name: str

    def __str__(self) -> str:
        return f"{self.place} imports {self.name}"


def test_arrows_between_folders_go_one_way() -> None:
    wrong = [
        str(found)
        for found in imports()
        if found.owner in ARROWS
        and (found.owner, found.name) != GUARD
        and (asked := found.name.partition(".")[0]) in OURS
        and asked not in ARROWS[found.owner] | {found.owner, "settings"}
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("room", OF_THE_STORE)
def test_of_the_store_a_room_knows_only_what_is_meant_for_it(room: str) -> None:
    wrong = [
        str(found)
        for found in imports()
        if found.owner == room
        and found.name.startswith("store.")
        and found.name.split(".")[1] not in OF_THE_STORE[room]
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.glob("pages/*.py") if path.stem != "__init__"))
def test_the_first_thing_a_page_does_is_to_ask_the_guard(name: str) -> None:
    body = ast.parse((ROOT / "pages" / name).read_text("utf-8")).body
    steps = [ast.unparse(step) for step in body if not isinstance(step, ast.Import | ast.ImportFrom)]
    first = next(step for step in steps if not step.startswith(("'", '"')))
    assert first == "guard()"


def test_programs_do_not_import_each_other_or_the_tests() -> None:
    wrong = [
        str(found)
        for found in imports()
        if found.owner in PROGRAMS
        and found.name.partition(".")[0] in (PROGRAMS | {"tests", "benchmarks"}) - {found.owner}
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", OWNERS)
def test_a_package_is_imported_only_by_its_owner(package: str) -> None:
    wrong = [
        str(found)
        for found in imports()
        if found.owner not in OWNERS[package]
        and (found.name + ".").startswith(package + ".")
        and (found.place.partition(":")[0], package) not in ALSO
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("program", [path.stem for path in sorted(ROOT.glob("[rs]*.py")) if path.stem in PROGRAMS])
def test_a_program_for_the_terminal_starts_without_the_heavy_packages(program: str) -> None:
    code = f"import {program}, sys; print(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [], f"importing {program} also imports {done.stdout}"


def test_no_file_lets_html_through() -> None:
    forbidden = "unsafe_allow" + "_html"
    wrong = [str(path.relative_to(ROOT)) for path in files() if forbidden in path.read_text("utf-8", "ignore")]
    assert not wrong, f"{forbidden} in {', '.join(wrong)}"


def test_only_display_shows_markdown_or_html_that_is_not_written_in_the_code() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{call.lineno} {ast.unparse(call)[:80]}"
        for path in files("*.py")
        if owner_of(path) in SHOWS - {"display"}
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and is_markup(call.func) and not has_literal_text(call)
    ]
    assert not wrong, "\n".join(wrong)


def is_markup(function: ast.expr) -> bool:
    """`anything.markdown(...)`, `anything.html(...)`, and `st.write(...)`, which guesses what it was given."""
    if not isinstance(function, ast.Attribute):
        return False
    on_streamlit = isinstance(function.value, ast.Name) and function.value.id == "st"
    return function.attr in ("markdown", "html") or (function.attr == "write" and on_streamlit)


def has_literal_text(call: ast.Call) -> bool:
    texts = call.args + [keyword.value for keyword in call.keywords if keyword.arg == "body"]
    return bool(texts) and isinstance(texts[0], ast.Constant) and isinstance(texts[0].value, str)


# Who shows sentences that somebody else has written.
SHOWN_BY = (
    "metrics/*.py",
    "metrics/counting/*.py",
    "display/*.py",
    "pages/*.py",
    "views/*.py",
    "read.py",
    "refresh.py",
    "progress.py",
)
# What a metric says of itself is its record, and whom it cites; of its numbers it gives facts (metrics/cautions.py).
OF_THE_RECORD = {"WHAT", "METRIC", "CAVEATS", "CITES", "WILSON", "WEEKS_AS_REPLICATES", "START_COHORT"}
# Sentences that stay where they are, and why. What is raised (a refusal) or asserted stays, too: it stands where its rule is.
SENTENCES = {
    "ratio of weekly rates (quasi-Poisson)": "the name of a test",
    "new on the list": "the key of a movement",
    "The settings cannot be read: %s": "for the log of the server",
    "no row has one": "the end of a refusal",
    "it takes none of these": "the end of a refusal",
    "it is for 0; the days of a metric are chosen with --from and --to": "the end of a refusal",
    "0: write a day like 2026-11-21": "a refusal",
}


def test_sentences_have_one_home() -> None:
    """A sentence about numbers, bugs or sources is in reporting/, where the page, the terminal and the docs find it."""
    found = [each for pattern in SHOWN_BY for path in sorted(ROOT.glob(pattern)) for each in sentences(path)]
    assert not [f"{place} {text!r}" for place, text in found if text not in SENTENCES]
    assert SENTENCES.keys() <= {text for _, text in found}, "what is allowed and no longer there is taken off the list"


def sentences(path: Path) -> Iterator[tuple[str, str]]:
    """Texts of four or more words, with 0 for what is filled in; not docstrings, refusals, or the help of options (click)."""
    tree = ast.parse(path.read_text("utf-8"))
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "0" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if isinstance(above[node], ast.Expr | ast.JoinedStr) or len(WORD.findall(text)) < 4:
            continue
        if not any(is_refusal_or_help(each) for each in ancestors(node, above)):
            yield f"{path.relative_to(ROOT)}:{node.lineno}", text


WORD = re.compile(r"(?<!\S)[A-Za-z][a-z'-]*[.,:;?!)]*(?!\S)")


def ancestors(node: ast.AST, above: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    while node in above:
        node = above[node]
        yield node


def is_refusal_or_help(node: ast.AST) -> bool:
    """Also WHAT, the help of the argument of ./run read, and the record of a metric."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target) in OF_THE_RECORD
    return isinstance(node, ast.Raise | ast.Assert) or (
        isinstance(node, ast.Call) and ast.unparse(node.func) in ("click.option", "click.command", "click.argument")
    )


@cache
def imports() -> list[Import]:
    """Every import in the tree outside tests and benchmarks, also those inside functions."""
    found = []
    for path in files("*.py"):
        owner = owner_of(path)
        if owner in ("tests", "benchmarks"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            for name in names_asked_for(node, path):
                found.append(Import(owner, f"{path.relative_to(ROOT)}:{node.lineno}", name))
    return found


def names_asked_for(node: ast.Import | ast.ImportFrom, path: Path) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    here = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
    start = ".".join([*here, *([node.module] if node.module else [])])
    # `from urllib import request` asks for urllib.request
    return [f"{start}.{alias.name}" if start else alias.name for alias in node.names]


def owner_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def files(pattern: str = "*") -> list[Path]:
    """The project's own files: nothing hidden, nothing installed, nothing compiled."""
    return sorted(
        folder / name
        for folder, inner in walk()
        for name in inner
        if fnmatch(name, pattern) and (folder / name).stat().st_size < 1_000_000
    )


def walk() -> Iterator[tuple[Path, list[str]]]:
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "__pycache__"]
        yield Path(folder), [name for name in names if not name.startswith(".")]
