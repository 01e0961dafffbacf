"""Where the numbers come from, how old they are, and which rows were rejected: one block."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from display import tables
from display.blocks import NOTHING, say
from display.escape import in_html
from display.frame import as_of
from reporting import data_health as page
from reporting import ranking
from reporting import sources as said
from views.ranking import record
from views.sources import held, rejected_rows, sources, unresolved
from views.view import View


def answer(view: View, asked: Mapping[str, str]) -> Markup:
    states = sources(view)
    return Markup('<div class="page-of-parts"><h1>{}</h1>{}{}{}{}{}{}{}{}</div>').format(
        page.TITLE,
        say(said.answer(states, view.now), "answer"),
        say(held(view) or "", "warning"),
        tables.in_a_row(page.facts(view, states)),
        _part(page.SOURCES, tables.of_rows(said.TABLE, page.rows(states, view.now, view.settings.zone, view.today))),
        _references(view),
        _rejected(view),
        _record(view),
        as_of(view, ()),
    )


def _part(heading: str, *parts: Markup) -> Markup:
    return Markup("<section><h2>{}</h2>{}</section>").format(heading, NOTHING.join(parts))


def _references(view: View) -> Markup:
    found = unresolved(view)
    rows = said.references(found)
    if not rows:
        return NOTHING
    hints = NOTHING.join(say(hint) for hint in said.hints(found))
    return _part(page.REFERENCES, tables.of_rows(said.REFERENCES, rows), hints)


def _rejected(view: View) -> Markup:
    rejected = rejected_rows(view)
    if not rejected:
        return _part(page.REJECTED, say(said.NONE_REJECTED))
    return _part(
        page.REJECTED,
        Markup("<p>{} <code>{}</code> {}</p>").format(
            in_html(said.WHAT_REJECTED_MEANS), page.LIST_REJECTED, page.WHERE_ALL
        ),
        tables.of_rows(page.REJECTED, page.rejected(rejected)),
        say(said.MORE_REJECTED if len(rejected) > said.SHOWN else "", "small"),
    )


def _record(view: View) -> Markup:
    learned = record(view)
    sentences = NOTHING.join(say(sentence) for sentence in ranking.sentences(learned, view.settings, view.today))
    return _part(ranking.HEADING, sentences, tables.of_rows(ranking.TABLE, ranking.rows(learned, view.today)))
