"""The benchmark of the ranking: it may not know the future, and its scores are what the methodology says. Data invented here."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks import ranking
from benchmarks.ranking import OURS
from ranking.memory import paired_interval
from ranking.past import Then, of_reports

T = date(2012, 3, 31)


def day(ago: int) -> date:
    return T - timedelta(days=ago)


def test_each_sort_is_what_its_name_says() -> None:
    past = of_reports(
        [
            ("newest", "z", day(1)),
            *[("talked", "a", day(200 + n)) for n in range(9)],
            *[("many", f"p{n}", day(250)) for n in range(6)],
            *[("recent", who, day(n)) for n, who in enumerate("bcd")],
            ("recent", "b", day(300)),
        ]
    )
    then = Then(past, T)
    first = {name: past.names[sort(then)[0]] for name, sort in ranking.sorts(past, T).items()}
    assert first["newest"] == "newest"
    assert first["most reports or comments"] == "talked"
    assert first["most people ever"] == "many"
    assert first["people in 90 days"] == "recent"
    assert first[OURS] == "recent"


def test_what_is_written_later_changes_no_order() -> None:
    now = [("A", who, day(n)) for n, who in enumerate("abc")] + [("B", "x", day(40))]
    later = [*now, *[("B", f"y{n}", day(-3)) for n in range(9)], ("C", "z", day(-1))]
    lists = [
        {name: [past.names[bug] for bug in sort(Then(past, T))] for name, sort in ranking.sorts(past, T).items()}
        for past in (of_reports(now), of_reports(later))
    ]
    for name in lists[0]:
        if name != "random":
            assert lists[0][name] == lists[1][name], name


def test_precision_counts_the_places_that_belong_to_the_true_ten() -> None:
    assert ranking.precision([3, 0, 5, 0, 2, 0, 0, 0, 1, 0], [4, 2]) == 0.4
    assert ranking.precision([2] * 10, [3] * 5) == 1.0
    assert ranking.precision([2] * 10, [3] * 10) == 0.0
    assert ranking.precision([1, 0], []) == 0.1


def test_a_difference_is_paired_and_one_that_never_varies_is_certain() -> None:
    theirs = [(0.1 * (n % 5), 0.0, 0.0) for n in range(24)]
    ours = [(each[0] + 0.2, 0.0, 0.0) for each in theirs]
    assert ranking.difference(ours, theirs, 0, 6) == pytest.approx((0.2, 0.2, 0.2))


def test_blocks_keep_neighbouring_months_together_and_another_seed_would_give_another_interval() -> None:
    halves = np.array([1.0] * 12 + [-1.0] * 12)
    (low, high), (narrow_low, narrow_high) = paired_interval(halves, 12), paired_interval(halves)
    assert high - low > 1.5 * (narrow_high - narrow_low), "months that are alike are less evidence than they look"
    draws = np.random.default_rng(20261124).integers(0, 24, (2000, 24))
    assert (narrow_low, narrow_high) == tuple(np.quantile(halves[draws].mean(axis=1), [0.025, 0.975]))


def test_a_date_on_which_nothing_can_be_gained_is_skipped() -> None:
    past = of_reports([("A", "a", day(10)), ("A", "b", day(-5))])
    rows = ranking.score(past, [T, T + timedelta(days=400)], 60)
    assert {row.sort: row.ndcg for row in rows}["most people ever"] == 1.0


def test_when_ours_loses_the_table_says_so() -> None:
    lost = ranking.Row("newest", 0.5, 0.5, 0.5, (-0.2, -0.3, -0.1), (0.0, -0.1, 0.1))
    assert ranking.table([lost])[1][-1] == "ours is worse"


def test_the_section_says_only_what_this_run_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "few.csv"
    file.write_text(f"bug,customer,day\nA,a,{day(10)}\n")
    monkeypatch.setattr(ranking, "DATA", (str(file),))
    assert ranking.section().split("\n\n") == [
        "few: too short to score 60 days ahead.",
        "few: too short to score 180 days ahead.",
        "Clearly better than ours is: none of them.",
    ]


def test_a_file_of_reports_and_its_days_come_from_the_command_line(tmp_path: Path) -> None:
    rows = [f"B{n % 7},c{n},{day(400 - n)}" for n in range(400)]
    file = tmp_path / "reports.csv"
    file.write_text("\n".join(["bug,customer,day", *rows]) + "\n")
    done = CliRunner().invoke(ranking.main, [str(file), "--from", "2011-09-01", "--to", "2011-12-31", "--ahead", "30"])
    assert done.exit_code == 0, done.output
    assert "reports, 2011-09-30 to 2011-12-31, 4 month ends, 30 days ahead:" in done.output
    assert done.output.count("\n| ") == 9


def test_a_mapping_is_read_as_the_product_reads_it(tmp_path: Path) -> None:
    (tmp_path / "bugs.csv").write_text("id,title,opened\nA,One,2012-01-01\nB,Two,2012-01-02\n")
    (tmp_path / "reports.csv").write_text(
        "id,bug,who,on\n1,A,acme,2012-01-03\n2,A,acme,2012-01-04\n3,B,bolt,2012-01-05\n"
    )
    settings = tmp_path / "own.toml"
    settings.write_text(
        """
[sources.tracker]
type = "files"
[[sources.tracker.files]]
path = "bugs.csv"
record = "bug"
fields = { id = "id", title = "title", opened_at = "opened" }
[[sources.tracker.files]]
path = "reports.csv"
record = "bug_report"
fields = { id = "id", bug = "bug", customer = "who", reported_at = "on", linked_by = { constant = "author" } }
"""
    )
    past = ranking.read(settings)
    assert (len(past.names), len(past.day), past.first) == (2, 3, date(2012, 1, 3))


def test_without_the_data_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPATHY_TESTDATA", str(tmp_path / "nothing"))
    said = CliRunner().invoke(ranking.main, []).output
    assert "The ranking was not scored" in said
    assert str(tmp_path) not in said
