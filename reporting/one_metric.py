"""What the page of one number says: its course in a sentence, its history as a table, its breakdown, its definition."""

from __future__ import annotations

from datetime import date
from typing import Any

from metrics.cautions import Why
from metrics.metric import Metric
from metrics.reading import Reading
from reporting import choice, words
from reporting.details import named
from reporting.readings import SMALL, note, sentence
from reporting.reasons import counted
from views.one_metric import Comment, Mark, MetricPage

MOST_MARKS = 8  # releases named beside a chart; more would cover it
NO_SUCH_METRIC, PICK_ONE = "Metric not found", "Pick one:"
ALL_METRICS = "‹ All metrics"
TREND, BREAKDOWN = "Trend", "Breakdown"
AS_A_TABLE, AS_A_FILE, EXPLORE = "Show data", "Download CSV", "Explore this chart"
DEFINITION = "Definition, formula, references, limitations, owner"
CAVEATS = "Limitations"
DIRECTION = {
    "higher": "A higher value is better.",
    "lower": "A lower value is better.",
    None: "Neither a high nor a low value is better in itself.",
}
NEWEST_FIRST = "newest first"
HIGHEST = {"2.0": "7", "1.0": "5 (effort)", "1-5 easy": "5"}  # of scales whose names do not end in it
MASKED_COMMENTS = "The newest first, one of each writer; e-mail addresses, phone and card numbers were taken out before they were stored."


def title(page: MetricPage) -> str:
    return page.metric.name if page.only is None else f"{page.metric.name}: {choice.group(page.only)}"


def answer(page: MetricPage) -> str:
    """Number, who stands behind it, change; the one group that was chosen is named in the title."""
    return sentence(page.metric, page.reading)


def days(page: MetricPage) -> str:
    """Which days it is about."""
    return f"{choice.days(page.metric, page.reading.period, page.choice, page.today)}."


# --- the chart ---


def course(page: MetricPage) -> str:
    """The chart in words: windows that enough people stand behind are compared, never two thin ones."""
    metric, history = page.metric, page.history
    full = [each for each in history if each.state == "full"]
    window = words.length(history[-1].period) if history else ""
    parts = []
    if len(full) < 2:
        parts.append("Not enough data for a trend.")
    else:
        lowest = min(full, key=lambda each: each.value or 0.0)
        highest = max(full, key=lambda each: each.value or 0.0)
        first, last, low, high = (
            f"{words.value(metric, each.value)} ({words.period(each.period, page.today)})"
            for each in (full[0], full[-1], lowest, highest)
        )
        parts.append(f"From {first} to {last}; lowest {low}, highest {high}.")
    if any(each.value is not None for each in history):
        parts.append(_legend(page, window))
    few = sum(each.state == "withheld" for each in history)
    none = sum(each.value is None for each in history) - few
    hidden = [f"{_points(few)} hidden (too few)"] if few else []
    hidden += [f"no data for {_points(none)}"] if none else []
    if hidden:
        said = "; ".join(hidden)
        parts.append(f"{said[:1].upper()}{said[1:]}.")
    return " ".join(parts)


def _legend(page: MetricPage, window: str) -> str:
    said = []
    if page.singles:
        grain = page.metric.grain if page.metric.grain == "month" and page.singles[0].period.days > 7 else "week"
        said.append(f"Line: the {window} that end on each day shown. Dots: single {grain}s.")
    elif window not in ("week", "month"):
        said.append(f"Each point: the {window} that end there.")
    if any(each.low is not None for each in page.history):
        said.append("Shaded: 95% confidence interval.")
    thin = [each.state == "thin" for each in page.history]
    if any(thin):
        said.append("All are small samples." if all(thin) else f"Dashed: {SMALL}.")
    return " ".join(said)


def _points(n: int) -> str:
    return "1 point" if n == 1 else f"{n} points"


def marks(page: MetricPage) -> tuple[Mark, ...]:
    """The releases that chart and text name: the newest, if there are too many."""
    return page.marks[-MOST_MARKS:]


def releases(page: MetricPage) -> str:
    """What stands before their names."""
    left = len(page.marks) - len(marks(page))
    return f"The newest {MOST_MARKS} of {len(page.marks)} releases:" if left > 0 else "Releases:"


def release(mark: Mark, today: date) -> str:
    """ "Gift cards, 4 Aug"."""
    return f"{mark.name}, {words.day(mark.day, today)}"


def point(metric: Metric, reading: Reading, today: date) -> str:
    """What is said of a point of the chart to whoever points at it."""
    said = [words.period(reading.period, today), words.value(metric, reading.value)]
    if ends := words.interval(metric, reading.low, reading.high):
        said.append(f"95% CI {ends}")
    if reading.n:
        said.append(counted(metric.people, reading.n))
    return ", ".join([*said, *([SMALL] if reading.state == "thin" else [])])


def tick(metric: Metric, at: float, step: float) -> str:
    """A mark of the axis: as many decimals as its step has."""
    if metric.unit == "seconds":
        return words.wait(at)
    digits = 0 if step >= 1 else 1 if step >= 0.1 else 2
    if metric.unit == "points":
        return words.signed(at, digits)
    return f"{words.number(at, digits)}{'%' if metric.unit == 'percent' else ''}"


