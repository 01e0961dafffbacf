"""What is counted each day: every measure by name, with its day, its dimensions and its bins.

measure               day                bin                                     n / amount          dimensions
csat, nps, ces        of the answer      "scale:score", e.g. "1-5:4"             answers             area, channel, segment
surveys_sent          sent               "csat:answered", "csat:waiting", ...    surveys             area, channel, segment
tickets               opened             kind: "problem", "question", "request", "not said"          area, channel, segment
tickets_reopened      opened             "yes", "no" (where the source says)     tickets             area, channel, segment
tickets_within_target opened             "yes", "no" (where the source says)     tickets             area, channel, segment
replies               solved             replies, e.g. "2" (where the source says)  tickets          area, channel, segment
repeat_contact        solved             "yes", "no": another within 7 days (known customer)  tickets     area, channel, segment
first_reply           opened             histogram bin of seconds                tickets             area, channel, segment
resolution            opened             histogram bin of seconds                tickets             area, channel, segment
first_reply_open      opened             histogram bin of the age in seconds     tickets without a reply  area, channel, segment
resolution_open       opened             histogram bin of the age in seconds     tickets not solved  area, channel, segment
tickets_linked        opened             "kind:linked", "kind:not linked": to a bug              tickets     area, channel, segment
subscription_started  first day          "" *                                    contracts / mrr     segment, plan
subscription_ended    first day without  started_on                              contracts / mrr     segment, plan
contracts_due         first day without  days to the customer's nearest later contract, or "none"  contracts  segment, plan
customer_started      first day          "new", "reactivated" *                  customers / mrr     segment, plan
customer_ended        first day without  started_on                              customers / mrr     segment, plan
employment_started    first day          "" *                                    people              team
employment_ended      first day without  "left_how" or "not said"                people              team
purchases             of the order       "previous|one before" order days, "" = none  purchases / amount  segment, plan
repeat_cohort         of the FIRST order days until the second, or "none"        customers           segment, plan

All of it adds up, over days and over shards (shards of customers). `customer_*` are made of contracts where there
are any, else of the customer's own dates; a gap of at most `grace_days` is no end.
* ends in UNSAID where no source of it can say an end: such a stay has none for that reason alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import (
    Connection,
    String,
    Table,
    and_,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from store.contacts import contacted_again
from store.engines import insert_into, look_again, sql_of
from store.marks import counted_days
from store.measure import (
    ALWAYS,
    EMPTY,
    SEGMENT,
    Counting,
    Expression,
    Measure,
    kind_of,
    with_account,
    yes_no,
)
from store.measured_by_day import BY_DAY
from store.records import RECORDS
from store.schema import (
    BEFORE,
    FACTS,
    IS_NOTHING,
    bug_report,
    counted,
    customer_interval,
    stale_key,
    survey_response,
    survey_response_before,
    tally,
    tally_change,
    tally_total,
    ticket,
    ticket_before,
)

is_linked: Expression = exists().where(bug_report.c.ticket == ticket.c.id).correlate(ticket)


def _ticket_measures(table: Table, linked: Expression, again: Expression) -> tuple[Measure, ...]:
    """Of the tickets, or of what they were before."""
    row = table.c
    dimensions = {"area": row.area, "channel": row.channel, "segment": SEGMENT}

    def measure(name: str, day: Expression, bin: Expression, where: Expression = ALWAYS, version: int = 1) -> Measure:
        return Measure(name, "", day, bin, with_account(table), dimensions, where, version=version)

    return (
        measure("tickets", row.opened_on, kind_of(row)),
        measure("tickets_reopened", row.opened_on, yes_no(row.reopens > 0), row.reopens.is_not(None)),
        measure(
            "tickets_within_target",
            row.opened_on,
            yes_no(row.within_target.is_(true())),
            row.within_target.is_not(None),
        ),
        measure("replies", row.solved_on, cast(row.replies, String), row.replies.is_not(None)),
        measure("first_reply", row.opened_on, row.first_reply_bin, row.first_reply_bin.is_not(None), version=2),
        measure("resolution", row.opened_on, row.resolution_bin, row.resolution_bin.is_not(None), version=2),
        measure("repeat_contact", row.solved_on, yes_no(again), row.customer.is_not(None)),
        measure("tickets_linked", row.opened_on, kind_of(row) + yes_no(linked, ":linked", ":not linked")),
    )


def _survey_measures(table: Table) -> tuple[Measure, ...]:
    """Of the surveys, or of what they were before."""
    row = table.c
    of, dimensions = with_account(table), {"area": row.area, "channel": row.channel, "segment": SEGMENT}
    score = row.scale + literal(":", String) + cast(row.score, String)
    answered = row.score.is_not(None)
    state = row.kind + literal(":", String) + yes_no(answered, "answered", "waiting")
    return (
        *(
            Measure(kind, "", row.answered_on, score, of, dimensions, and_(row.kind == literal(kind, String), answered))
            for kind in ("csat", "nps", "ces")
        ),
        Measure("surveys_sent", "", row.sent_on, state, of, dimensions),
    )


# Counted row by row: what a row was counted for is taken away, what it counts for now is added.
BY_ROW: dict[str, tuple[Measure, ...]] = {
    "survey_response": _survey_measures(survey_response),
    "ticket": _ticket_measures(ticket, is_linked, contacted_again),
}
_COUNTED_BEFORE: dict[str, tuple[Measure, ...]] = {
    "survey_response": _survey_measures(survey_response_before),
    "ticket": _ticket_measures(
        ticket_before, ticket_before.c.is_linked.is_(true()), ticket_before.c.contacted_again.is_(true())
    ),
}


class Measures(NamedTuple):
    """All that is counted: row by row (by what rows are now, and by what they were before), and day by day."""

    by_row: Mapping[str, tuple[Measure, ...]]
    before: Mapping[str, tuple[Measure, ...]]
    by_day: tuple[Measure, ...]

    def all(self) -> tuple[Measure, ...]:
        return (*(each for measures in self.by_row.values() for each in measures), *self.by_day)

    def due(self, connection: Connection, everything: bool) -> frozenset[str]:
        """The names of those that are counted over all days now; `everything` means all of them."""
        known = _counted(connection)
        return frozenset(
            each.name for each in self.all() if everything or each.every_time or known.get(each.name) != each.version
        )


ALL = Measures(BY_ROW, _COUNTED_BEFORE, BY_DAY)
MEASURES = ALL.all()
_CELL = [column.name for column in tally.columns if column.name not in ("n", "amount")]
# The days on which something of a kind of stale key can count.
_DAYS: dict[str, tuple[Expression, ...]] = {
    "interval": (customer_interval.c.started_on, customer_interval.c.ended_on),
    **{
        record.TABLE: tuple(FACTS[record.TABLE].c[name] for name in counted_days(record))
        for record in RECORDS
        if counted_days(record)
    },
}


def take_away(connection: Connection, measures: Measures, due: frozenset[str]) -> None:
    """Notes what changed tickets and surveys were counted for; to be called before anything else that readers see changes."""
    for measure in (each for before in measures.before.values() for each in before):
        if measure.name not in due:
            _note(connection, measure.select(ALWAYS, sign=-1))


def add_up(connection: Connection, measures: Measures, due: frozenset[str], report: Callable[[str], None]) -> None:
    """Adds what they count for now to what take_away noted, and moves the tallies by the difference."""
    for table, of_rows in measures.by_row.items():
        old, now = BEFORE[table], FACTS[table]
        changed = tuple_(now.c.id, now.c.source).in_(select(old.c.id, old.c.source))
        for measure in of_rows:
            if measure.name not in due:
                report(measure.name)
                _note(connection, measure.select(changed))
    look_again(connection, tally_change)
    _move(connection, tally, _CELL)
    _move(connection, tally_total, ["measure", "day", "bin"])


def count_over_all_days(
    connection: Connection, measures: Measures, due: frozenset[str], today: date, report: Callable[[str], None]
) -> None:
    """Counts the measures that are due, whatever was counted before; `recount` does the rest for those with stale days.

    Remembers by which version each measure is counted, and forgets what no measure counts any more.
    """
    gone = _counted(connection).keys() - {each.name for each in measures.all()}
    for name in sorted(due | gone):
        for table in (tally, tally_total):
            connection.execute(delete(table).where(table.c.measure == name))
    for measure in measures.all():
        if measure.name not in due:
            continue
        report(measure.name)
        if measure.stale:
            _mark_all_days(connection, measure.stale)
            continue
        counts = measure.select(ALWAYS).params(today=today)
        connection.execute(insert(tally).from_select(_names(tally), counts))
        _total(connection, tally.c.measure == measure.name, tally_total.c.measure == measure.name)
    connection.execute(delete(counted))
    connection.execute(insert(counted), [{"measure": each.name, "version": each.version} for each in measures.all()])


def _counted(connection: Connection) -> dict[str, int]:
    """By which version each measure was counted when this store was last published."""
    return {name: version for name, version in connection.execute(select(counted.c.measure, counted.c.version))}


def _mark_all_days(connection: Connection, kind: str) -> None:
    days = union_all(*(select(day.label("day")).where(day.is_not(None)) for day in _DAYS[kind])).subquery("days")
    known = exists().where(stale_key.c.kind == kind, stale_key.c.day == days.c.day, stale_key.c.key == EMPTY)
    new = select(literal(kind, String), days.c.day, EMPTY).where(~known).distinct()
    connection.execute(insert(stale_key).from_select(["kind", "day", "key"], new))


def recount(connection: Connection, measures: Measures, report: Callable[[str], None] = lambda name: None) -> None:
    """Counts the stale days of the measures that are counted by day again. The stale keys are left for the caller to clear."""
    kinds = set(connection.scalars(select(stale_key.c.kind).distinct()))
    for measure in measures.by_day:
        if measure.stale not in kinds:
            continue
        own = stale_key.c.kind == measure.stale
        report(measure.name)
        days = select(stale_key.c.day).where(own)
        of_days = and_(tally.c.measure == measure.name, tally.c.day.in_(days))
        connection.execute(delete(tally).where(of_days))
        connection.execute(insert(tally).from_select(_names(tally), measure.select(measure.day.in_(days))))
        _total(connection, of_days, and_(tally_total.c.measure == measure.name, tally_total.c.day.in_(days)))


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def _note(connection: Connection, counts: Counting) -> None:
    connection.execute(insert(tally_change).from_select(_names(tally_change), counts))


def _move(connection: Connection, table: Table, keys: list[str]) -> None:
    """Adds the noted changes to a table of counts; a count that comes to nothing goes."""
    change = tally_change.c
    cell = [change[name] for name in keys]
    n, amount = func.sum(change.n), func.sum(change.amount)
    moved = select(*cell, n, amount).group_by(*cell).having(or_(n != 0, amount != 0))
    new = insert_into(table, sql_of(connection).sqlite).from_select([*keys, "n", "amount"], moved)
    sums = {name: table.c[name] + new.excluded[name] for name in ("n", "amount")}
    connection.execute(new.on_conflict_do_update(index_elements=keys, set_=sums))
    # By an index of what came to nothing, not by a join with the changes: nothing here hangs on what the planner guesses.
    connection.execute(delete(table).where(IS_NOTHING[table.name]))


def _total(connection: Connection, which: Expression, old: Expression) -> None:
    connection.execute(delete(tally_total).where(old))
    connection.execute(
        insert(tally_total).from_select(
            _names(tally_total),
            select(tally.c.measure, tally.c.day, tally.c.bin, func.sum(tally.c.n), func.sum(tally.c.amount))
            .where(which)
            .group_by(tally.c.measure, tally.c.day, tally.c.bin),
        )
    )
