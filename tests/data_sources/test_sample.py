"""What the sample company promises: the same rows for the same seed and day, and every planted truth in them."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from data_sources import sample, source
from data_sources.sample import TRUTHS, truth
from data_sources.sample.texts import texts
from data_sources.source import Page, Request, SourceError
from metrics import metric
from metrics.reading import headline_period, series
from metrics.reading import read as read_metric
from settings import Settings
from store.masking import mask
from store.records import BY_TABLE, SCALES, WORDS, Customer, SurveyResponse, Ticket
from tests.builders import filled
from views.lines import HISTORY, windows

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = date(2026, 11, 21)
# A Saturday, a leap day, and a day when clocks change.
DAYS = ("2026-11-21", "2028-02-29", "2025-10-26")


def read(now: datetime = NOW, zone: str = "Europe/Madrid", since: str | None = None, **options: Any) -> list[Page]:
    return list(sample.fetch(Request("sample", options, Settings(time_zone=zone), since, now)))


class Rows:
    """All rows of one day, by table."""

    def __init__(self, now: datetime, zone: str, seed: int) -> None:
        self.zone, self.today = Settings(time_zone=zone).zone, now.astimezone(Settings(time_zone=zone).zone).date()
        self.by_table: dict[str, list[Any]] = defaultdict(list)
        for page in read(now, zone, seed=seed):
            for record in page.records:
                self.by_table[record.TABLE].append(record)
        self.customer_of = {customer.id: customer for customer in self["customer"]}

    def __getitem__(self, table: str) -> list[Any]:
        return self.by_table[table]

    def ago(self, when: datetime | date) -> int:
        """Days before today."""
        day = when.astimezone(self.zone).date() if isinstance(when, datetime) else when
        return (self.today - day).days

    def reports(self, bug: str) -> list[int]:
        return sorted(self.ago(report.reported_at) for report in self["bug_report"] if report.bug == bug)

    def bug(self, id: str) -> Any:
        return next(bug for bug in self["bug"] if bug.id == id)

    def answers(self, kind: str) -> list[Any]:
        return [answer for answer in self["survey_response"] if answer.kind == kind and answer.score is not None]

    def share(self, kind: str, is_good: Callable[[int], bool]) -> float:
        scores = [answer.score for answer in self.answers(kind)]
        return 100 * sum(map(is_good, scores)) / len(scores)

    def per_week(self, area: str, first: int, last: int) -> float:
        """Tickets per week of an area, from so many days ago to so many days ago."""
        found = sum(ticket.area == area and first >= self.ago(ticket.opened_at) > last for ticket in self["ticket"])
        return int(found) / (first - last) * 7


@cache
def rows_of(day: str = "2026-11-21", zone: str = "Europe/Madrid", seed: int = 7) -> Rows:
    return Rows(datetime.fromisoformat(f"{day}T12:00:00+00:00"), zone, seed)


@pytest.fixture(params=DAYS)
def rows(request: pytest.FixtureRequest) -> Rows:
    return rows_of(request.param)


# ---- the source -------------------------------------------------------------------------------------------------


def test_the_same_seed_and_day_give_the_same_rows_at_any_hour() -> None:
    def told(pages: list[Page]) -> list[Any]:
        return [dataclasses.astuple(record) for page in pages for record in page.records]

    morning = told(read(datetime(2026, 11, 21, 5, tzinfo=UTC)))
    assert told(read(datetime(2026, 11, 21, 20, tzinfo=UTC))) == morning
    assert told(read(seed=8)) != morning


def test_a_second_read_on_the_same_day_gives_nothing_and_the_next_day_everything() -> None:
    cursor = read()[-1].cursor
    assert cursor is not None
    assert "2026-11-21" in cursor
    assert read(since=cursor) == []
    assert read(since=cursor, seed=8) != []
    assert read(NOW + timedelta(days=1), since=cursor) != []


def test_the_cursor_comes_with_the_last_page_alone_so_that_half_a_company_is_never_taken_for_a_whole_one() -> None:
    cursors = [page.cursor for page in read()]
    assert cursors[-1] is not None
    assert set(cursors[:-1]) == {None}


def test_pages_are_small_and_every_kind_of_row_is_there() -> None:
    pages = read()
    assert max(len(page.records) for page in pages) <= 5_000
    assert (
        {type(record).TABLE for page in pages for record in page.records}
        == set(BY_TABLE)
        == set(source("sample").records)
    )
    assert source("sample").replaces


def test_a_seed_that_is_no_whole_number_is_refused() -> None:
    for seed in ("7", True, 1.5):
        with pytest.raises(SourceError, match="write a whole number"):
            read(seed=seed)


def test_the_company_has_the_size_that_is_promised(rows: Rows) -> None:
    counts = {table: len(found) for table, found in rows.by_table.items()}
    assert 380 <= counts["customer"] <= 430
    assert 12_000 <= counts["ticket"] <= 16_000
    assert counts["bug"] == 60
    assert counts["release"] == 20
    assert len({ticket.area for ticket in rows["ticket"]}) == 12
    assert len({customer.plan for customer in rows["customer"]}) in (3, 4)
    assert len({customer.segment for customer in rows["customer"]}) == 3
    assert 112 <= sum(person.ended_on is None for person in rows["employment"]) <= 124
    assert 715 <= max(rows.ago(ticket.opened_at) for ticket in rows["ticket"]) <= 731


def test_ids_are_unique_and_every_reference_finds_its_row(rows: Rows) -> None:
    ids = {table: [record.id for record in found] for table, found in rows.by_table.items()}
    for table, found in ids.items():
        assert len(found) == len(set(found)), table
    known = {table: set(found) for table, found in ids.items()}
    for table, found in rows.by_table.items():
        for record in found:
            for field in ("customer", "ticket", "bug"):
                value = getattr(record, field, None)
                assert value is None or value in known[field], (table, record)


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "UTC"])
def test_nothing_happens_after_the_end_of_yesterday_and_everything_in_its_order(zone: str) -> None:
    rows = rows_of("2026-11-21", zone)
    for found in rows.by_table.values():
        for record in found:
            for field in dataclasses.fields(record):
                value = getattr(record, field.name)
                if isinstance(value, datetime):
                    assert value.tzinfo is UTC
                    assert rows.ago(value) >= 1, record
    for ticket in rows["ticket"]:
        assert ticket.first_reply_at is None or ticket.first_reply_at >= ticket.opened_at
        assert ticket.solved_at is None or (
            ticket.first_reply_at is not None and ticket.solved_at >= ticket.first_reply_at
        )
    for answer in rows["survey_response"]:
        assert answer.answered_at is None or answer.answered_at >= answer.sent_at
    for bug in rows["bug"]:
        for later in (bug.fixed_at, bug.released_at, bug.closed_at):
            assert later is None or later >= bug.opened_at, bug
        assert not (bug.fixed_at and bug.released_at) or bug.released_at >= bug.fixed_at


def test_every_word_and_score_is_one_that_the_store_takes(rows: Rows) -> None:
    for (table, field), words in WORDS.items():
        assert {getattr(record, field) for record in rows[table]} <= {*words, None}
    for answer in rows["survey_response"]:
        lowest, highest = SCALES[answer.kind, answer.scale]
        assert answer.score is None or lowest <= answer.score <= highest
        assert (answer.score is None) == (answer.answered_at is None)


def test_a_customer_who_left_does_not_write_any_more(rows: Rows) -> None:
    for ticket in rows["ticket"]:
        customer: Customer = rows.customer_of[ticket.customer]
        day = ticket.opened_at.astimezone(rows.zone).date()
        assert customer.started_on is not None
        assert customer.started_on <= day
        assert customer.ended_on is None or day < customer.ended_on


def test_subscriptions_of_a_customer_do_not_overlap_and_end_where_the_customer_ends(rows: Rows) -> None:
    by_customer: dict[str, list[Any]] = defaultdict(list)
    for each in rows["subscription"]:
        by_customer[each.customer].append(each)
    assert set(by_customer) == set(rows.customer_of)
    for id, found in by_customer.items():
        found.sort(key=lambda each: each.started_on)
        for earlier, later in itertools.pairwise(found):
            assert earlier.ended_on is not None
            assert earlier.started_on < earlier.ended_on <= later.started_on
        customer = rows.customer_of[id]
        assert (found[0].started_on, found[-1].ended_on, found[-1].mrr) == (
            customer.started_on,
            customer.ended_on,
            customer.mrr,
        )


# ---- the words -------------------------------------------------------------------------------------------------


def test_customers_write_about_each_bug_in_their_own_words(rows: Rows) -> None:
    said: dict[str, set[str]] = defaultdict(set)
    tickets = {ticket.id: ticket for ticket in rows["ticket"]}
    for report in rows["bug_report"]:
        said[report.bug].add(tickets[report.ticket].excerpt)
    for bug, ways in said.items():
        assert len(ways) >= 0.6 * len(rows.reports(bug)), bug
    assert all("{" not in ticket.subject for ticket in rows["ticket"] if "7*7" not in ticket.excerpt)


def test_some_tickets_hold_private_things_and_masking_takes_them_out(rows: Rows) -> None:
    private = [ticket for ticket in rows["ticket"] if mask(ticket.excerpt, ticket.names) != ticket.excerpt]
    assert len(private) >= 200
    masked = Counter(
        word
        for ticket in private
        for word in mask(ticket.excerpt, ticket.names).replace(".", " ").replace(",", " ").split()
    )
    for placeholder in ("[e-mail]", "[phone]", "[card]", "[name]", "[IBAN]", "[IP]"):
        assert masked[placeholder] >= 5, placeholder
    for ticket in private:
        text = mask(ticket.excerpt, ticket.names)
        assert "@" not in text or "tracker.invalid" in text or "SUM" in text
        assert not any(part in text for name in ticket.names for part in name.split())


def test_texts_that_try_to_break_a_page_are_among_the_newest_tickets_of_the_first_two_bugs(rows: Rows) -> None:
    recent = [ticket for ticket in rows["ticket"] if rows.ago(ticket.opened_at) <= 14]
    together = " ".join(f"{ticket.subject} {ticket.excerpt}" for ticket in recent)
    for hostile in ("<script>", "![", "=HYPERLINK(", "\u202e", "👩‍👩‍👧‍👦", "DROP TABLE"):
        assert hostile in together
    linked = {report.ticket: report.bug for report in rows["bug_report"]}
    assert any(
        "<script>" in ticket.subject and linked.get(ticket.id) == truth("spreading")["bug"] for ticket in recent
    ) or any("![" in ticket.subject and linked.get(ticket.id) for ticket in recent)


# ---- the planted truths ------------------------------------------------------------------------------------------


def test_every_truth_has_a_name_of_its_own_and_says_something() -> None:
    assert len({each.id for each in TRUTHS}) == len(TRUTHS)
    assert all(each.sentence.endswith(".") and each.facts for each in TRUTHS)


def test_a_bug_spreads(rows: Rows) -> None:
    facts = truth("spreading")
    days = rows.reports(facts["bug"])
    assert days[-1] == facts["first_report"]
    weeks = Counter(day // 7 for day in days)
    assert weeks[0] > weeks[1] > weeks[2]
    assert weeks[0] >= 20
    assert rows.bug(facts["bug"]).title == "Coupon fails at checkout"


def test_a_bug_is_chronic(rows: Rows) -> None:
    facts = truth("chronic")
    days = rows.reports(facts["bug"])
    assert days[-1] == facts["first_report"]
    assert len({day // 7 for day in days if day < 91}) >= 9
    assert 0.8 * facts["per_week"] <= len(days) / days[-1] * 7 <= 1.2 * facts["per_week"]


def test_a_bug_came_back_after_its_fix_was_released(rows: Rows) -> None:
    facts = truth("regression")
    days, bug = rows.reports(facts["bug"]), rows.bug(facts["bug"])
    assert rows.ago(bug.released_at) == facts["released"]
    assert [day for day in days if facts["came_back"] < day <= facts["released"]] == []
    assert sum(day > facts["released"] for day in days) >= 20
    assert sum(day <= facts["came_back"] for day in days) >= 5


def test_no_other_bug_is_reported_long_after_its_fix_was_released(rows: Rows) -> None:
    for bug in rows["bug"]:
        if bug.id != truth("regression")["bug"] and bug.released_at:
            late = [
                report
                for report in rows["bug_report"]
                if report.bug == bug.id and report.reported_at > bug.released_at + timedelta(7)
            ]
            assert late == []


def test_a_bug_fades_and_a_bug_is_new(rows: Rows) -> None:
    fading, new = truth("fading"), truth("new")
    assert rows.reports(fading["bug"])[0] == fading["last_report"] > 21
    assert rows.bug(fading["bug"]).closed_at is None
    assert rows.reports(new["bug"])[-1] == new["first_report"] <= 14
    assert len(rows.reports(new["bug"])) >= 4


def test_a_release_took_tickets_of_its_area_away_for_good_and_another_did_not(rows: Rows) -> None:
    for name in ("release that helped", "release that did not help"):
        facts = truth(name)
        release = next(release for release in rows["release"] if release.name == facts["release"])
        assert rows.ago(release.released_at) == facts["released"]
        assert release.area == facts["area"]
        before = rows.per_week(facts["area"], facts["released"] + 26 * 7, facts["released"])
        after = rows.per_week(facts["area"], facts["released"], 0)
        assert after / before == pytest.approx(1 - facts["drop"], abs=0.10)
        half = facts["released"] // 2
        assert rows.per_week(facts["area"], half, 0) / before == pytest.approx(1 - facts["drop"], abs=0.15)
    assert rows.bug(truth("release that helped")["bug"]).released_at is not None
    assert rows.bug(truth("release that did not help")["bug"]).fixed_at is None


def test_a_pain_has_no_bug(rows: Rows) -> None:
    facts = truth("pain with no bug")
    linked = {report.ticket for report in rows["bug_report"]}
    found = [each for each in rows["ticket"] if each.subject in texts()["pain_without_bug"]["subjects"]]
    assert all("jump" in each.excerpt and "stock" in each.excerpt.lower() for each in found)
    assert len(found) == facts["tickets"]
    assert len({ticket.customer for ticket in found}) == facts["customers"]
    assert {ticket.area for ticket in found} == {facts["area"]}
    assert {ticket.kind for ticket in found} == {"problem"}
    assert not any(ticket.id in linked for ticket in found)
    assert max(rows.ago(ticket.opened_at) for ticket in found) == facts["first_report"]
    assert not any("jump" in bug.title for bug in rows["bug"])


def test_a_plan_leaves_after_bad_contacts(rows: Rows) -> None:
    facts = truth("plan that leaves")
    bad: dict[bool, set[str]] = {True: set(), False: set()}
    for answer in rows.answers("csat"):
        customer = rows.customer_of[answer.customer]
        if customer.plan == facts["plan"] and answer.score <= 2:
            bad[bool(customer.ended_on)].add(customer.id)
    team = [customer for customer in rows["customer"] if customer.plan == facts["plan"]]
    left = [customer for customer in team if customer.ended_on]
    assert len(bad[True]) / len(left) > 1.5 * len(bad[False]) / (len(team) - len(left))
    last = [
        answer.score
        for answer in rows.answers("csat")
        if (gone := rows.customer_of[answer.customer]).plan == facts["plan"]
        and gone.ended_on
        and 0 <= (gone.ended_on - answer.answered_at.date()).days <= facts["bad_contacts_from"]
    ]
    assert sum(score >= 4 for score in last) / len(last) < 0.5
    assert monthly_churn(rows, lambda plan: plan == facts["plan"]) > 1.6 * monthly_churn(
        rows, lambda plan: plan != facts["plan"]
    )


def monthly_churn(rows: Rows, of: Callable[[str], bool]) -> float:
    days = events = 0
    start = rows.today - timedelta(days=730)
    for customer in rows["customer"]:
        first, end = max(customer.started_on, start), customer.ended_on or rows.today
        if of(customer.plan) and end > first:
            days += (end - first).days
            events += customer.ended_on is not None
    return events / days * 30.44


def test_weekends_are_quiet(rows: Rows) -> None:
    by_day = Counter(ticket.opened_at.astimezone(rows.zone).weekday() for ticket in rows["ticket"])
    weekend, working = (by_day[5] + by_day[6]) / 2, sum(by_day[day] for day in range(5)) / 5
    assert 0.40 <= weekend / working <= 0.60


def test_a_team_has_three_people_and_lost_one(rows: Rows) -> None:
    facts = truth("team of three")
    team = [person for person in rows["employment"] if person.team == facts["team"]]
    assert sum(person.ended_on is None for person in team) == facts["people"]
    assert sum(person.ended_on is not None for person in team) == 1
    sizes = Counter(person.team for person in rows["employment"] if person.ended_on is None)
    assert [team for team, people in sizes.items() if people < 10] == [facts["team"]]


def test_levels_are_where_they_were_planted(rows: Rows) -> None:
    def between(name: str, value: float) -> None:
        assert truth(name)["lowest"] <= value <= truth(name)["highest"], (name, value)

    between("csat level", rows.share("csat", lambda score: score >= 4))
    between("nps level", rows.share("nps", lambda score: score >= 9) - rows.share("nps", lambda score: score <= 6))
    between("ces level", rows.share("ces", lambda score: score >= 5))
    between("churn level", monthly_churn(rows, lambda _: True))
    problems = [ticket.id for ticket in rows["ticket"] if ticket.kind == "problem"]
    linked = {report.ticket for report in rows["bug_report"]}
    between("coverage", 100 * sum(id in linked for id in problems) / len(problems))
    for kind in ("csat", "nps", "ces"):
        sent = sum(answer.kind == kind for answer in rows["survey_response"])
        between("response rates", 100 * len(rows.answers(kind)) / sent)


def test_first_time_buyers_come_back_as_often_as_was_planted(rows: Rows) -> None:
    orders: dict[str, list[date]] = defaultdict(list)
    for purchase in rows["purchase"]:
        orders[purchase.customer].append(purchase.ordered_at.date())
    settled = [sorted(days) for days in orders.values() if rows.ago(min(days)) >= 90]
    back = sum(len(days) > 1 and (days[1] - days[0]).days <= 90 for days in settled)
    assert truth("repeat level")["lowest"] <= 100 * back / len(settled) <= truth("repeat level")["highest"]


def test_two_years_of_repeat_business_can_be_told_of_the_company_and_do_not_fall(sqlite_database: str) -> None:
    """The orders of a company whose file began 15 months ago said 47 %, then 36 %: nothing but the start of the file."""
    rows = rows_of("2026-11-24", "UTC")
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    store = filled(sqlite_database, *rows["customer"], *rows["purchase"], now=now)
    repeat = metric("repeat")
    periods = windows(repeat, headline_period(repeat, rows.today), HISTORY["month"])
    with store.reading() as published:
        reading = read_metric(published, repeat, headline_period(repeat, rows.today), store.settings)
        history = series(published, repeat, periods, store.settings)
    assert (reading.period.start, reading.state, reading.reason) == (date(2025, 11, 1), "full", None)
    assert reading.comparison is not None
    assert reading.comparison.previous.state == "full"
    assert reading.comparison.verdict == "no clear change"
    assert all(each.value is not None for each in history)
    level = truth("repeat level")
    assert all(each.low < level["highest"] and each.high > level["lowest"] for each in history)


def test_staff_leave_as_often_as_was_planted(rows: Rows) -> None:
    for year in (0, 1):
        first, end = rows.today - timedelta(days=365 * (year + 1)), rows.today - timedelta(days=365 * year)
        present = leavers = 0
        for person in rows["employment"]:
            present += max(0, (min(end, person.ended_on or end) - max(first, person.started_on)).days)
            leavers += bool(person.ended_on and first < person.ended_on <= end and person.left_how != "transfer")
        rate = 100 * leavers / (present / 365)
        assert truth("attrition level")["lowest"] <= rate <= truth("attrition level")["highest"]


def test_one_answer_in_ten_is_late(rows: Rows) -> None:
    facts = truth("late answers")
    answers: list[SurveyResponse] = [
        answer for answer in rows["survey_response"] if answer.answered_at and answer.sent_at
    ]
    waits = [(answer.answered_at - answer.sent_at).total_seconds() / 86_400 for answer in answers]  # type: ignore[operator]
    assert sum(wait > facts["later_than_days"] for wait in waits) / len(waits) == pytest.approx(
        facts["share"], abs=0.03
    )
    assert max(waits) <= facts["latest_days"]


def test_help_is_never_asked_about_twice_for_one_ticket(rows: Rows) -> None:
    asked = Counter(answer.ticket for answer in rows["survey_response"] if answer.ticket)
    assert max(asked.values()) == 1
    tickets: dict[str, Ticket] = {ticket.id: ticket for ticket in rows["ticket"]}
    assert all(tickets[id].solved_at is not None for id in asked)
