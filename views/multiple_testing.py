"""Looking at many numbers at once finds changes by pure chance; here what chance alone would show is taken out.

With twenty numbers tested at 5 % one looks changed on most days though nothing happened (METHODOLOGY 2.6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from estimates.multiple_testing import benjamini_hochberg
from metrics.metric import Metric
from metrics.reading import Reading

FALSE_SHARE = 0.10  # of what a page calls changed, at most this share may be chance (Benjamini & Hochberg 1995)


def adjusted(readings: list[Reading]) -> list[Reading]:
    """The readings of one page, in the same order; a change that the page as a whole does not bear out is called unclear."""
    tested = [
        at
        for at, reading in enumerate(readings)
        if reading.comparison and reading.comparison.difference and reading.comparison.difference.p is not None
    ]
    ps = [_p(readings[at]) for at in tested]
    shown = list(readings)
    for at, adjusted in zip(tested, benjamini_hochberg(ps), strict=True):
        comparison = readings[at].comparison
        if adjusted > FALSE_SHARE and comparison and comparison.verdict in ("up", "down"):
            unclear = replace(comparison, verdict="no clear change", good=None)
            shown[at] = replace(readings[at], comparison=unclear)
    return shown


def in_families(metrics: Sequence[Metric], readings: Sequence[Reading]) -> list[Reading]:
    """The six of the first page are looked at together, and so are the others: each page then says the same of a metric."""
    shown = dict(enumerate(readings))
    for on_card in (True, False):
        of_family = [at for at, metric in enumerate(metrics) if metric.on_card is on_card]
        shown |= dict(zip(of_family, adjusted([readings[at] for at in of_family]), strict=True))
    return [shown[at] for at in range(len(readings))]


def _p(reading: Reading) -> float:
    assert reading.comparison is not None
    assert reading.comparison.difference is not None
    p = reading.comparison.difference.p
    assert p is not None
    return p
