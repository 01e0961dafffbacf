"""Program 3: prints any metric, the top ten or the sources, for people who live in a terminal and for scripts."""

from __future__ import annotations

import json
import math
import sys
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from metrics import METRICS, all_metrics, metric
from metrics.cautions import FIX, found_elsewhere, rejected_sentence, waiting_sentence
from metrics.metric import (
    Comparison,
    Metric,
    Reading,
    Unanswerable,
    check_dimensions,
    headline_period,
    is_annualised,
    read,
    series,
    split_by,
)
from metrics.period import GRAINS, Period, start_of
from ranking.top_bugs import top_bugs
from reporting import bugs
from reporting.details import named, wait_range
from reporting.words import day
from settings import Settings, SettingsError, load
from store import EmptyStoreError, Published, StoreError, open_store
from store.records import BY_TABLE
from store.tallies import MEASURES

TOP_BUGS, SOURCES, REJECTED, LIST = "top-bugs", "sources", "rejected", "metrics"
SHOWN = 50  # rejected rows that are printed as text; --json has all of them
HISTORY = 12  # how many whole weeks, months ... `--by` shows where no days are given
WIDTH = 80
UTC_CLOCK = ZoneInfo("UTC")
MOST_NAMED = 10  # values that are listed where somebody asks for one that is not there


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody typed. `end` is the first day that is not counted."""

    what: str
    start: date | None = None
    end: date | None = None
    by: str | None = None
    split: str | None = None
    where: dict[str, str] | None = None
    at: date | None = None


# --- the answers, as data ---------------------------------------------------------------------------------------------


def answer(question: Question, settings: Settings, now: datetime) -> dict[str, Any]:
    """The answer as plain data: exactly what --json prints. Raises Unanswerable and StoreError."""
    _check(question, settings, now)
    if question.what == LIST:
        return {"metrics": [_listed(each) for each in all_metrics()]}
    asked = None if question.what in (TOP_BUGS, SOURCES, REJECTED) else metric(question.what)
    store = open_store(settings)
    try:
        store.check_time_zone()
        with store.reading() as published:
            if question.what == SOURCES:
                return {
                    "as_of": plain(_published_at(published)),
                    "sources": plain(published.sources()),
                    "unresolved_references": [
                        {**plain(each._asdict()), "hint": found_elsewhere(each)} for each in published.unresolved()
                    ],
                }
            if question.what == REJECTED:
                return _rejected(published)
            if published.snapshot is None:
                raise EmptyStoreError
            today = now.astimezone(settings.zone).date()
            if asked is None:
                return _top_bugs(published, question.at or today, today, settings)
            return _metric(published, asked, question, settings, today)
    finally:
        store.engine.dispose()


def _rejected(published: Published) -> dict[str, Any]:
    counts = published.rejected(tuple(BY_TABLE))
    names = ("source", "record", "read", "rejected")
    return {
        "as_of": plain(_published_at(published)),
        "counts": [dict(zip(names, each, strict=True)) for each in counts],
        "rejected": published.rejected_rows(at_most=None),
    }


def _check(question: Question, settings: Settings, now: datetime) -> None:
    """Raises Unanswerable for an option that would change nothing."""
    given = {
        "--from": question.start,
        "--to": question.end,
        "--by": question.by,
        "--split": question.split,
        "--where": question.where,
        "--at": question.at,
    }
    fitting = {TOP_BUGS: {"--at"}, SOURCES: set(), REJECTED: set(), LIST: set()}.get(
        question.what, set(given) - {"--at"}
    )
    for option in given:
        if given[option] and option not in fitting:
            takes = f"it takes {', '.join(sorted(fitting))}" if fitting else "it takes none of these"
            if option == "--at":
                takes = f"it is for {TOP_BUGS}; the days of a metric are chosen with --from and --to"
            raise Unanswerable(f"{option} does not go with {question.what}: {takes}.")
    today = now.astimezone(settings.zone).date()
    if question.at and question.at > today:
        raise Unanswerable(f"--at lies in the future; the newest day is {today}.")


def _check_values(published: Published, asked: Metric, where: dict[str, str]) -> None:
    """A value that no row of the store has is a slip of the pen, not an area about which nothing is known."""
    check_dimensions(asked, where)
    names_of_measures = [measure.name for measure in MEASURES]
    for dimension, value in where.items():
        known = list(dict.fromkeys(each for name in names_of_measures for each in published.values(name, dimension)))
        if value and value not in known:
            names = sorted(each for each in known[: MOST_NAMED + 1] if each)[:MOST_NAMED]
            more = len([each for each in known if each]) - len(names)
            listed = ", ".join(names) + (f" and {more} more" if more > 0 else "")
            there = f"there {'is' if len(names) == 1 else 'are'} {listed}" if names else "no row has one"
            raise Unanswerable(f"There is no {dimension} {value!r}; {there}.")


def _metric(published: Published, asked: Metric, question: Question, settings: Settings, today: date) -> dict[str, Any]:
    where = question.where or {}
    _check_values(published, asked, where)
    period = period_of(question, asked, today)
    head = {
        "metric": asked.key,
        "name": asked.name,
        "unit": asked.unit,
        "better": asked.better,
        "people": asked.people,
        "currency": settings.currency,
    }
    if question.by:
        readings = series(published, asked, period.split(question.by), settings, where)
        return {
            **head,
            "definition_version": asked.version,
            "by": question.by,
            "series": [reading_as_data(each, asked) for each in readings],
        }
    if question.split:
        groups = split_by(published, asked, period, question.split, settings, where)
        return {
            **head,
            "definition_version": asked.version,
            "split": question.split,
            "period": plain_period(period),
            "groups": [{"group": name, **reading_as_data(each, asked)} for name, each in groups.items()],
        }
    return {**head, **reading_as_data(read(published, asked, period, settings, where), asked)}


def period_of(question: Question, asked: Metric, today: date) -> Period:
    """The days asked for; what was left out comes from the metric's headline, or from --by. Raises Unanswerable."""
    of_a_group = bool(question.split or question.where)
    own = _last_whole(today, question.by) if question.by else headline_period(asked, today, of_a_group)
    start, end = question.start, question.end
    if start and not end:
        end = own.end if start < own.end else today + timedelta(days=1)
    if end and not start:
        start = _last_whole(end, question.by).start if question.by else headline_period(asked, end, of_a_group).start
        if start >= end:
            start = end - timedelta(days=own.days)
    if start and end and end <= start:
        raise Unanswerable(f"--to {end} is not after --from {start}; --to is the first day that is not counted.")
    return Period(start, end) if start and end else own


