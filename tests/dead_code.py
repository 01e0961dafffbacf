"""Says what in the product nothing in the product calls: `python -m tests.dead_code`, a step of `./run check`.

Code that only tests and benchmarks call is dead, so both are left out. vulture looks for names; a dead name that is also the
name of something alive is not found. What must stay stands in dead_code.toml with its reason.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from vulture import Vulture

ROOT = Path(__file__).parent.parent
ALLOWED = Path(__file__).with_suffix(".toml")
FREE = {"tests", "benchmarks"}
# Whoever wears these is called by the library that the decorator is of.
CALLED = ["@field_validator", "@model_validator", "@compiles", "@event.listens_for", "@click.command", "@*.command"]


class Dead(NamedTuple):
    path: str
    line: int
    name: str


def dead_in(root: Path) -> list[Dead]:
    """Every name of the product below `root` that is nowhere used in it."""
    paths = [path for path in root.glob("*") if path.name not in FREE and not path.name.startswith(".")]
    programs = [path for path in paths if path.suffix == ".py" or (path.is_dir() and any(path.rglob("*.py")))]
    looked = Vulture(ignore_decorators=CALLED)
    looked.scavenge(programs)
    return [
        Dead(item.filename.relative_to(root).as_posix(), item.first_lineno, item.name)
        for item in looked.get_unused_code(min_confidence=60)
    ]


def complaints(found: list[Dead], allowed: Mapping[str, str]) -> list[str]:
    """What is dead and not allowed, and what is allowed and not dead."""
    names = {(path, name) for key in allowed for path, _, said in [key.partition(": ")] for name in said.split()}
    used = {each: [pair for pair in names if fnmatch(each.path, pair[0]) and each.name == pair[1]] for each in found}
    idle = names - {pair for pairs in used.values() for pair in pairs}
    return [
        *(f"{each.path}:{each.line}: nothing in the product uses {each.name}" for each, by in used.items() if not by),
        *(f"{ALLOWED.name}: {name} in {path} is not dead; take it off the list" for path, name in sorted(idle)),
    ]


def main() -> int:
    said = complaints(dead_in(ROOT), tomllib.loads(ALLOWED.read_text("utf-8")))
    print("\n".join(said) or "No dead code.")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
