"""How good are the tests? Changes the arithmetic in small ways and counts the changes that a test notices.

`./run mutate [MODULE ...] [--sample N] [--seed S] [--minutes M]`: the changes are cosmic-ray's (an operator swapped, a border
moved, a number one more or less ...), one at a time, in a copy of the project. A change after which the tests hang counts as
noticed. Among those that are not noticed some change nothing that could be seen; which ones, only a reader can tell.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from fnmatch import fnmatch
from math import inf
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

ROOT = Path(__file__).parent.parent
# Modules (the first line that fits) and the tests that are about them.
TESTS = {
    "estimates/*.py": "tests/estimates -k not(terminal)",  # which starts a program only to see what it imports
    "metrics/suppression.py": "tests/metrics/test_suppression.py tests/metrics/test_attrition.py",
    "ranking/impact.py": "tests/ranking/test_impact.py",
    "ranking/order.py": "tests/ranking/test_impact.py tests/ranking/test_top_bugs.py",
    "ranking/labels.py": "tests/ranking/test_impact.py",
    "ranking/endings.py": "tests/ranking/test_impact.py tests/ranking/test_top_bugs.py",
    "store/tallies.py": "tests/store/test_counting_again.py tests/store/test_versions_of_measures.py tests/metrics/test_stays.py",
}
SWAPS = {
    "BinaryOperator": "Add_Sub Sub_Add Mul_Div Div_Mul FloorDiv_Div Pow_Mul Mod_Mul",
    "ComparisonOperator": "Lt_LtE LtE_Lt Gt_GtE GtE_Gt Lt_GtE LtE_Gt Gt_LtE GtE_Lt Eq_NotEq NotEq_Eq Is_IsNot IsNot_Is",
    "UnaryOperator": "Delete_USub Delete_Not",
}
CHANGES = [f"core/Replace{kind}_{swap}" for kind, swaps in SWAPS.items() for swap in swaps.split()] + [
    "core/NumberReplacer",
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceFalseWithTrue",
    "core/AddNot",
    "core/ZeroIterationForLoop",
    "core/ReplaceBreakWithContinue",
    "core/ReplaceContinueWithBreak",
]
NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "*.db", "*.db-*", "node_modules")


class Mutant(NamedTuple):
    module: str
    change: str
    occurrence: int
    line: int


def mutants_of(module: str, code: str) -> Iterator[Mutant]:
    """Every change that can be made to this code."""
    nodes = list(ast_nodes(get_ast(code)))
    for name in CHANGES:
        operator = get_operator(name)()
        places = [start for node in nodes for start, _ in operator.mutation_positions(node)]
        for occurrence, (line, _) in enumerate(places):
            yield Mutant(module, name, occurrence, line)


def changed(mutant: Mutant, code: str) -> str:
    found: str | None = mutate_code(code, get_operator(mutant.change)(), mutant.occurrence)
    assert found is not None
    return found


def notices(folder: Path, tests: str, patience_s: float) -> bool:
    """Whether one of these tests fails in this copy, or does not come to an end."""
    words = [
        "-m",
        "pytest",
        "-n",
        "0",
        "-x",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
        "--hypothesis-seed=0",
        "-k",
        "not terminal_starts_quickly",
    ]
    # A module that was compiled in the second before it was changed must not be taken for the changed one.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, *words, *tests.split()],
            cwd=folder,
            env=environment,
            capture_output=True,
            timeout=patience_s,
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def until_stopped(mutants: list[Mutant], patience_s: float = inf) -> Iterator[Mutant]:
    """What was found so far counts when the time is up: a whole run takes hours."""
    began = time.monotonic()
    for mutant in mutants:
        if time.monotonic() - began > patience_s:
            return
        yield mutant


def aimed_at(module: str) -> str:
    return next(tests for fitting, tests in TESTS.items() if fnmatch(module, fitting))


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run mutate", description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"default: {', '.join(TESTS)}")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many changes, drawn from all")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the draw; default 1")
    parser.add_argument(
        "--minutes", type=float, default=inf, metavar="M", help="stop after so many; default: not before the end"
    )
    asked = parser.parse_args()
    known = sorted({path.relative_to(ROOT).as_posix() for fitting in TESTS for path in ROOT.glob(fitting)})
    modules = [each for each in known if not asked.modules or any(fnmatch(each, given) for given in asked.modules)]
    if not modules:
        parser.error(f"none of these modules is measured; there are {', '.join(known)}")
    code = {module: (ROOT / module).read_text("utf-8") for module in modules}
    mutants = [mutant for module in modules for mutant in mutants_of(module, code[module])]
    if asked.sample and asked.sample < len(mutants):
        mutants = random.Random(asked.seed).sample(mutants, asked.sample)
    survivors, looked_at = [], 0
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "project"
        shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
        patience = {}
        for tests in sorted({aimed_at(mutant.module) for mutant in mutants}):
            began = time.monotonic()
            if notices(folder, tests, 600):
                print(f"{tests} fail without a change")
                return 2
            patience[tests] = 10 + 5 * (time.monotonic() - began)
        for mutant in until_stopped(mutants, 60 * asked.minutes):
            path, tests = folder / mutant.module, aimed_at(mutant.module)
            new = changed(mutant, code[mutant.module])
            path.write_text(new, "utf-8")
            if not notices(folder, tests, patience[tests]):
                survivors.append(mutant)
                line = new.splitlines()[mutant.line - 1].strip()
                print(
                    f"not noticed: {mutant.module}:{mutant.line} {mutant.change.removeprefix('core/')}: {line}",
                    flush=True,
                )
            path.write_text(code[mutant.module], "utf-8")
            looked_at += 1
    noticed = looked_at - len(survivors)
    print(f"{noticed} of {looked_at} changes noticed: {100 * noticed / max(1, looked_at):.0f} % ({len(mutants)} drawn)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
