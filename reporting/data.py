"""The answers as plain data, for programs: what `./run read ... --json` prints. Full precision; what is not known is None."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from metrics.cautions import Why
from metrics.metric import Metric
from metrics.period import Period
from metrics.reading import Comparison, Reading, is_annualised
from reporting.cautions import all_said, found_elsewhere, reason
from settings import Settings
from views.question import (
    Answer,
    Groups,
    History,
    Metrics,
    Now,
    OneNumber,
    Overview,
    Ranked,
    RankingRecord,
    Rejected,
    Sources,
)

Data = dict[str, Any]  # as it leaves as JSON: names of ours, and what JSON knows


def as_data(found: Answer, settings: Settings) -> Data:
    """Exactly what --json prints."""
    currency = settings.currency
    match found:
        case Metrics():
            return {"metrics": [_listed(each) for each in found.metrics]}
        case Sources():
            return _sources(found)
        case Rejected():
            return _rejected(found)
        case Overview():
            return _overview(found, settings)
        case Ranked():
            return _ranked(found, settings)
        case Now():
            return _now(found, settings)
        case RankingRecord():
            return _record(found, settings)
        case OneNumber():
            return {**_head(found.metric, currency), **reading_as_data(found.reading, found.metric)}
        case History():
            readings = [reading_as_data(each, found.metric) for each in found.readings]
            version = found.metric.version
            return {
                **_head(found.metric, currency),
                "definition_version": version,
                "by": found.by,
                "series": readings,
            }
        case Groups():
            return {
                **_head(found.metric, currency),
                "definition_version": found.metric.version,
                "split": found.split,
                "period": plain_period(found.period),
                "groups": [
                    {"group": name, **reading_as_data(each, found.metric)} for name, each in found.groups.items()
                ],
            }


def _head(metric: Metric, currency: str) -> Data:
    return {
        "metric": metric.key,
        "name": metric.name,
        "unit": metric.unit,
        "better": metric.better,
        "people": metric.people,
        "currency": currency,
    }


def reading_as_data(reading: Reading, asked: Metric) -> Data:
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
        "n": shown_n(reading),
        "people": asked.people,
        "state": reading.state,
        "reason": reason(reading.reason),
        "as_of": plain(reading.as_of),
        "sources": list(reading.sources),
        "cautions": all_said(reading.cautions),
        "by_group": [
            {"by": asked.grouped_by, "group": each.where[asked.grouped_by or ""], "value": each.value, "low": each.low}
            | {"high": each.high, "n": each.n, "state": each.state}
            for each in reading.by_group
        ],
        "details": plain(reading.details),
        "comparison": _comparison(reading.comparison) if reading.comparison else None,
        "definition_version": asked.version,
    }


def shown_n(reading: Reading) -> int | None:
    """How many it is based on; None where even that would expose people."""
    return None if reading.state == "withheld" and reading.n == 0 else reading.n


def _comparison(comparison: Comparison) -> Data:
    previous = comparison.previous
    return {
        "period": plain_period(previous.period),
        "value": previous.value,
        "low": previous.low,
        "high": previous.high,
        "annualised": is_annualised(previous),
        "n": shown_n(previous),
        "state": previous.state,
        "difference": plain(comparison.difference),
        "not_comparable": reason(comparison.why),
        "verdict": comparison.verdict,
        "good": comparison.good,
    }


def _ranked(found: Ranked, settings: Settings) -> Data:
    from reporting import bugs  # only here: it is not needed for a metric, and takes a while to load

    top: Data = plain(bugs.as_data(found.top, settings, found.at))
    return {**top, "currency": settings.currency, "as_of": plain(found.as_of), "sources": list(found.sources)}


def _now(found: Now, settings: Settings) -> Data:
    from reporting import now

    return now.as_data(found, settings)


def _record(found: RankingRecord, settings: Settings) -> Data:
    from reporting import ranking

    return {**plain(ranking.as_data(found.learned, settings)), "as_of": plain(found.as_of)}


def _sources(found: Sources) -> Data:
    return {
        "as_of": plain(found.published_at),
        "held": found.held,
        "sources": plain(found.states),
        "unresolved_references": [
            {**plain(each._asdict()), "hint": found_elsewhere(each)} for each in found.unresolved
        ],
    }


def _rejected(found: Rejected) -> Data:
    names = ("source", "record", "read", "rejected")
    return {
        "as_of": plain(found.published_at),
        "counts": [dict(zip(names, each, strict=True)) for each in found.counts],
        "rejected": list(found.rows),
    }


def _overview(found: Overview, settings: Settings) -> Data:
    from reporting.bugs import answer

    names = ("source", "record", "read", "stored", "rejected")
    return {
        "as_of": plain(found.published_at),
        "rows": [dict(zip(names, each, strict=True)) for each in found.counts],
        "first_rejected": list(found.rejected),
        "top_bugs": answer(found.top.top, settings, found.top.at) if found.top else None,
        "overview": [as_data(each, settings) for each in found.numbers],
        "hints": [hint for each in found.unresolved if (hint := found_elsewhere(each))],
    }


def _listed(each: Metric) -> Data:
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


def plain(value: object) -> Any:
    """Records, days and instants as JSON knows them; an endless number is not a number."""
    if isinstance(value, Why):
        return reason(value)
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
    return finite(value) if isinstance(value, float) else value


def finite(value: float | None) -> float | None:
    """An endless number is not a number."""
    return None if value is None or not math.isfinite(value) else value


def plain_period(period: Period) -> dict[str, str]:
    return {"from": period.start.isoformat(), "to": period.end.isoformat()}
