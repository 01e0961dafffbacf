"""The chart of one metric, drawn by ourselves: there at once, in every mode and on paper, with axes and names as HTML.

A strong line is the number over windows of one length, each ending where its point stands; single weeks are dots behind
it, the 95% CI is shaded, releases of its area are marked. It has gaps where nothing is known.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, log10

from markupsafe import Markup

from display.blocks import NOTHING
from display.escape import in_html
from display.sparkline import COLOUR
from metrics.metric import Metric
from metrics.reading import Reading
from reporting import one_metric as said
from reporting import words
from views.one_metric import Mark, MetricPage, ends_on

WIDTH, HEIGHT = 1000.0, 100.0  # of the drawing, which is stretched to its box
EDGE = 1.5  # percent of the box at each side, so that a dot at an end is whole
TICKS, MOST_DAYS_NAMED = 5, 7
SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000)
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a day and a value stand, in percent of the box from the left and from below."""

    first: date
    last: date
    low: float
    high: float
    step: float

    def across(self, day: date) -> float:
        return EDGE + (100 - 2 * EDGE) * (day - self.first).days / max(1, (self.last - self.first).days)

    def up(self, value: float) -> float:
        return EDGE + (100 - 2 * EDGE) * (value - self.low) / (self.high - self.low)

    def at(self, reading: Reading, value: float) -> Point:
        return WIDTH / 100 * self.across(ends_on(reading)), HEIGHT - HEIGHT / 100 * self.up(value)


def chart(page: MetricPage) -> Markup:
    """Nothing where no point of the line is known."""
    if not any(each.value is not None for each in page.history):
        return NOTHING
    scale = scale_of(page)
    metric = page.metric
    heights = NOTHING.join(
        Markup('<span style="bottom:{:.2f}%">{}</span>').format(scale.up(at), said.tick(metric, at, scale.step))
        for at in ticks(scale)
    )
    grid = NOTHING.join(Markup('<i style="bottom:{:.2f}%"></i>').format(scale.up(at)) for at in ticks(scale))
    days = NOTHING.join(
        Markup('<span style="left:{:.2f}%">{}</span>').format(scale.across(day), words.day(day, page.today))
        for day in days_of(scale)
    )
    return Markup(
        '<div class="trend"><div class="heights" aria-hidden="true">{heights}</div>'
        '<div class="plot">{grid}<img src="data:image/svg+xml;base64,{drawing}" alt="{words}">{now}{points}{marks}</div>'
        '<div class="days" aria-hidden="true">{days}</div></div>'
    ).format(
        heights=heights,
        grid=Markup('<div class="grid" aria-hidden="true">{}</div>').format(grid),
        drawing=b64encode(drawing(page, scale).encode()).decode(),
        words=f"{said.title(page)}. {said.course(page)}",
        now=_now(page.reading, scale),
        points=_points(page, scale),
        marks=NOTHING.join(_mark(nth, each, scale, page.today) for nth, each in enumerate(said.marks(page), start=1)),
        days=days,
    )


def _now(reading: Reading, scale: Scale) -> Markup:
    """The number of the headline is the last point of the line."""
    if reading.value is None or not scale.first <= ends_on(reading) <= scale.last:
        return NOTHING
    return Markup('<b class="now" aria-hidden="true" style="left:{:.2f}%;bottom:{:.2f}%"></b>').format(
        scale.across(ends_on(reading)), scale.up(reading.value)
    )


def _points(page: MetricPage, scale: Scale) -> Markup:
    """What is said of a point to whoever points at it: a strip of the box for each."""
    known = [each for each in page.history if each.value is not None]
    width = 100 / max(1, len(page.history))
    strips = [
        Markup('<i style="left:{:.2f}%;width:{:.2f}%" title="{}"></i>').format(
            scale.across(ends_on(each)) - width / 2, width, said.point(page.metric, each, page.today)
        )
        for each in known
    ]
    return Markup('<div class="points" aria-hidden="true">{}</div>').format(NOTHING.join(strips))


def _mark(nth: int, mark: Mark, scale: Scale, today: date) -> Markup:
    name = in_html(said.release(mark, today))
    return Markup('<span class="release" style="left:{:.2f}%" title="{}" aria-hidden="true"><b>{}</b></span>').format(
        scale.across(mark.day), name, nth
    )


# --- axes ---


