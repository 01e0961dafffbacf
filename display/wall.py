"""The first page for a screen on a wall: a few large parts that follow one another, each to be read from across the room."""

from __future__ import annotations

from markupsafe import Markup

from display.blocks import NOTHING
from display.escape import in_html
from ranking.top_bugs import TopBug, TopBugs
from reporting import cards as said_of_cards
from reporting import first_page as said
from reporting import now as in_short
from reporting import pages, wall
from settings import Settings
from views.lines import Card
from views.question import Now

ROWS = 5  # bugs that can be read at once


def parts(found: Now, settings: Settings) -> Markup:
    """What follows one another: headline and news, the bugs by fives, the six numbers."""
    top = found.page.top
    bugs = [_bugs(top.bugs[start : start + ROWS], start, top, settings) for start in range(0, len(top.bugs), ROWS)]
    return NOTHING.join([_headline(found, settings), *bugs, _six(found.page.cards)])


def _headline(found: Now, settings: Settings) -> Markup:
    beside = NOTHING.join(
        Markup('<p class="beside">{}</p>').format(in_html(each, 400)) for each in in_short.beside(found, settings)
    )
    news = NOTHING.join(
        Markup("<li{}><b>{}</b> {}</li>").format(
            Markup(' class="loud"') if what == said.GROWING else NOTHING, in_html(what), in_html(which, 300)
        )
        for what, which in in_short.news(found, settings)
    )
    return Markup('<section class="answer"><h1>{}</h1>{}<ul class="news">{}</ul></section>').format(
        in_html(in_short.headline(found, settings), 400), beside, news
    )


def _bugs(bugs: tuple[TopBug, ...], start: int, top: TopBugs, settings: Settings) -> Markup:
    most = max(bug.impact for bug in top.bugs) or 1.0
    rows = NOTHING.join(_bug(bug, most, top, settings) for bug in bugs)
    heading = wall.part(start + 1, start + len(bugs), len(top.bugs))
    return Markup('<section class="ten"><h1 class="part">{}</h1><ol>{}</ol></section>').format(heading, rows)


def _bug(bug: TopBug, most: float, top: TopBugs, settings: Settings) -> Markup:
    labels = Markup(" ").join(
        Markup('<span class="label{}">{}</span>').format(" loud" if each in said.LOUD else "", each)
        for each in said.labels(bug)
    )
    return Markup(
        '<li><span class="rank">{rank}</span><div class="what"><h2>{title}</h2><p>{labels} {second}</p>'
        '<div class="length" aria-hidden="true"><i style="width:{width:.1f}%"></i></div></div>'
        '<p class="n"><b>{window}</b> {in_window}</p><p class="n"><b>{week}</b> {in_week}</p></li>'
    ).format(
        rank=bug.rank,
        title=in_html(bug.title, 120),
        labels=labels,
        second=in_html(said.second_line(bug, None, top.at)),
        width=max(1.5, 100 * bug.impact / most),
        window=f"{bug.customers:,}",
        in_window=in_html(said.in_days(bug.customers, top.window_days, settings)),
        week=f"{bug.customers_7:,}",
        in_week=said.in_the_week(),
    )


def _six(cards: tuple[Card, ...]) -> Markup:
    ordered = sorted(cards, key=lambda card: said_of_cards.moved(card.reading) is None)
    return Markup('<section class="six"><h1 class="part">{}</h1><ul>{}</ul></section>').format(
        wall.SIX, NOTHING.join(map(_card, ordered))
    )


def _card(card: Card) -> Markup:
    metric, reading = card.metric, card.reading
    moved = said_of_cards.moved(reading)
    change = Markup('<p class="change">{}</p>').format(said_of_cards.change(metric, reading)) if moved else NOTHING
    return Markup('<li class="{}"><h2>{}</h2><p class="value">{}</p>{}<p>{}</p></li>').format(
        moved or "",
        in_html(metric.short),
        said_of_cards.value(metric, reading),
        change,
        in_html(said_of_cards.based_on(metric, reading), 160),
    )


def document(version: str) -> Markup:
    """Empty where nothing can be read: the script fills it as soon as something can. `version` is that of script and look."""
    ages = NOTHING.join(Markup(' data-{}="{}"').format(name, text) for name, text in wall.AGES.items())
    return Markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark"><title>{title}</title>'
        '<link rel="icon" href="./favicon.png"><link rel="stylesheet" href="./wall.css">'
        '<script src="./wall.js" defer></script></head>'
        '<body data-version="{version}"{ages}><main tabindex="-1"><section class="answer"><h1>{nothing}</h1></section></main>'
        '<footer><b id="company"></b><span id="dots" aria-hidden="true"></span><span id="age" role="status"></span></footer>'
        "</body></html>"
    ).format(title=wall.TITLE, version=version, ages=ages, nothing=pages.NOTHING_YET)
