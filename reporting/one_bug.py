"""Every sentence about one bug: what puts it where it is, how it is worked out, who has it, what would take it off the list.

Titles are foreign text: the sentences here are plain text, and whoever shows them escapes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.endings import QUIET_DAYS, End
from ranking.known import WEEK_DAYS
from ranking.labels import BEFORE_DAYS, RISING_DAYS, Course, Label
from ranking.top_bugs import REVENUE_DAYS, Explained, Movement, TopBug
from reporting.words import NUMBERS, day, money, percent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ranking.beside import Revenue
    from ranking.impact import Memory
    from ranking.top_bugs import ImpactAt
    from settings import Settings

LONGEST_TITLE = 80
NOT_RATED = "severity not rated"
UNFILED = "no bug yet"
# What happens to a bug, in a word; the first that holds comes first.
LABELS: dict[Label, str] = {
    "rising": "growing",
    "regression": "regression",
    "new": "new",
    "fading": "fading",
    "chronic": "long-running",
}
NO_OWNER = "no owner"
NO_DATE = "no fix date"


def why(bug: TopBug, settings: Settings) -> str:
    """What puts it where it is: "66 customers in 30 days, 41 in the last 7 · major"."""
    said = [_reports(bug, settings), UNFILED if bug.is_unfiled else severity(bug)]
    if bug.rating_factor >= 1.1:
        said.append("their ratings are worse than usual")
    elif bug.rating_factor <= 0.9:
        said.append("their ratings are better than usual")
    return " · ".join(said)


def _reports(bug: TopBug, settings: Settings) -> str:
    words = settings.words
    if bug.last_reported_on is None:
        return f"no {words.customer} has reported it"
    if bug.rank is None:
        return f"no {words.customer} has reported it since {day(bug.last_reported_on)}"
    # How old a report is has to be seen on the list itself: on a quiet tracker it looks back a long way.
    recently = (
        f"{bug.customers_7:,} in the last {WEEK_DAYS}" if bug.customers_7 else f"last on {day(bug.last_reported_on)}"
    )
    if bug.ending.state == "regression" and bug.end:
        n = bug.customers_ever
        return f"{n:,} {words.customer if n == 1 else words.customers} reported it again after {after(bug.end)}, {recently}"
    people = words.customer if bug.customers == 1 else words.customers
    days = f" in {bug.window_days} days" if bug.window_days else ""
    return f"{bug.customers:,} {people}{days}, {recently}"


def severity(bug: TopBug) -> str:
    return bug.severity.word if bug.severity.is_rated else NOT_RATED


def heading_of_rank(bug: TopBug) -> str:
    return f"Why it ranks #{bug.rank}" if bug.rank is not None else "Why it is not ranked"


def arithmetic(bug: TopBug, settings: Settings) -> str:
    """The product as a reader can check it: what is shown multiplies to what is shown."""
    weight, result = bug.severity.weight, rounded(bug.impact)
    recent = factor = ""
    for decimals, factor_decimals in ((1, 2), (2, 2), (1, 3), (2, 3), (3, 3), (6, 6), (9, 9)):
        recent = f"{bug.recent_customers:.{decimals}f}"
        factor = f"{bug.rating_factor:.{factor_decimals}f}"
        if rounded(float(recent) * weight * float(factor)) == result:
            break
    if factor.endswith("0") and len(factor) == len("1.10"):
        factor = factor[:-1]
    return f"Impact {result} = {recent} recent {settings.words.customers} × {weight:g} ({severity(bug)}) × {factor} (ratings)"


def reason(label: Label, course: Course, end: End | None, settings: Settings, today: date | None = None) -> str:
    """Why a label is there."""
    match label:
        case "regression":
            return (
                f"Reported again {course.came_back_days} days after {after(end, today)}." if end else "Reported again."
            )
        case "new":
            return f"First reported {_days_ago(course.first_report_age or 0)}."
        case "rising":
            usual = f"{course.customer_weeks_before / (BEFORE_DAYS / RISING_DAYS):.1f}".removesuffix(".0")
            return (
                f"{course.customers_last_7} {settings.words.customers} in the last {RISING_DAYS} days; "
                f"{usual} a week in the four weeks before."
            )
        case "fading":
            return f"No report for {course.last_report_age} days."
        case "chronic":
            return f"Reports in {course.weeks_with_reports} of the last 13 weeks, known for {course.age_days} days."


def movement(moved: Movement) -> str:
    """Since last week: "▲2", "▼3", "new this week", "" where it did not move."""
    if moved.kind in ("same", "not listed"):
        return ""
    if moved.kind == "moved":
        return f"{'▲' if moved.places > 0 else '▼'}{abs(moved.places)}"
    return "new this week"


def marks(bug: TopBug) -> list[str]:
    """Everything that stands behind its title in a word or two."""
    tied = f"tied with #{bug.rank + 1}" if bug.about_equal_with_next and bug.rank else ""
    return [each for each in (badge(bug), *labels(bug), movement(bug.movement), tied) if each]


def labels(bug: TopBug) -> list[str]:
    return [word for label, word in LABELS.items() if label in bug.labels]


def badge(bug: TopBug) -> str | None:
    return UNFILED if bug.is_unfiled else None


def after(end: End, today: date | None = None) -> str:
    """Completes "reported again after ..."."""
    match end.how:
        case "released":
            return f"its fix was released on {day(end.on, today)}"
        case "fixed":
            return f"it was closed as fixed on {day(end.on, today)}"
        case "closed":
            return f"it was closed without a fix on {day(end.on, today)}"


def stage(bug: TopBug, today: date | None = None) -> str:
    """Where it is on the way to its end."""
    if bug.end is None:
        return f"fixed on {day(bug.fixed_on, today)}, not released yet" if bug.fixed_on else "open"
    if bug.ending.state == "regression":
        if bug.end.how == "closed":
            return f"reported again after {after(bug.end, today)}"
        return f"the fix of {day(bug.end.on, today)} did not hold"
    if bug.ending.state == "waiting":
        return f"{after(bug.end, today)}; waiting for {QUIET_DAYS} quiet days"
    return after(bug.end, today)


def leaves(bug: TopBug, settings: Settings, today: date | None = None) -> str:
    """What it would take to leave the list (or to get onto it), computed from what is known now."""
    leaving = bug.leaving
    if leaving is None:
        return "It is not on the list."
    if leaving.needed is not None:
        return (
            f"It is not among the first {leaving.listed}; for that it would need {leaving.needed:.1f} recent "
            f"{settings.words.customers} instead of {bug.recent_customers:.1f}."
        )
    if leaving.on is not None:
        return f"Leaves the list on {day(leaving.on, today)} if nobody reports it until then."
    way_out = (
        "when its tickets are linked to a bug in the tracker"
        if bug.is_unfiled
        else f"{QUIET_DAYS} days after a fix ships"
    )
    quiet = leaving.quiet_days
    if quiet is None:
        return f"Leaves the list {way_out}, or when {in_words(leaving.listed)} others have more impact."
    return f"Leaves the list after about {quiet} {'day' if quiet == 1 else 'days'} without reports, or {way_out}."


def why_not_listed(explained: Explained, settings: Settings, today: date | None = None) -> str | None:
    """None for a bug on the list."""
    bug, customer = explained.bug, settings.words.customer
    if explained.is_listed:
        return None
    if bug.rank is not None and bug.leaving:
        return f"It ranks #{bug.rank}; the list shows the first {bug.leaving.listed}."
    if bug.last_reported_on is None:
        return f"No {customer} has reported it."
    if bug.ending.state == "gone" and bug.end:
        is_fix = bug.end.how != "closed"
        quiet = f", and nobody reported it later than {bug.end.quiet_days} days after" if is_fix else ""
        return f"It is over: {after(bug.end, today)}{quiet}."
    return (
        f"Nobody has reported it for {bug.window_days} days; the last report is of {day(bug.last_reported_on, today)}."
    )


def status_line(bug: TopBug, settings: Settings, as_known_on: date | None = None) -> str:
    """Owner, status, promise and revenue in one line: "Checkout · open for 27 days · fix expected 27 Nov 2026 · ..."."""
    nobody = "not in the tracker" if bug.is_unfiled else "nobody owns it yet"
    # A tracker tells who has it now: of an earlier day "nobody" would be a guess.
    owner = bug.owner or ("" if as_known_on else nobody)
    state = stage(bug)
    if state == "open":
        state += f" for {bug.age_days:,} {'day' if bug.age_days == 1 else 'days'}"
    expected = f"fix expected {day(bug.expected_on)}" if bug.expected_on else "" if as_known_on else NO_DATE
    return " · ".join(part for part in (owner, state, expected, paid(bug, settings)) if part)


def paid(bug: TopBug, settings: Settings) -> str:
    """What the customers behind a bug pay today: "affected customers pay EUR 45,164 a month (of EUR 145,097)"."""
    if not bug.revenue.customers:
        return ""
    return f"affected {settings.words.customers} pay {of_all(bug.revenue, settings)}"


def revenue(bug: TopBug, settings: Settings) -> str:
    """Beside the ranking, never inside it: one large account must not outrank a hundred small ones."""
    if bug.revenue.customers == 0:
        return f"not known for any of its {settings.words.customers}"
    largest = bug.revenue.largest_percent
    share = f"; the largest pays {percent(largest)} of it" if largest is not None and bug.revenue.customers > 1 else ""
    total, whole = (money(each, settings.currency) for each in (bug.revenue.total, bug.revenue.of_all))
    return (
        f"{total} a month, of {whole} "
        f"({bug.revenue.customers:,} {settings.words.customers} of the last {REVENUE_DAYS} days{share})"
    )


def details(bug: TopBug, settings: Settings, today: date | None = None) -> list[tuple[str, str]]:
    """What is shown beside a bug and never counted: age, state, money."""
    return [
        ("Status", " · ".join(dict.fromkeys(each for each in (bug.status or "", stage(bug, today)) if each))),
        *([("Area", bug.area)] if bug.area else []),
        ("Opened", f"{day(bug.opened_on, today)} ({bug.age_days:,} {'day' if bug.age_days == 1 else 'days'} ago)"),
        (f"Revenue of its {settings.words.customers}", revenue(bug, settings)),
    ]


def factors(explained: Explained, settings: Settings, today: date | None = None) -> list[tuple[str, str]]:
    """The arithmetic, factor by factor, and the way out."""
    bug, customers = explained.bug, settings.words.customers
    place = f"{bug.rank} of {explained.of}" if bug.rank is not None else "not ranked"
    not_listed = why_not_listed(explained, settings, today)
    ratings = f"{bug.bad} of {bug.rated} ratings of its tickets were bad" if bug.rated else "no ratings of its tickets"
    return [
        ("Rank", place if not_listed is None else f"{place}. {not_listed}"),
        ("Impact", arithmetic(bug, settings)),
        (
            f"Recent {customers}",
            f"{bug.recent_customers:.1f}: each of {bug.customers_ever:,} {customers} counts 1 on the day of the last report "
            f"and {half(explained.memory)}",
        ),
        ("Severity", f"{severity(bug)}, counts {bug.severity.weight:g}"),
        ("Rating factor", f"{bug.rating_factor:.2f}: {ratings}"),
        ("Uncertainty", f"±{bug.se:.0f}"),
        *((LABELS[label].capitalize(), reason(label, bug.course, bug.end, settings, today)) for label in bug.labels),
        ("To leave the list", leaves(bug, settings, today)),
    ]


def half(memory: Memory) -> str:
    """How fast a report loses weight: "half as much every 30 days after"."""
    if len(memory) == 1:
        return f"half as much every {memory[0]:g} days after"
    return f"less after: the mean of halving every {' and every '.join(f'{days:g}' for days in memory)} days"


def history(points: Sequence[ImpactAt], today: date | None = None) -> str | None:
    """26 weeks in one sentence; None where nobody reported it in that time."""
    if not any(point.impact for point in points):
        return None
    worst, now = max(points, key=lambda point: point.impact), points[-1]
    if now.impact >= worst.impact:
        return f"Impact {rounded(now.impact)}, its highest in {len(points)} weeks."
    return (
        f"Impact {rounded(now.impact)}; its highest in {len(points)} weeks was {rounded(worst.impact)}, "
        f"in the week to {day(worst.day, today)}."
    )


def of_all(revenue: Revenue, settings: Settings) -> str:
    """ "EUR 45,164 a month (of EUR 145,097)"."""
    total, whole = (money(each, settings.currency) for each in (revenue.total, revenue.of_all))
    return f"{total} a month (of {whole})"


def short(title: str) -> str:
    text = " ".join(title.split())
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1].rstrip() + "…"


def in_words(n: int) -> str:
    return NUMBERS[n] if 0 < n < len(NUMBERS) else f"{n:,}"


def _days_ago(age: int) -> str:
    return "today" if age == 0 else "yesterday" if age == 1 else f"{age} days ago"


def rounded(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
