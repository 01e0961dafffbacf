"""The measure of the tests: what is changed, and that the same sample is drawn again."""

from __future__ import annotations

from pathlib import Path

from tests.mutation import ROOT, TESTS, UNSEEN, aimed_at, function_at, mutants_of

CODE = "def late(waited: int) -> bool:\n    return waited + 1 > 7 or not waited\n"


def test_operators_borders_and_numbers_are_changed_one_at_a_time() -> None:
    made = {each.text.removeprefix("return ") for each in mutants_of("late.py", CODE)}
    assert {"waited - 1 > 7 or not waited", "waited + 1 >= 7 or not waited", "waited + 1 > 8 or not waited"} <= made
    assert {"waited + 1 > 7 and not waited", "waited + 1 <= 7 or not waited"} <= made
    assert all(each.line == 2 for each in mutants_of("late.py", CODE))


def test_a_change_is_looked_at_by_those_who_call_the_innermost_function_around_it() -> None:
    lines = [
        "@cache",
        "def outer(n: int = 1) -> int:",
        "    def inner() -> int:",
        "        return 2",
        "    return inner()",
    ]
    code = "\n".join(lines)
    assert [function_at(line, code) for line in range(1, 6)] == [0, 0, 1, 3, 1]


def test_what_only_the_type_checker_or_a_writer_of_code_sees_is_not_counted() -> None:
    code = "@dataclass(frozen=True)\nclass A:\n    pass\n\nif TYPE_CHECKING:\n    import b\n"
    assert not list(mutants_of("a.py", code))


def test_every_change_that_is_excused_can_still_be_made_and_has_a_reason() -> None:
    for module, excused in UNSEEN.items():
        made = {each.text for each in mutants_of(module, (ROOT / module).read_text("utf-8"))}
        assert set(excused) <= made, module
        assert all(excused.values()), module


def test_every_measured_module_has_tests_that_are_there() -> None:
    for module in (path.relative_to(ROOT).as_posix() for fitting in TESTS for path in ROOT.glob(fitting)):
        tests = [word for word in aimed_at(module).split() if word.startswith("tests/")]
        assert tests
        assert all(Path(ROOT / each).exists() for each in tests)
    assert all(list(ROOT.glob(fitting)) for fitting in TESTS)
