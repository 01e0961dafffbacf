"""What the metrics of tickets have in common: who owns them, what they can be split by, and how few are too few."""

from functools import partial

from metrics.metric import Metric

of_tickets = partial(
    Metric,
    people="tickets",
    withheld_below=5,
    thin_below=30,
    owner="Support lead",
    records=("ticket",),
    dimensions=("area", "channel", "segment"),
    grain="week",
    headline=4,
)
