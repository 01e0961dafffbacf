"""The ten bugs as people see them: two lines each, the numbers of all under one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from markupsafe import Markup

from display.blocks import NOTHING, link
from display.escape import in_html
from ranking.top_bugs import TopBug, TopBugs
from reporting import bugs as said_of_bugs
from reporting import first_page as said
from settings import Settings
from views.news import Mark

# Heard between a title, its labels and what stands under it; the eye has their boxes.
STOP = Markup('<span class="heard">.</span>')


def ten(top: TopBugs, releases: Mapping[str, Mark], settings: Settings) -> Markup:
    """An ordered list with a heading for each; the numbers of all stand under one another, the bars share one scale."""
    if not top.bugs:
        return NOTHING
    most_impact = max(bug.impact for bug in top.bugs) or 1.0
    most_week = max([1, *(n for bug in top.bugs for n in bug.weeks)])
    heads = NOTHING.join(Markup("<span>{}</span>").format(head) for head in said.heads(top, settings))
    rows = [_row(bug, releases.get(bug.id), most_impact, most_week, top.at, settings) for bug in top.bugs]
    return Markup('<div class="heads" aria-hidden="true">{}</div><ol class="ten" role="list">{}</ol>').format(
        heads, NOTHING.join(rows)
    )


def _row(bug: TopBug, release: Mark | None, most_impact: float, most_week: int, at: date, settings: Settings) -> Markup:
    labels = NOTHING.join(
        Markup('{} <span class="label{}">{}</span>').format(STOP, " loud" if each in said.LOUD else "", each)
        for each in said.labels(bug)
    )
    return Markup(
        '<li><span class="rank">{rank}</span>'
        '<div class="what"><h2>{title}</h2>{labels}{stop}<p title="{second}">{second}</p></div>'
        '<div class="impact" title="{impact}"><span class="length" role="img" aria-label="{impact}">'
        '<i style="width:{width:.1f}%"></i></span>'
        '<span class="small">{weight}</span></div>'
        '<div class="n">{window}<span class="in"> {in_window}</span></div>'
        '<div class="n">{week}<span class="in"> {in_week}</span></div>'
        "{bars}</li>"
    ).format(
        rank=bug.rank,
        title=link("bug", bug.title, bug=bug.id),
        labels=labels,
        stop=STOP,
        second=in_html(said.second_line(bug, release, at)),
        impact=said.impact(bug, most_impact),
        width=max(1.5, 100 * bug.impact / most_impact),
        weight=in_html(said.weight(bug)),
        window=f"{bug.customers:,}",
        in_window=in_html(said.in_days(bug.customers, bug.window_days, settings)),
        week=f"{bug.customers_7:,}",
        in_week=said.in_the_week(),
        bars=bars(bug.weeks, most_week),
    )


def bars(counts: Sequence[int], most: int) -> Markup:
    """One bar a week on the scale of `most`; no report is a thin line, not nothing."""
    # Nothing but numbers, so nothing to escape: a page has 130 of them.
    drawn = Markup("".join(f'<i style="height:{max(5, 100 * n / most):.0f}%"></i>' if n else "<i></i>" for n in counts))
    words = said_of_bugs.reports_a_week(counts)
    return Markup('<div class="bars" role="img" aria-label="{}" title="{}">{}</div>').format(words, words, drawn)
