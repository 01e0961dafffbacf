"""How the terminal says it: one sentence, then a table of at most 80 columns, then how old it is."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import zip_longest
from zoneinfo import ZoneInfo

from metrics.metric import Metric
from metrics.reading import Reading
from reporting import words
from reporting.cautions import FIX, all_said, found_elsewhere, plural, rejected_sentence, waiting_sentence
from reporting.data import Data, as_data, shown_n
from reporting.one_metric import details
from reporting.program import printable
from reporting.readings import NOT_SAID, STATES, changed, current, sentence, why
from settings import Settings
from views.question import Answer, Groups, History, Metrics, Now, OneNumber, Overview, Ranked, RankingRecord, Rejected
from views.sources import RejectedRow

SHOWN = 50  # rejected rows that are printed as text; --json has all of them
WIDTH = 80
NARROWEST = 8  # of a column that is folded


def as_text(found: Answer, settings: Settings) -> str:
    """Days and times are those of the company's clock."""
    match found:
        case Metrics():
            return _table(("metric", "asks"), [(each.key, each.asks) for each in found.metrics])
        case Rejected():
            return _rejected_text(as_data(found, settings))
        case Overview():
            return _overview_text(found, settings)
        case RankingRecord():
            return _ranking_text(as_data(found, settings))
        case Ranked():
            return _bugs_text(as_data(found, settings), settings.zone, found.at)
        case History():
            return _history_text(found, settings)
        case Groups():
            return _groups_text(found, settings)
        case Now():
            from reporting import now  # only here, as above

            return now.as_text(found, settings)
        case OneNumber():
            return _one_text(found.metric, found.reading, settings)
    return _sources_text(as_data(found, settings), settings.zone)


def _overview_text(found: Overview, settings: Settings) -> str:
    """What was read, the first rows that were rejected, every metric that has a value, and why the others have none."""
    from reporting.bugs import answer  # only here: it is not needed for a metric, and takes a while to load

    read = []
    for source, record, rows, stored, rejected in found.counts:
        were = "row was" if rows == 1 else "rows were" if rejected != 1 else "rows was"
        lost = f"; {rejected:,} of {rows:,} {were} rejected:" if rejected else ""
        read.append(_item(f"{source}: {stored:,} {plural(record)} stored{lost}"))
        for row in found.rejected:
            if (row["source"], row["record"]) == (source, record):
                read.append(_wrapped(_why_rejected(row), "    "))
    known = [each for each in found.numbers if each.reading.value is not None]
    numbers = [_item(sentence(each.metric, each.reading, in_full=True)) for each in known]
    numbers += [_item(f"Top ten bugs: {answer(found.top.top, settings, found.top.at)}")] if found.top else []
    lacking = [
        _item(f"{each.metric.name}: {why(each.reading)}") for each in found.numbers if each.reading.value is None
    ]
    blocks = [
        "\n".join(read) or "No row was read.",
        f"{len(known)} of {len(found.numbers)} metrics have a value.",
        "\n".join(numbers),
        "\n".join(["Without a value:", *lacking]) if lacking else "",
        "\n".join(_wrapped(hint) for each in found.unresolved if (hint := found_elsewhere(each))),
    ]
    return "\n\n".join(each for each in blocks if each)


def _item(text: str) -> str:
    return _wrapped(f"- {text}", "  ", "- ")


def _one_text(metric: Metric, reading: Reading, settings: Settings) -> str:
    parts = [
        _wrapped(sentence(metric, reading, in_full=True)),
        _table(("details", ""), rows) if (rows := details(metric, reading, settings.currency)) else "",
        _age(reading.sources, reading.as_of, settings.zone),
    ]
    return "\n\n".join(part for part in parts if part)


def _history_text(found: History, settings: Settings) -> str:
    metric, readings = found.metric, found.readings
    known = sum(each.value is not None for each in readings)
    head = f"{metric.name} by {found.by}: {known} of {len(readings)} have a value."
    rows = [(words.period(each.period), *_cells(metric, each)) for each in readings]
    reasons = dict.fromkeys(why(each) for each in readings if each.state == "no data" and each.reason)
    said = "\n".join([*map(_wrapped, reasons), *_cautions(readings)])
    age = _age(readings[0].sources, readings[0].as_of, settings.zone) if readings else ""
    table = _table((found.by, "value", "95% CI", "n", "state"), rows)
    return "\n\n".join(each for each in (head, table, said, age) if each)


