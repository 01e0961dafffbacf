"""Numbers as cards: value, interval, how many it is based on; what moved comes first, and only that is in colour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from display.blocks import NOTHING, link, parts
from display.escape import in_html
from reporting import cards as said
from reporting.cautions import all_said
from views.lines import Card


def six(cards: Sequence[Card], now: datetime) -> Markup:
    """What moved comes first, in colour, with an arrow and words; a card that did not move says nothing of it."""
    ordered = sorted(cards, key=lambda card: said.moved(card.reading) is None)
    return Markup('<ul class="six" role="list">{}</ul>').format(NOTHING.join(_card(card, now) for card in ordered))


def _card(card: Card, now: datetime) -> Markup:
    metric, reading = card.metric, card.reading
    moved = said.moved(reading)
    change = Markup('<p class="change">{}</p>').format(said.change(metric, reading)) if moved else NOTHING
    notes = [Markup('<p class="small">{}</p>').format(in_html(each, 500)) for each in all_said(reading.cautions)]
    return Markup(
        '<li class="{moved}" title="{about}"><h2>{name}</h2> <b class="value">{value}</b>{interval}{change}'
        '<p class="small">{based_on}</p>{notes}</li>'
    ).format(
        moved=moved or "",
        about=in_html(said.about(metric, reading, card.line, now), 1000),
        name=link("metric", metric.short, metric=metric.key),
        value=said.value(metric, reading),
        interval=_interval(card) if reading.value is not None else NOTHING,
        change=change,
        based_on=parts(said.based_on(metric, reading), 500),
        notes=NOTHING.join(notes),
    )


def verdict(card: Card, change: str) -> Markup:
    """A change as a cell says it; in colour where it is clear."""
    moved = said.moved(card.reading)
    text = in_html(change, 500)
    return Markup('<span class="change {}">{}</span>').format(moved, text) if moved else text


def _interval(card: Card) -> Markup:
    """The 95% CI as a thin bar with the value as a dot, on the scale of its unit: 2% lies far left, 90% far right."""
    reading = card.reading
    if reading.value is None or reading.low is None or reading.high is None:
        return NOTHING
    start, end = said.scale(card.metric, reading, card.line)
    low, high, at = (100 * (each - start) / (end - start) for each in (reading.low, reading.high, reading.value))
    return Markup(
        '<span class="ci" aria-hidden="true"><i style="left:{:.1f}%;width:{:.1f}%"></i><b style="left:{:.1f}%"></b></span>'
    ).format(low, max(1.0, high - low), at)
