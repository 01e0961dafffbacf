"""The sample company itself: its customers, what they pay, its staff, its bugs and its releases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from math import exp
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from data_sources.sample.texts import texts
from data_sources.sample.truths import truth
from store.records import Bug, Customer, Employment, Purchase, Release, Subscription

DAYS = 730  # the history of tickets, up to the end of yesterday
BEFORE_US, JOINED_SINCE = 268, 150  # customers who were there when the history starts, and who came later
PLANS = {  # share, monthly price in cents (lowest, highest), chance to leave per month
    "Starter": (0.40, 2_900, 5_900, 0.017),
    "Team": (0.29, 9_900, 19_900, truth("plan that leaves")["monthly_churn"]),
    "Business": (0.23, 29_900, 69_900, 0.012),
    "Enterprise": (0.08, 120_000, 420_000, 0.005),
}
SEGMENT_OF_PLAN = {
    "Starter": ("Small", "Small", "Small", "Mid-size"),
    "Team": ("Small", "Small", "Mid-size", "Mid-size"),
    "Business": ("Mid-size", "Mid-size", "Mid-size", "Large"),
    "Enterprise": ("Large", "Large", "Large", "Mid-size"),
}
TEAMS = {
    "Support": 25,
    "Customer success": 13,
    "Checkout": 14,
    "Billing": 13,
    "Orders": 14,
    "Platform": 16,
    "Mobile": 11,
    "Sales": 11,
}
# The shop for extras (labels, scanners, training) opened this many days ago: long before the two years that pages show,
# because who buys for the first time can be told only after a year of orders.
EXTRAS_SINCE = 1_500
FOUND_IT_EARLY = 0.20  # of the customers of that time; the others found it in the last two years


@dataclass(slots=True)
class Account:
    """A customer, with what the generators need to know about it beyond the record."""

    record: Customer
    writes: float  # how much this customer writes, 1 = like most
    first: str
    last: str
    joined: int  # days ago
    left: int  # days ago; -1 = still here
    upset: bool = False  # on the plan that leaves, and left: its last contacts went badly


@dataclass(slots=True)
class Trouble:
    """A bug, with when and how much customers write about it."""

    record: Bug
    words: dict[str, Any]
    from_day: int  # days ago, inclusive
    to_day: int
    weight: float = 1.0


@dataclass(slots=True)
class Company:
    seed: int
    today: date
    zone: ZoneInfo
    now: datetime = field(init=False)  # the end of yesterday: nothing that is told happened later

    def __post_init__(self) -> None:
        self.now = self.at(0)

    def rng(self, kind: str) -> Random:
        return Random(f"{self.seed}:{kind}")

    def day(self, ago: int) -> date:
        return self.today - timedelta(days=ago)

    def at(self, ago: int, seconds: float = 0) -> datetime:
        """An instant in UTC: so many seconds after midnight, company time."""
        midnight = datetime.combine(self.day(ago), time(), self.zone).astimezone(UTC)
        return midnight + timedelta(seconds=int(seconds))

    def past(self, instant: datetime | None) -> datetime | None:
        return instant if instant is not None and instant < self.now else None

    # ---- customers ------------------------------------------------------------------------------------------

    def accounts(self) -> list[Account]:
        rng, words = self.rng("customers"), texts()
        names = [f"{place} {trade}" for place in words["customer_places"] for trade in words["customer_trades"]]
        rng.shuffle(names)
        names[3] = "Quill & Sons <Paper> Ltd"
        names[4] = "Søster Åse's Æbler"
        plans = [plan for plan in PLANS]
        shares = [PLANS[plan][0] for plan in plans]
        found = []
        for number in range(BEFORE_US + JOINED_SINCE):
            joined = (
                rng.randrange(DAYS, DAYS + 1100)
                if number < BEFORE_US
                else int(DAYS * (1 - (number - BEFORE_US + rng.random()) / JOINED_SINCE))
            )
            plan = rng.choices(plans, shares)[0]
            _, low, high, leaves = PLANS[plan]
            # Those who were there at the start of the history have by that not left before it.
            stays = rng.expovariate(leaves / 30.44)
            left = min(joined, DAYS) - max(25, int(stays))
            if left <= 0:
                left = -1
            mrr = rng.randrange(low, high, 500)
            record = Customer(
                id=f"C-{number + 1:04d}",
                name=names[number],
                segment=rng.choice(SEGMENT_OF_PLAN[plan]),
                plan=plan,
                mrr=mrr,
                started_on=self.day(joined),
                ended_on=self.day(left) if left > 0 else None,
            )
            writes = (
                rng.lognormvariate(0, 0.7) * {"Starter": 0.7, "Team": 1.0, "Business": 1.4, "Enterprise": 2.2}[plan]
            )
            found.append(
                Account(record, writes, rng.choice(words["first_names"]), rng.choice(words["last_names"]), joined, left)
            )
            found[-1].upset = plan == truth("plan that leaves")["plan"] and left > 0
        return found

    def subscriptions(self, accounts: list[Account]) -> Iterator[Subscription]:
        """What each customer paid and when; a few had a gap, short (no churn) or long (they came back)."""
        rng = self.rng("subscriptions")
        gaps = {index: (14 if number % 2 else 80) for number, index in enumerate(rng.sample(range(BEFORE_US), 12))}
        for index, account in enumerate(accounts):
            customer = account.record
            assert customer.mrr is not None
            last_day = account.left if account.left > 0 else 0
            changes = sorted(
                {
                    rng.randrange(last_day, account.joined)
                    for _ in range(poisson(rng, (account.joined - last_day) / 500))
                },
                reverse=True,
            )
            starts = [account.joined] + [day for day in changes if account.joined - day > 60 and day - last_day > 30]
            mrr = customer.mrr
            for number, start in enumerate(starts):
                end = starts[number + 1] if number + 1 < len(starts) else account.left
                if number:
                    mrr = (
                        int(
                            mrr
                            * (
                                rng.choice((1.1, 1.2, 1.25, 1.5))
                                if rng.random() < 0.68
                                else rng.choice((0.7, 0.8, 0.9))
                            )
                        )
                        // 100
                        * 100
                    )
                gap = gaps.get(index, 0) if number == len(starts) - 1 and account.left < 0 else 0
                key = f"{customer.id}-{number + 1}"
                if gap and start > 260:
                    paused = rng.randrange(130, 250)
                    yield Subscription(f"{key}a", customer.id, self.day(start), self.day(paused), customer.plan, mrr)
                    yield Subscription(f"{key}b", customer.id, self.day(paused - gap), None, customer.plan, mrr)
                else:
                    yield Subscription(
                        key, customer.id, self.day(start), self.day(end) if end > 0 else None, customer.plan, mrr
                    )
            customer.mrr = mrr

    def purchases(self, accounts: list[Account]) -> Iterator[Purchase]:
        rng, number = self.rng("purchases"), 0
        for account in accounts:
            last_day = max(account.left, 1)
            if account.joined < DAYS:
                day = account.joined - int(rng.expovariate(1 / 25))
            elif rng.random() < FOUND_IT_EARLY:
                day = DAYS + int(rng.random() * (min(account.joined, EXTRAS_SINCE) - DAYS))
            else:
                day = int(rng.random() * DAYS)
            if rng.random() > 0.94:
                continue
            while day >= last_day:
                number += 1
                amount = int(rng.lognormvariate(8.6, 0.7)) // 50 * 50 + 900
                yield Purchase(
                    f"O-{number:05d}", account.record.id, self.at(day, rng.randrange(8 * 3600, 20 * 3600)), amount
                )
                chance = rng.random()
                if chance < 0.35:
                    day -= rng.randrange(10, 88)
                elif chance < 0.80:
                    day -= rng.randrange(95, 260)
                else:
                    break

    # ---- staff ----------------------------------------------------------------------------------------------

    def staff(self) -> Iterator[Employment]:
        """About 120 people; every place that falls free is filled again after a while."""
        rng, number, history = self.rng("staff"), 0, 1000
        security = truth("team of three")
        for team, people in {**TEAMS, security["team"]: security["people"]}.items():
            count = round(people * 0.13 * history / 365)
            leavers = [int(history * (count - place - rng.random()) / count) + 1 for place in range(count)]
            if team == security["team"]:
                leavers = [150]
            for _ in range(people - len(leavers)):
                number += 1
                yield Employment(f"P-{number:04d}", team, self.day(rng.randrange(history, history + 2000)))
            for left in leavers:
                number += 1
                how = rng.choices(("voluntary", "involuntary", "other", "transfer"), (66, 18, 8, 8))[0]
                yield Employment(
                    f"P-{number:04d}", team, self.day(left + rng.randrange(200, 1500)), self.day(left), how
                )
                joined = left - rng.randrange(0, 45)
                number += 1
                if joined > 0:
                    yield Employment(f"P-{number:04d}", team, self.day(joined))

    # ---- bugs and releases ----------------------------------------------------------------------------------

    def releases(self) -> Iterator[Release]:
        rng = self.rng("releases")
        helped, did_not = truth("release that helped"), truth("release that did not help")
        planned = texts()["releases"]
        days = [
            round(712 - number * (712 - 34) / (len(planned) - 1)) + rng.randrange(-5, 6)
            for number in range(len(planned))
        ]
        days[-1] = truth("spreading")["first_report"] + 3  # the bug that spreads came with a release
        releases = [(day, each["name"], each["area"]) for day, each in zip(days, planned, strict=True)]
        releases += [(each["released"], each["release"], each["area"]) for each in (helped, did_not)]
        for number, (ago, name, area) in enumerate(sorted(releases, reverse=True)):
            yield Release(f"R-{number + 1:02d}", name, self.at(ago, 10 * 3600), area)

    def troubles(self) -> list[Trouble]:
        """The 60 bugs: the planted ones, and in each area a row of others that come, hurt for a while and go."""
        rng, words = self.rng("bugs"), texts()
        planted = {each["bug"] for each in map(truth, PLANTED)}
        by_area: dict[str, list[dict[str, Any]]] = {}
        for bug in words["bugs"]:
            if bug["id"] not in planted:
                by_area.setdefault(bug["area"], []).append(bug)
        found = [self._planted(name) for name in PLANTED]
        for bugs in by_area.values():
            rng.shuffle(bugs)
            if bugs[-1]["severity"] == "blocker":
                bugs[-1], bugs[0] = bugs[0], bugs[-1]
            slot = 727 / len(bugs)
            for number, bug in enumerate(bugs):
                opened = 742 if number == 0 else int(15 + (len(bugs) - 1 - number + rng.random() * 0.5) * slot)
                life = int(slot * rng.uniform(1.0, 1.5) * (1.5 if number == 0 else 1.0))
                if bug["severity"] == "blocker":
                    life = rng.randrange(20, 40)
                elif number + 1 < len(bugs) and bugs[number + 1]["severity"] == "blocker":
                    life += int(slot)
                gone = opened - life
                found.append(self._ordinary(rng, bug, opened, gone if gone > 12 else -1))
        return sorted(found, key=lambda trouble: trouble.record.id)

    def _planted(self, name: str) -> Trouble:
        facts = truth(name)
        words = next(bug for bug in texts()["bugs"] if bug["id"] == facts["bug"])
        record = self._bug(words)
        first = facts.get("first_report", 420)
        record.opened_at = self.at(first, 9 * 3600 + 600)
        record.status = "in progress" if name in ("spreading", "new") else "open"
        last = facts.get("last_report", 1)
        if name == "spreading":
            record.expected_on = self.day(-6)
        if name == "regression":
            record.fixed_at, record.released_at = (
                self.at(facts["released"] + 4, 15 * 3600),
                self.at(facts["released"], 11 * 3600),
            )
            record.status, record.closed_at = "released", record.released_at
        if name == "release that helped":
            record.fixed_at, record.released_at = (
                self.at(facts["released"] + 6, 15 * 3600),
                self.at(facts["released"], 10 * 3600),
            )
            record.status, record.closed_at, last = "released", record.released_at, facts["released"]
        return Trouble(record, words, first, last, 2.0)

    def _ordinary(self, rng: Random, words: dict[str, Any], opened: int, gone: int) -> Trouble:
        record = self._bug(words)
        record.opened_at = self.at(opened, rng.randrange(9 * 3600, 17 * 3600))
        weight = rng.uniform(0.6, 1.4) * {"blocker": 2.5, "major": 1.2}.get(words["severity"], 0.9)
        if gone < 0:
            record.status = rng.choice(("open", "open", "in progress"))
            if record.status == "in progress":
                record.expected_on = self.day(-rng.randrange(5, 45))
            return Trouble(record, words, opened - 1, 1, weight)
        if words["severity"] in ("cosmetic", "minor") and rng.random() < 0.2:
            record.status, record.closed_at = "closed", self.at(gone, rng.randrange(9 * 3600, 17 * 3600))
            return Trouble(record, words, opened - 1, gone + 14, weight)
        record.fixed_at = self.at(gone + rng.randrange(1, 8), rng.randrange(9 * 3600, 17 * 3600))
        record.released_at = record.closed_at = self.at(gone, 11 * 3600)
        record.status = "released"
        return Trouble(record, words, opened - 1, gone - 2, weight)

    def _bug(self, words: dict[str, Any]) -> Bug:
        return Bug(
            id=words["id"],
            title=words["title"],
            opened_at=self.now,
            severity=words["severity"],
            area=words["area"],
            owner=texts()["areas"][words["area"]]["owner"],
            url=f"https://tracker.kestrel.example/{words['id']}",
        )


PLANTED = ("spreading", "chronic", "regression", "fading", "new", "release that helped", "release that did not help")


def poisson(rng: Random, mean: float) -> int:
    """Knuth's method; the means here are small."""
    if mean <= 0:
        return 0
    limit, number, product = exp(-mean), 0, rng.random()
    while product > limit:
        number += 1
        product *= rng.random()
    return number
