"""A metric in the words of a company that calls its customers something else: members, guests, patients."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from metrics.metric import Metric

if TYPE_CHECKING:
    from settings import Words

# Names of methods stay what the field calls them.
CUSTOMER = re.compile(r"\b(?:(an?) )?(customer)(s?)\b(?! Effort Score| satisfaction)", re.IGNORECASE)


def in_words(metric: Metric, words: Words | None) -> Metric:
    """The same metric; everything that a reader sees of it says `words` instead of customer and customers."""
    if words is None or (words.customer, words.customers) == ("customer", "customers"):
        return metric

    def said(text: str) -> str:
        return CUSTOMER.sub(word, text)

    def word(found: re.Match[str]) -> str:
        article, noun, plural = found.groups()
        own = words.customers if plural else words.customer
        own = own[:1].upper() + own[1:] if noun[0].isupper() else own
        if not article:
            return own
        an = "an" if own[:1].lower() in "aeiou" else "a"
        return f"{an.capitalize() if article[0].isupper() else an} {own}"

    return replace(
        metric,
        name=said(metric.name),
        abbreviation=metric.abbreviation and said(metric.abbreviation),
        asks=said(metric.asks),
        in_short=said(metric.in_short),
        formula=said(metric.formula),
        unit=said(metric.unit),
        people=said(metric.people),
        why=said(metric.why),
        caveats=tuple(map(said, metric.caveats)),
        nothing=metric.nothing and said(metric.nothing),
    )
