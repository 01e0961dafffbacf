"""The switch of the period, on every page that has one."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from display.blocks import NOTHING
from display.choices import Option, choice
from metrics.period import Period
from reporting import choice as said
from views.choice import OWN, Choice


def switch(page: str, now: Choice, about: Mapping[str, str], more: Markup = NOTHING, on_paper: str = "") -> Markup:
    """Latest, Quarter, 12 months, and own dates where they are chosen; `about` is what else the address says."""
    options = [Option(label, {**about, **Choice(name).asked}, name == now.name) for name, label in said.PERIODS.items()]
    if now.name == OWN:
        options.append(Option(said.own(now), {**about, **now.asked}, True))
    in_words = Markup('<p class="on-paper">{}</p>').format(on_paper or said.in_words(now))
    return choice(page, said.PERIOD, options, more) + in_words


def own_dates(page: str, shown: Period, about: Mapping[str, str]) -> Markup:
    """Two days of the reader's own: a plain form, which writes them into the address, so that every link keeps them."""
    hidden = NOTHING.join(
        Markup('<input type="hidden" name="{}" value="{}">').format(name, value) for name, value in about.items()
    )
    days = NOTHING.join(
        Markup('<label>{} <input type="date" name="{}" value="{}" required></label>').format(label, name, day)
        for label, name, day in (
            (said.FIRST_DAY, "from", shown.start.isoformat()),
            (said.LAST_DAY, "to", shown.last_day.isoformat()),
        )
    )
    return Markup(
        '<details class="own"><summary>{}</summary><form action="{}" method="get">{}{}<button>{}</button></form></details>'
    ).format(said.OWN_DATES, page, hidden, days, said.SHOW)


def wrong(now: Choice) -> Markup:
    return Markup('<p class="small">{}</p>').format(said.WRONG_DATES) if now.is_wrong else NOTHING