def _last_whole(today: date, grain: str) -> Period:
    end = start = start_of(today, grain)
    for _ in range(HISTORY):
        start = start_of(start - timedelta(days=1), grain)
    return Period(start, end)


def reading_as_data(reading: Reading, asked: Metric) -> dict[str, Any]:
    """Full precision; what is not known is None, never 0."""
    return {
        "metric": asked.key,
        "name": asked.name,
        "unit": asked.unit,
        "better": asked.better,
        "period": plain_period(reading.period),
        "where": reading.where,
        "value": reading.value,
        "low": reading.low,
        "high": reading.high,
        "annualised": is_annualised(reading),
        "numerator": reading.numerator,
        "denominator": reading.denominator,
        "n": _n(reading),
        "people": asked.people,
        "state": reading.state,
        "reason": reading.reason,
        "as_of": plain(reading.as_of),
        "sources": list(reading.sources),
        "cautions": list(reading.cautions),
        "apart": [
            {"by": asked.apart, "group": each.where[asked.apart or ""], "value": each.value, "low": each.low}
            | {"high": each.high, "n": each.n, "state": each.state}
            for each in reading.apart
        ],
        "details": plain(reading.details),
        "comparison": _comparison(reading.comparison) if reading.comparison else None,
        "definition_version": asked.version,
    }


def _n(reading: Reading) -> int | None:
    """How many stand behind it; None where even that would expose people."""
    return None if reading.state == "withheld" and reading.n == 0 else reading.n


def _comparison(comparison: Comparison) -> dict[str, Any]:
    previous = comparison.previous
    return {
        "period": plain_period(previous.period),
        "value": previous.value,
        "low": previous.low,
        "high": previous.high,
        "annualised": is_annualised(previous),
        "n": _n(previous),
        "state": previous.state,
        "difference": plain(comparison.difference),
        "verdict": comparison.verdict,
        "good": comparison.good,
    }


