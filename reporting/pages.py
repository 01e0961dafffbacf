"""Titles, headings and fixed sentences of the pages."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from ranking.top_bugs import TopBugs
from reporting import bugs
from reporting.words import on_paper
from settings import Settings

# --- where there is nothing to show ---
UNREACHABLE = "The numbers cannot be reached"
RELOAD = "This page looks again by itself when you reload it."
NO_SETTINGS = "The settings cannot be read"
NO_SETTINGS_WHY = "The log of this server says which one and why."
NOTHING_YET = "Nothing has been read yet"
# (what is said, what is typed then)
NOTHING_YET_STEPS = (
    (
        "This page shows how customers are doing and which ten bugs hurt them most, as soon as it has something to read.",
        None,
    ),
    ("To look around first, fill it with an invented company:", "./run refresh --sample"),
    (
        "To see your own numbers, point it at your files (the README has two minutes on it), then type:",
        "./run refresh",
    ),
)
SAMPLE_DATA = "Sample data"
INVENTED, OWN_DATA, ADD = "This company is invented.", "Load your own data:", "./run add FILE"
SAMPLE = f"{INVENTED} {OWN_DATA} {ADD}"

# --- around every page ---
MENU = "Pages"
SEARCH = "Search"
SEARCH_WHAT = "Search bugs, metrics and areas"


def as_of(moment: datetime, zone: ZoneInfo) -> str:
    """What a printed page says of its age: "As of 1 December 2026, 14:05"."""
    return f"As of {on_paper(moment, zone)}"


def title(name: str, company: str) -> str:
    """What a browser's tab says: "CSAT · Lumen Bikes"."""
    return " · ".join(each for each in (name, company) if each)


# --- the first page ---
ALL_METRICS = "All metrics ›"
LAST_QUARTER = "What changed in a quarter ›"
SIX_METRICS = "Six metrics"


def below_the_list(top: TopBugs, settings: Settings) -> list[str]:
    """How it is ranked and what it covers; the money; the rest."""
    if not top.bugs:
        return []
    rest = " ".join(each for each in (bugs.others(top), bugs.revenue_of_all(top, settings)) if each)
    return [each for each in (rest, f"{bugs.RULE} {bugs.coverage(top.coverage)}") if each]


# --- an address that is no page ---
NOT_FOUND = "Page not found"
NOT_FOUND_WHY = "There is no page at this address. These are the pages:"
