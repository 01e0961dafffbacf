"""Which rows are kept, and in which rows a field has a value: conditions on the text of columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from data_sources.mapping.cells import as_text, decimals
from data_sources.mapping.plan import Blanks, Condition, Written
from store.rejected import Rejected


def holds(
    conditions: tuple[Condition, ...], columns: list[str], blanks: Blanks, decimal_comma: bool
) -> Callable[[Sequence[object]], bool] | None:
    """Whether all of them hold for a row of these columns; None where there are none."""
    tests = [(columns.index(column), _test(name, value, blanks, decimal_comma)) for column, name, value in conditions]
    if not tests:
        return None
    if len(tests) == 1:
        place, only = tests[0]
        return lambda row: only(as_text(row[place]))
    return lambda row: all(test(as_text(row[place])) for place, test in tests)


def _test(name: str, value: Written, blanks: Blanks, decimal_comma: bool) -> Callable[[str], bool]:
    if name == "blank":
        return lambda text: (text in blanks) is value
    if name in ("at_least", "at_most"):
        return _bounded(name == "at_least", Decimal(str(value)), decimals(decimal_comma))
    words = tuple(as_text(each) for each in (value if isinstance(value, list) else [value]))
    exact = frozenset(words)
    tests: dict[str, Callable[[str], bool]] = {
        "is": lambda text: text in exact,
        "not": lambda text: text not in exact,
        "starts": lambda text: text.startswith(words),
        "not_starts": lambda text: not text.startswith(words),
        "ends": lambda text: text.endswith(words),
        "contains": lambda text: any(word in text for word in words),
        "not_contains": lambda text: not any(word in text for word in words),
    }
    return tests[name]


def _bounded(is_least: bool, bound: Decimal, decimal: Callable[[str], Decimal]) -> Callable[[str], bool]:
    def test(text: str) -> bool:
        try:
            number = decimal(text)
        except Rejected:
            return False
        return number >= bound if is_least else number <= bound

    return test