def _top_bugs(published: Published, at: date, today: date, settings: Settings) -> dict[str, Any]:
    sources, as_of = published.freshness(("ticket", "bug", "bug_report"))
    found: dict[str, Any] = plain(bugs.as_data(top_bugs(published, at, settings), settings, at if at < today else None))
    return {**found, "currency": settings.currency, "as_of": plain(as_of), "sources": list(sources)}


def _listed(each: Metric) -> dict[str, Any]:
    return {
        "metric": each.key,
        "name": each.name,
        "asks": each.asks,
        "unit": each.unit,
        "better": each.better,
        "dimensions": list(each.dimensions),
        "grain": each.grain,
        "definition_version": each.version,
    }


def _published_at(published: Published) -> datetime | None:
    return published.snapshot.published_at if published.snapshot else None


def plain(value: Any) -> Any:
    """Records, days and instants as JSON knows them; an endless number is not a number."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if hasattr(value, "_asdict"):
        return {name: plain(each) for name, each in value._asdict().items()}
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, date):  # also an instant
        return value.isoformat()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def plain_period(period: Period) -> dict[str, str]:
    return {"from": period.start.isoformat(), "to": period.end.isoformat()}


# --- the answers, as text ---------------------------------------------------------------------------------------------


def as_text(found: dict[str, Any], zone: ZoneInfo = UTC_CLOCK, at: date | None = None) -> str:
    """One sentence, then a table of at most 80 columns, then how old it is. `found` is what `answer` gives.

    `zone` is where the clock of "As of" hangs; `at` is the day that was asked for, if one was.
    """
    if "metrics" in found:
        return _table(("metric", "asks"), [(each["metric"], each["asks"]) for each in found["metrics"]])
    if "rejected" in found:
        return _rejected_text(found)
    if "bugs" in found:
        return _bugs_text(found, zone, at)
    if "series" in found:
        return _series_text(found, zone)
    if "groups" in found:
        return _groups_text(found, zone)
    if "metric" not in found:
        return _sources_text(found)
    parts = [sentence(found), _details(found), _age(found, zone)]
    return "\n\n".join(part for part in parts if part)


def sentence(reading: dict[str, Any]) -> str:
    """What a person would say of this number."""
    place = "".join(f", {name} {value or '(not said)'}" for name, value in reading["where"].items())
    head = f"{reading['name']}{place}, {_days(reading['period'])}: "
    if reading["value"] is None:
        return head + reading["reason"]
    said = _amount_and_range(reading, reading["unit"])
    if reading.get("apart"):
        # Far apart: all together is no group's number, so theirs come first.
        parts = (
            f"{each['group'] or '(not said)'} {_amount_and_range(each, reading['unit'])} ({each['n']:,})"
            for each in reading["apart"]
        )
        said = f"by {reading['apart'][0]['by']}: {'; '.join(parts)}. All together {said}"
    if reading.get("annualised"):
        said += ", annualised"
    said += f" ({reading['n']:,} {reading['people']})."
    if reading["reason"]:
        said += f" {reading['reason']}"
    return " ".join([head + said + _change(reading), *reading["cautions"]])


def _amount_and_range(reading: dict[str, Any], unit: str) -> str:
    said = amount(reading["value"], unit)
    if reading["low"] is None or reading["high"] is None:
        return said
    low, high = (amount(reading[end], unit).removesuffix(f" {unit}") for end in ("low", "high"))
    if unit == "seconds":
        low, high = wait_range(reading["low"], reading["high"], duration)
    return f"{said}, most likely between {low} and {high}"


def _change(reading: dict[str, Any]) -> str:
    compared = reading["comparison"]
    if not compared:
        return ""
    before = f"before ({_days(compared['period'])})"
    difference = compared["difference"]
    if difference is None:
        if compared["state"] == "no data":
            return f" Nothing is known of the time {before}."
        if compared["value"] is None or compared["state"] != "full" or reading["state"] != "full":
            return f" Too few to compare with the time {before}."
        yearly = ", annualised" if compared.get("annualised") else ""
        return (
            f" The time {before}: {amount(compared['value'], reading['unit'])}{yearly}; "
            "whether that is a change is not tested."
        )
    if difference["value"] == 0:
        return f" The same as {before}."
    way = "Up" if difference["value"] > 0 else "Down"
    size = _gap(difference["value"], reading["unit"])
    if difference["p"] is None:
        return f" {way} {size} on {before}; {difference['method']}."
    span = ""
    if difference["low"] is not None and difference["high"] is not None:
        span = f"from {_signed(difference['low'], reading['unit'])} to {_signed(difference['high'], reading['unit'])}"
    if compared["verdict"] == "no clear change":
        could = f", but it could be anything {span}" if span else ""
        return f" {way} {size} on {before}{could}: not a clear change."
    good = {True: ", which is better", False: ", which is worse", None: ""}[compared["good"]]
    return f" {way} {size} on {before}{f' ({span})' if span else ''}{good}."


def amount(value: float, unit: str) -> str:
    """A value with its unit, as people write it."""
    if unit == "seconds":
        return duration(value)
    if unit == "percent":
        return f"{value:.1f} %"
    return f"{value:+.1f} points" if unit == "points" else f"{value:,.{_decimals(unit)}f} {unit}"


def _decimals(unit: str) -> int:
    """A rate per customer needs two: 2.28 tickets per customer per month."""
    return 2 if unit == "tickets per customer per month" else 1


def duration(seconds: float) -> str:
    """3 min, 2 h 05 min, 4.2 days."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * 3600:
        minutes = round(seconds / 60)
        return f"{minutes // 60} h {minutes % 60:02} min"
    return f"{seconds / 86400:.1f} days"


