"""The sample company's help desk: two years of tickets, which bug they are about, and what customers answered afterwards."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from math import exp
from random import Random

from data_sources.sample.company import DAYS, Account, Company, Trouble, poisson
from data_sources.sample.texts import about_bug, about_something, slip, texts
from data_sources.sample.truths import truth
from store.marks import Record
from store.records import BugReport, SurveyResponse, Ticket

KINDS, KIND_SHARES = ("problem", "question", "request"), (0.56, 0.88, 1.0)
CHANNELS, CHANNEL_SHARES = ("e-mail", "chat", "form", "phone"), (0.42, 0.68, 0.88, 1.0)
LINKED_SHARE = 0.79  # of an area's problem tickets, those about a known bug
LINK_MISSED = 0.05  # of those, the ones that support forgot to link
NPS_SCORES = (
    (10, 0.25),
    (9, 0.52),
    (8, 0.71),
    (7, 0.805),
    (6, 0.865),
    (5, 0.915),
    (4, 0.945),
    (3, 0.965),
    (2, 0.98),
    (1, 0.99),
    (0, 1.0),
)
CES_SCORES = ((7, 0.30), (6, 0.56), (5, 0.75), (4, 0.85), (3, 0.92), (2, 0.97), (1, 1.0))


class HelpDesk:
    """Writes the rows of one day after the other, oldest first."""

    def __init__(self, company: Company, accounts: list[Account], troubles: list[Trouble]) -> None:
        self.company, self.accounts, self.troubles = company, accounts, troubles
        self.rng = company.rng("tickets")
        self.asking = company.rng("surveys")
        self.recommending = company.rng("recommendations")
        self.number = 0
        self.owed: dict[str, float] = {}
        self.by_id = {trouble.record.id: trouble for trouble in troubles}
        self.by_area: dict[str, list[Trouble]] = {}
        self.on_top = on_top = {truth(name)["bug"] for name in ("spreading", "chronic", "regression", "fading", "new")}
        for trouble in troubles:
            if trouble.record.id not in on_top:
                self.by_area.setdefault(trouble.record.area or "", []).append(trouble)
        pain = truth("pain with no bug")
        here = [account for account in accounts if account.left < 0 and account.joined > 60]
        self.without_bug = company.rng("pain").sample(here, pain["customers"])
        self.hostile = {(2, 3, 5, 6, 8, 9, 11, 13)[index]: pair for index, pair in enumerate(texts()["hostile"])}

    def days(self) -> Iterator[list[Record]]:
        """Tickets, bug reports and surveys of each day."""
        for ago in range(DAYS, 0, -1):
            yield self._day(ago)

    def _day(self, ago: int) -> list[Record]:
        rng = self.rng
        season = truth("weekly season")["by_weekday"]
        busy = season[self.company.day(ago).weekday()] * 7 / sum(season)
        present = [account for account in self.accounts if account.joined >= ago > account.left]
        upset_from = truth("plan that leaves")["bad_contacts_from"]
        totals = list(
            accumulate(
                account.writes * (3 if account.upset and ago - account.left < upset_from else 1) for account in present
            )
        )
        wanted: list[tuple[str, str, Trouble | None]] = []
        for area, facts in texts()["areas"].items():
            active = [
                (trouble, _appeal(trouble, ago))
                for trouble in self.by_area[area]
                if trouble.from_day >= ago >= trouble.to_day
            ]
            sums = list(accumulate(weight for _, weight in active))
            for _ in range(self._count(area, facts["tickets_per_day"] * busy * _released(area, ago))):
                kind = KINDS[bisect(KIND_SHARES, rng.random())]
                trouble = None
                if kind == "problem" and active and rng.random() < LINKED_SHARE:
                    trouble = active[bisect(sums, rng.random() * sums[-1])][0]
                wanted.append((area, kind, trouble))
        for bug, rate, at_least in _on_top(ago):
            trouble = self.by_id[bug]
            wanted += [(trouble.record.area or "", "problem", trouble)] * max(
                at_least, self._count(bug, rate * busy, 0.5)
            )
        rng.shuffle(wanted)
        rows: list[Record] = []
        midnight = self.company.at(ago)
        for area, kind, trouble in wanted:
            account = present[bisect(totals, rng.random() * totals[-1])]
            if trouble is None:
                subject, excerpt = about_something(rng, area, kind)
            else:
                subject, excerpt = about_bug(rng, trouble.words)
            rows += self._ticket(ago, midnight, account, area, kind, trouble, subject, excerpt)
        rows += self._pain_without_bug(ago, midnight)
        rows += self._hostile(ago, midnight, present)
        rows += self._relationship_surveys(ago)
        return rows

    def _count(self, of: str, mean: float, pull: float = 0.06) -> int:
        """Chance from day to day, but no drift: what was too little comes back (`pull`), so planted levels hold."""
        owed = self.owed.get(of, 0.0)
        number = poisson(self.rng, max(0.0, mean + pull * owed))
        self.owed[of] = owed + mean - number
        return number

    def _ticket(
        self,
        ago: int,
        midnight: datetime,
        account: Account,
        area: str,
        kind: str,
        trouble: Trouble | None,
        subject: str,
        excerpt: str,
    ) -> list[Record]:
        rng, company = self.rng, self.company
        self.number += 1
        key = f"T-{self.number:06d}"
        opened = midnight + timedelta(seconds=_second_of_day(rng))
        channel = CHANNELS[bisect(CHANNEL_SHARES, rng.random())]
        severity = trouble.record.severity if trouble else None
        hurt = {"blocker": 1.6, "major": 1.25}.get(severity or "", 1.0)
        if channel in ("chat", "phone"):
            wait = rng.lognormvariate(4.6, 0.9)  # median 100 s
            within = wait < 300
        else:
            wait = rng.lognormvariate(9.5, 1.0) * (1.8 if opened.weekday() >= 5 else 1.0)  # median 3.7 h
            within = wait < 8 * 3600
        replied = opened + timedelta(seconds=int(wait))
        solved = replied + timedelta(seconds=int(rng.lognormvariate(10.6, 1.25) * hurt))
        replies = 1 + int(rng.expovariate(0.75 / hurt))
        feeling = None
        if rng.random() < 0.7:
            feeling = rng.choices(("calm", "unhappy", "angry", "happy"), (60, 24 * hurt, 8 * hurt, 8))[0]
        if rng.random() < 0.03:
            excerpt += slip(rng, account.first, account.last, account.record.name or "")
        linked = trouble is not None and (trouble.record.id in self.on_top or rng.random() >= LINK_MISSED)
        by = "link"
        if trouble is not None and linked:
            chance = rng.random()
            by = "link" if chance < 0.8 else "key in text" if chance < 0.92 else "tag"
            if by == "key in text":
                excerpt += f" You told me it is {trouble.record.id}."
        ticket = Ticket(
            id=key,
            opened_at=opened,
            customer=account.record.id,
            first_reply_at=company.past(replied),
            solved_at=company.past(solved),
            replies=replies if solved < company.now else max(0, replies - 1),
            reopens=1 if rng.random() < 0.06 else 0,
            within_target=within if replied < company.now else None,
            area=area,
            channel=channel,
            kind=kind,
            priority=rng.choices(("low", "normal", "high", "urgent"), (18, 60, 17 * hurt, 5 * hurt**2))[0],
            feeling=feeling,
            subject=subject,
            excerpt=excerpt,
            names=(f"{account.first} {account.last}",),
        )
        rows: list[Record] = [ticket]
        if trouble is not None and linked:
            rows.append(BugReport(f"{key}/{trouble.record.id}", trouble.record.id, key, account.record.id, opened, by))
            if rng.random() < 0.03:
                others = [
                    each for each in self.by_area[area] if each is not trouble and each.from_day >= ago >= each.to_day
                ]
                if others:
                    other = rng.choice(others).record.id
                    rows.append(BugReport(f"{key}/{other}", other, key, account.record.id, opened, by))
        if solved < company.now:
            rows += self._ticket_survey(ticket, account, hurt, wait, ago)
        return rows

    def _ticket_survey(self, ticket: Ticket, account: Account, hurt: float, wait: float, ago: int) -> list[Record]:
        """A day after it was solved most customers are asked: 58 % how good the help was, 32 % how easy it was."""
        rng = self.asking
        assert ticket.solved_at is not None
        sent = self.company.past(ticket.solved_at + timedelta(hours=24))
        chance = rng.random()
        if sent is None or chance > 0.90:
            return []
        leaving = account.upset and ago - account.left < truth("plan that leaves")["bad_contacts_from"]
        if chance < 0.58:
            kind, scale, answers = "csat", "1-5", 0.55 if leaving else 0.27
            good = 0.93 - 0.13 * (hurt - 1) - (0.06 if wait > 12 * 3600 else 0)
            if leaving:
                good = 0.18
            if rng.random() < good:
                score = 5 if rng.random() < 0.68 else 4
                comments = texts()["csat_good"]
            else:
                score = rng.choices((3, 2, 1), (35, 25, 40))[0]
                comments = texts()["csat_bad"]
        else:
            kind, scale, answers = "ces", "2.0", 0.22
            score = _drawn(rng, CES_SCORES)
            comments = texts()["ces_comments"]
        answered = self.company.past(sent + _lateness(rng)) if rng.random() < answers else None
        comment = None
        if answered and rng.random() < 0.3:
            comment = rng.choice(comments)
            if rng.random() < 0.05:
                comment += slip(rng, account.first, account.last, account.record.name or "")
        return [
            SurveyResponse(
                id=f"{kind}-{ticket.id}",
                kind=kind,
                scale=scale,
                score=score if answered else None,
                answered_at=answered,
                sent_at=sent,
                customer=account.record.id,
                ticket=ticket.id,
                area=ticket.area,
                channel=ticket.channel,
                comment=comment,
                names=ticket.names,
            )
        ]

    def _relationship_surveys(self, ago: int) -> list[SurveyResponse]:
        """Every customer is asked once a quarter whether they would recommend us, not all on the same day."""
        rng, rows = self.recommending, []
        for index, account in enumerate(self.accounts):
            if (index * 37 + ago) % 91 or not account.joined - 30 > ago > account.left:
                continue
            sent = self.company.at(ago, 10 * 3600)
            score = _drawn(rng, NPS_SCORES)
            if account.upset and ago - account.left < 120:
                score = max(0, score - rng.randrange(2, 7))
            answered = self.company.past(sent + _lateness(rng)) if rng.random() < 0.31 else None
            rows.append(
                SurveyResponse(
                    id=f"nps-{account.record.id}-{self.company.day(ago).isoformat()}",
                    kind="nps",
                    scale="0-10",
                    score=score if answered else None,
                    answered_at=answered,
                    sent_at=sent,
                    customer=account.record.id,
                    comment=rng.choice(texts()["nps_comments"]) if answered and rng.random() < 0.35 else None,
                    names=(f"{account.first} {account.last}",),
                )
            )
        return rows

    def _pain_without_bug(self, ago: int, midnight: datetime) -> list[Record]:
        facts = truth("pain with no bug")
        rows: list[Record] = []
        tickets, first = facts["tickets"], facts["first_report"]
        for number in range(tickets):
            if ago == max(1, first - round(number * (first - 1) / (tickets - 1))):
                account = self.without_bug[number % len(self.without_bug)]
                subject, excerpt = about_bug(self.rng, texts()["pain_without_bug"])
                rows += self._ticket(ago, midnight, account, facts["area"], "problem", None, subject, excerpt)
        return rows

    def _hostile(self, ago: int, midnight: datetime, present: list[Account]) -> list[Record]:
        """Texts that try to break a page, some of them linked to the first two bugs so that their pages show them."""
        if ago not in self.hostile:
            return []
        subject, excerpt = self.hostile[ago]
        trouble = self.by_id[truth("spreading" if ago % 2 else "chronic")["bug"]]
        account = present[(ago * 31) % len(present)]
        rows = self._ticket(ago, midnight, account, trouble.record.area or "", "problem", trouble, subject, excerpt)
        ticket = rows[0]
        assert isinstance(ticket, Ticket)
        ticket.subject, ticket.excerpt = subject, excerpt
        return rows


def _appeal(trouble: Trouble, ago: int) -> float:
    """How much a bug is written about: most in its first weeks, then less and less."""
    age = trouble.from_day - ago
    return trouble.weight * (0.12 + exp(-age / 45))


def _released(area: str, ago: int) -> float:
    for name in ("release that helped", "release that did not help"):
        facts = truth(name)
        if facts["area"] == area and ago <= facts["released"]:
            return 1.0 - float(facts["drop"])
    return 1.0


def _on_top(ago: int) -> Iterator[tuple[str, float, int]]:
    """Reports per day (mean, and at least) of the bugs with a planted story, beside the usual tickets of their area."""
    facts = truth("spreading")
    if ago <= facts["first_report"]:
        growth = exp((facts["first_report"] - ago) * 0.12)
        yield facts["bug"], 0.4 * growth, int(ago == facts["first_report"])
    facts = truth("chronic")
    if ago <= facts["first_report"]:
        yield facts["bug"], facts["per_week"] / 7, int(ago == facts["first_report"])
    facts = truth("regression")
    if facts["first_report"] >= ago > facts["released"]:
        yield facts["bug"], 2.6 / 7, int(ago == facts["first_report"])
    elif ago <= facts["came_back"]:
        yield facts["bug"], 4.5 / 7, int(ago == facts["came_back"])
    facts = truth("fading")
    if facts["first_report"] >= ago >= facts["last_report"]:
        yield (
            facts["bug"],
            3.0 / 7 * min(1.0, (ago - facts["last_report"] + 4) / 40),
            int(ago in (facts["first_report"], facts["last_report"])),
        )
    facts = truth("new")
    if ago <= facts["first_report"]:
        yield facts["bug"], 1.1, int(ago == facts["first_report"])


def _second_of_day(rng: Random) -> int:
    """Office hours mostly, some evenings; never in the hour that a summer-time day lacks."""
    while True:
        hour = rng.gauss(13.3, 3.4)
        if 0 <= hour < 22.9:
            return int(hour * 3600)


def _lateness(rng: Random) -> timedelta:
    facts = truth("late answers")
    chance = rng.random()
    if chance < facts["share"]:
        return timedelta(days=rng.uniform(facts["later_than_days"] + 0.1, facts["latest_days"]))
    if chance < 0.35:
        return timedelta(days=rng.uniform(1, facts["later_than_days"]))
    return timedelta(hours=rng.uniform(0.2, 24))


def _drawn(rng: Random, scores: tuple[tuple[int, float], ...]) -> int:
    chance = rng.random()
    return next(score for score, up_to in scores if chance <= up_to)
