"""The news of the week: one line that wraps, each piece with its word before it."""

from __future__ import annotations

from markupsafe import Markup

from display.blocks import NOTHING
from display.escape import in_html
from ranking.top_bugs import TopBugs
from reporting import first_page as said
from settings import Settings
from views.news import News

LOUD = Markup(' class="loud"')


def news(top: TopBugs, found: News, settings: Settings) -> Markup:
    items = [
        Markup("<li{}><b>{}</b> {}</li>").format(
            LOUD if what == said.GROWING else NOTHING, in_html(what), in_html(which, 400)
        )
        for what, which in said.news(top, found, settings)
    ]
    return Markup('<ul class="news" role="list">{}</ul>').format(NOTHING.join(items)) if items else NOTHING
