"""What is said beside a number so that nobody believes more than its sources can tell: rejected rows, missing fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from metrics.cautions import Caution, DataBegins, LeftOut, NoField, NoRows, PartUnknown, Reason, RejectedShare, Why
from reporting import reasons
from reporting.words import day, share

if TYPE_CHECKING:
    from views.sources import Unresolved

FIX = "Fix them in the source and refresh; fixed rows disappear from this list."
NAMES = {"survey_response": "survey answers", "bug_report": "bug reports", "employment": "employments"}
FIELDS = {
    "ended_on": "end dates",
    "sent_at": "send dates",
    "ordered_at": "order dates",
    "first_reply_at": "reply times",
    "solved_at": "solve times",
}


def all_said(cautions: Iterable[Caution]) -> list[str]:
    return [said(each) for each in cautions]


def said(caution: Caution) -> str:
    """One sentence."""
    match caution:
        case RejectedShare(source, record, read, rejected):
            return rejected_sentence(source, record, read, rejected)
        case NoRows(records):
            return f"No {' and no '.join(plural(record) for record in records)} in any source."
        case NoField(field, sources):
            return f"No {FIELDS[field]} in {', '.join(sources)}."
        case LeftOut(field, sources, n):
            why = f"no {FIELDS[field]} in {', '.join(sources)}"
            return f"Its rows are not included: {why}." if n is None else f"{n:,} {_are(n)} not included: {why}."
        case PartUnknown(part, field, sources, elsewhere):
            names = ", ".join(sources)
            how = f"without {names}" if elsewhere else "not known"
            return f"{part} {how}: no {FIELDS[field]} in {names}."
        case DataBegins(since, available_from, why):
            begins = f"Data begins {day(since)}"
            return f"{begins}; {why}, so this is available from {day(available_from)}." if why else f"{begins}."


def reason(why: Reason | None) -> str | None:
    """Why there is no value, or only a small sample: one sentence."""
    if why is None or isinstance(why, str):
        return why
    if isinstance(why, Why):
        return reasons.said(why)
    return f"Hidden because {said(why)}" if isinstance(why, RejectedShare) else said(why)


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def rejected_sentence(source: str, record: str, read: int, rejected: int) -> str:
    """ "42,450 of 49,653 rows of purchases in shop were rejected (85%)." """
    of = f"{read:,} rows" if read != 1 else "1 row"
    were = "were" if rejected != 1 else "was"
    return f"{rejected:,} of {of} of {plural(record)} in {source} {were} rejected ({share(rejected, read)})."


def waiting_sentence(waiting: int, stored: int) -> str:
    """What is said of rows that have left their source, too many to remove without being asked."""
    return (
        f"{waiting:,} of {stored:,} rows are no longer in the source or now rejected. That is more than 20%, so "
        "they stay until you accept it: ./run refresh --accept-removal"
    )


def plural(record: str) -> str:
    """The rows of this noun as readers call them: "tickets", "survey answers"."""
    return NAMES.get(record, record.replace("_", " ") + "s")


def found_elsewhere(each: Unresolved) -> str:
    """What to write into the settings where another source knows most of what the references of this one name."""
    if not each.elsewhere or each.found * 2 < each.missing:
        return ""
    things = {"customer": "customers", "ticket": "tickets", "bug": "bugs"}[each.field]
    return (
        f"{each.missing:,} of {each.given:,} {things} that {each.source} names ({share(each.missing, each.given)}) are not "
        f"stored under its own ids; {each.elsewhere} has {each.found:,} of them. If {each.source} and {each.elsewhere} share "
        f'their ids, write shares_ids_with = ["{each.elsewhere}"] under [sources.{each.source}].'
    )
