"""What numbers mean. METRICS is the table of contents: a new metric is one module and one word here."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING

from metrics.metric import Metric
from metrics.metric import Unanswerable as Unanswerable
from metrics.own_words import in_words

if TYPE_CHECKING:
    from settings import Words

METRICS = (
    "csat",
    "nps",
    "ces",
    "churn",
    "contract_churn",
    "renewal",
    "revenue_retention",
    "contact_rate",
    "weekdays",
    "first_reply",
    "resolution",
    "reopened",
    "repeat_contact",
    "sla_met",
    "replies",
    "repeat",
    "repeat_in_period",
    "attrition",
)
# Keys of before that are still answered: old addresses, scripts and saved commands.
OLD_KEYS = {
    "revenue": "revenue_retention",
    "revenue_kept": "revenue_retention",
    "within_target": "sla_met",
    "opened_again": "reopened",
}


def metric(key: str, words: Words | None = None) -> Metric:
    """The metric of this key, or of one that it had ("first-reply" is "first_reply"), in the words of the company.

    Raises Unanswerable where there is none.
    """
    module = key.strip().lower().replace("-", "_").replace(" ", "_")
    module = OLD_KEYS.get(module, module)
    if module not in METRICS:
        near = get_close_matches(module, METRICS, 1, 0.5)
        meant = f" Did you mean {near[0]!r}?" if near else ""
        raise Unanswerable(f"There is no metric {key!r}.{meant} The metrics are: {', '.join(METRICS)}.")
    found: Metric = import_module(f"metrics.{module}").METRIC
    return in_words(found, words)


def all_metrics(words: Words | None = None) -> list[Metric]:
    """Every metric, in the order in which people read them, in the words of the company."""
    return [metric(key, words) for key in METRICS]
