"""The first page: what is hurting users now, the ten bugs and the six numbers, on one screen."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from display import blocks, cards, frame, news, ten
from display.escape import in_html
from reporting import bugs as sentences
from reporting import cautions, pages
from views.first_page import first_page
from views.view import View


def answer(view: View, _: Mapping[str, str]) -> Markup:
    page = first_page(view)
    top, settings = page.top, view.settings
    beside = [sentences.advice(top, settings) or "", " ".join(cautions.all_said(top.cautions))]
    incomplete = sentences.INCOMPLETE if top.bugs and top.coverage.is_incomplete else ""
    return Markup(
        "<h1>{headline}</h1>{beside}{news}{old}"
        '<div class="two"><div>{ten}{incomplete}</div><aside aria-label="{six}">{cards}{more}</aside></div>{notes}{as_of}'
    ).format(
        headline=in_html(sentences.how_many(top, settings), 400),
        beside=blocks.NOTHING.join(blocks.say(each) for each in beside),
        news=news.news(top, page.news, settings),
        old=frame.warning_of_age(view),
        ten=ten.ten(top, page.releases, settings),
        incomplete=blocks.say(incomplete, "warning"),
        six=pages.SIX_METRICS,
        cards=cards.six(page.cards, view.now),
        more=blocks.more(
            blocks.link("metrics", pages.ALL_METRICS),
            blocks.link("customer-health", pages.LAST_QUARTER, period="quarter"),
        ),
        notes=blocks.NOTHING.join(blocks.say(line, "small") for line in pages.below_the_list(top, settings)),
        as_of=frame.as_of(view),
    )
