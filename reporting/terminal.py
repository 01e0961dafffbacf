"""How the terminal says it: one sentence, then a table of at most 80 columns, then how old it is."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from metrics.cautions import FIX, rejected_sentence, waiting_sentence
from reporting.details import named, wait_range

SHOWN = 50  # rejected rows that are printed as text; --json has all of them
WIDTH = 80
UTC_CLOCK = ZoneInfo("UTC")


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
    if "ranking" in found:
        return _ranking_text(found)
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
        return f"{head}{reading['reason']}"
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
    """The list as the page says it: place and title, why it ranks there, the arithmetic, and who is at it."""
    known = f"As known on {at.day} {at:%b %Y}. " if at else ""
    blocks = [_wrapped(each) for each in (known + found["headline"], *found["cautions"])]
    for bug in found["bugs"]:
        marks = ", ".join([bug["id"], *bug["marks"]])
        lines = [_wrapped(f"{bug['rank']}. {bug['title']} [{marks}]", "    ", f"{bug['rank']}. ")]
        lines += [_wrapped(text, "    ") for text in (bug["why"], bug["arithmetic"], bug["who_is_at_it"])]
        blocks.append("\n".join(lines))
    beside = ("missing", "others_sentence", "revenue_sentence", "coverage_sentence")
    blocks += [_wrapped(found[name]) for name in beside if found.get(name)]
    return "\n\n".join([*blocks, _age(found, zone)]).rstrip()


def _ranking_text(found: dict[str, Any]) -> str:
    """The record of the ranking in sentences, then month by month."""
    rows = [tuple(row.values()) for row in found["rows"]]
    heads = tuple(found["rows"][0]) if rows else ()
    blocks = [*map(_wrapped, found["ranking"]), _table(heads, rows) if rows else ""]
    return "\n\n".join(each for each in blocks if each)


def _wrapped(text: str, indent: str = "", first: str = "") -> str:
    """Nothing is cut: a word that is longer than a line goes on in the next one."""
    if first:
        text = text.removeprefix(first)
    start = f"{first:<{len(indent)}}" if first else indent
    return textwrap.fill(printable(text), WIDTH, initial_indent=start, subsequent_indent=indent, break_on_hyphens=False)


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
    text = printable(text)
    return text if len(text) <= width else text[: width - 3] + "..."


def printable(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)  # a title must not move the cursor
