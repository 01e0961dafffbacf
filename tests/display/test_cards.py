"""The bar of a card lies where its number lies on the scale of its unit."""

from __future__ import annotations

import re
from datetime import date

import pytest

from display.cards import six
from metrics import metric
from metrics.period import Period
from metrics.reading import Reading
from tests.builders import NOW
from views.lines import Card

LAST_WEEKS = Period(date(2026, 10, 26), date(2026, 11, 23))


def card(key: str, value: float, low: float, high: float, *line: float) -> Card:
    reading = Reading(key, LAST_WEEKS, {}, value, low, high, None, None, 90, "full", None, NOW, ("desk",), {})
    return Card(metric(key), reading, line)


@pytest.mark.parametrize(
    ("shown", "place"),
    [
        (card("csat", 90, 82, 95, 88, 91), (82, 13, 90)),
        (card("churn", 1, 0.5, 3, 0.9, 1.1), (0.5, 2.5, 1)),
        (card("nps", 0, -20, 50, -1, 5), (40, 35, 50)),
        (card("first_reply", 3600, 1800, 5400, 7200, 3600), (25, 50, 50)),
        (card("revenue_retention", 120, 110, 125, 100), (88, 12, 96)),
    ],
    ids=lambda each: each.metric.key if isinstance(each, Card) else "",
)
def test_the_place_of_a_bar_is_the_place_on_the_scale_of_its_unit(shown: Card, place: tuple[float, ...]) -> None:
    drawn = [float(each) for each in re.findall(r"(?:left|width):([\d.]+)%", six([shown], NOW))]
    assert drawn == list(place)


def test_whoever_points_at_a_card_is_told_the_ends_of_its_bar() -> None:
    assert "The bar: 95% confidence interval, from 0% to 100%." in six([card("csat", 90, 82, 95)], NOW)
    assert "from −100.0 to +100.0." in six([card("nps", 0, -20, 50)], NOW)
