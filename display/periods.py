"""The switch of the period, on every page that has one."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from display.blocks import NOTHING
from display.choices import Option, choice
from reporting import choice as said
from views.choice import OWN, Choice


def switch(page: str, now: Choice, about: Mapping[str, str], more: Markup = NOTHING) -> Markup:
    """Latest, Quarter, 12 months, and own dates where they are chosen; `about` is what else the address says."""
    options = [Option(label, {**about, **Choice(name).asked}, name == now.name) for name, label in said.PERIODS.items()]
    if now.name == OWN:
        options.append(Option(said.own(now), {**about, **now.asked}, True))
    return choice(page, said.PERIOD, options, more)


def wrong(now: Choice) -> Markup:
    return Markup('<p class="small">{}</p>').format(said.WRONG_DATES) if now.is_wrong else NOTHING
