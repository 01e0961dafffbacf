"""How sources are described, checked and set beside what the systems themselves say, in words for whoever connects them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from metrics import all_metrics
from reporting.cautions import plural

WIDTH = 100
TOP_TEN = "Which ten bugs hurt customers most now?"


def questions(records: Sequence[str]) -> list[str]:
    """What can be answered from rows of these records alone, in the order in which people read it."""
    asked = [metric.asks for metric in all_metrics() if set(metric.records) <= set(records)]
    return [*([TOP_TEN] if {"bug", "bug_report"} <= set(records) else []), *asked]


def described(
    type_name: str,
    says: str,
    records: Sequence[str],
    options: Sequence[tuple[str, str, bool]],
    rights: str,
    drops: Sequence[str],
    documented_at: str,
) -> str:
    """One kind of source: `options` are (name, what it means, whether it must be written)."""
    lines = [f"{type_name}: {says}"]
    lines += _named("records", ", ".join(plural(record) for record in records))
    lines += _named("rights", rights)
    lines += _named("never reads", ", ".join(drops))
    lines += _named("documented", documented_at)
    for name, meaning, needed in options:
        lines += _named(f"option {name}{' (needed)' if needed else ''}", meaning)
    for question in questions(records):
        lines += _named("answers", question)
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
    """ "desk says 2,301 tickets, we count 2,276: 19 merged, 6 deleted." """
    what = plural(record)
    head = f"{name} says {theirs:,} {what}, we count {ours:,}"
    if theirs == ours and not any(reasons.values()):
        return f"{head}: the same."
    named = [f"{n:,} {reason}" for reason, n in reasons.items() if n]
    rest = theirs - sum(reasons.values()) - ours
    if rest > 0:
        named.append(f"{rest:,} not explained: look at ./run read rejected, then read all again (./run refresh --full)")
    elif rest < 0:
        named.append(f"{-rest:,} more here than there: read all again (./run refresh --full) to drop what is gone")
    return f"{head}: {', '.join(named) or 'the same'}."


def held_back(source: str, record: str, before: int, now: int) -> str:
    """Why nothing is published: a number of rows that is hard to believe."""
    return (
        f"{source} grew from {before:,} to {now:,} {plural(record)} since the last snapshot. That is hard to believe, so nothing is "
        "published until you accept it: ./run refresh --accept-growth"
    )
