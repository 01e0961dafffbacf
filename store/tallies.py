"""What is counted each day: every measure by name, with its day, its dimensions and its bins.

measure               day                bin                                     n / amount          dimensions
csat, nps, ces        of the answer      "scale:score", e.g. "1-5:4"             answers             area, channel, segment
surveys_sent          sent               "csat:answered", "csat:waiting", ...    surveys             area, channel, segment
tickets               opened             kind: "problem", "question", "request", "not said"          area, channel, segment
tickets_reopened      opened             "yes", "no" (where the source says)     tickets             area, channel, segment
tickets_within_target opened             "yes", "no" (where the source says)     tickets             area, channel, segment
first_reply           of the reply       histogram bin of seconds                tickets             area, channel, segment
resolution            of the solve       histogram bin of seconds                tickets             area, channel, segment
waiting               opened             "no reply", "not solved"                tickets still so    area, channel, segment
problem_tickets       opened             "linked", "not linked"                  tickets (kind problem or not said)  area, channel, segment
subscription_started  first day          ""                                      contracts / mrr     segment, plan
subscription_ended    first day without  started_on                              contracts / mrr     segment, plan
customer_started      first day          "new", "reactivated"                    customers / mrr     segment, plan
customer_ended        first day without  started_on                              customers / mrr     segment, plan
employment_started    first day          ""                                      people              team
employment_ended      first day without  "left_how" or "not said"                people              team
purchases             of the order       "previous|one before" order days, "" = none  purchases / amount  segment, plan
repeat_cohort         of the FIRST order days until the second, or "none"        customers           segment, plan

All of it adds up, over days and over shards (shards of customers). `customer_*` are made of contracts where there
are any, else of the customer's own dates; a gap of at most `grace_days` is no end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    String,
    and_,
    case,
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
)
from sqlalchemy.sql import ColumnElement

from store.schema import (
    account,
    bug_report,
    customer_interval,
    dirty,
    employment,
    purchase,
    subscription,
    survey_response,
    tally,
    tally_total,
    ticket,
)

DIMENSIONS = ("area", "channel", "segment", "plan", "team")
Expression = ColumnElement[Any]
EMPTY: Expression = literal("", String)
ONE: Expression = func.count()
ALWAYS: Expression = true()


@dataclass(frozen=True, slots=True)
class Measure:
    """One SELECT, declared once: what is counted, on which day, by what. `dirt` names the kinds of changes that touch it."""

    name: str
    dirt: str
    day: Expression
    bin: Expression
    of: Any  # the table, joined as needed
    dimensions: Mapping[str, Expression]
    where: Expression = ALWAYS
    amount: Expression | None = None
    n: Expression | None = None

    @property
    def by_area(self) -> bool:
        """Whether its dirt says the area as well as the day."""
        return "area" in self.dimensions

    def select(self, narrowed: Expression) -> Select[*tuple[Any, ...]]:
        """The counts of the days (and areas) that `narrowed` lets through, as rows of the tally."""
        dimensions = [self.dimensions.get(name, EMPTY) for name in DIMENSIONS]
        grouped = [each for each in dimensions if each is not EMPTY]
        return (
            select(
                literal(self.name, String),
                self.day,
                *dimensions,
                self.bin,
                self.n if self.n is not None else ONE,
                self.amount if self.amount is not None else literal(0),
            )
            .select_from(self.of)
            .where(self.day.is_not(None), self.where, narrowed)
            # Twice the same expression object: PostgreSQL must see that what is selected is what is grouped.
            .group_by(self.day, *grouped, *([self.bin] if self.bin is not EMPTY else []))
        )


def _with_account(fact: Any) -> Any:
    return fact.outerjoin(account, account.c.id == fact.c.customer)


def _known(column: Any) -> Expression:
    return func.coalesce(column, EMPTY)


SEGMENT, PLAN = _known(account.c.segment), _known(account.c.plan)
_TICKETS: dict[str, Any] = {
    "dirt": "ticket",
    "of": _with_account(ticket),
    "dimensions": {"area": ticket.c.area, "channel": ticket.c.channel, "segment": SEGMENT},
}
_SURVEYS: dict[str, Any] = {
    "dirt": "survey_response",
    "of": _with_account(survey_response),
    "dimensions": {"area": survey_response.c.area, "channel": survey_response.c.channel, "segment": SEGMENT},
}
_SCORE = survey_response.c.scale + literal(":", String) + cast(survey_response.c.score, String)


def _yes_no(condition: Expression, yes: str = "yes", no: str = "no") -> Expression:
    return case((condition, literal(yes, String)), else_=literal(no, String))


def _survey(kind: str) -> Measure:
    answered = and_(survey_response.c.kind == literal(kind, String), survey_response.c.score.is_not(None))
    return Measure(kind, day=survey_response.c.answered_on, bin=_SCORE, where=answered, **_SURVEYS)


is_problem = or_(ticket.c.kind.is_(None), ticket.c.kind == literal("problem", String))
is_linked = exists().where(bug_report.c.ticket == ticket.c.id).correlate(ticket)


def _purchases() -> Any:
    """Each purchase with the two before it by the same customer: distinct customers of any period can be counted from that."""
    ordered: dict[str, Any] = {
        "partition_by": purchase.c.customer,
        "order_by": [purchase.c.ordered_at, purchase.c.source, purchase.c.id],
    }
    touched = select(purchase.c.customer).where(
        purchase.c.ordered_on.in_(select(dirty.c.day).where(dirty.c.kind == "purchase"))
    )
    return (
        select(
            purchase.c.customer,
            purchase.c.ordered_on.label("on"),
            purchase.c.ordered_ordinal.label("ordinal"),
            func.coalesce(purchase.c.amount, 0).label("amount"),
            func.lag(purchase.c.ordered_on, 1).over(**ordered).label("previous"),
            func.lag(purchase.c.ordered_on, 2).over(**ordered).label("one_before"),
            func.row_number().over(**ordered).label("nth"),
            func.lead(purchase.c.ordered_ordinal, 1).over(**ordered).label("next_ordinal"),
        )
        .where(purchase.c.customer.in_(touched))
        .subquery("chained")
    )


_CHAINED = _purchases()
_CHAINED_WITH_ACCOUNT = _CHAINED.outerjoin(account, account.c.id == _CHAINED.c.customer)
_BY_PLAN: dict[str, Expression] = {"segment": SEGMENT, "plan": PLAN}


def _interval(name: str, day: Any, bin: Any, mrr: Any) -> Measure:
    dimensions = {"segment": customer_interval.c.segment, "plan": customer_interval.c.plan}
    return Measure(name, "interval", day, bin, customer_interval, dimensions, amount=func.sum(mrr))


def _contract(name: str, day: Any, bin: Any) -> Measure:
    dimensions = {
        "segment": SEGMENT,
        "plan": func.coalesce(subscription.c.plan, account.c.plan, EMPTY),
    }
    amount = func.coalesce(func.sum(subscription.c.mrr), 0)
    return Measure(name, "subscription", day, bin, _with_account(subscription), dimensions, amount=amount)


_TEAM: dict[str, Expression] = {"team": _known(employment.c.team)}

MEASURES: tuple[Measure, ...] = (
    _survey("csat"),
    _survey("nps"),
    _survey("ces"),
    Measure(
        "surveys_sent",
        day=survey_response.c.sent_on,
        bin=survey_response.c.kind
        + literal(":", String)
        + _yes_no(survey_response.c.score.is_not(None), "answered", "waiting"),
        **_SURVEYS,
    ),
    Measure("tickets", day=ticket.c.opened_on, bin=func.coalesce(ticket.c.kind, "not said"), **_TICKETS),
    Measure(
        "tickets_reopened",
        day=ticket.c.opened_on,
        bin=_yes_no(ticket.c.reopens > 0),
        where=ticket.c.reopens.is_not(None),
        **_TICKETS,
    ),
    Measure(
        "tickets_within_target",
        day=ticket.c.opened_on,
        bin=_yes_no(ticket.c.within_target.is_(true())),
        where=ticket.c.within_target.is_not(None),
        **_TICKETS,
    ),
    Measure(
        "first_reply",
        day=ticket.c.replied_on,
        bin=ticket.c.first_reply_bin,
        where=ticket.c.first_reply_bin.is_not(None),
        **_TICKETS,
    ),
    Measure(
        "resolution",
        day=ticket.c.solved_on,
        bin=ticket.c.resolution_bin,
        where=ticket.c.resolution_bin.is_not(None),
        **_TICKETS,
    ),
    Measure(
        "waiting",
        day=ticket.c.opened_on,
        bin=_yes_no(ticket.c.first_reply_at.is_(None), "no reply", "not solved"),
        where=ticket.c.solved_at.is_(None),
        **_TICKETS,
    ),
    Measure(
        "problem_tickets",
        day=ticket.c.opened_on,
        bin=_yes_no(is_linked, "linked", "not linked"),
        where=is_problem,
        **{**_TICKETS, "dirt": "ticket link"},
    ),
    _contract("subscription_started", subscription.c.started_on, EMPTY),
    _contract("subscription_ended", subscription.c.ended_on, cast(subscription.c.started_on, String)),
    _interval(
        "customer_started", customer_interval.c.started_on, customer_interval.c.how, customer_interval.c.start_mrr
    ),
    _interval(
        "customer_ended",
        customer_interval.c.ended_on,
        cast(customer_interval.c.started_on, String),
        customer_interval.c.end_mrr,
    ),
    Measure("employment_started", "employment", employment.c.started_on, EMPTY, employment, _TEAM),
    Measure(
        "employment_ended",
        "employment",
        employment.c.ended_on,
        func.coalesce(employment.c.left_how, "not said"),
        employment,
        _TEAM,
    ),
    Measure(
        "purchases",
        "purchase",
        _CHAINED.c.on,
        func.coalesce(cast(_CHAINED.c.previous, String), EMPTY)
        + literal("|", String)
        + func.coalesce(cast(_CHAINED.c.one_before, String), EMPTY),
        _CHAINED_WITH_ACCOUNT,
        _BY_PLAN,
        amount=func.sum(_CHAINED.c.amount),
    ),
    Measure(
        "repeat_cohort",
        "purchase",
        _CHAINED.c.on,
        func.coalesce(cast(_CHAINED.c.next_ordinal - _CHAINED.c.ordinal, String), "none"),
        _CHAINED_WITH_ACCOUNT,
        _BY_PLAN,
        where=_CHAINED.c.nth == 1,
    ),
)


def recount(connection: Connection, told: Callable[[str], None] = lambda name: None) -> None:
    """Counts the dirty days (and areas) of every measure again. The dirt is left for the caller to clear."""
    for measure in MEASURES:
        own = dirty.c.kind.in_(measure.dirt.split())
        if not connection.scalar(select(select(dirty.c.kind).where(own).exists())):
            continue
        told(measure.name)
        _recount(connection, measure, own)


def _recount(connection: Connection, measure: Measure, own: Expression) -> None:
    days = select(dirty.c.day).where(own)
    of_days = and_(tally.c.measure == measure.name, tally.c.day.in_(days))
    if measure.by_area:
        # A pair found in a list, not EXISTS: both engines then walk from the few dirty pairs to the rows by index.
        cells = select(dirty.c.day, dirty.c.key).where(own)
        old = and_(tally.c.measure == measure.name, tuple_(tally.c.day, tally.c.area).in_(cells))
        narrowed: Expression = tuple_(measure.day, measure.dimensions["area"]).in_(cells)
    else:
        old = of_days
        narrowed = measure.day.in_(days)
    connection.execute(delete(tally).where(old))
    connection.execute(insert(tally).from_select([column.name for column in tally.columns], measure.select(narrowed)))
    connection.execute(delete(tally_total).where(tally_total.c.measure == measure.name, tally_total.c.day.in_(days)))
    connection.execute(
        insert(tally_total).from_select(
            [column.name for column in tally_total.columns],
            select(tally.c.measure, tally.c.day, tally.c.bin, func.sum(tally.c.n), func.sum(tally.c.amount))
            .where(of_days)
            .group_by(tally.c.measure, tally.c.day, tally.c.bin),
        )
    )
