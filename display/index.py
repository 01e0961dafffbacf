"""All metrics in one table; each links to its page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from display.blocks import NOTHING, link
from display.escape import in_html
from display.sparkline import picture
from reporting import index as said
from views.lines import Card


def table(cards: Sequence[Card], now: datetime) -> Markup:
    heads = NOTHING.join(Markup('<th scope="col">{}</th>').format(head) for head in said.HEADS)
    rows = NOTHING.join(_row(card, now) for card in cards)
    return Markup(
        '<div class="wide-table" tabindex="0" role="region" aria-label="{}"><table>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(said.TABLE, heads, rows)


def _row(card: Card, now: datetime) -> Markup:
    name = Markup('<th scope="row">{}</th>').format(link("metric", card.metric.name, metric=card.metric.key))
    trend = Markup("<td>{}</td>").format(picture(card.line, said.trend(card)))
    cells = [Markup("<td>{}</td>").format(in_html(cell, 500)) for cell in said.cells(card, now)]
    return Markup("<tr>{}</tr>").format(NOTHING.join([name, cells[0], trend, *cells[1:]]))
