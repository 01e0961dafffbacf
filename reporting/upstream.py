"""How sources are described, checked and set beside what the systems themselves say, in words for whoever connects them."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping, Sequence

from metrics import all_metrics
from metrics.counting.surveys import EXTREMES
from metrics.metric import Metric
from reporting.cautions import plural

WIDTH = 100
Gives = Mapping[str, Mapping[str, Collection[object]]]
TOP_TEN = "Which ten bugs affect customers most now?"


def questions(records: Sequence[str], gives: Gives | None = None) -> tuple[list[str], dict[str, str]]:
    """What can be answered from rows of these records alone, in reading order; and which metrics cannot
    be, for a field that such rows do not have here: {"First reply time (median)": "it does not give first_reply_at"}."""
    asked = [TOP_TEN] if {"bug", "bug_report"} <= set(records) else []
    # Bugs alone rank nowhere: another source has to say who reported them.
    lacking = {"Top ten bugs": "it does not give bug reports"} if "bug" in records and not asked else {}
    for metric in all_metrics():
        if set(metric.records) <= set(records):
            missing = _missing(metric, gives) if gives is not None else ""
            if missing:
                lacking[metric.name] = f"it does not give {missing}"
            else:
                asked.append(metric.asks)
    return asked, lacking


def _missing(metric: Metric, gives: Gives) -> str:
    """The first thing that the metric is made from and that is not given; of several that would each do, all of them."""
    for fields in (metric.needs, *((each,) for each in metric.fields)):
        if fields and not any(field in gives.get(record, ()) for record, field in fields):
            return " or ".join(dict.fromkeys(field for _, field in fields))
    asked = gives.get("survey_response", {}).get("kind", ())
    kinds = [each for each in metric.model.begins.measures if each in EXTREMES]  # each kind of survey is a measure
    return "" if not asked or set(kinds) <= set(asked) else f"answers to a survey of the kind {kinds[0]}"


def described(
    type_name: str,
    says: str,
    records: Sequence[str],
    options: Sequence[tuple[str, str, bool]],
    rights: str,
    drops: Sequence[str],
    documented_at: str,
    gives: Gives | None = None,
) -> str:
    """One kind of source: `options` are (name, what it means, whether it must be written); `gives` the fields that its rows
    can have, and the only values of those that have no others (None: all fields)."""
    lines = [f"{type_name}: {says}"]
    lines += _named("records", ", ".join(plural(record) for record in records))
    lines += _named("rights", rights)
    lines += _named("never reads", ", ".join(drops))
    lines += _named("documented", documented_at)
    for name, meaning, needed in options:
        lines += _named(f"option {name}{' (needed)' if needed else ''}", meaning)
    asked, lacking = questions(records, gives)
    for question in asked:
        lines += _named("answers", question)
    for name, why in lacking.items():
        lines += _named(f"not {name}", why)
    return "\n".join(lines)


def _named(name: str, text: str) -> list[str]:
    if not text:
        return []
    wrap = textwrap.TextWrapper(WIDTH, "  ", "      ", break_on_hyphens=False, break_long_words=False)
    return wrap.wrap(f"{name}: {text}")  # an address stays whole


def connected(name: str, type_name: str, rows: Mapping[str, int]) -> str:
    """A source of the settings: "desk (zendesk): 2,276 tickets, 410 survey answers"."""
    held = ", ".join(f"{n:,} {plural(record)}" for record, n in sorted(rows.items()) if n)
    return f"{name} ({type_name}): {held or 'nothing stored yet'}"


def reconciled(name: str, record: str, theirs: int, reasons: Mapping[str, int], ours: int) -> str:
    """ "desk reports 2,301 tickets, we store 2,276: 19 merged, 6 deleted." """
    what = plural(record)
    head = f"{name} reports {theirs:,} {what}, we store {ours:,}"
    if theirs == ours and not any(reasons.values()):
        return f"{head}: the same."
    named = [f"{n:,} {reason}" for reason, n in reasons.items() if n]
    rest = theirs - sum(reasons.values()) - ours
    if rest > 0:
        named.append(f"{rest:,} not explained: see ./run read rejected, then read all again (./run refresh --full)")
    elif rest < 0:
        named.append(f"{-rest:,} more here than there: read all again (./run refresh --full) to drop what is gone")
    return f"{head}: {', '.join(named) or 'the same'}."


def held_back(source: str, record: str, before: int, now: int) -> str:
    """Why nothing is published: a number of rows that is hard to believe."""
    return (
        f"{source} grew from {before:,} to {now:,} {plural(record)} since the last snapshot. That looks wrong, so nothing is "
        "published until you accept it: ./run refresh --accept-growth"
    )
