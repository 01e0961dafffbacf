"""Answers as tables to take away (CSV, Parquet): full precision, what is not known is empty, the same columns everywhere."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from metrics.metric import Metric
from metrics.reading import Reading, is_annualised
from reporting.cautions import all_said, reason
from reporting.data import as_data, finite, shown_n
from reporting.letters import in_file
from settings import Settings
from views.question import Answer, Groups, History, OneNumber, Overview, Rejected

if TYPE_CHECKING:
    import pandas

Row = Mapping[str, object]
# Of columns whose kind must not hang on the values that happen to be in them; null is null in all of them.
KINDS = {
    **dict.fromkeys(("value", "low_95", "high_95", "numerator", "denominator"), "Float64"),
    **dict.fromkeys(("n", "definition_version"), "Int64"),
    "annualised": "boolean",
    "reason": "string",
}


def rows(found: Answer, settings: Settings) -> list[dict[str, object]]:
    """The rows of an answer: one for each number, bug, source or rejected row."""
    match found:
        case OneNumber():
            return readings(found.metric, [found.reading])
        case History():
            return readings(found.metric, found.readings)
        case Groups():
            return readings(found.metric, list(found.groups.values()))
        case Rejected():
            return [dict(each) for each in found.rows]
        case Overview():
            return [row for each in found.numbers for row in readings(each.metric, [each.reading])]
    whole = as_data(found, settings)
    return [
        _flat(each)
        for each in whole.get("bugs") or whole.get("sources") or whole.get("metrics") or whole.get("rows") or []
    ]


def readings(metric: Metric, shown: Sequence[Reading]) -> list[dict[str, object]]:
    """One row for each reading: what it is of, the days, the number, and everything needed to check it.

    A dimension that was chosen or broken down by is a column of its own.
    """
    return [
        {
            "metric": metric.key,
            "definition_version": metric.version,
            "unit": metric.unit,
            **each.where,
            "from": each.period.start,
            "to_before": each.period.end,
            "value": finite(each.value),
            "low_95": finite(each.low),
            "high_95": finite(each.high),
            "annualised": is_annualised(each),
            "numerator": each.numerator,
            "denominator": each.denominator,
            "n": shown_n(each),
            "state": each.state,
            "reason": reason(each.reason),
            "cautions": " ".join(all_said(each.cautions)) or None,
            "as_of": each.as_of,
        }
        for each in shown
    ]


def _flat(row: Mapping[str, object]) -> dict[str, object]:
    """Parts of a part as columns ("severity_word"); words in one cell; longer lists stay in JSON."""
    flat: dict[str, object] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}_{part}": each for part, each in value.items() if not isinstance(each, list | Mapping)}
        elif not isinstance(value, list):
            flat[name] = value
        elif words := [each["word"] if isinstance(each, Mapping) else each for each in value if _is_word(each)]:
            flat[name] = ", ".join(words)
    return flat


def _is_word(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, Mapping) and "word" in value)


def frame(shown: Sequence[Row]) -> pandas.DataFrame:
    """The rows as a data frame; days are dates, instants are in UTC."""
    import pandas  # only here: who asks for no file does not wait for it

    names = dict.fromkeys(name for row in shown for name in row)
    columns = {name: [row.get(name) for row in shown] for name in names}
    return pandas.DataFrame(
        {name: pandas.Series(values, dtype=KINDS.get(name) or _kind(values)) for name, values in columns.items()}
    )


def _kind(values: Sequence[object]) -> str:
    """The kind of a column whose nulls stay null."""
    known = [each for each in values if each is not None]
    for kind, name in ((str, "string"), (bool, "boolean"), (int, "Int64"), (int | float, "Float64")):
        if all(isinstance(each, kind) for each in known):
            return name
    return "datetime64[us, UTC]" if all(isinstance(each, datetime) for each in known) else "object"


def as_csv(shown: Sequence[Row]) -> str:
    """With one line of heads; a spreadsheet takes no cell for a formula."""
    safe = [{name: _cell(value) for name, value in row.items()} for row in shown]
    return str(frame(safe).rename(columns=in_file).to_csv(index=False))


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return in_file(value) if isinstance(value, str) else value


def for_spreadsheets(shown: Sequence[Row]) -> bytes:
    """CSV in UTF-8 with a mark, so that it is recognised."""
    return as_csv(shown).encode("utf-8-sig")


def as_parquet(shown: Sequence[Row]) -> bytes:
    out = io.BytesIO()
    frame(shown).to_parquet(out, index=False)
    return out.getvalue()
