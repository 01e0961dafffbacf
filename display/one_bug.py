"""The page of one bug as one block: the answer, who reported it in which week, what they wrote, and folded how it is worked out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import quote

from markupsafe import Markup

from display import tables, ten, weeks
from display.blocks import NOTHING, link, parts, say
from display.escape import in_html, web_address
from display.frame import as_of, warning_of_age
from reporting import bug_page as said
from reporting import cautions, one_bug
from reporting.first_page import LOUD
from settings import Settings
from views.first_page import first_page
from views.one_bug import DIMENSIONS, Dimension, Excerpt, Groups, OneBug
from views.one_bug import one_bug as read_bug
from views.view import View

LINK = Markup('<a class="out" href="{}" target="_blank" rel="noopener noreferrer">{}</a>')


def answer(view: View, asked: Mapping[str, str]) -> Markup:
    name = asked.get("bug", "")
    page = read_bug(view, name) if name else None
    return _page(page, view) if page else _not_found(view, name)


def _not_found(view: View, name: str) -> Markup:
    """Which there are instead."""
    first = first_page(view)
    hint = say(said.MAY_HAVE_ANOTHER_NAME) if name and first.top.bugs else NOTHING
    return Markup("<h1>{}</h1>{}{}").format(
        said.NO_SUCH_BUG if name else said.WHICH, hint, ten.ten(first.top, first.releases, view.settings)
    )


def _page(page: OneBug, view: View) -> Markup:
    explained, settings = page.explained, view.settings
    excerpts = _excerpts(page, view)
    if withheld := cautions.reason(explained.cautions.withheld):
        return _whole(_head(page, view.today), say(withheld, "answer"), excerpts)
    beside = " ".join(cautions.all_said(explained.cautions.beside))
    return _whole(
        _head(page, view.today),
        Markup('<p class="answer">{}</p>').format(parts(said.answer(page, settings, view.today), 2000)),
        say(said.first_report(page, view.today)),
        say(beside),
        warning_of_age(view),
        _facts(page, view.today),
        Markup('<div class="beside">{}{}</div>').format(_weeks(page, view), _groups(page, settings)),
        excerpts,
        _folded(
            one_bug.heading_of_rank(explained.bug),
            tables.facts(said.HOW_IMPACT, one_bug.factors(explained, settings, view.today)),
            say(one_bug.history(explained.history, view.today) or ""),
            tables.of_rows(said.IMPACT_BY_WEEK, said.history_as_rows(explained, settings, view.today), "narrow"),
        ),
        _folded(said.DETAILS, tables.facts(said.WHAT_DETAILS, one_bug.details(explained.bug, settings, view.today))),
        as_of(view),
    )


def _whole(*parts: Markup) -> Markup:
    return Markup('<div class="page-of-parts">{}</div>').format(NOTHING.join(parts))


def _head(page: OneBug, today: date) -> Markup:
    bug = page.explained.bug
    key, title = said.heading(bug)
    labels = NOTHING.join(
        Markup('<li class="label{}">{}</li>').format(" loud" if each in LOUD else "", in_html(each, 60))
        for each in said.marks(bug, today)
    )
    return Markup('<p class="crumb">{}</p><h1>{}{}</h1><ul class="labels" role="list">{}</ul>').format(
        link("./", said.BACK),
        Markup('<span class="key">{} ·</span> ').format(in_html(key, 60)) if key else NOTHING,
        in_html(title, 200),
        labels,
    )


def _facts(page: OneBug, today: date) -> Markup:
    address = web_address(page.explained.bug.url)
    tracker = Markup("<p>{}</p>").format(LINK.format(address, said.TRACKER)) if address else NOTHING
    return tables.in_a_row(said.facts(page.explained, today), tracker)


def _weeks(page: OneBug, view: View) -> Markup:
    settings, today = view.settings, view.today
    words = said.course(page.weeks, settings, today)
    heading = said.heading_of_weeks(settings)
    shown = [weeks.Bar(week.day, week.customers, said.of_week(week, settings, today)) for week in page.weeks]
    lines = [
        weeks.Line(each.day, said.day_of_release(each, today), each.name)
        for week in page.weeks
        for each in week.releases
    ]
    drawn = weeks.bars(shown, lines, words) if any(week.customers for week in page.weeks) else say(words)
    table = tables.of_rows(heading, said.weeks_as_rows(page.weeks, settings, today), "narrow")
    return Markup("<section><h2>{}</h2>{}{}</section>").format(heading, drawn, _folded(said.SHOW_DATA, table))


def _groups(page: OneBug, settings: Settings) -> Markup:
    if not page.explained.bug.customers:
        return NOTHING
    parts = [_shares(by, page.groups[by]) for by in DIMENSIONS]
    return Markup('<section class="who"><h2>{}</h2>{}{}</section>').format(
        said.heading_of_groups(settings), NOTHING.join(parts), say(said.about_groups(page, settings), "small")
    )


def _shares(by: Dimension, groups: Groups | None) -> Markup:
    """A small bar for each group."""
    shares = said.shares(groups) if groups else []
    if not shares:
        return Markup("<h3>{}</h3>{}").format(said.BY[by], say(said.no_shares(groups), "small"))
    most = max(n for _, n in shares)
    rows = NOTHING.join(
        Markup(
            '<li><span>{}</span><span class="length" aria-hidden="true"><i style="width:{:.1f}%"></i></span><b>{:,}</b></li>'
        ).format(in_html(name, 60), max(1.5, 100 * n / most), n)
        for name, n in shares
    )
    return Markup('<h3>{}</h3><ul class="shares" role="list">{}</ul>').format(said.BY[by], rows)


def _excerpts(page: OneBug, view: View) -> Markup:
    """The newest tickets, letter for letter (masked before they were stored)."""
    if not page.excerpts:
        parts = say(said.NO_EXCERPT)
    else:
        shown = [_excerpt(each, page, view) for each in page.excerpts]
        rest = shown[said.SHOWN :]
        parts = Markup('{}<ul class="excerpts" role="list">{}</ul>{}').format(
            say(said.MASKED, "small"),
            NOTHING.join(shown[: said.SHOWN]),
            _folded(said.more(len(rest)), Markup('<ul class="excerpts" role="list">{}</ul>').format(NOTHING.join(rest)))
            if rest
            else NOTHING,
        )
    return Markup("<section><h2>{}</h2>{}</section>").format(in_html(said.heading_of_excerpts(view.settings)), parts)


def _excerpt(excerpt: Excerpt, page: OneBug, view: View) -> Markup:
    text = Markup("<p>{}</p>").format(in_html(excerpt.excerpt, 500)) if excerpt.excerpt else NOTHING
    address = ticket_address(excerpt, view.settings)
    opens = Markup(" {}").format(LINK.format(address, in_html(said.ticket(excerpt), 100))) if address else NOTHING
    return Markup('<li><b>{}</b>{}<p class="small">{}{}</p></li>').format(
        in_html(excerpt.subject, 200) or said.NO_SUBJECT, text, parts(said.under(excerpt, page, view.today)), opens
    )


def ticket_address(excerpt: Excerpt, settings: Settings) -> str | None:
    """Where the settings of its source say that a ticket is opened."""
    source = settings.sources.get(excerpt.source or "")
    if source is None or source.ticket_url is None:
        return None
    return web_address(source.ticket_url.replace("{id}", quote(excerpt.ticket, safe="")))


def _folded(summary: str, *parts: Markup) -> Markup:
    return Markup("<details><summary>{}</summary>{}</details>").format(in_html(summary), NOTHING.join(parts))
