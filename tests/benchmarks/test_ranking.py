"""The benchmark of the ranking: it may not know the future, and its scores are what the methodology says. Data invented here."""

from __future__ import annotations

import gzip
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from benchmarks import ranking
from benchmarks.ranking import OURS, SORTS, Issue

T = date(2012, 3, 1)


def issue(id: str, opened: int, *contacts: tuple[int, str], closed: int | None = None) -> Issue:
    """Days are counted from T; the author writes when the issue is opened."""
    day = T.toordinal()
    all_of_them = [(day + opened, f"author of {id}"), *((day + when, who) for when, who in contacts)]
    return Issue(id, day + opened, None if closed is None else day + closed, tuple(sorted(all_of_them)))


def order(sort: str, *issues: Issue) -> list[str]:
    return [known.issue.id for known in SORTS[sort](ranking.known_at(issues, T))]


def test_an_issue_is_known_from_its_day_and_open_until_the_day_it_was_closed() -> None:
    issues = [
        issue("1", -10),
        issue("2", 0),
        issue("3", 5),
        issue("4", -10, closed=-1),
        issue("5", -10, closed=0),
        issue("6", -10, closed=90),
    ]
    assert [known.issue.id for known in ranking.known_at(issues, T)] == ["1", "5", "6"]


def test_what_is_written_later_changes_no_order() -> None:
    now = [issue("1", -40, (-3, "a"), (-2, "b")), issue("2", -5), issue("3", -90, (-80, "a"))]
    later = [
        issue("1", -40, (-3, "a"), (-2, "b")),
        issue("2", -5, (0, "x"), (1, "y"), (2, "z")),
        issue("3", -90, (-80, "a"), (9, "c")),
    ]
    for sort in SORTS:
        assert order(sort, *now) == order(sort, *later)


def test_the_gain_is_the_distinct_people_of_the_next_180_days() -> None:
    written = issue("1", -40, (-1, "early"), (0, "a"), (10, "a"), (179, "b"), (180, "late"))
    assert ranking.gain(written, T) == 2


def test_each_sort_is_what_its_name_says() -> None:
    talked = issue("1", -300, *((-200 - n, "a") for n in range(9)))
    many = issue("2", -300, *((-250, f"p{n}") for n in range(6)))
    recent = issue("3", -300, (-3, "a"), (-2, "b"), (-1, "c"))
    newest = issue("4", -1)
    issues = (talked, many, recent, newest)
    assert order("most comments", *issues)[0] == "1"
    assert order("most people ever", *issues)[0] == "2"
    assert order("people in the last 90 days", *issues)[0] == "3"
    assert order("newest", *issues)[0] == "4"
    assert order(OURS, *issues)[:2] == ["3", "4"]


def test_precision_counts_the_places_that_belong_to_the_true_ten() -> None:
    assert ranking.precision([3, 0, 5, 0, 2, 0, 0, 0, 1, 0], [4, 2]) == 0.4
    assert ranking.precision([2] * 10, [3] * 5) == 1.0
    assert ranking.precision([2] * 10, [3] * 10) == 0.0
    assert ranking.precision([1, 0], []) == 0.1


def test_a_difference_of_nothing_has_an_interval_around_nothing_and_the_seed_is_fixed() -> None:
    ours = [0.1 * (n % 5) for n in range(24)]
    assert ranking.difference(ours, ours) == (0.0, 0.0, 0.0)
    theirs = ours[::-1]
    assert ranking.difference(ours, theirs) == ranking.difference(ours, theirs)
    mean, low, high = ranking.difference([each + 0.2 for each in ours], ours)
    assert mean == pytest.approx(0.2)
    assert low == pytest.approx(0.2)
    assert high == pytest.approx(0.2)


def test_a_date_on_which_nothing_can_be_gained_is_skipped() -> None:
    rows = ranking.score([issue("1", -10, (5, "a")), issue("2", -10)], [T, T + timedelta(days=400)])
    assert {row.sort: row.ndcg for row in rows}["most comments"] == 1.0


def test_when_ours_loses_the_table_says_so() -> None:
    lost = ranking.Row("newest", 0.5, 0.5, (-0.2, -0.3, -0.1), (0.0, -0.1, 0.1))
    assert ranking.table([lost])[1][-1] == "ours is worse"


def test_fields_that_know_the_future_are_not_read(tmp_path: Path) -> None:
    raw = {
        "id": 7,
        "author": "a",
        "created_at": "2012-01-01T23:30:00Z",
        "closed_at": None,
        "comments": [
            {"t": "2012-02-01T00:00:00Z", "actor": "b", "text": ""},
            {"t": "2012-02-02T00:00:00Z", "actor": "c[bot]"},
        ],
    }
    path = tmp_path / ranking.DATASET
    path.parent.mkdir(parents=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(json.dumps(raw) + "\n")
    (found,) = ranking.read(ranking.find(tmp_path))
    assert found.contacts == ((date(2012, 1, 1).toordinal(), "a"), (date(2012, 2, 1).toordinal(), "b"))


def test_without_the_data_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMPATHY_TESTDATA", str(tmp_path))
    assert ranking.main() == 0
    said = capsys.readouterr().out
    assert "The ranking was not scored" in said
    assert str(tmp_path) not in said