def _gap(value: float, unit: str) -> str:
    if unit == "seconds":
        return duration(abs(value))
    return f"{abs(value):.{_decimals(unit)}f}" + (" points" if unit in ("percent", "points") else "")


def _signed(value: float, unit: str) -> str:
    return f"{_gap(value, unit)} {'up' if value > 0 else 'down'}"


def _days(period: dict[str, str]) -> str:
    """First and last day; the last day is the one before "to"."""
    first = period["from"]
    last = (date.fromisoformat(period["to"]) - timedelta(days=1)).isoformat()
    return first if first == last else f"{first} to {last}"


def _series_text(found: dict[str, Any], zone: ZoneInfo) -> str:
    rows = [(_days(each["period"]), *_cells(each)) for each in found["series"]]
    known = sum(each["value"] is not None for each in found["series"])
    head = f"{found['name']} by {found['by']}: {known} of {len(rows)} have a number. In {_unit(found['unit'])}."
    table = _table((found["by"], "value", "between", "n", "state"), rows)
    why = dict.fromkeys(each["reason"] for each in found["series"] if each["state"] == "no data" and each["reason"])
    said = "\n".join([*map(_wrapped, why), *filter(None, [_cautions(found["series"])])])
    return "\n\n".join(each for each in (head, table, said, _age(found["series"][0], zone) if rows else "") if each)


def _groups_text(found: dict[str, Any], zone: ZoneInfo) -> str:
    rows = [
        (each["group"] or "(not said)", *_cells(each), (each["comparison"] or {}).get("verdict", ""))
        for each in found["groups"]
    ]
    if not rows:
        return f"{found['name']} by {found['split']}, {_days(found['period'])}: nothing is known."
    head = f"{found['name']} by {found['split']}, {_days(found['period'])}. In {_unit(found['unit'])}."
    table = _table((found["split"], "value", "between", "n", "state", "change"), rows)
    said = _cautions(found["groups"])
    return "\n\n".join(each for each in (head, table, said, _age(found["groups"][0], zone)) if each)


def _cautions(readings: list[dict[str, Any]]) -> str:
    """What must stand beside these numbers, each sentence once; those that count people differ by number."""
    return "\n".join(_wrapped(each) for each in dict.fromkeys(each for one in readings for each in one["cautions"]))


def _cells(reading: dict[str, Any]) -> tuple[str, str, str, str]:
    def cell(value: float | None) -> str:
        if value is None:
            return "-"
        return duration(value) if reading["unit"] == "seconds" else f"{value:,.{_decimals(reading['unit'])}f}"

    between = "-" if reading["low"] is None else f"{cell(reading['low'])} .. {cell(reading['high'])}"
    if reading["unit"] == "seconds" and reading["low"] is not None and reading["high"] is not None:
        between = " .. ".join(wait_range(reading["low"], reading["high"], duration))
    value = cell(reading["value"]) + (" annualised" if reading["annualised"] else "")
    return value, between, "-" if reading["n"] is None else f"{reading['n']:,}", reading["state"]


