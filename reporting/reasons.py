"""Why there is no number, only a range, or nothing to compare with: the words of each kind of reason that a metric gives."""

from __future__ import annotations

import re
from datetime import date

from metrics.cautions import Why, WhyKind
from reporting.words import day

SAID: dict[WhyKind, str] = {
    "nothing": "No {people} in this period.",
    "too few": "Only {counted}: too few to say.",
    "few": "Only {counted}: look at the range, not at the number.",
    "response rate": "the response rate {way} from {before:.0f}% to {now:.0f}%",
    "another question": "it was read from {before} before and from {now} now",
    "questions left out": "Read from {read}, which most people answered; {listed} cannot be added to it and are left out.",
    "no median": "More than half of these {n:,} tickets may still wait for it ({waiting:,} do): there is no median yet.",
    "weeks too few": "At least {weeks} whole weeks with tickets are needed to tell one weekday from another.",
    "contacts not over": "The {days} days after the solving are not over yet; ask again from {opens} on.",
    "weeks differ": "how much {weeks} whole weeks differ from one another",
    "both periods differ": "how much the {weeks} whole weeks, and the {before} before, differ from one another",
    "chance alone": "chance alone (exact Poisson); weeks usually differ by more",
    "customers undated": "{n:,} {customers} are stored, but none has a date on which it started or ended, so nothing over time "
    "can be computed.",
    "no customers": "No {customers} are stored, so the tickets cannot be set against how many there are.",
    "no customers then": "No {customers} at that time are known, so the tickets cannot be set against how many there were.",
    "orders not over": "The {days} days in which a customer may come back are not over yet; ask again from {opens} on.",
    "ends too few": "Only {n:,} of {running:,} running contracts have a day on which they end. A contract without one never "
    "comes due, so there is no renewal rate.",
    "one month": "What is kept of the revenue is counted for one whole calendar month at a time, because each month starts with "
    "other customers; read it by month (--by month).",
    "no range": "No range is shown: money has no simple formula for it, because a few large customers may decide it.",
    "people undated": "{n:,} people are stored, but none has a date on which they started or left, so nothing over time can be "
    "computed.",
    "no such team": "There is no team {team!r}.",
    "people too few": "Hidden because fewer than {fewest} people would be shown.",
    "recognisable": "Hidden so that nobody can be recognised, here or by subtraction.",
    "whole months only": "This is shown only from the first of a month to the first of a month: other periods could be "
    "subtracted until one person is left.",
    "quarter not over": "This is shown when its last calendar quarter is over: until then one person's leaving could be seen in "
    "a change.",
    "quarters only": "Months are shown where each month of the calendar quarter has {months_from} people; below that only whole "
    "calendar quarters.",
    "years only": "Below {years_below} people this is shown only for whole calendar years.",
    "teams years only": "Teams are shown only for whole calendar years: other periods could be subtracted until one person is "
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
    named = {name: day(each) if isinstance(each, date) else each for name, each in named.items()}
    return SAID[why.kind].format(**named)


def counted(people: str, n: int) -> str:
    """ "412 answers", "1 answer", "1 person"; `people` is what the metric counts."""
    first, *rest = people.split(" ", 1)
    if n == 1:
        first = {"people": "person"}.get(first, first.removesuffix("s"))
    if n == 1 and rest:  # "1 first-time customer whose window is over", "1 contract that is decided"
        rest = [re.sub(r"^(customer|ticket|contract|answer)s\b", r"\1", rest[0]).replace("that are", "that is")]
    return " ".join([f"{n:,}", first, *rest])
