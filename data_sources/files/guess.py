"""Looks at a file that nobody described yet, and writes the mapping that it probably needs.

What it is not sure of it says, in a comment that begins with "not sure:". The printed mapping works as it stands; whether
it means the right thing is for a person to judge. Names of columns are looked at first, then what is in them.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from data_sources.files import formats
from data_sources.files.delimited import lines as lines_of
from data_sources.files.layout import BadRow, Layout, Shape
from data_sources.files.opening import sentences, unpacked
from data_sources.mapping.cells import Wrong, as_text, decimals, reader_of
from data_sources.mapping.plan import MONEY, REFERENCES, kind_of
from data_sources.source import OBEYED, SourceError, harmless
from data_sources.words import listed, number
from store.records import BY_TABLE, SCALES, WORDS

SAMPLE = 2_000  # rows
MISSING_WORDS = ("na", "n/a", "?", "-", "--", "null", "none", "nan", "nil", "blank", "unknown", "#n/a", "(blank)")

# ruff: noqa: E501 (patterns are easier to compare in one line each)
# What columns are called, most telling first; matched against the name in lower case with _ for everything else.
NAMES: dict[str, dict[str, str]] = {
    "ticket": {
        "id": r"ticket_?(id|number|no|key)|case_?(id|number)|incident(_?(id|number))?$|^number$|^ticket$|^case$|^id$|_id$|^key$|^reference$",
        "opened_at": r"(opened|created|submitted|received|reported|erstellt|abierto|creado)(_?(at|on|date|time))?$|opened|created|open_?date|creation|submitted|received",
        "customer": r"customer(_?(id|number|no))?$|account(_?id)?$|client(_?id)?$|caller(_?id)?|requester(_?id)?|organi[sz]ation(_?id)?|company(_?id)?|kunde|cliente",
        "first_reply_at": r"first_?(reply|response|answer)(_?(at|on|date|time))?$",
        "solved_at": r"(solved|resolved|closed|completed|gelost|resuelto|cerrado)(_?(at|on|date|time))?$|resolution_?(date|at)|time_to_resolution",
        "replies": r"repl(y|ies)(_?count)?$|agent_?repl|responses?(_?count)$",
        "reopens": r"reopen",
        "within_target": r"sla|within_?target",
        "area": r"^area$|categor|product|component|topic|module",
        "channel": r"channel|contact_?type|^via$|^medium$",
        "kind": r"^kind$|(ticket|request|issue)_?type|^type$",
        "priority": r"priorit|urgency",
        "subject": r"subject|summary|^title$|betreff|asunto",
        "excerpt": r"description|^body$|message|^text$",
        "names": r"(customer|requester|contact|full|client)_?name$",
    },
    "survey_response": {
        "id": r"(response|survey|answer|rating)_?(id|number|no)|respnum|^survey$|^response$|ticket_?id|^id$|_id$|respondent",
        "score": r"^(score|rating|nps|csat|ces|netpro)$|nps|csat|satisfaction|_score$|score|rating|recommend|effort|^ease|stars|bewertung|puntuacion",
        "answered_at": r"(answered|responded|submitted|completed|rated|received)(_?(at|on|date|time))?$|(response|answer|survey|end)_?date|^date$|timestamp|closed_?at|created|intdate|datum|fecha",
        "sent_at": r"(sent|invited|asked)(_?(at|on|date|time))?$",
        "customer": r"customer(_?(id|number|no))?$|account(_?id)?$|client(_?id)?$|company(_?id)?|kunde|cliente",
        "ticket": r"ticket(_?(id|number|no))?$|case(_?id)?$|incident",
        "area": r"^area$|categor|product|component|topic",
        "channel": r"channel|^via$|collector",
        "comment": r"comment|feedback|verbatim|remark|free_?text|kommentar|comentario",
    },
    "customer": {
        "id": r"(customer|account|client|company)_?(id|number|no|key)$|^customer$|^account$|^id$|_id$|kundennummer",
        "name": r"(account|customer|company|client)_?name|^name$|^company$",
        "segment": r"segment|industry|tier_?size|sector|branche|internetservice|^size$",
        "plan": r"^plan|plan_?(tier|name|type)|subscription_?type|contract|package|edition",
        "mrr": r"mrr|monthly_?(revenue|charges?|price|fee|amount)",
        "started_on": r"(started|start|signup|sign_?up|joined|since|activated|created)(_?(at|on|date|time))?$|customer_?since",
        "ended_on": r"(ended|end|churned|cancel?led|cancellation|churn|left|deactivated)_?(at|on|date)$|^ended$|^churned$|^last_day$",
    },
    "subscription": {
        "id": r"(subscription|contract)(_?(id|number|no))?$|^id$|_id$",
        "customer": r"customer(_?(id|number|no))?$|account(_?id)?$|client(_?id)?$|company(_?id)?",
        "started_on": r"(started|start|begin|valid_from|activated)(_?(at|on|date))?$",
        "ended_on": r"(ended|end|cancel?led|expires|expired|valid_to|valid_until)(_?(at|on|date))?$",
        "plan": r"^plan|plan_?(tier|name)|package|edition",
        "mrr": r"mrr|monthly_?(revenue|charges?|price|fee|amount)",
    },
    "purchase": {
        "id": r"(order|invoice|purchase|booking|transaction|receipt)(_?(id|number|no|key))?$|^id$|_id$",
        "customer": r"customer(_?(id|number|no))?$|account(_?id)?$|client(_?id)?$|buyer|guest(_?id)?$|user_?id|kunde|cliente",
        "ordered_at": r"(order|invoice|purchase|booking|transaction|arrival)_?(at|on|date|time)|ordered(_?(at|on))?$|purchased(_?(at|on))?$|^date$|created|datum|fecha",
        "amount": r"amount|total|price|revenue|betrag|importe|^value$",
    },
    "bug": {
        "id": r"(bug|issue|defect)(_?(id|number|no|key))?$|^key$|^id$|_id$",
        "title": r"^title$|summary|subject|^name$",
        "opened_at": r"(opened|created|reported|submitted)(_?(at|on|date|time))?$|creation",
        "severity": r"severity|priorit",
        "status": r"status|^state$",
        "fixed_at": r"(fixed)(_?(at|on|date))?$",
        "released_at": r"(released|shipped)(_?(at|on|date))?$",
        "closed_at": r"(closed|resolved)(_?(at|on|date))?$",
        "expected_on": r"(expected|due|target|planned)(_?(at|on|date))?$|^eta$",
        "area": r"^area$|component|categor|module",
        "owner": r"^owner$|^team$|owning_?team|^squad$",
        "url": r"^url$|^link$|html_url",
    },
    "bug_report": {
        "id": r"(report|link)_?(id|number)|^id$|_id$",
        "bug": r"^(bug|issue|defect|problem)(_?(id|number|key))?$",
        "ticket": r"^(ticket|case|incident)(_?(id|number|key))?$",
        "customer": r"customer(_?(id|number))?$|account(_?id)?$|reporter",
        "reported_at": r"(reported|created|linked)(_?(at|on|date|time))?$|^date$",
    },
    "release": {
        "id": r"(release|version)(_?(id|number))?$|^tag$|^id$",
        "name": r"(release_?)?name|^title$|^version$|^tag$",
        "released_at": r"(released|published|deployed|shipped)(_?(at|on|date))?$|release_?date|^date$",
        "area": r"^area$|component|product",
    },
    "employment": {
        "id": r"(employee|emp|person|staff|personnel)_?(id|number|no|key)|personalnummer|^id$|_id$",
        "team": r"department|^team|division|abteilung|departamento",
        "started_on": r"(hire|hired|start|started|joined|entry)(_?(at|on|date))?$|date_?of_?hire|hire",
        "ended_on": r"(termination|terminated|left|leaving|exit|end|ended)(_?(at|on|date))?$|date_?of_?termination",
        "left_how": r"(employment_?status|left_?how|termination_?type|attrition|leaving_?reason)$",
    },
}
# Words in the name of the file, or columns, that tell what a row is.
TELLING: dict[str, tuple[str, str]] = {
    "ticket": (
        r"ticket|case|incident|helpdesk|request",
        r"ticket|case_?id|incident|first_?(reply|response)|caller|requester|solved|sla",
    ),
    "survey_response": (
        r"survey|nps|csat|ces|rating|feedback|response",
        r"nps|csat|satisf|rating|score|recommend|survey|respnum",
    ),
    "customer": (r"customer|account|client|churn", r"plan|segment|industry|signup|contract|churn"),
    "subscription": (r"subscription|contract", r"subscription"),
    "purchase": (r"order|purchase|invoice|sales|retail|booking", r"order|invoice|purchase|quantity|amount|price"),
    "bug": (r"bug|issue|defect", r"severity|bug|issue|resolution|assignee|component"),
    "bug_report": (r"bug_?report|report|duplicate|link", r"bug|duplicate"),
    "release": (r"release|deploy|version", r"version|release|deploy"),
    "employment": (
        r"employ|staff|hr|attrition|people|personnel",
        r"employee|emp_?id|hire|termination|department|manager",
    ),
}
MONEY_WORDS = re.compile(r"[$€£¥]|(?<![A-Za-z])(EUR|USD|GBP)(?![A-Za-z])")

_TIMES = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p")
_DAYS = tuple(
    f"{order[0]}{mark}{order[1]}{mark}{year}"
    for mark in "/.-"
    for year in ("%Y", "%y")
    for order in (("%d", "%m"), ("%m", "%d"))
)
_OTHERS = (
    "%Y/%m/%d",
    "%d-%b-%Y",
    "%d %b %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%a %b %d %H:%M:%S %Y",
    "%Y-%m-%d %H:%M:%S UTC",
)
CANDIDATES = ("iso", *(day + hour for day in _DAYS + _OTHERS[:6] for hour in _TIMES), *_OTHERS[6:])


@dataclass(slots=True)
class Column:
    """What is in one column of the sample."""

    name: str
    cells: list[Any]
    texts: list[str] = field(default_factory=list)  # what is written, without what means nothing
    missing: list[str] = field(default_factory=list)  # words such as NA that mean nothing
    dates: str | None = None  # format
    dates_too: str | None = None  # another format that reads all of them as well
    is_number: bool = False
    comma: bool = False
    comma_unsure: bool = False

    @property
    def folded(self) -> str:
        spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.name)
        return re.sub(r"[^a-z0-9]+", "_", spaced.casefold()).strip("_")

    @property
    def distinct(self) -> int:
        return len(set(self.texts))


@dataclass(slots=True)
class Guess:
    """A record, which column is which field, and what is unsure about it."""

    record: str
    fields: dict[str, Column] = field(default_factory=dict)
    points: float = 0
    by_content: list[str] = field(default_factory=list)  # fields whose column has no telling name
    merges: bool = False


def mapping_for(path: Path, shown_as: str | None = None) -> str:
    """TOML to paste into empathy.toml. Raises SourceError where the file cannot be read at all."""
    layout, doubts = _layout_of(path)
    shape = formats.check(path, layout, [])
    columns = _profiles(path, layout, shape)
    if not columns:
        raise SourceError(f"{path.name} has columns but no rows; there is nothing to guess from.")
    guesses = sorted((_guess(record, path, columns) for record in BY_TABLE), key=lambda each: -each.points)
    return "\n".join(_written(path, shown_as or path.name, layout, doubts, shape, columns, guesses)) + "\n"


# --- how the file is laid out ------------------------------------------------------------------------------------


def _layout_of(path: Path) -> tuple[Layout, dict[str, str]]:
    doubts: dict[str, str] = {}
    encoding = _encoding(path, doubts)
    layout = Layout(encoding=encoding)
    with sentences(path, layout):
        kind = formats.type_of(path, layout)
        if kind not in ("csv", "tsv"):
            return layout, doubts
        with lines_of(path, layout) as text:
            lines = [line for line in islice(text, 400) if line.strip()]
    if not lines:
        raise SourceError(f"{path.name} is empty.")
    if lines[0].lstrip().startswith("{") and _is_json(lines[0]):
        return Layout(encoding=encoding, type="jsonl"), doubts
    delimiter = _delimiter(lines, "\t" if kind == "tsv" else ",")
    if delimiter is None:
        return _without_delimiter(lines, encoding, doubts)
    layout = Layout(encoding=encoding, delimiter=None if delimiter == ("\t" if kind == "tsv" else ",") else delimiter)
    if not _looks_like_header(lines[0].split(delimiter), [line.split(delimiter) for line in lines[1:20]]):
        doubts["header"] = "the first line looks like data, so columns are called by their place"
        layout = Layout(encoding=encoding, delimiter=layout.delimiter, header=False)
    return layout, doubts


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _encoding(path: Path, doubts: dict[str, str]) -> str:
    with sentences(path, Layout()), unpacked(path, Layout()) as stream:
        start = stream.read(4)
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
        if start in (b"PK\x03\x04", b"PAR1"):
            return "utf-8"
    try:
        with lines_of(path, Layout()) as text:
            for _ in text:
                pass
    except UnicodeDecodeError:
        doubts["encoding"] = "it is not UTF-8; Windows exports are often cp1252: look at names with accents"
        try:
            with lines_of(path, Layout(encoding="cp1252")) as text:
                for _ in text:
                    pass
        except UnicodeDecodeError:
            return "latin-1"
        return "cp1252"
    except (OSError, EOFError):
        pass  # said in a sentence by the check
    return "utf-8"


def _delimiter(lines: list[str], usual: str) -> str | None:
    bare = [re.sub(r'"(?:[^"]|"")*"', "", line) for line in lines[:100]]
    counts = {
        mark: Counter(line.count(mark) for line in bare).most_common(1)[0] for mark in (usual, ",", ";", "\t", "|")
    }
    steady = {mark: often for mark, (many, often) in counts.items() if many > 0 and bare[0].count(mark) > 0}
    if not steady:
        return usual if len({len(line.split()) for line in lines}) > 1 or len(lines[0].split()) == 1 else None
    return max(steady, key=lambda mark: (steady[mark], counts[mark][0]))


def _without_delimiter(lines: list[str], encoding: str, doubts: dict[str, str]) -> tuple[Layout, dict[str, str]]:
    rows = [line.split() for line in lines]
    if _looks_like_header(rows[0], rows[1:20]):
        return Layout(encoding=encoding, type="blanks", header=True), doubts
    doubts["header"] = "the file has no header, so columns are called by their place"
    return Layout(encoding=encoding, type="blanks"), doubts


def _looks_like_header(first: list[str], rest: list[list[str]]) -> bool:
    cells = [cell.strip().strip('"') for cell in first]
    if any(re.fullmatch(r"[-+\d.,:/ ]+", cell) for cell in cells if cell):
        return False
    others = {tuple(cell.strip().strip('"') for cell in row) for row in rest}
    return tuple(cells) not in others and len(set(cells)) > len(cells) / 2


# --- what is in the columns --------------------------------------------------------------------------------------


def _profiles(path: Path, layout: Layout, shape: Shape) -> list[Column]:
    names = [name for name in shape.columns if name and shape.columns.count(name) == 1]
    asked = Shape(shape.type, shape.columns, shape.rows, names)
    places = [asked.place_of(name) for name in names]
    found = [Column(name, []) for name in names]
    for _, row in islice(formats.read(path, layout, asked), SAMPLE):
        if isinstance(row, BadRow):
            continue
        for column, place in zip(found, places, strict=True):
            column.cells.append(row[place])
    for column in found:
        _look_into(column)
    return [column for column in found if column.cells]


def _look_into(column: Column) -> None:
    texts = [as_text(cell) for cell in column.cells]
    column.missing = sorted({text for text in texts if text.casefold() in MISSING_WORDS})
    column.texts = [text for text in texts if text and text not in column.missing]
    if not column.texts or any(isinstance(cell, (dict, list)) for cell in column.cells):
        column.texts = []
        return
    if any(isinstance(cell, (date, datetime)) for cell in column.cells):
        column.dates = "iso"
        return
    some = list(dict.fromkeys(column.texts))[:300]
    column.dates, column.dates_too = _date_formats(column.folded, some)
    points, commas = (_reads_all(decimals(comma), some) for comma in (False, True))
    column.is_number = points or commas
    written = [text for text in some if "," in text or "." in text]
    column.comma = (commas and not points) or (
        commas
        and bool(written)
        and all(re.search(r",\d{1,2}$", MONEY_WORDS.sub("", text).strip()) for text in written if "," in text)
        and any("," in text for text in written)
    )
    column.comma_unsure = points and commas and any(re.search(r"[.,]\d{3}$", text) for text in written)


def _failures(read: Callable[[str], Any], texts: list[str]) -> int | None:
    """How many of these it cannot read; None if they are too many to be slips of the hand (one in fifty, or one of 20)."""
    slips = max(len(texts) // 50, len(texts) >= 20)
    failures = 0
    for text in texts:
        try:
            read(text)
        except (Wrong, ValueError, OverflowError, OSError):
            failures += 1
            if failures > slips:
                return None
    return failures


def _reads_all(read: Callable[[str], Any], texts: list[str]) -> bool:
    return _failures(read, texts) is not None


def _date_formats(folded: str, texts: list[str]) -> tuple[str | None, str | None]:
    """The format of these dates, and another one that reads them as well."""
    if all(re.fullmatch(r"\d+", text) for text in texts):
        numbers = [int(text) for text in texts]
        named = re.search(r"date|time|_at$|_on$|^ts$|created|day", folded)
        if all(19_000_101 <= each <= 21_001_231 for each in numbers) and _reads_all(datetime.fromisoformat, texts):
            return "iso", None
        if named and all(600_000_000 <= each < 4_000_000_000 for each in numbers):
            return "unix", None
        if named and all(600_000_000_000 <= each < 4_000_000_000_000 for each in numbers):
            return "unix_ms", None
        return None, None
    if not all(any(c.isdigit() for c in text) and len(text) >= 6 for text in texts):
        return None, None
    fitting: list[tuple[int, str]] = []
    for candidate in CANDIDATES:
        failures = _failures(reader_of(candidate), texts)
        if failures is not None:
            fitting.append((failures, candidate))
            if candidate == "iso":
                break
    fitting.sort(key=lambda each: each[0])
    if not fitting:
        return None, None
    too = len(fitting) > 1 and fitting[1][0] == fitting[0][0]
    return fitting[0][1], fitting[1][1] if too else None


# --- which record, which field -----------------------------------------------------------------------------------


def _guess(record: str, path: Path, columns: list[Column]) -> Guess:
    guess = Guess(record)
    free = [column for column in columns if column.texts]
    for name, pattern in NAMES[record].items():
        best = _best(record, name, pattern, free, guess)
        if best is not None:
            guess.fields[name] = best
            if name != "id":
                guess.points += 1
            free = [column for column in free if column is not best or name == "id"]
    _fill_required(record, guess, columns)
    in_name, in_columns = TELLING[record]
    stem = re.sub(r"[^a-z0-9]+", "_", path.name.casefold())
    guess.points += 3 * bool(re.search(in_name, stem))
    guess.points += 1.5 * min(4, sum(bool(re.search(in_columns, column.folded)) for column in columns))
    # A name that says it exactly, such as ticket_id, says what a row is.
    first = columns[0].folded
    if re.search(rf"^{record.split('_')[0]}(_?(id|number|no|key))?$", first):
        guess.points += 3
    if record == "bug_report" and not (
        guess.fields.get("ticket") or (guess.fields.get("customer") and guess.fields.get("reported_at"))
    ):
        guess.points = -1
    for each in fields(BY_TABLE[record]):
        if _is_required(each) and each.name not in guess.fields and each.name not in ("id", "kind", "scale"):
            guess.points = -1
    if record == "survey_response" and "score" not in guess.fields:
        guess.points = -1
    return guess


def _is_required(declared: Any) -> bool:
    from dataclasses import MISSING

    return declared.default is MISSING and declared.default_factory is MISSING


def _best(record: str, name: str, pattern: str, free: list[Column], guess: Guess) -> Column | None:
    for part in pattern.split("|") if "(" not in pattern else _alternatives(pattern):
        fitting = [column for column in free if re.search(part, column.folded) and _fits(record, name, column)]
        if name == "id":
            fitting.sort(key=lambda column: -column.distinct)
        if fitting:
            return fitting[0]
    return None


def _alternatives(pattern: str) -> list[str]:
    """The alternatives of the outermost level, in their order."""
    parts, depth, now = [], 0, ""
    for mark in pattern:
        depth += (mark == "(") - (mark == ")")
        if mark == "|" and depth == 0:
            parts.append(now)
            now = ""
        else:
            now += mark
    return [*parts, now]


def _fits(record: str, name: str, column: Column) -> bool:
    kind = kind_of(record, name)
    if kind in (date, datetime):
        return column.dates is not None
    if name in REFERENCES:
        return column.dates is None
    if name == "score":
        return sum(bool(re.fullmatch(r"\d{1,2}(\.0+)?", text)) for text in column.texts) >= 0.5 * len(column.texts)
    if kind is int:
        return column.is_number and column.dates is None
    if kind is bool:
        return {text.casefold() for text in column.texts} <= {"true", "false", "yes", "no", "1", "0", "y", "n"}
    if kind is tuple:
        return not column.is_number
    return column.dates is None


def _fill_required(record: str, guess: Guess, columns: list[Column]) -> None:
    """Where no name fits: a column whose content could be it."""
    for each in fields(BY_TABLE[record]):
        if not _is_required(each) or each.name in guess.fields or each.name in ("id", "kind", "scale"):
            continue
        taken = [id(column) for column in guess.fields.values()]
        kind = kind_of(record, each.name)
        for column in columns:
            if id(column) in taken or not column.texts:
                continue
            nameless = column.name.isdigit()
            if kind in (date, datetime) and column.dates:
                guess.fields[each.name] = column
                guess.by_content.append(each.name)
                guess.points -= 0.5
                break
            if nameless and each.name == "customer" and column.dates is None and column.distinct < len(column.texts):
                guess.fields[each.name] = column
                guess.by_content.append(each.name)
                break
            if (
                record == "bug"
                and each.name == "title"
                and kind is str
                and not column.is_number
                and column.dates is None
            ):
                guess.fields[each.name] = column
                guess.by_content.append(each.name)
                guess.points -= 0.5
                break
    if record == "purchase" and "amount" not in guess.fields:
        for column in columns:
            if column.name.isdigit() and column.is_number and any("." in text for text in column.texts):
                guess.fields["amount"] = column
                guess.by_content.append("amount")
                guess.points += 1
                break


# --- writing it down ---------------------------------------------------------------------------------------------


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    written = json.dumps(str(value), ensure_ascii=False)
    return OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _toml(key)


def _said(texts: Iterable[str]) -> str:
    """Words of the file inside a comment: one line, whatever they hold."""
    return harmless(listed(texts))


def _written(
    path: Path,
    shown_as: str,
    layout: Layout,
    doubts: dict[str, str],
    shape: Shape,
    columns: list[Column],
    guesses: list[Guess],
) -> list[str]:
    guess = guesses[0]
    source = (
        re.sub(r"[^a-z0-9]+", "_", path.name.casefold().removesuffix(".gz").rsplit(".", 1)[0]).strip("_") or "files"
    )
    rows = len(columns[0].cells)
    lines = [
        f'# Guessed from the first {number(rows, "row")} of {_said([path.name])}. Read it, mend what says "not sure",',
        "# and paste it into empathy.toml. What each line means: docs/files.md.",
        f"[sources.{source}]",
        'type = "files"',
        "",
        f"[[sources.{source}.files]]",
        f"path = {_toml(shown_as)}",
    ]
    line = f"record = {_toml(guess.record)}"
    if guess.points < 5:
        line += f"  # not sure: little in this file is known to this program; it could be one of {listed(BY_TABLE)}"
    elif guess.points - guesses[1].points < 2:
        line += f"  # not sure: could also be {_toml(guesses[1].record)}"
    lines.append(line)
    for name in ("type", "delimiter", "encoding", "header"):
        value = getattr(layout, name)
        if value is not None and (name, value) != ("encoding", "utf-8"):
            lines.append(f"{name} = {_toml(value)}" + (f"  # not sure: {doubts[name]}" if name in doubts else ""))
        elif name in doubts:
            lines.append(f"# not sure: {doubts[name]}")
    used = list(guess.fields.values())
    missing = sorted({word for column in used for word in column.missing})
    if missing:
        lines.append(f'blanks = {_toml(missing)}  # not sure: that these mean "not known"')
    guess.merges = _stand_together(path, layout, shape, guess)
    if guess.merges:
        lines.append(
            'same_id = "merge"  # not sure: many rows share an id and stand together; they are taken for one record'
        )
    body, entry_lines = _fields(guess, columns)
    lines += entry_lines
    lines.append(f"[sources.{source}.files.fields]")
    lines += body
    unused = [column.name for column in columns if column not in used]
    if unused:
        shown = _said(unused[:40]) + (f" and {len(unused) - 40} more" if len(unused) > 40 else "")
        lines.append(f"# not used: {shown}")
    return lines


def _fields(guess: Guess, columns: list[Column]) -> tuple[list[str], list[str]]:
    lines: list[str] = []
    entry: list[str] = []
    order = [each.name for each in fields(BY_TABLE[guess.record])]
    scale_lines = _scale(guess) if guess.record == "survey_response" else {}
    for name in order:
        if name == "id":
            lines += _id(guess, columns)
        elif name in scale_lines:
            lines.append(scale_lines[name])
        elif name in guess.fields:
            lines += _one_field(guess, name, guess.fields[name])
        elif guess.record == "survey_response" and name == "answered_at" and "answered_at" not in guess.fields:
            lines.append(
                "# answered_at = ...  # not sure: no column of dates was found, and without one the answers belong to no day"
            )
    times = [
        c
        for n, c in guess.fields.items()
        if kind_of(guess.record, n) is datetime and c.dates not in ("unix", "unix_ms")
    ]
    if any(
        not re.search(r"(Z|[+-]\d\d:?\d\d)$", text) and re.search(r"\d:\d\d", text)
        for c in times
        for text in c.texts[:50]
    ):
        entry.append(
            '# not sure: in which time zone its times are; the company\'s is taken, else write time_zone = "Europe/Madrid"'
        )
    return lines, entry


def _stand_together(path: Path, layout: Layout, shape: Shape, guess: Guess) -> bool:
    """Whether this is an event log or the lines of orders: ids repeat, and the rows of each one follow each other."""
    column = guess.fields.get("id")
    if guess.record not in ("ticket", "purchase") or column is None or column.distinct > 0.9 * len(column.texts):
        return False
    asked = Shape(shape.type, shape.columns, shape.rows, [column.name])
    place = asked.place_of(column.name)
    seen: set[int] = set()
    now = ""
    for _, row in formats.read(path, layout, asked):
        text = "" if isinstance(row, BadRow) else as_text(row[place])
        if text and text != now:
            if hash(text) in seen:
                return False
            seen.add(hash(text))
            now = text
    return True


def _id(guess: Guess, columns: list[Column]) -> list[str]:
    column = guess.fields.get("id")
    rows = len(columns[0].cells)
    if column is not None and guess.merges:
        return [f"id = {_toml(column.name)}"]
    if column is not None and column.distinct >= 0.5 * len(column.texts):
        repeated = len(column.texts) - column.distinct
        doubt = ""
        if repeated:
            doubt = (
                f'  # not sure: {number(repeated, "row")} of {rows:,} repeat an id and are rejected; where the later row is right, write same_id = "last_wins";'
                ' for an event log or the lines of an order write same_id = "merge"'
            )
        return [f"id = {_toml(column.name)}{doubt}"]
    parts = [
        guess.fields[name].name
        for name in (
            "id",
            "bug",
            "ticket",
            "customer",
            "ordered_at",
            "answered_at",
            "opened_at",
            "reported_at",
            "started_on",
        )
        if name in guess.fields
    ]
    parts = list(dict.fromkeys(parts))
    if len(parts) >= 2 and guess.record in ("purchase", "bug_report", "survey_response", "subscription"):
        return [f"id = {_toml(parts)}  # not sure: no single column tells the rows apart"]
    if column is not None:
        return [
            f"id = {_toml(column.name)}  # not sure: each stands in many rows, and the later ones are rejected; "
            'if the rows of one stand together, write same_id = "merge"'
        ]
    unique = sorted((each for each in columns if each.texts), key=lambda each: (-each.distinct, each.dates is not None))
    return [
        f"id = {_toml((unique or columns)[0].name)}  # not sure: no column is named like a key; this one differs most from row to row"
    ]


def _one_field(guess: Guess, name: str, column: Column) -> list[str]:
    record = guess.record
    kind = kind_of(record, name)
    options: dict[str, Any] = {}
    doubts: list[str] = []
    if name in guess.by_content:
        doubts.append("only its content fits, its name does not say so")
    if guess.merges and name in ("opened_at", "ordered_at"):
        options["take"] = "min"
    elif guess.merges and name == "solved_at":
        options["take"] = "max"
    elif guess.merges and name == "amount":
        options["take"] = "sum"
        doubts.append("the rows are added up; if each already holds the whole amount, leave take away")
    if kind in (date, datetime) and column.dates not in (None, "iso"):
        options["format"] = column.dates
        if column.dates_too:
            doubts.append(f"day or month first? {column.dates_too} would read every one of them, too")
    if kind is int and name != "score":
        if column.comma:
            options["decimal_comma"] = True
        if column.comma_unsure:
            doubts.append(
                f"is {_said([next(t for t in column.texts if re.search(r'[.,][0-9]{3}$', t))])} more than a thousand?"
            )
        if name not in MONEY and any(re.search(r"[.,]\d*[1-9]", text) for text in column.texts):
            doubts.append("it holds broken numbers, which are set aside")
    allowed = WORDS.get((record, name))
    if allowed:
        said = list(dict.fromkeys(column.texts))[:20]
        if any(text.casefold() not in allowed for text in said):
            options["values"] = {text: _meant(name, text, allowed) for text in said}
            options["other"] = ""
            doubts.append(f"say what each one means: {listed(allowed)}, or nothing")
    if name == "ended_on":
        doubts.append("if this is the last day and not the first day after it, add plus = { days = 1 }")
    if not options:
        return [f"{name} = {_toml(column.name)}" + (f"  # not sure: {'; '.join(doubts)}" if doubts else "")]
    return [
        f"{name} = {_toml({'column': column.name, **options})}"
        + (f"  # not sure: {'; '.join(doubts)}" if doubts else "")
    ]


_MEANINGS = {
    "blocker": r"block|critical|^p0$|^s1$|urgent|highest",
    "major": r"major|high|^p1$|^s2$",
    "minor": r"minor|medium|normal|moderate|^p2$|^s3$",
    "cosmetic": r"cosmetic|trivial|^low|lowest|^p[45]$|^s4$",
    "involuntary": r"involunt|dismiss|for cause|layoff|laid off|fired|redundan",
    "voluntary": r"volunt|resign|quit",
    "problem": r"problem|bug|incident|technical|error|defect|fault",
    "question": r"question|inquiry|enquiry|how to",
    "request": r"request|refund|cancel|change|wish",
}


def _meant(name: str, text: str, allowed: tuple[str, ...]) -> str:
    for meaning, pattern in _MEANINGS.items():
        if meaning in allowed and re.search(pattern, text.casefold()):
            return meaning
    return ""


def _scale(guess: Guess) -> dict[str, str]:
    """The lines of kind, scale and score. Codes outside the scale are named, and not guessed away."""
    column = guess.fields["score"]
    numbers = Counter(int(float(text)) for text in column.texts if re.fullmatch(r"\d{1,2}(\.0+)?", text))
    words = sorted({text for text in column.texts if not re.fullmatch(r"\d{1,2}(\.0+)?", text)})
    total = sum(numbers.values())
    folded = column.folded
    doubt = ""
    if re.search(r"nps|recommend|netpro|promoter", folded):
        kind, scale = "nps", "0-10"
    elif re.search(r"ces|effort|ease|easy", folded):
        many = sum(often for each, often in numbers.items() if each > 5)
        kind, scale = "ces", ("2.0" if many > 0.1 * total else "1-5 easy")
        doubt = "high means easy? Where 1 is the easiest, the scale is 1.0"
    else:
        kind, scale = "csat", "1-5"
        if sum(often for each, often in numbers.items() if each > 6) > 0.2 * total:
            kind, scale = "nps", "0-10"
        doubt = f"the highest score is {max(numbers, default=0)}"
        if not re.search(r"csat|satisf", folded):
            doubt += ", and the name does not say what was asked"
    low, high = SCALES[kind, scale]
    outside = sorted(each for each in numbers if not low <= each <= high)
    doubts = []
    if outside:
        rows = sum(numbers[each] for each in outside)
        doubts.append(
            f'{number(rows, "row")} with {listed(map(str, outside))} are set aside; if that means "no answer", add it to blanks'
        )
    value: Any = column.name
    if words:
        value = {"column": column.name, "blanks": words[:20]}
        doubts.append(f"{_said(words[:5])} is taken for no answer")
    return {
        "kind": f"kind = {{ constant = {_toml(kind)} }}" + (f"  # not sure: {doubt}" if doubt else ""),
        "scale": f"scale = {{ constant = {_toml(scale)} }}",
        "score": f"score = {_toml(value)}" + (f"  # not sure: {'; '.join(doubts)}" if doubts else ""),
    }


def shown(path: Path) -> str:
    """The path as it should stand in an empathy.toml of this folder."""
    relative = os.path.relpath(path)
    return str(path.resolve()) if relative.startswith("..") else relative