def _unit(unit: str) -> str:
    return "hours and minutes" if unit == "seconds" else unit


def _bugs_text(found: dict[str, Any], zone: ZoneInfo, at: date | None) -> str:
    """The list as the page says it: place and title, why it stands there, the arithmetic, and who is at it."""
    known = f"As known on {day(at)}. " if at else ""
    blocks = [_wrapped(each) for each in (known + found["headline"], *found["cautions"])]
    for bug in found["bugs"]:
        marks = ", ".join([bug["id"], *bug["marks"]])
        lines = [_wrapped(f"{bug['rank']}. {bug['title']} [{marks}]", "    ", f"{bug['rank']}. ")]
        lines += [_wrapped(text, "    ") for text in (bug["why"], bug["arithmetic"], bug["who_is_at_it"])]
        blocks.append("\n".join(lines))
    beside = (found["missing"], found.get("others_sentence"), found.get("revenue_sentence"), found["coverage_sentence"])
    blocks += [_wrapped(text) for text in beside if text]
    return "\n\n".join([*blocks, _age(found, zone)]).rstrip()


def _wrapped(text: str, indent: str = "", first: str = "") -> str:
    """Nothing is cut: a word that is longer than a line goes on in the next one."""
    if first:
        text = text.removeprefix(first)
    start = f"{first:<{len(indent)}}" if first else indent
    return textwrap.fill(
        _printable(text), WIDTH, initial_indent=start, subsequent_indent=indent, break_on_hyphens=False
    )


def _sources_text(found: dict[str, Any]) -> str:
    if not found["sources"]:
        return "No source has been read yet. Type ./run refresh"
    rows = [
        (
            each["name"],
            each["type"],
            each["outcome"],
            (each["last_succeeded_at"] or "never")[:16].replace("T", " "),
            f"{sum(each['rows'].values()):,}",
            f"{sum(n for n, _ in each['rejected'].values()) or each['rejected_rows']:,}",
        )
        for each in found["sources"]
    ]
    failed = [f"{each['name']}: {each['reason']}" for each in found["sources"] if each["reason"]]
    hints = [_wrapped(each["hint"]) for each in found["unresolved_references"] if each["hint"]]
    waiting = [
        _wrapped(f"{each['name']}: {waiting_sentence(each['waiting'], sum(each['rows'].values()))}")
        for each in found["sources"]
        if each["waiting"]
    ]
    n = len(rows)
    head = f"{n} {'source' if n == 1 else 'sources'}, {len(failed)} failed at the last try."
    table = _table(("source", "type", "outcome", "last read (UTC)", "rows", "rejected"), rows)
    return "\n\n".join([head, table, *failed, *waiting, *hints])


def _rejected_text(found: dict[str, Any]) -> str:
    """How many of how many, then row by row: where it is, and what is wrong with it."""
    rows = found["rejected"]
    counts = [
        _wrapped(rejected_sentence(each["source"], each["record"], each["read"], each["rejected"]))
        for each in found["counts"]
    ]
    if not rows:
        return "\n".join(counts) or "No row was rejected."
    lines = []
    for each in rows[:SHOWN]:
        column = f", {each['column']}" if each["column"] else ""
        said = f"{each['value']!r} {each['reason'].removeprefix('it ')}" if each["value"] else each["reason"]
        lines.append(_wrapped(f"{each['source']}, {each['place']}{column}: {said}", "    "))
    more = f"{len(rows) - SHOWN:,} more: --json has all of them. " if len(rows) > SHOWN else ""
    blocks = ["\n".join(counts), "\n".join(lines), _wrapped(more + FIX)]
    return "\n\n".join(each for each in blocks if each)


def _details(found: dict[str, Any]) -> str:
    """The parts of a number that have a plain name, one a line; all of them are in --json."""
    rows = [(name, _part(value, unit, found)) for name, value, unit in named(found["details"], found["unit"])]
    return _table(("of which", ""), rows) if rows else ""


