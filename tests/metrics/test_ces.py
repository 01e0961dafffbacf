"""What counts as easy in each version of the question, and that versions are never mixed."""

from __future__ import annotations

import pytest

from metrics import ces
from reporting.cautions import reason


@pytest.mark.parametrize(
    ("version", "easy", "hard"),
    [("2.0", [5, 6, 7], [1, 2, 3, 4]), ("1.0", [1, 2], [3, 4, 5]), ("1-5 easy", [4, 5], [1, 2, 3])],
)
def test_easy_means_something_else_in_each_version(version: str, easy: list[int], hard: list[int]) -> None:
    assert all(ces.of_bins({f"{version}:{score}": 9}).value == 100 for score in easy)
    assert all(ces.of_bins({f"{version}:{score}": 9}).value == 0 for score in hard)


def test_of_two_versions_the_one_with_most_answers_is_read_and_the_other_is_named() -> None:
    counted = ces.of_bins({"2.0:7": 30, "1.0:5": 20})
    assert (counted.value, counted.n) == (100, 30)
    assert counted.details["left_out"] == {"CES 1.0 (effort 1 to 5)": 20}
    assert "20 answers to CES 1.0" in str(reason(counted.details["caveat"]))
    assert ces.of_bins({"2.0:7": 30}).details["caveat"] is None


def test_with_as_many_answers_the_newer_question_is_read() -> None:
    assert ces.of_bins({"1.0:1": 20, "2.0:7": 20, "1-5 easy:5": 20}).details["version"] == "2.0"


def test_two_versions_are_never_compared() -> None:
    differ = ces.METRIC.model.differ
    now, another, alike = (ces.of_bins({each: 50}) for each in ("2.0:7", "1.0:5", "2.0:1"))
    why = str(reason(ces.METRIC.model.not_comparable(now, another)))
    assert why.startswith("the question changed from CES 1.0 (effort 1 to 5)")
    assert ces.METRIC.model.not_comparable(now, alike) is None
    same = differ(now, alike)
    assert same is not None
    assert same.p is not None


def test_the_index_is_of_version_2_alone() -> None:
    assert ces.of_bins({"2.0:7": 3, "2.0:1": 1}).details["index"] == 50
    assert ces.of_bins({"1.0:1": 3}).details["index"] is None
