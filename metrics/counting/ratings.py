"""Which score of a satisfaction survey is a satisfied answer, and which a dissatisfied one (METHODOLOGY 1.1)."""

SATISFIED_FROM = {"1-5": 4, "1-4": 3, "1-3": 3, "1-2": 2}  # the lowest score that is satisfied, by scale
DISSATISFIED_TO = {"1-5": 2, "1-4": 1, "1-3": 1, "1-2": 1}  # the highest that is dissatisfied
# The scores that are a low one, by kind of survey and scale: dissatisfied, a detractor (1.2), hard to get help (1.3).
LOW = {
    **{("csat", scale): (1, highest) for scale, highest in DISSATISFIED_TO.items()},
    ("nps", "0-10"): (0, 6),
    ("ces", "2.0"): (1, 3),
    ("ces", "1.0"): (4, 5),
    ("ces", "1-5 easy"): (1, 2),
}
