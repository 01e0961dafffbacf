"""Code that nothing but tests calls is found before it is merged."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.dead_code import ALLOWED, ROOT, complaints, dead_in


def test_everything_in_the_product_is_used_by_the_product_or_says_why_not() -> None:
    assert complaints(dead_in(ROOT), tomllib.loads(ALLOWED.read_text("utf-8"))) == []


def test_what_only_tests_and_benchmarks_call_is_dead_and_an_idle_permission_is_said(tmp_path: Path) -> None:
    files = {
        "read.py": "from metrics.rates import shown\nprint(shown())",
        "metrics/rates.py": "def shown(): return 1\ndef tested(): return 2\ndef measured(): return 3",
        "tests/test_rates.py": "from metrics.rates import tested\nassert tested() == 2",
        "benchmarks/rates.py": "from metrics.rates import measured\nassert measured() == 3",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = dead_in(tmp_path)
    assert {each.name for each in found} == {"tested", "measured"}
    assert complaints(found, {"metrics/*.py: measured shown": "the bench asks"}) == [
        "metrics/rates.py:2: nothing in the product uses tested",
        "dead_code.toml: shown in metrics/*.py is not dead; take it off the list",
    ]