def _part(value: Any, unit: str, found: dict[str, Any]) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if unit == "seconds":
        return duration(value)
    if unit == "points":
        return amount(value, unit)
    if unit == "money":
        return f"{found.get('currency', '')} {value:,.0f}".strip()
    number = f"{value:,.0f}" if float(value).is_integer() and unit != "percent" else f"{value:,.1f}"
    return number + {"percent": " %", "days": " day" if value == 1 else " days"}.get(unit, "")


def _age(reading: dict[str, Any], zone: ZoneInfo) -> str:
    if not reading["sources"]:
        return ""
    when = "an unknown time"
    if reading["as_of"]:
        when = f"{datetime.fromisoformat(reading['as_of']).astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"
    return _wrapped(f"As of {when}, from {', '.join(reading['sources'])}.")


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Columns as wide as they need to be; the widest one gives way where 80 are not enough."""
    lines = [heads, *rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(heads))]
    excess = sum(widths) + 2 * (len(widths) - 1) - WIDTH
    if excess > 0:
        widest = widths.index(max(widths))
        widths[widest] = max(8, widths[widest] - excess)
    return "\n".join(
        "  ".join(_cut(cell, width).ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cut(text: str, width: int) -> str:
    text = _printable(text)
    return text if len(text) <= width else text[: width - 3] + "..."


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)  # a title must not move the cursor


# --- the command ------------------------------------------------------------------------------------------------------


class Day(click.ParamType):
    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day; write it like 2026-11-21")


DAY = Day()
WHAT = f"METRIC is one of: {', '.join(METRICS)}; or {TOP_BUGS}, {SOURCES}, {REJECTED} (rows), {LIST} (the list with their questions)."


@click.command(help="Print a metric, the top ten bugs or the state of the sources.\n\n" + WHAT)
@click.argument("what", metavar="METRIC")
@click.option("--from", "start", type=DAY, help="the first day that is counted; default: the metric's own period")
@click.option("--to", "end", type=DAY, help="the first day that is NOT counted any more")
@click.option("--by", metavar="GRAIN", help=f"a number for each {', '.join(GRAINS)}")
@click.option("--split", metavar="DIMENSION", help="a number for each area, channel, segment, plan or team")
@click.option("--where", "conditions", multiple=True, metavar="AREA=BILLING", help="only this; may be repeated")
@click.option("--at", type=DAY, help="top-bugs: what was known at the end of this day; default today")
@click.option("--json", "as_json", is_flag=True, help="full precision, for programs; what is not known is null")
@click.option("--config", help="the settings file; default empathy.toml beside the programs, if there is one")
def command(
    what: str,
    start: date | None,
    end: date | None,
    by: str | None,
    split: str | None,
    conditions: tuple[str, ...],
    at: date | None,
    as_json: bool,
    config: str | None,
) -> None:
    if by and by not in GRAINS:
        raise Unanswerable(
            f"--by takes {', '.join(GRAINS)}, not {by!r}; to split by area, channel and so on use --split {by}."
        )
    if by and split:
        raise Unanswerable("--by and --split cannot be used together; use --by with --where, once for each group.")
    where: dict[str, str] = {}
    for name, value in map(_condition, conditions):
        if name in where:
            raise Unanswerable(f"--where {name} was given twice; ask for one {name} at a time, or use --split {name}.")
        where[name] = value
    question = Question(what.strip().lower(), start, end, by, split, where, at)
    settings = load(config)
    found = answer(question, settings, datetime.now(UTC))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False))
    else:
        click.echo(as_text(found, settings.zone, at))


def _condition(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise Unanswerable(f"--where {text!r} is not understood; write it like --where area=Billing.")
    return name.strip().lower(), value.strip()


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; whatever is wrong is one sentence on stderr, and 2."""
    try:
        command.main(arguments, prog_name="./run read", standalone_mode=False)
    except click.ClickException as error:
        click.echo(f"{error.format_message()} Type ./run read --help for what can be asked.", err=True)
        return 2
    except (Unanswerable, SettingsError, StoreError) as error:
        click.echo(_printable(str(error)), err=True)
        if details := getattr(error, "details", ""):
            click.echo(f"It said: {details}", err=True)
        return 2
    except click.Abort:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