def history(page: MetricPage) -> list[dict[str, str]]:
    """The history as rows, newest first; beside each window the single week or month that ends with it, where it is told."""
    ends = {each.period.end: each for each in page.singles}
    # What is so in every row is said once, under the chart.
    are_all_small = {each.state for each in page.history} == {"thin"}
    grain = "Single month" if page.metric.grain == "month" else "Single week"
    return [
        {
            choice.PERIOD: words.period(reading.period, page.today),
            "Value": words.value(page.metric, reading.value),
            "95% CI": words.interval(page.metric, reading.low, reading.high) or words.NOTHING,
            "Based on": counted(page.metric.people, reading.n) if reading.n else words.NOTHING,
            **({grain: _single(page.metric, ends.get(reading.period.end))} if ends else {}),
            **({} if are_all_small else {"": note(reading)}),
        }
        for reading in reversed(page.history)
    ]


def _single(metric: Metric, reading: Reading | None) -> str:
    return words.value(metric, reading.value) if reading else words.NOTHING


# --- the breakdown ---


def ranked(page: MetricPage) -> list[tuple[str, Reading]]:
    """The groups that may be shown, highest value first."""
    known = [(name, each) for name, each in page.groups.items() if each.value is not None]
    return sorted(known, key=lambda each: -(each[1].value or 0.0))


def all_small(page: MetricPage) -> str:
    """Said once where every group is a small sample."""
    return "All are small samples." if {each.state for _, each in ranked(page)} == {"thin"} else ""


def not_shown(page: MetricPage) -> str:
    """Groups without a number, in one line: "3 hidden (too few): Orders, Product pages and Reports." """
    few = [choice.group(name) for name, each in page.groups.items() if each.state == "withheld"]
    none = [choice.group(name) for name, each in page.groups.items() if each.state == "no data"]
    of_people = any(
        isinstance(each.reason, Why) and each.reason.kind == "recognisable" for each in page.groups.values()
    )
    how = "so that nobody can be recognised" if of_people else "(too few)"
    said = [f"{len(few)} hidden {how}: {words.listed(few)}."] if few else []
    return " ".join([*said, *([f"No data: {words.listed(none)}."] if none else [])])


def group_heads(page: MetricPage) -> tuple[str, ...]:
    """The line in each row is the number of the whole."""
    whole = f"line: all together {words.value(page.metric, page.reading.value)}"
    is_whole = page.only is None and page.reading.value is not None and not of_other_days(page)
    return (page.by or "").capitalize(), "Current", f"95% CI ({whole})" if is_whole else "95% CI", "Based on"


def of_other_days(page: MetricPage) -> str:
    return f"{words.period(page.groups_period, page.today)}." if page.groups_period != page.reading.period else ""


# --- comments ---


def heading_of_comments(customers: str) -> str:
    return f"What {customers} wrote with low scores"


def of_comment(each: Comment, today: date) -> str:
    """ "score 2 of 5 · Billing · chat · 28 Nov"."""
    score = f"score {each.score} of {HIGHEST.get(each.scale) or each.scale.rpartition('-')[2]}"
    return " · ".join(part for part in (score, each.area, each.channel, words.day(each.answered_on, today)) if part)


# --- the definition ---


def definition(page: MetricPage, currency: str) -> list[tuple[str, str]]:
    """Everything a finance director asks."""
    metric = page.metric
    references = "; ".join(metric.references)
    return [
        ("Formula", metric.formula[:1].upper() + metric.formula[1:]),
        ("Direction", DIRECTION[metric.better]),
        ("Hidden below", counted(metric.people, metric.withheld_below)),
        ("Small sample below", counted(metric.people, metric.thin_below)),
        *details(metric, page.reading, currency),
        *((each.name, sentence(each, reading)) for each, reading in page.details),
        *([("Method and references", references)] if references else []),
        ("Owner", f"{metric.owner}; definition {metric.version}, reviewed {words.day(metric.reviewed_on)}"),
    ]


def details(metric: Metric, reading: Reading, currency: str) -> list[tuple[str, str]]:
    """The parts of the number by their plain names, with units."""
    return [(name, detail(found, unit, currency)) for name, found, unit in named(reading.details, metric.unit)]


def detail(found: Any, unit: str, currency: str) -> str:
    if isinstance(found, str) or found is None:
        return str(found or words.NOTHING)
    if unit == "percent":
        return words.percent(found)
    if unit == "seconds":
        return words.wait(found)
    if unit == "points":
        return f"{words.signed(found)} points"
    if unit == "times":
        return words.number(found, 2)
    if unit == "money":
        return words.money(100 * found, currency)
    number = words.number(found, 0 if float(found).is_integer() else 1)
    return f"{number} {unit}".strip()


def in_short(metric: Metric) -> str:
    """What it asks and, in one sentence, how it is counted; the definition has the rest."""
    return f"{metric.asks} {metric.in_short}"
