"""What is said of one number, and of several: its value and range, how many it is based on, how it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metrics.metric import Metric
from metrics.reading import Reading, is_annualised
from reporting.cautions import all_said, reason
from reporting.reasons import counted
from reporting.words import NOTHING, difference, interval, length, listed, percent, period, value

if TYPE_CHECKING:
    pass

NOT_SAID = "not set"  # of a row that has no area, channel, segment ...
NO_DATA = "No data."
SMALL = "small sample"
STATES = {"full": "", "thin": SMALL, "withheld": "hidden", "no data": "no data"}


def sentence(metric: Metric, reading: Reading, in_full: bool = False) -> str:
    """The number, its interval, how many it is based on, then the change, then what must be known beside it.

    `in_full` names the group and the days, too: where nothing around the sentence does.
    """
    head = metric.name if in_full else metric.short
    if in_full:
        head += "".join(f", {name} {group or NOT_SAID}" for name, group in reading.where.items())
        head += f", {period(reading.period)}"
    if reading.value is None:
        return f"{head}: {why(reading)}"
    if busiest := _busiest(metric, reading):
        parts = [f"{head}."] if in_full else []
        parts.append(f"{busiest}, {based_on(metric, reading)}.")
    else:
        colon = ":" if in_full or reading.by_group else ""
        parts = [f"{head}{colon} {_by_group(metric, reading)}{_number(metric, reading)}."]
    if reading.state == "thin":
        parts.append(reason(reading.reason) or "")
    elif reading.comparison:
        parts.append(previously(metric, reading))
    return " ".join([*parts, *all_said(reading.cautions)])


def _number(metric: Metric, reading: Reading) -> str:
    return ", ".join(each for each in (in_figures(metric, reading), based_on(metric, reading)) if each)


def _busiest(metric: Metric, reading: Reading) -> str:
    """ "Monday has the most tickets: 22% of all, 1.54 times the average day (95% CI 1.48 to 1.61)"; "" of other metrics."""
    name = reading.details.get("busiest_day")
    if name is None or not reading.denominator:
        return ""
    of_all = percent(100 * (reading.numerator or 0) / (7 * reading.denominator))
    ends = interval(metric, reading.low, reading.high)
    said = f"{name} has the most tickets: {of_all} of all, {value(metric, reading.value)}"
    return f"{said} (95% CI {ends})" if ends else said


def in_figures(metric: Metric, reading: Reading) -> str:
    """ "88% (95% CI 83-92%)"."""
    said = _value(metric, reading)
    ends = interval(metric, reading.low, reading.high)
    return f"{said} (95% CI {ends})" if ends else said


def _value(metric: Metric, reading: Reading) -> str:
    day = f"{name} " if (name := reading.details.get("busiest_day")) and reading.value is not None else ""
    return day + value(metric, reading.value) + (" annualised" if is_annualised(reading) else "")


def based_on(metric: Metric, reading: Reading) -> str:
    """ "412 answers, response rate 27%"; "" where nothing may be said."""
    if not reading.n:
        return ""
    rate = reading.details.get("response_rate")
    return counted(metric.people, reading.n) + (f", response rate {percent(rate)}" if rate is not None else "")


def with_interval(metric: Metric, reading: Reading) -> str:
    """How many a value is based on, and its interval: "412 answers, response rate 27%, 95% CI 83-92%"."""
    ends = interval(metric, reading.low, reading.high)
    return ", ".join(each for each in (based_on(metric, reading), f"95% CI {ends}" if ends else "") if each)


def _by_group(metric: Metric, reading: Reading) -> str:
    """Values of groups that are far apart come first: the value of all together describes none of them.

    Their intervals are in the breakdown: with them this is too long to read.
    """
    if not reading.by_group:
        return ""
    groups = "; ".join(
        f"{_group(metric, each)} {value(metric, each.value)}, {counted(metric.people, each.n)}"
        for each in reading.by_group
    )
    return f"by {metric.grouped_by}, {groups}; all together "


def current(metric: Metric, reading: Reading) -> str:
    """The same in short: "chat 2 min and e-mail 4 h 5 min; all together 1 h 1 min"."""
    whole = _value(metric, reading)
    if not reading.by_group:
        return whole
    groups = listed([f"{_group(metric, each)} {value(metric, each.value)}" for each in reading.by_group])
    return f"{groups}; all together {whole}"


def whole(metric: Metric, reading: Reading) -> str:
    """The same for a cell of a table of all metrics: "1 h 20 min (by channel 89 s to 4 h 14 min)"; its own page has the groups."""
    said = _value(metric, reading)
    if not reading.by_group:
        return said
    least, *_, most = (value(metric, each.value) for each in reading.by_group)
    return f"{said} (by {metric.grouped_by} {least} to {most})"


def _group(metric: Metric, reading: Reading) -> str:
    return reading.where.get(metric.grouped_by or "") or NOT_SAID


def why(reading: Reading) -> str:
    """Why there is no number, or only a range."""
    return reason(reading.reason) or NO_DATA


def previously(metric: Metric, reading: Reading) -> str:
    """ "Previous 4 weeks: 80%. Better: +8.0 points (95% CI +2.0 to +14.0)." """
    assert reading.comparison is not None
    previous = reading.comparison.previous
    before = f"Previous {length(previous.period)}"
    if previous.value is None:
        said = why(previous)
        return f"{before}: {said[:1].lower()}{said[1:]}"
    changed = change(metric, reading)
    return f"{before}: {_value(metric, previous)}. {changed[:1].upper()}{changed[1:]}."


def change(metric: Metric, reading: Reading) -> str:
    """How it changed since the period before, and how sure that is: "better: +8.0 points (95% CI +2.0 to +14.0)"."""
    comparison = reading.comparison
    if comparison is None or comparison.verdict == "not enough data":
        return "not enough data to compare"
    if comparison.why:
        return f"not comparable: {reason(comparison.why)}"
    found = comparison.difference
    if found is None:
        return "change not tested"
    if found.p is None:
        return f"not comparable: {found.method}"
    amount = difference(metric, found.value)
    if found.low is not None and found.high is not None:
        low, high = (difference(metric, end).removesuffix(" points") for end in (found.low, found.high))
        amount += f" (95% CI {low} to {high})"
    if comparison.verdict == "no clear change":
        return f"no clear change: {amount}"
    return f"{ {True: 'better', False: 'worse', None: 'changed'}[comparison.good] }: {amount}"


def changed(metric: Metric, reading: Reading) -> str:
    """The same for a cell; why there is nothing to compare, where there is no number."""
    if reading.state != "full":
        return note(reading)
    return change(metric, reading) if reading.comparison else NOTHING


def note(reading: Reading) -> str:
    """What a cell beside the number says: why there is none, "small sample" where only its range counts, else nothing."""
    return why(reading) if reading.value is None else STATES[reading.state]
