"""The page of customer and team health as one block: its answer, what to look at, and two tables with small lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from markupsafe import Markup

from display import cards, periods, tables
from display.blocks import NOTHING, link
from display.choices import to
from display.escape import in_html
from display.frame import as_of, warning_of_age
from display.sparkline import picture
from reporting import health as said
from reporting import index as said_of_index
from views.attention import Point, points
from views.choice import Choice, chosen
from views.health import health
from views.lines import Card
from views.view import View

PAGE = "customer-health"


def answer(view: View, asked: Mapping[str, str]) -> Markup:
    now = chosen(asked, view.today)
    page = health(view, now)
    return Markup('<h1>{}</h1>{}{}<p class="answer">{}</p>{}{}{}{}<p class="small">{} {}</p>{}').format(
        said.TITLE,
        periods.switch(PAGE, now, {}),
        periods.wrong(now),
        in_html(said.answer(page.all), 3000),
        warning_of_age(view),
        _to_look_at(view, now),
        _table(said.SIX, page.six, now, view.today),
        _table(said.SUPPORTING, page.behind, now, view.today),
        said.HOW_CHANGES_ARE_TESTED,
        said.TREND,
        as_of(view),
    )


def _to_look_at(view: View, now: Choice) -> Markup:
    found = points(view, now)
    items = NOTHING.join(
        Markup("<li>{}</li>").format(_link(each, said.point(each, view.settings), now)) for each in found
    )
    return Markup('<section><h2>{}</h2><ol class="look" role="list">{}</ol></section>').format(
        said.to_look_at(len(found)), items
    )


def _link(each: Point, text: str, now: Choice) -> Markup:
    if each.card is not None:
        return to("metric", text, {"metric": each.card.metric.key, **now.asked})
    return link("bug", text, bug=each.bug.id) if each.bug is not None else link("data-health", text)


def _table(heading: str, shown: Sequence[Card], now: Choice, today: date) -> Markup:
    rows = [_row(each, now, today) for each in said.ordered(shown)]
    return Markup("<section><h2>{}</h2>{}</section>").format(heading, tables.table(heading, said.HEADS, rows, "health"))


def _row(card: Card, now: Choice, today: date) -> Markup:
    change, current, *rest = said.cells(card, now, today)
    name = to("metric", card.metric.name, {"metric": card.metric.key, **now.asked})
    return tables.row(
        name, [cards.verdict(card, change), current, picture(card.line, said_of_index.trend(card)), *rest]
    )
