"""Every sentence about the list of bugs: the headline, the rest, the money, the coverage. For pages and terminal alike.

Titles are foreign text: the sentences here are plain text, and whoever shows them escapes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ranking.top_bugs import COVERAGE_DAYS, REVENUE_DAYS, TopBug, TopBugs
from reporting import cautions
from reporting.one_bug import LABELS as LABELS
from reporting.one_bug import (
    arithmetic,
    in_words,
    leaves,
    marks,
    movement,
    of_all,
    paid,
    reason,
    status_line,
    why,
)
from reporting.one_bug import badge as badge
from reporting.one_bug import labels as labels
from reporting.one_bug import rounded as rounded
from reporting.one_bug import severity as severity
from reporting.one_bug import short as short
from reporting.one_bug import stage as stage
from reporting.words import day, percent
from store.ids import bare

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ranking.beside import Coverage, Revenue
    from ranking.top_bugs import Missing
    from settings import Settings

RULE = (
    "Ranked by impact: customers who reported it (recent reports count more) × severity × how they rate those tickets. "
    "The bars are reports a week."
)


def reports_a_week(counts: Sequence[int]) -> str:
    """What the small picture beside a bug shows."""
    return f"Reports a week, the last {len(counts)} weeks: {', '.join(str(n) for n in counts)}"


INCOMPLETE = "This list is incomplete: most tickets about problems name no bug yet."


def headline(top: TopBugs, settings: Settings) -> str:
    """ "154 of 293 customers (53%) reported one of these ten bugs in the last 30 days. Fastest growing: Coupon fails ..." """
    if top.missing:
        return how_many(top, settings)
    growing = fastest(top)
    none = "It is not" if len(top.bugs) == 1 else "None is"
    return f"{how_many(top, settings)} {f'Fastest growing: {growing}.' if growing else f'{none} clearly growing.'}"


def how_many(top: TopBugs, settings: Settings) -> str:
    """ "154 of 293 customers (53%) reported one of these ten bugs in the last 30 days." """
    if top.missing:
        return _missing(top.missing, settings)[0]
    words, n = settings.words, len(top.bugs)
    unfiled = " that no bug describes yet" if all(bug.is_unfiled for bug in top.bugs) else ""
    noun = "problem" if unfiled else "bug"
    which = f"this {noun}{unfiled}" if n == 1 else f"one of these {in_words(n)} {noun}s{unfiled}"
    if n == 1 and not unfiled:
        which = f"one {noun}"
    people = words.customer if top.customers == 1 else words.customers
    who = f"{top.customers:,} {people}"
    if top.of_customers:
        of_all = percent(100 * top.customers / top.of_customers)
        who = f"{top.customers:,} of {top.of_customers:,} {words.customers} ({of_all})"
    how_long_ago = f"; {'it was' if n == 1 else 'some were'} last reported more than a year ago"
    return f"{who} reported {which}{_in_the_last(top.window_days) or how_long_ago}."


def fastest(top: TopBugs) -> str | None:
    """The bug that grows fastest, and its rank where it is not listed; None where none clearly grows."""
    if top.fastest is None or top.fastest_title is None:
        return None
    beyond = f" (rank {top.fastest_rank})" if top.fastest_rank and top.fastest_rank > len(top.bugs) else ""
    return f"{short(top.fastest_title)}{beyond}"


def answer(top: TopBugs, settings: Settings, at: date | None) -> str:
    """The headline, and the day of the list where it is not today's."""
    return as_known_on(headline(top, settings), at)


def as_known_on(said: str, at: date | None) -> str:
    return f"As known on {day(at)}. {said}" if at else said


def advice(top: TopBugs, settings: Settings) -> str | None:
    """What to do where there is nothing to list."""
    return _missing(top.missing, settings)[1] if top.missing else None


def _missing(missing: Missing, settings: Settings) -> tuple[str, str]:
    customer, n = settings.words.customer, missing.bugs
    are_known = f"{_capital(_n(n, 'bug'))} {'is' if n == 1 else 'are'} known"
    match missing.why:
        case "withheld":
            return "The top 10 is withheld: too many rows were rejected.", cautions.reason(missing.withheld) or ""
        case "nothing read":
            return (
                "Nothing can be ranked yet: no bugs and no tickets have been read.",
                "Name a bug tracker and a help desk in empathy.toml, then run ./run refresh.",
            )
        case "no tracker":
            return (
                "No bug can be named yet: no bug tracker has been read.",
                "Name a bug tracker in empathy.toml, then run ./run refresh.",
            )
        case "none known then":
            return "No bug was known on this day.", "Choose a later day."
        case "no reports":
            return (
                f"{are_known}, but no {customer} has reported {'it' if n == 1 else 'any of them'}: nothing can be ranked.",
                "Link tickets to bugs: by the help desk's own link, or by writing the bug's key into the ticket.",
            )
        case "none open":
            return (
                f"No bug that a {customer} reported is still open.",
                f"{are_known}; those that were reported are fixed or closed.",
            )