def _groups_text(found: Groups, settings: Settings) -> str:
    metric, readings = found.metric, list(found.groups.values())
    head = f"{metric.name} by {found.split}, {words.period(found.period)}"
    if not readings:
        return f"{head}: no data."
    rows = [
        (name or NOT_SAID, *_cells(metric, each)[:-1], changed(metric, each)) for name, each in found.groups.items()
    ]
    table = _table((found.split, "value", "95% CI", "n", "change"), rows)
    age = _age(readings[0].sources, readings[0].as_of, settings.zone)
    return "\n\n".join(each for each in (f"{head}.", table, "\n".join(_cautions(readings)), age) if each)


def _cautions(readings: Sequence[Reading]) -> list[str]:
    """What must stand beside these numbers, each sentence once."""
    return [_wrapped(each) for each in dict.fromkeys(each for one in readings for each in all_said(one.cautions))]


def _cells(metric: Metric, reading: Reading) -> tuple[str, str, str, str]:
    value = current(metric, reading).removesuffix(f" {metric.unit}")
    n = shown_n(reading)
    between = words.interval(metric, reading.low, reading.high) or words.NOTHING
    return value, between, words.NOTHING if n is None else f"{n:,}", STATES[reading.state]


def _bugs_text(found: Data, zone: ZoneInfo, at: date | None) -> str:
    """The list as the page says it: place and title, why it ranks there, the arithmetic, and who is at it."""
    from reporting.bugs import as_known_on

    blocks = [_wrapped(each) for each in (as_known_on(found["headline"], at), *found["cautions"])]
    for bug in found["bugs"]:
        marks = ", ".join([bug["id"], *bug["marks"]])
        lines = [_wrapped(f"{bug['rank']}. {bug['title']} [{marks}]", "    ", f"{bug['rank']}. ")]
        lines += [_wrapped(text, "    ") for text in (bug["why"], bug["arithmetic"], bug["status_line"])]
        blocks.append("\n".join(lines))
    beside = ("missing", "others_sentence", "revenue_sentence", "coverage_sentence")
    blocks += [_wrapped(found[name]) for name in beside if found.get(name)]
    return "\n\n".join([*blocks, _age(found["sources"], found["as_of"], zone)]).rstrip()


def _ranking_text(found: Data) -> str:
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


def _sources_text(found: Data, zone: ZoneInfo) -> str:
    if not found["sources"]:
        return "No source has been read yet. Type ./run refresh"
    rows = [
        (
            each["name"],
            each["type"],
            each["outcome"],
            _when(each["last_succeeded_at"], zone),
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
    head = f"{n} {'source' if n == 1 else 'sources'}, {len(failed)} failed the last time."
    table = _table(("source", "type", "outcome", "last read", "rows", "rejected"), rows)
    held = [_wrapped(found["held"])] if found["held"] else []
    return "\n\n".join([*held, head, table, *failed, *waiting, *hints])


def _rejected_text(found: Data) -> str:
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
        lines.append(_wrapped(f"{each['source']}, {_why_rejected(each)}", "    "))
    more = f"{len(rows) - SHOWN:,} more: --json has all of them. " if len(rows) > SHOWN else ""
    blocks = ["\n".join(counts), "\n".join(lines), _wrapped(more + FIX)]
    return "\n\n".join(each for each in blocks if each)


def _why_rejected(row: RejectedRow) -> str:
    column = f", {row['column']}" if row["column"] else ""
    said = f"{row['value']!r} {row['reason'].removeprefix('it ')}" if row["value"] else row["reason"]
    return f"{row['place']}{column}: {said}"


def _age(sources: Sequence[str], as_of: datetime | str | None, zone: ZoneInfo) -> str:
    if not sources:
        return ""
    return _wrapped(f"As of {_when(as_of, zone)}, from {', '.join(sources)}.")


def _when(moment: datetime | str | None, zone: ZoneInfo) -> str:
    """A day and a time by the company's clock."""
    known = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return words.in_zone(known, zone) if known else "never"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Columns as wide as they need to be; the widest give way where 80 are not enough: they are folded, nothing is cut."""
    lines = [heads, *rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(heads))]
    while sum(widths) + 2 * (len(widths) - 1) > WIDTH and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return "\n".join(
        "  ".join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()
        for line in lines
        for parts in zip_longest(*map(_folded, line, widths), fillvalue="")
    )


def _folded(text: str, width: int) -> list[str]:
    return textwrap.wrap(printable(text), max(width, 1), break_on_hyphens=False) or [""]
