"""What is true of the sample company because it was made so: tests of the whole product look for these.

The generators read their dates, bugs and levels from here, so that a truth is said once.
`facts` hold ids, and days counted back from today (0 = today, 30 = thirty days ago).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Truth:
    id: str
    sentence: str
    facts: dict[str, Any] = field(default_factory=dict)


TRUTHS: tuple[Truth, ...] = (
    Truth(
        "spreading",
        "'Coupon fails at checkout' (KES-1001) was first reported 27 days ago and reaches more customers every week; it leads the list.",
        {"bug": "KES-1001", "first_report": 27, "area": "Checkout"},
    ),
    Truth(
        "chronic",
        "'Invoice total differs by a cent' (KES-1002) is reported about three times a week and has been for 23 months.",
        {"bug": "KES-1002", "first_report": 700, "per_week": 3.4, "area": "Billing"},
    ),
    Truth(
        "regression",
        "'Password reset link' (KES-1003) was fixed and released 70 days ago, was quiet, and reports came back 26 days ago.",
        {"bug": "KES-1003", "first_report": 210, "released": 70, "came_back": 26, "area": "Sign-in"},
    ),
    Truth(
        "fading",
        "'Order search misses apostrophes' (KES-1004) is still open, but nobody has reported it for 27 days.",
        {"bug": "KES-1004", "first_report": 260, "last_report": 27, "area": "Orders"},
    ),
    Truth(
        "new",
        "'Packing slip prints the previous address' (KES-1005) was first reported 9 days ago.",
        {"bug": "KES-1005", "first_report": 9, "area": "Shipping"},
    ),
    Truth(
        "release that helped",
        "The release 'New importer' 140 days ago took 40 % of the tickets about Import & export away, for good; KES-1006 was fixed by it.",
        {"release": "New importer", "released": 140, "area": "Import & export", "drop": 0.40, "bug": "KES-1006"},
    ),
    Truth(
        "release that did not help",
        "The release 'Faster, complete accounting sync' 98 days ago changed nothing about tickets on Integrations; KES-1007 is still open.",
        {
            "release": "Faster, complete accounting sync",
            "released": 98,
            "area": "Integrations",
            "drop": 0.0,
            "bug": "KES-1007",
        },
    ),
    Truth(
        "pain with no bug",
        "Since 38 days ago about fifteen customers write that the stock number jumps back after saving; no bug in the tracker says so.",
        {
            "area": "Inventory",
            "first_report": 38,
            "tickets": 26,
            "customers": 16,
            "words": "stock number jumps back after saving",
        },
    ),
    Truth(
        "plan that leaves",
        "Customers on the Team plan leave two to three times as often as the others, and mostly after contacts they rated badly.",
        {"plan": "Team", "monthly_churn": 0.038, "bad_contacts_from": 45},
    ),
    Truth(
        "weekly season",
        "A day of the weekend brings about half the tickets of a working day.",
        {"by_weekday": (1.25, 1.20, 1.16, 1.14, 1.05, 0.62, 0.50)},
    ),
    Truth(
        "team of three",
        "The Security team has three people and lost one: its numbers must never be shown.",
        {"team": "Security", "people": 3},
    ),
    Truth(
        "late answers",
        "One survey answer in ten comes more than a week after it was asked for.",
        {"share": 0.10, "later_than_days": 7, "latest_days": 28},
    ),
    Truth("csat level", "86 to 90 % of ratings of help are 4 or 5.", {"lowest": 86.0, "highest": 90.0}),
    Truth("nps level", "NPS is about 30.", {"lowest": 20.0, "highest": 40.0}),
    Truth("ces level", "About 75 % say that it was made easy.", {"lowest": 70.0, "highest": 80.0}),
    Truth("churn level", "1.5 to 2 % of customers leave in a month.", {"lowest": 0.015, "highest": 0.020}),
    Truth(
        "repeat level",
        "30 to 45 % of first-time buyers of extras order again within 90 days.",
        {"lowest": 30.0, "highest": 45.0},
    ),
    Truth("attrition level", "About 12 % of staff leave in a year.", {"lowest": 9.0, "highest": 15.0}),
    Truth("coverage", "65 to 75 % of problem tickets are linked to a bug.", {"lowest": 65.0, "highest": 75.0}),
    Truth("response rates", "15 to 35 % of surveys are answered.", {"lowest": 15.0, "highest": 35.0}),
)


def truth(name: str) -> dict[str, Any]:
    """The facts of one truth."""
    return next(each.facts for each in TRUTHS if each.id == name)
