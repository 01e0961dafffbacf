"""Why there is no value, only a small sample, or nothing to compare with: the words of each reason that a metric gives."""

from __future__ import annotations

import re
from datetime import date

from metrics.cautions import Why, WhyKind
from reporting.words import day, percent

SAID: dict[WhyKind, str] = {
    "nothing": "No {people} in this period.",
    "too few": "Not enough data ({counted}).",
    "few": "Small sample.",
    "response rate": "the response rate {way} from {before} to {now}",
    "another question": "the question changed from {before} to {now}",
    "questions left out": "Counts answers to {read}, the version with the most answers; {listed} are on other scales and not "
    "included.",
    "no median": "More than half of these {n:,} tickets may still be waiting ({waiting:,} are): there is no median yet.",
    "weeks too few": "At least {weeks} whole weeks with tickets are needed to compare weekdays.",
    "contacts not over": "The {days} days after the tickets were solved are not over yet; available from {opens}.",
    "weeks differ": "variation between {weeks} whole weeks",
    "both periods differ": "variation between these {weeks} whole weeks and between the {before} before",
    "chance alone": "exact Poisson interval; weeks usually vary by more",
    "customers undated": "{n:,} {customers} are stored, but none has a start or end date, so nothing can be computed over time.",
    "no customers": "No {customers} are stored, so there is nothing to divide the tickets by.",
    "no customers then": "No {customers} are known for that time, so there is nothing to divide the tickets by.",
    "orders not over": "The {days} days for a repeat purchase are not over yet; available from {opens}.",
    "ends too few": "Only {n:,} of {running:,} running contracts have an end date. A contract without one never comes due, so "
    "there is no renewal rate.",
    "one month": "Revenue retention is counted for one calendar month at a time, because each month has its own start; read it "
    "by month (--by month).",
    "no range": "No confidence interval: a few large accounts may decide the result.",
    "people undated": "{n:,} people are stored, but none has a start or end date, so nothing can be computed over time.",
    "no such team": "There is no team {team!r}.",
    "people too few": "Hidden: fewer than {fewest} people.",
    "recognisable": "Hidden so that nobody can be identified, here or by subtraction.",
    "whole months only": "Shown for whole calendar months only: other periods could be subtracted until one person is left.",
    "quarter not over": "Shown when the last calendar quarter is over: until then a change could reveal one person leaving.",
    "quarters only": "Months are shown where each month of the calendar quarter has {months_from} people, otherwise only whole "
    "calendar quarters.",
    "years only": "Below {years_below} people this is shown for whole calendar years only.",
    "teams years only": "Teams are shown for whole calendar years only: other periods could be subtracted until one person is "
    "left.",
}


def said(why: Why) -> str:
    """One sentence; what completes "not comparable: ..." is a part of one."""
    named = dict(why.named)
    if "people" in named and "n" in named:
        named["counted"] = counted(named["people"], named["n"])
    if "others" in named:
        named["listed"] = " and ".join(f"{n} answers to {question}" for question, n in named["others"].items())
    if why.kind == "response rate":
        named["way"] = "fell" if named["now"] < named["before"] else "rose"
        named |= {name: percent(named[name]) for name in ("before", "now")}
    named = {name: day(each) if isinstance(each, date) else each for name, each in named.items()}
    return SAID[why.kind].format(**named)


def counted(people: str, n: int) -> str:
    """ "412 answers", "1 answer", "1 person"; `people` is what the metric counts."""
    first, *rest = people.split(" ", 1)
    if n == 1:
        first = {"people": "person"}.get(first, first.removesuffix("s"))
    if n == 1 and rest:  # "1 ticket solved for a known customer", "1 contract that is decided"
        rest = [re.sub(r"^(\w+)s\b", r"\1", rest[0]).replace("that are", "that is")]
    return " ".join([f"{n:,}", first, *rest])
