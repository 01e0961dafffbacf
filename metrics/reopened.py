"""How many tickets are opened again because the problem was not solved?"""

from datetime import date

from metrics.metric import Metric
from metrics.models import share

METRIC = Metric(
    key="reopened",
    name="Opened again",
    asks="How often was a problem not solved the first time?",
    formula="tickets opened again at least once / tickets of which the source says whether they were",
    unit="percent",
    better="lower",
    people="tickets",
    withheld_below=5,
    thin_below=30,
    why="Somebody who has to come back with the same problem has been let down twice.",
    caveats=(
        "A ticket counts on the day it was opened, so the newest weeks still grow.",
        "Many help desks open a ticket again when somebody says thank you.",
    ),
    owner="Support lead",
    reviewed_on=date(2026, 11, 21),
    version=1,
    records=("ticket",),
    dimensions=("area", "channel", "segment"),
    grain="week",
    headline=4,
    model=share("tickets_reopened"),
    nothing="No ticket of this period says whether it was opened again.",
    parent="first_reply",
)
