"""The measure of the tests: what is changed, and that the same sample is drawn again."""

from __future__ import annotations

from pathlib import Path

from tests.mutation import ROOT, TESTS, aimed_at, changed, mutants_of

CODE = "def late(waited: int) -> bool:\n    return waited + 1 > 7 or not waited\n"


def test_operators_borders_and_numbers_are_changed_one_at_a_time() -> None:
    made = {changed(each, CODE).splitlines()[1].removeprefix("    return ") for each in mutants_of("late.py", CODE)}
    assert {"waited - 1 > 7 or not waited", "waited + 1 >= 7 or not waited", "waited + 1 > 8 or not waited"} <= made
    assert {"waited + 1 > 7 and not waited", "waited + 1 <= 7 or not waited"} <= made
    assert all(each.line == 2 for each in mutants_of("late.py", CODE))


def test_every_measured_module_has_tests_that_are_there() -> None:
    for module in (path.relative_to(ROOT).as_posix() for fitting in TESTS for path in ROOT.glob(fitting)):
        tests = [word for word in aimed_at(module).split() if word.startswith("tests/")]
        assert tests
        assert all(Path(ROOT / each).exists() for each in tests)
    assert all(list(ROOT.glob(fitting)) for fitting in TESTS)
