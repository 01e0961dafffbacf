"""Bars of weeks with the releases that came in them: boxes, so that nothing has to be loaded to draw them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from markupsafe import Markup

from display.blocks import NOTHING
from display.escape import in_html

WEEK_DAYS = 7
TICKS = 4  # lines of the scale, at most
MONTH_TAKES, DAY_TAKES = 24, 26  # days that the name of a month and the day of a release are as wide as, on a phone
ROWS = 3  # of days of releases over the bars; what finds no room there stands in the list under them


UNKNOWN = Markup(' class="unknown"')


class Bar(NamedTuple):
    """A week that ends with `day`; `n` is None where nothing is known of it."""

    day: date
    n: int | None
    words: str


class Line(NamedTuple):
    """A day on which something was released: how the day is written, and what it was."""

    day: date
    when: str
    what: str


def bars(weeks: Sequence[Bar], lines: Sequence[Line], words: str) -> Markup:
    """Nothing where there are no weeks; `words` say what is drawn to whoever does not see it."""
    if not weeks:
        return NOTHING
    start = weeks[0].day - timedelta(days=WEEK_DAYS - 1)
    days = WEEK_DAYS * len(weeks)
    most = max(week.n or 0 for week in weeks)
    step = scale(most)
    top = step * max(1, -(-most // step))

    def at(day: date) -> float:
        return 100 * (day - start).days / days

    rules = [
        Markup('<span class="rule" style="bottom:{:.2f}%"><b>{:,}</b></span>').format(100 * n / top, n)
        for n in range(0, top + 1, step)
    ]
    boxes = [
        Markup('<i{} style="height:{:.2f}%" title="{}"></i>').format(
            UNKNOWN if week.n is None else NOTHING, 100 * (week.n or 0) / top, in_html(week.words)
        )
        for week in weeks
    ]
    in_rows = rows([line.day for line in lines])
    marks = [
        Markup('<span class="mark row-{}" style="left:{:.2f}%" title="{} {}"><b>{}</b></span>').format(
            row, at(line.day), line.when, in_html(line.what), line.when if row else ""
        )
        for line, row in zip(lines, in_rows, strict=True)
    ]
    months = [
        Markup('<span style="left:{:.2f}%">{}</span>').format(at(day), f"{day:%b}") for day in months_of(start, days)
    ]
    listed = [Markup("<li><b>{}</b> {}</li>").format(line.when, in_html(line.what)) for line in reversed(lines)]
    return Markup(
        '<div class="weeks"><div class="plot rows-{}" role="img" aria-label="{}">{}'
        '<div class="boxes">{}{}</div></div><div class="months" aria-hidden="true">{}</div>{}</div>'
    ).format(
        max(in_rows, default=0),
        in_html(words, 2000),
        NOTHING.join(marks),
        NOTHING.join(rules),
        NOTHING.join(boxes),
        NOTHING.join(months),
        Markup('<ul class="releases" role="list">{}</ul>').format(NOTHING.join(listed)) if listed else NOTHING,
    )


def scale(most: int) -> int:
    """How far the lines of a scale are apart: 1, 2 or 5 times a power of ten, so that few of them reach over `most`."""
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if -(-most // step) < TICKS:
                return step
        size *= 10


def rows(days: Sequence[date]) -> list[int]:
    """In which row the name of each day stands without covering another; 0 where there is no room for it."""
    ends = [date.min] * ROWS
    found = []
    for day in days:
        free = next((row for row, end in enumerate(ends) if day >= end), None)
        if free is not None:
            ends[free] = day + timedelta(days=DAY_TAKES)
        found.append(0 if free is None else free + 1)
    return found


def months_of(start: date, days: int) -> list[date]:
    """The first days of the months in these days, where their names have room."""
    firsts = [each for n in range(days) if (each := start + timedelta(days=n)).day == 1]
    return [each for each in firsts if (start + timedelta(days=days) - each).days >= MONTH_TAKES // 2]
