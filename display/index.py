"""All metrics in one table; each links to its page, over the days that were chosen."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from display import cards, periods, tables
from display.choices import to
from display.escape import in_html
from display.frame import as_of, warning_of_age
from display.sparkline import picture
from reporting import index as said
from views.choice import Choice, chosen
from views.health import health
from views.lines import Card
from views.view import View

PAGE = "metrics"


def answer(view: View, asked: Mapping[str, str]) -> Markup:
    now = chosen(asked, view.today)
    shown = health(view, now).all
    rows = [_row(card, now, view) for card in shown]
    return Markup('<h1>{}</h1>{}{}<p class="answer">{}</p>{}{}{}').format(
        said.TITLE,
        periods.switch(PAGE, now, {}),
        periods.wrong(now),
        in_html(said.answer(shown), 2000),
        warning_of_age(view),
        tables.table(said.TABLE, said.HEADS, rows, "index"),
        as_of(view),
    )


def _row(card: Card, now: Choice, view: View) -> Markup:
    name = to("metric", card.metric.name, {"metric": card.metric.key, **now.asked})
    current, interval, based_on, change, *rest = said.cells(card, now, view.now, view.today)
    trend = picture(card.line, said.trend(card))
    return tables.row(name, [current, trend, interval, based_on, cards.verdict(card, change), *rest])
