"""What whoever leads looks at first: facts from the numbers, the ten bugs and the sources, each with a place to go to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from metrics.cautions import NoRows
from metrics.reading import Comparison, Reading
from ranking.top_bugs import TopBug, TopBugs
from store.published import SourceState
from views.choice import Choice
from views.first_page import first_page
from views.health import health
from views.lines import Card
from views.sources import is_stale, sources
from views.view import View

MOST = 3


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to look at: a metric, a bug or a source."""

    kind: Literal["worse", "growing", "no owner", "no fix date", "stale", "not comparable", "no value", "better"]
    card: Card | None = None
    bug: TopBug | None = None
    source: SourceState | None = None


def points(view: View, choice: Choice) -> list[Point]:
    """The three that come first: a clear worsening, bugs that grow or that nobody mends, numbers that cannot be trusted, and
    then what became clearly better. Fewer where there is no more to say."""
    cards = health(view, choice).all
    top = first_page(view).top
    worse, better = (_clear(cards, good) for good in (False, True))
    stale = next((each for each in sources(view) if is_stale(each, view.now)), None)
    other = next((each for each in cards if each.reading.comparison and each.reading.comparison.why), None)
    few = next((each for each in cards if _lacks_data(each.reading)), None)
    found = [Point("worse", card=worse[0])] if worse else []
    found += _bugs(top)
    found += [Point("stale", source=stale)] if stale else []
    found += [Point("not comparable", card=other)] if other else []
    found += [Point("no value", card=few)] if few else []
    found += [Point("worse", card=each) for each in worse[1:]]
    found += [Point("better", card=each) for each in better]
    return found[:MOST]


def _lacks_data(reading: Reading) -> bool:
    """Whether it has too few or no rows, where there is a source that should have them."""
    return reading.state != "full" and not isinstance(reading.reason, NoRows)


def _clear(cards: tuple[Card, ...], good: bool) -> list[Card]:
    """Those that changed clearly this way; first the one that chance would show least often."""
    changed = [each for each in cards if (known := each.reading.comparison) and known.good is good]
    return sorted(changed, key=lambda each: _p(each.reading.comparison))


def _p(comparison: Comparison | None) -> float:
    difference = comparison.difference if comparison else None
    return 1.0 if difference is None or difference.p is None else difference.p


def _bugs(top: TopBugs) -> list[Point]:
    """The growing bug that ranks first, and the first other one without an owner, else the first without a day for its fix."""
    growing = next((each for each in top.bugs if "rising" in each.labels), None)
    others = [each for each in top.bugs if not each.is_unfiled and not each.fixed_on and each is not growing]
    found = [Point("growing", bug=growing)] if growing else []
    if nobodys := next((each for each in others if not each.owner), None):
        return [*found, Point("no owner", bug=nobodys)]
    undated = next((each for each in others if not each.expected_on), None)
    return [*found, Point("no fix date", bug=undated)] if undated else found