def others(top: TopBugs) -> str | None:
    """The rest in one line: "18 more bugs were reported in the last 30 days, 6 are quiet." """
    days = _in_the_last(top.window_days)
    if top.others:
        were = "bug was" if top.others == 1 else "bugs were"
        quiet = f", {top.quiet:,} {'is' if top.quiet == 1 else 'are'} quiet" if top.quiet else ""
        return f"{top.others:,} more {were} reported{days}{quiet}."
    return f"{top.quiet:,} quiet {'bug' if top.quiet == 1 else 'bugs'}: not reported{days}." if top.quiet else None


def coverage(found: Coverage) -> str:
    """How many of the problem tickets the list can know about at all."""
    if found.percent is None:
        return f"There were no problem tickets in the last {COVERAGE_DAYS} days."
    share = (
        f"{percent(found.percent)} of the problem tickets of the last {COVERAGE_DAYS} days are linked to a bug"
        f" ({found.linked:,} of {found.tickets:,})."
    )
    return f"Incomplete: only {share}" if found.is_incomplete else share


def revenue_of_all(top: TopBugs, settings: Settings) -> str | None:
    """Of all listed bugs together; the money of single bugs must not be added up, since a customer may report several."""
    if len(top.bugs) < 2 or not top.revenue.customers:
        return None
    return (
        f"{_capital(settings.words.customers)} who reported any of these {in_words(len(top.bugs))} in the last "
        f"{REVENUE_DAYS} days pay {of_all(top.revenue, settings)}; each counted once."
    )


# --- as data -------------------------------------------------------------------------------------------------------------


def as_data(top: TopBugs, settings: Settings, as_known_on: date | None = None) -> dict[str, Any]:
    """What `./run read top-bugs --json` prints: every fact, and the sentences that the page says. Money in whole units."""
    return {
        "at": top.at,
        "headline": headline(top, settings),
        "window_days": top.window_days,
        "bugs": [_bug_as_data(bug, settings, as_known_on) for bug in top.bugs],
        "others": top.others,
        "quiet": top.quiet,
        "others_sentence": others(top),
        "customers": top.customers,
        "of_customers": top.of_customers,
        "revenue": _revenue_as_data(top.revenue),
        "revenue_sentence": revenue_of_all(top, settings),
        "coverage": top.coverage,
        "coverage_sentence": coverage(top.coverage),
        "fastest": bare(top.fastest) if top.fastest else None,
        "missing": advice(top, settings),
        "cautions": cautions.all_said(top.cautions),
    }


def _bug_as_data(bug: TopBug, settings: Settings, as_known_on: date | None) -> dict[str, Any]:
    facts = (
        "rank title impact se recent_customers rating_factor severity customers customers_7 customers_ever contacts_7 "
        "contacts_30 rated bad about_equal_with_next status owner area url age_days opened_on expected_on "
        "last_reported_on weeks"
    )
    return {
        "id": bare(bug.id),
        **{name: getattr(bug, name) for name in facts.split()},
        "badge": badge(bug),
        "labels": [
            {"word": LABELS[label], "reason": reason(label, bug.course, bug.end, settings)} for label in bug.labels
        ],
        "movement": {"words": movement(bug.movement), "places": bug.movement.places, "before": bug.movement.before},
        "marks": marks(bug),
        "why": why(bug, settings),
        "arithmetic": arithmetic(bug, settings),
        "stage": stage(bug),
        "leaves": leaves(bug, settings),
        "status_line": status_line(bug, settings, as_known_on),
        "revenue": _revenue_as_data(bug.revenue),
        "paid": paid(bug, settings),
    }


def _revenue_as_data(revenue: Revenue) -> dict[str, Any]:
    return {
        "customers": revenue.customers,
        "total": revenue.total / 100,
        "largest_percent": revenue.largest_percent,
        "of_all": revenue.of_all / 100,
    }


# --- words ---------------------------------------------------------------------------------------------------------------


def _in_the_last(days: int | None) -> str:
    """The window of a list; nothing where it looks back however long ago."""
    return f" in the last {days} days" if days else ""


def _n(n: int, noun: str) -> str:
    return f"one {noun}" if n == 1 else f"{n:,} {noun}s"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
