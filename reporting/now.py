"""The first page in short, for scripts and chat bots: the headline, what is new, the ten in a line each, the six numbers."""

from __future__ import annotations

import textwrap
from datetime import date, datetime

from metrics.metric import Metric
from metrics.reading import Reading
from ranking.top_bugs import TopBug, TopBugs
from reporting import bugs, cards, first_page, pages, readings, sources, words
from reporting.cautions import all_said
from reporting.data import Data, plain, reading_as_data
from reporting.program import printable
from settings import Settings
from views.question import Now
from views.sources import SourceState, is_stale

WIDTH = 100
SHORTEST_TITLE = 30


def headline(found: Now, settings: Settings) -> str:
    return bugs.how_many(found.page.top, settings)


def news(found: Now, settings: Settings) -> list[tuple[str, str]]:
    return first_page.news(found.page.top, found.page.news, settings)


def beside(found: Now, settings: Settings) -> list[str]:
    """What must stand beside the headline: that it was invented, that it is old, what to do where there is nothing to list."""
    top = found.page.top
    return [
        *([pages.SAMPLE] if found.snapshot.is_sample else []),
        *([old] if (old := sources.warning_of_age(found.states, found.at)) else []),
        *([advice] if (advice := bugs.advice(top, settings)) else []),
        *all_said(top.cautions),
        *([bugs.INCOMPLETE] if top.bugs and top.coverage.is_incomplete else []),
    ]


def as_text(found: Now, settings: Settings) -> str:
    """About thirty lines of at most 100 signs."""
    today = found.at.astimezone(settings.zone).date()
    top, shown = found.page.top, found.page.cards
    ages = {words.ago(card.reading.as_of, found.at) for card in shown if card.reading.as_of}
    blocks = [
        [f"{found.company}: {headline(found, settings)}", *beside(found, settings)],
        [f"{what}: {which}" for what, which in news(found, settings)],
        [bug_in_a_line(bug, top, today, settings) for bug in top.bugs],
        [in_a_line(card.metric, card.reading, today, found.at if len(ages) > 1 else None) for card in shown],
        [" ".join([as_of(found, settings), *(f"Metrics read {age}." for age in ages if len(ages) == 1)])],
    ]
    return "\n\n".join("\n".join(map(_wrapped, block)) for block in blocks if block)


def bug_in_a_line(bug: TopBug, top: TopBugs, today: date, settings: Settings) -> str:
    """ " 1. Coupon fails at checkout: 66 customers in 30 days, 41 in 7 days · growing · fix 7 Dec 2026": a title gives way."""
    people = first_page.in_days(bug.customers, top.window_days, settings)
    counts = f"{bug.customers:,} {people}, {bug.customers_7:,} {first_page.in_the_week()}"
    said = " · ".join(each for each in (counts, *first_page.labels(bug), first_page.fix(bug, today)) if each)
    room = max(SHORTEST_TITLE, WIDTH - len(said) - len("10. : "))
    return f"{bug.rank or 0:>2}. {textwrap.shorten(printable(bug.title), room, placeholder='…')}: {said}"


def in_a_line(metric: Metric, reading: Reading, today: date, at: datetime | None) -> str:
    """ "CSAT 90% (95% CI 82-95%), 92 answers, 2 Nov to 29 Nov, no clear change"; its age, too, where it is asked as of `at`."""
    if reading.value is None:
        said = [f"{metric.short}: {readings.why(reading).rstrip('.')}"]
    else:
        said = [
            f"{metric.short} {readings.in_figures(metric, reading)}",
            readings.based_on(metric, reading),
            words.period(reading.period, today),
            changed(metric, reading),
        ]
    if at and reading.as_of:
        said.append(f"read {words.ago(reading.as_of, at)}")
    return ", ".join(each for each in [*said, *(each.rstrip(".") for each in all_said(reading.cautions))] if each)


def changed(metric: Metric, reading: Reading) -> str:
    """The change in full where it is clear; else in two words why there is none."""
    if cards.moved(reading):
        return cards.change(metric, reading)
    return readings.SMALL if reading.state == "thin" else readings.change(metric, reading).partition(":")[0]


def as_of(found: Now, settings: Settings) -> str:
    moment = found.snapshot.published_at
    return f"As of {words.in_zone(moment, settings.zone)}, {words.ago(moment, found.at)}."


def _wrapped(line: str) -> str:
    return textwrap.fill(printable(line), WIDTH, subsequent_indent="    ", break_on_hyphens=False)


def as_data(found: Now, settings: Settings) -> Data:
    """The same in full precision; what is not known is None."""
    top = plain(bugs.as_data(found.page.top, settings))
    return {
        "company": found.company,
        "sample": found.snapshot.is_sample,
        "snapshot": found.snapshot.id,
        "as_of": plain(found.snapshot.published_at),
        "age_s": _age(found.snapshot.published_at, found.at),
        "headline": headline(found, settings),
        "beside": beside(found, settings),
        "news": [{"what": what, "which": which} for what, which in news(found, settings)],
        "top_bugs": {**top, "currency": settings.currency},
        "metrics": [
            {
                **reading_as_data(card.reading, card.metric),
                "change": readings.change(card.metric, card.reading) if card.reading.value is not None else None,
                "age_s": _age(card.reading.as_of, found.at),
            }
            for card in found.page.cards
        ],
        "sources": [_source(each, found.at) for each in found.states],
    }


def _source(state: SourceState, at: datetime) -> Data:
    return {
        "name": state.name,
        "last_read": plain(state.last_succeeded_at),
        "age_s": _age(state.last_succeeded_at, at),
        "out_of_date": is_stale(state, at),
    }


def _age(moment: datetime | None, at: datetime) -> int | None:
    return round((at - moment).total_seconds()) if moment else None
