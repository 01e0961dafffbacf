"""How often does a customer have to contact us again within a week of a solved ticket? Effort, without a survey."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from metrics.begins import Begins
from metrics.cautions import Why
from metrics.counted import Counted, Where
from metrics.counting.groups import grouped, whole
from metrics.counting.tickets import of_tickets
from metrics.counting.windows import first_day_not_known
from metrics.models import Model, share_of
from metrics.period import Period
from store.contacts import WITHIN_DAYS

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Count, Published


def count(
    published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
) -> list[dict[str, Counted]]:
    span = whole(periods)
    solved = grouped(published.tally("repeat_contact", span.start, span.end, where, by), periods)
    known_until = first_day_not_known(published, "tickets", settings)
    return [{group: contacted_again(some, known_until) for group, some in groups.items()} for groups in solved]


def contacted_again(solved: list[Count], known_until: date) -> Counted:
    """Solved tickets after which the customer opened another one / those whose days are over before `known_until`."""
    window = timedelta(days=WITHIN_DAYS + 1)  # the day of the solving, and so many after it
    over = [each for each in solved if each.day + window <= known_until]
    size, n = sum(each.n for each in solved), sum(each.n for each in over)
    missing = None
    if size > n:
        opens = max(each.day for each in solved) + window
        missing = Why("contacts not over", {"days": WITHIN_DAYS, "opens": opens})
    again = sum(each.n for each in over if each.bin == "yes")
    return share_of(again, n, {"again": again, "days_not_over": size - n}, missing)


METRIC = of_tickets(
    key="repeat_contact",
    name="Repeat contact within 7 days",
    asks="How often does a customer need help again within a week of a solved ticket?",
    in_short="Solved tickets after which the same customer opened another one within 7 days, as a share of all solved tickets.",
    formula=(
        "solved tickets after which the same customer opened another ticket by the 7th day after the day it was solved / "
        "solved tickets that name their customer and whose 7 days are over"
    ),
    unit="percent",
    better="lower",
    people="tickets solved for a known customer",
    why="Having to ask again is the effort that customers remember; this measures it for all of them, without a survey.",
    caveats=(
        "Contacts about something else are not distinguished: every later ticket of the customer counts, whatever it is about. "
        "Follow the change, not the level.",
        "A ticket counts on the day it was solved, with its own area and channel. Tickets whose 7 days are not over yet are "
        "not counted, so the newest period lacks its last 7 days.",
        "Reopening the same ticket does not count (see Reopened tickets), nor does a customer who gave up or asked elsewhere.",
        "A customer with many users or many tickets contacts us again by chance alone: compare areas and channels with care.",
        "A duplicate that the source hands over as a ticket of its own counts as a contact; tickets that Zendesk merged are "
        "left out.",
    ),
    cites=(
        "Contacts that follow a solved one as effort: Dixon, Toman, DeLisi, The Effortless Experience, 2013",
        "First contact resolution and satisfaction: Feinberg, Kim, Hokama, de Ruyter, Keen, Operational Determinants of "
        "Caller Satisfaction in the Call Center, 2000",
    ),
    reviewed_on=date(2026, 11, 24),
    version=1,
    needs=(("ticket", "solved_at"),),
    fields=(("ticket", "customer"),),
    model=Model("share", count, Begins(("repeat_contact",), shortens=True)),
    parent="ces",
)
