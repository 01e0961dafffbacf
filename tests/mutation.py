"""How good are the tests? Changes the arithmetic in small ways and counts the changes that a test notices.

`./run mutate [MODULE ...] [--sample N] [--seed S] [--minutes M]`: the changes are cosmic-ray's (an operator swapped, a border
moved, a number one more or less ...), one at a time, in a copy of the project. The tests run once unchanged, which tells
which of them call which function; a change is then looked at by those that call its function, in a process that is forked
from one with all libraries: the tests that noticed others first. A change after which the tests hang counts as noticed.
Changes that no reader could see are listed in `mutation.toml`, each with the reason, and are not counted.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatch
from itertools import accumulate
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

ROOT = Path(__file__).parent.parent
# Modules (the first line that fits) and the tests that are about them, those first that notice most. Without the worked
# examples of tests/test_vectors.py: their file is not in this repository.
TESTS = {
    "estimates/*.py": "tests/estimates",
    "metrics/suppression.py": "tests/metrics/test_suppression.py",
    "metrics/counting/*.py": " ".join(
        f"tests/metrics/test_{name}.py" for name in ("customers", "stays", "groups", "waits", "surveys")
    ),
    "ranking/[!tkpcmr_]*.py": "tests/ranking/test_impact.py",  # impact, order, labels, endings, beside
    "store/measure*.py": "tests/store/test_tallies.py tests/store/test_versions_of_measures.py",
    "store/tallies.py": "tests/store/test_tallies.py tests/store/test_versions_of_measures.py",
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
# What is for the type checker and for whoever writes code: no number hangs on it.
NO_ARITHMETIC = ("if TYPE_CHECKING:", "@dataclass(")
UNSEEN: dict[str, dict[str, str]] = tomllib.loads((ROOT / "tests" / "mutation.toml").read_text("utf-8"))
NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "*.db", "*.db-*", "node_modules")
LIBRARIES = (
    "hypothesis numpy pandas pydantic pydantic_settings pytest scipy.special scipy.stats sqlalchemy.dialects.sqlite"
)
WORDS = [
    "-n",
    "0",
    "-x",
    "-q",
    "-s",
    "--no-header",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:warnings",
    "--hypothesis-seed=0",
]
LEFT_OUT = "postgresql or terminal"  # of the names of tests: another database, and one that only starts a program
LONGEST_S = 120.0  # of tests that look at one change: what is not noticed by then counts as not noticed
NO_END = "no end"
FORK = multiprocessing.get_context("fork")


class Mutant(NamedTuple):
    module: str
    change: str
    occurrence: int
    line: int
    text: str  # of the changed line


def mutants_of(module: str, code: str) -> Iterator[Mutant]:
    """Every change that can be made to this code, without those that no reader could see."""
    nodes = list(ast_nodes(get_ast(code)))
    lines = code.splitlines()
    for name in CHANGES:
        operator = get_operator(name)()
        places = [start for node in nodes for start, _ in operator.mutation_positions(node)]
        for occurrence, (line, _) in enumerate(places):
            if not lines[line - 1].strip().startswith(NO_ARITHMETIC):
                text = changed(name, occurrence, code).splitlines()[line - 1].strip()
                yield Mutant(module, name, occurrence, line, text)


def changed(change: str, occurrence: int, code: str) -> str:
    found: str | None = mutate_code(code, get_operator(change)(), occurrence)
    assert found is not None
    return found


def function_at(line: int, code: str) -> int:
    """The line on which the innermost function around this line begins, as Python counts it; 0 outside of all."""
    begins = 0
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef) and node.body[0].lineno <= line <= (node.end_lineno or 0):
            begins = max(begins, min([node.lineno, *(each.lineno for each in node.decorator_list)]))
    return begins


class Look:
    """A plugin of pytest that runs the `chosen` tests in their order; without a choice all, and notes what each one calls."""

    def __init__(self, folder: Path, chosen: list[str] | None) -> None:
        self.chosen = chosen
        self.failed = ""
        self.seconds: Counter[str] = Counter()
        self.calls: dict[str, set[tuple[str, int]]] = defaultdict(set)
        self._name = ""  # of the test that runs; "" while they are imported
        self._files = {str(path): path.relative_to(folder).as_posix() for each in TESTS for path in folder.glob(each)}

    @property
    def files(self) -> list[str]:
        return list(dict.fromkeys(name.partition("::")[0] for name in self.seconds))

    def trace(self) -> None:
        threading.settrace(self._called)
        sys.settrace(self._called)

    def _called(self, frame: Any, event: str, _: object) -> None:
        if module := self._files.get(frame.f_code.co_filename):
            self.calls[self._name].add((module, frame.f_code.co_firstlineno))

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        if self.chosen is not None:
            by_name = {item.nodeid: item for item in items}
            items[:] = [by_name[name] for name in self.chosen if name in by_name]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._name = nodeid

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.failed = report.nodeid


def run(session: Any, files: Iterable[str], chosen: list[str] | None, patience_s: float) -> Look | None:
    """What the tests say of the code as it lies there; None where they do not come to an end, or end Python itself."""
    reading, writing = FORK.Pipe(duplex=False)
    child = FORK.Process(target=_run_here, args=(writing, session, list(files), chosen))
    child.start()
    writing.close()
    try:
        found: Look | None = reading.recv() if reading.poll(patience_s) else None
    except EOFError:
        found = None
    with suppress(ProcessLookupError):
        assert child.pid is not None
        os.killpg(child.pid, signal.SIGKILL)  # with every program that the tests started
    child.kill()
    child.join()
    return found


def _run_here(answer: Any, session: Any, files: list[str], chosen: list[str] | None) -> None:
    import hypothesis

    os.setsid()
    # Compiled once, unchanged; what is changed is older than anything (see main) and never taken for what was compiled.
    sys.dont_write_bytecode = chosen is not None
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    # What was found by another change must not help, a machine that is busy must not fail, and one failure is enough.
    phases, checks = [hypothesis.Phase.explicit, hypothesis.Phase.generate], list(hypothesis.HealthCheck)
    hypothesis.settings.register_profile("mutation", database=None, phases=phases, suppress_health_check=checks)
    hypothesis.settings.load_profile("mutation")
    look = Look(session.path, chosen)
    session.config.pluginmanager.register(look)
    if chosen is None:
        look.trace()
    with suppress(session.Failed, session.Interrupted):
        session.perform_collect(files)
        session.config.hook.pytest_runtestloop(session=session)
    sys.settrace(None)
    answer.send(look)


class Instead:
    """A plugin of pytest that does this instead of collecting and running tests: pytest and its plugins are ready by then."""

    def __init__(self, work: Callable[[Any], bool]) -> None:
        self.work, self.done = work, False

    def pytest_collection(self, session: Any) -> bool:
        self.done = self.work(session)
        session.items = []
        return True


def looking_at(mutant: Mutant, code: str, unchanged: Look, noticed: Mapping[str, int]) -> list[str]:
    """The tests that call the function around a change: those first that noticed most, then those that take least.

    Outside of functions, and in those that are called while modules are imported, all of them.
    """
    place = (mutant.module, function_at(mutant.line, code))
    is_everywhere = place[1] == 0 or place in unchanged.calls.get("", ())
    names = [name for name in unchanged.seconds if is_everywhere or place in unchanged.calls[name]]
    names.sort(key=lambda name: (-noticed.get(name, 0), unchanged.seconds[name]))
    so_far = accumulate(unchanged.seconds[name] for name in names)
    return [name for name, seconds in zip(names, so_far, strict=True) if seconds <= LONGEST_S]


def first_that_fails(session: Any, unchanged: Look, chosen: list[str]) -> str:
    """File by file, so that no test waits for modules that only another file imports; "" where all pass."""
    files = [file for file in unchanged.files if any(name.startswith(f"{file}::") for name in chosen)]
    for file in files:
        names = [name for name in chosen if name.startswith(f"{file}::")]
        found = run(session, [file], names, 60 + 5 * sum(unchanged.seconds[name] for name in names))
        if found is None or found.failed:
            return found.failed if found else NO_END
    return ""


def aimed_at(module: str) -> str:
    return next(tests for fitting, tests in TESTS.items() if fnmatch(module, fitting))


def measure(session: Any, mutants: list[Mutant], code: Mapping[str, str], until: float) -> bool:
    """Prints which changes are not noticed, and the score. What was found so far counts when the time is up."""
    unchanged: dict[str, Look] = {}
    for tests in dict.fromkeys(aimed_at(mutant.module) for mutant in mutants):
        found = run(session, tests.split(), None, 3600)
        if found is None or found.failed:
            print(f"{tests} fail without a change: {found.failed if found else 'no end'}")
            return False
        unchanged[tests] = found
        print(f"{len(found.seconds)} tests take {found.seconds.total():.0f} s unchanged: {tests}", flush=True)
    looked_at, noticed, by_test = Counter[str](), Counter[str](), Counter[str]()
    for mutant in mutants:
        if time.monotonic() > until:
            break
        module, path, look = mutant.module, session.path / mutant.module, unchanged[aimed_at(mutant.module)]
        chosen = looking_at(mutant, code[module], look, by_test)
        path.write_text(changed(mutant.change, mutant.occurrence, code[module]), "utf-8")
        os.utime(path, (0, 0))
        failed = first_that_fails(session, look, chosen)
        looked_at[module] += 1
        if failed:
            noticed[module] += 1
            by_test[failed] += 1
        else:
            kind = mutant.change.removeprefix("core/")
            print(f"not noticed: {module}:{mutant.line} {kind}: {mutant.text}", flush=True)
        path.write_text(code[module], "utf-8")
        os.utime(path, (0, 0))
    for module in looked_at:
        print(f"{noticed[module]:4} of {looked_at[module]:4} noticed: {module}")
    share = 100 * noticed.total() / max(1, looked_at.total())
    print(f"{noticed.total()} of {looked_at.total()} changes noticed: {share:.0f} % ({len(mutants)} drawn)", flush=True)
    print(f"of these {by_test[NO_END]} because the tests came to no end", flush=True)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run mutate", description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"default: {', '.join(TESTS)}")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many changes, drawn from all")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the draw; default 1")
    parser.add_argument(
        "--minutes", type=float, default=inf, metavar="M", help="stop after so many; default: not before the end"
    )
    asked = parser.parse_args()
    until = time.monotonic() + 60 * asked.minutes
    known = sorted({path.relative_to(ROOT).as_posix() for fitting in TESTS for path in ROOT.glob(fitting)})
    modules = [each for each in known if not asked.modules or any(fnmatch(each, given) for given in asked.modules)]
    if not modules:
        parser.error(f"none of these modules is measured; there are {', '.join(known)}")
    code = {module: (ROOT / module).read_text("utf-8") for module in modules}
    unseen = {module: set(UNSEEN.get(module, ())) for module in modules}
    every = [each for module in modules for each in mutants_of(module, code[module])]
    mutants = [each for each in every if each.text not in unseen[each.module]]
    print(f"{len(mutants)} changes in {len(modules)} modules, and {len(every) - len(mutants)} that nobody could see")
    # Drawn in any case: what was looked at when the time is up is a sample of all.
    mutants = random.Random(asked.seed).sample(mutants, min(asked.sample or len(mutants), len(mutants)))
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent).resolve() / "project"
        shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
        os.environ |= {"TMPDIR": parent, "PYTHONDONTWRITEBYTECODE": "1"}
        os.chdir(folder)
        sys.path[0] = str(folder)
        sys.modules.pop("tests", None)  # this one's; those of the copy are read
        for library in LIBRARIES.split():
            importlib.import_module(library)
        instead = Instead(lambda session: measure(session, mutants, code, until))
        importlib.import_module("pytest").main(
            [*WORDS, "-k", f"not ({LEFT_OUT})", f"--basetemp={parent}/tmp"], plugins=[instead]
        )
        os.chdir(ROOT)
    return 0 if instead.done else 2


if __name__ == "__main__":
    sys.exit(main())
