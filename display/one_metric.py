"""The page of one metric as one block: its number in a sentence, chart, breakdown, comments, and what it means folded away."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from markupsafe import Markup

from display import charts, periods, tables
from display.blocks import NOTHING, link, parts
from display.chart import chart
from display.choices import Option, choice, to
from display.escape import in_html
from display.frame import as_of
from metrics import Unanswerable, all_metrics
from metrics.reading import Reading
from reporting import choice as said_of_choice
from reporting import one_metric as said
from reporting import readings, words
from reporting.tables import based_on
from views.choice import chosen
from views.one_metric import MetricPage, one_metric
from views.view import View

PAGE = "metric"
DEFAULT = "csat"


def found(view: View, asked: Mapping[str, str]) -> MetricPage | None:
    """What the address asks for; None where there is no such metric."""
    key, by, only = asked.get("metric") or DEFAULT, asked.get("by"), asked.get("only")
    try:
        return one_metric(view, key, chosen(asked, view.today), by, only)
    except Unanswerable:
        return None


def answer(view: View, asked: Mapping[str, str]) -> Markup:
    page = found(view, asked)
    if page is None:
        return not_found(view)
    parts = (
        _head(page),
        periods.switch(
            PAGE,
            page.choice,
            _about(page),
            periods.own_dates(PAGE, page.reading.period, _about(page)),
            said_of_choice.of_metric(page.metric, page.reading.period, page.choice),
        ),
        periods.wrong(page.choice),
        Markup('<p class="answer">{}</p>').format(in_html(said.answer(page), 3000)),
        Markup('<p class="small on-screen">{}</p>').format(in_html(said.days(page))),
        _trend(page),
        _breakdown(page),
        _comments(page, view.settings.words.customers),
        _definition(page, view.settings.currency),
        as_of(view, page.reading.sources),
    )
    return Markup('<div class="metric">{}</div>').format(NOTHING.join(parts))


def not_found(view: View) -> Markup:
    links = NOTHING.join(
        Markup("<li>{}</li>").format(link(PAGE, each.name, metric=each.key))
        for each in all_metrics(view.settings.words)
    )
    return Markup('<h1>{}</h1><p>{}</p><ul class="links">{}</ul>').format(said.NO_SUCH_METRIC, said.PICK_ONE, links)


def _about(page: MetricPage) -> dict[str, str]:
    """What the address says besides the days."""
    about = {"metric": page.metric.key}
    if page.by:
        about["by"] = page.by
    return about | ({"only": page.only} if page.only is not None else {})


def _head(page: MetricPage) -> Markup:
    back = to("metrics", said.ALL_METRICS, page.choice.asked)
    return Markup('<p class="back">{}</p><h1>{}</h1><p class="small">{}</p>').format(
        back, in_html(said.title(page)), in_html(said.in_short(page.metric), 1000)
    )


def _trend(page: MetricPage) -> Markup:
    drawn = chart(page)
    if not drawn:
        return NOTHING
    marks = said.marks(page)
    named = NOTHING.join(
        Markup("<li><b>{}</b> {}</li>").format(nth, in_html(said.release(each, page.today)))
        for nth, each in enumerate(marks, start=1)
    )
    releases = Markup('<div class="releases"><span>{}</span><ol role="list">{}</ol></div>').format(
        said.releases(page), named
    )
    return Markup(
        '<section><h2>{}</h2>{}{}<p class="small">{}</p><details><summary>{}</summary>{}</details></section>'
    ).format(
        said.TREND,
        drawn,
        releases if marks else NOTHING,
        in_html(said.course(page), 2000),
        said.AS_A_TABLE,
        tables.of_rows(f"{page.metric.name}, {said.NEWEST_FIRST}", said.history(page), "history"),
    )


# --- the breakdown ---


def _breakdown(page: MetricPage) -> Markup:
    if not page.metric.dimensions:
        return NOTHING
    about = {"metric": page.metric.key, **page.choice.asked}
    options = [Option(said_of_choice.NO_BREAKDOWN, about, page.by is None)]
    options += [Option(each, about | {"by": each}, page.by == each) for each in page.metric.dimensions]
    switch = choice(PAGE, said_of_choice.BREAK_DOWN, options)
    if page.by is None:
        return Markup("<section><h2>{}</h2>{}</section>").format(said.BREAKDOWN, switch)
    ranked = said.ranked(page)
    rows = [_group(page, name, each, _ends(page)) for name, each in ranked]
    label = f"{page.metric.name} by {page.by}"
    notes = " ".join(each for each in (said.all_small(page), said.not_shown(page), said.of_other_days(page)) if each)
    return Markup("<section><h2>{}</h2>{}{}{}</section>").format(
        said.BREAKDOWN,
        switch,
        tables.table(label, said.group_heads(page), rows, "groups") if rows else NOTHING,
        Markup('<p class="small">{}</p>').format(in_html(notes, 2000)) if notes else NOTHING,
    )


def _ends(page: MetricPage) -> tuple[float, float]:
    """One scale for all groups and the whole."""
    shown = [*page.groups.values(), page.reading]
    known = [end for each in shown for end in (each.low, each.value, each.high) if end is not None]
    return min(known), max(known)


def _group(page: MetricPage, name: str, reading: Reading, ends: tuple[float, float]) -> Markup:
    is_only = page.only == name
    about = {"metric": page.metric.key, "by": page.by or "", **page.choice.asked}
    label = said_of_choice.group(name)
    head = (
        in_html(label)
        if page.metric.split_grain or not name
        else to(PAGE, label, about if is_only else about | {"only": name})
    )
    is_marked = reading.state == "thin" and not said.all_small(page)
    small = Markup(' <span class="label">{}</span>').format(readings.SMALL) if is_marked else NOTHING
    interval = words.interval(page.metric, reading.low, reading.high) or words.NOTHING
    whole = None if page.only is not None or said.of_other_days(page) else page.reading.value
    cells: list[Markup | str] = [
        words.value(page.metric, reading.value),
        _dot(reading, whole, ends, interval),
        Markup("{}{}").format(in_html(based_on(page.metric, reading), 500), small),
    ]
    return tables.row(Markup('<b aria-current="true">{}</b>').format(head) if is_only else head, cells)


def _dot(reading: Reading, whole: float | None, ends: tuple[float, float], interval: str) -> Markup:
    """The value as a dot, its interval as a bar, the whole as a line."""
    if reading.value is None:
        return NOTHING
    start, width = ends[0], (ends[1] - ends[0]) or 1.0
    low, high, at = (
        100 * ((reading.value if each is None else each) - start) / width
        for each in (reading.low, reading.high, reading.value)
    )
    line = NOTHING if whole is None else Markup('<s style="left:{:.1f}%"></s>').format(100 * (whole - start) / width)
    return Markup(
        '<span class="ci" aria-hidden="true">{}<i style="left:{:.1f}%;width:{:.1f}%"></i>'
        '<b class="{}" style="left:{:.1f}%"></b></span><span class="small">{}</span>'
    ).format(line, low, max(0.5, high - low), "few" if reading.state == "thin" else "", at, interval)


# --- what was written, and what it means ---


def _comments(page: MetricPage, customers: str) -> Markup:
    if not page.comments:
        return NOTHING
    items = NOTHING.join(
        Markup('<li><q>{}</q><p class="small">{}</p></li>').format(
            in_html(each.comment, 500), parts(said.of_comment(each, page.today))
        )
        for each in page.comments
    )
    return Markup('<section><h2>{}</h2><ul class="comments">{}</ul><p class="small">{}</p></section>').format(
        said.heading_of_comments(customers), items, said.MASKED_COMMENTS
    )


def _definition(page: MetricPage, currency: str) -> Markup:
    caveats = NOTHING.join(Markup("<li>{}</li>").format(in_html(each, 500)) for each in page.metric.caveats)
    return Markup(
        '<details class="definition"><summary>{}</summary><p><b>{}</b> {}</p>{}<h2>{}</h2><ul class="dots">{}</ul></details>'
    ).format(
        said.DEFINITION,
        in_html(page.metric.asks),
        in_html(page.metric.why, 1000),
        tables.facts(f"Definition of {page.metric.name}", said.definition(page, currency)),
        said.CAVEATS,
        caveats,
    )


# --- what needs the app ---


def explore(page: MetricPage) -> None:
    """The same chart to point at and to zoom into; its code is loaded only when somebody opens it."""
    with st.expander(said.EXPLORE, on_change="rerun", key="explore") as opened:
        if opened.open:
            charts.history(page.metric, page.history, said.marks(page), page.today, alt=said.course(page))