def scale_of(page: MetricPage) -> Scale:
    shown = [*page.history, *page.singles]
    known = [each for each in shown if each.value is not None]
    ends = [ends_on(each) for each in shown]
    values = [each.value for each in known if each.value is not None]
    values += [end for each in page.history for end in (each.low, each.high) if end is not None]
    low, high = min(values), max(values)
    if 0 <= low < 0.4 * high:
        low = 0.0  # zero belongs on the axis where values come near it
    span = (high - low) or abs(high) or 1.0
    step = nice(span / TICKS, page.metric)
    bottom, top = floor(low / step) * step, ceil(high / step) * step
    if page.metric.unit == "percent":
        bottom, top = max(0.0, bottom), top if high > 100 else min(100.0, top)
    first, last = min(ends), max(ends)
    if first == last:
        first -= timedelta(days=7)
    return Scale(first, last, bottom, top if top > bottom else bottom + step, step)


def nice(step: float, metric: Metric) -> float:
    """The next larger step that people count in."""
    if metric.unit == "seconds" and step <= SECONDS[-1]:
        return float(next(each for each in SECONDS if each >= step))
    size = 10.0 ** floor(log10(step))
    return next(each * size for each in (1, 2, 5, 10) if each * size >= step * 0.999)


def ticks(scale: Scale) -> list[float]:
    n = round((scale.high - scale.low) / scale.step)
    return [scale.low + at * scale.step for at in range(n + 1)]


def days_of(scale: Scale) -> list[date]:
    """First days of months, as many as have room; of a short time its weeks."""
    months = [day for day in _firsts_of_months(scale.first) if day <= scale.last] if scale.last > scale.first else []
    if len(months) < 2:
        return [scale.first, scale.last]
    every = ceil(len(months) / MOST_DAYS_NAMED)
    return months[::-1][::every][::-1]


def _firsts_of_months(day: date) -> Iterator[date]:
    """From `day` on, three hundred of them: longer than anything that is drawn."""
    at = day if day.day == 1 else (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    for _ in range(300):
        yield at
        at = (at + timedelta(days=31)).replace(day=1)


# --- the drawing ---


def drawing(page: MetricPage, scale: Scale) -> str:
    """An SVG without words. Strokes keep their width however it is stretched; a line of no length is a round dot."""
    stroke = f'stroke="{COLOUR}" fill="none" vector-effect="non-scaling-stroke" stroke-linecap="round" stroke-linejoin="round"'
    parts = [
        f'<path d="{_area(piece, scale)}" fill="{COLOUR}" fill-opacity=".2"/>' for piece in _with_interval(page.history)
    ]
    dots = "".join(_dot(scale.at(each, each.value)) for each in page.singles if each.value is not None)
    if dots:
        parts.append(f'<path d="{dots}" {stroke} stroke-width="5" stroke-opacity=".45"/>')
    for piece in unbroken([each for each in page.history]):
        points = [scale.at(each, each.value or 0.0) for each in piece]
        if len(piece) == 1:
            parts.append(f'<path d="{_dot(points[0])}" {stroke} stroke-width="6"/>')
        for first, second, a, b in zip(points, points[1:], piece, piece[1:], strict=False):
            dash = ' stroke-dasharray="1 6"' if "thin" in (a.state, b.state) else ""
            parts.append(f'<path d="M{_xy(first)}L{_xy(second)}" {stroke} stroke-width="2.5"{dash}/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" '
        f'preserveAspectRatio="none">{"".join(parts)}</svg>'
    )


def unbroken(history: Sequence[Reading]) -> list[list[Reading]]:
    """The pieces without a gap: none is drawn over what is not known, nor from one question to another (CES 1.0 and 2.0)."""
    pieces: list[list[Reading]] = [[]]
    for each in history:
        if each.value is None:
            pieces.append([])
            continue
        if pieces[-1] and pieces[-1][-1].details.get("version") != each.details.get("version"):
            pieces.append([])
        pieces[-1].append(each)
    return [piece for piece in pieces if piece]


def _with_interval(history: Sequence[Reading]) -> Iterator[list[Reading]]:
    for piece in unbroken(history):
        some: list[Reading] = []
        for each in piece:
            if each.low is None or each.high is None:
                if some:
                    yield some
                some = []
            else:
                some.append(each)
        if some:
            yield some


def _area(piece: Sequence[Reading], scale: Scale) -> str:
    """From one upper end to the next, and back along the lower ones; of a single point a thin column."""
    wide = 4.0 if len(piece) == 1 else 0.0
    over = [scale.at(each, each.high or 0.0) for each in piece]
    under = [scale.at(each, each.low or 0.0) for each in piece]
    if wide:
        over, under = ([(x - wide, y), (x + wide, y)] for ((x, y),) in (over, under))
    return "M" + "L".join(_xy(each) for each in [*over, *reversed(under)]) + "Z"


def _dot(at: Point) -> str:
    return f"M{_xy(at)}h0"


def _xy(at: Point) -> str:
    return f"{at[0]:.1f} {at[1]:.1f}"
