"""Which score of a satisfaction survey is a satisfied answer, and which a dissatisfied one (METHODOLOGY 1.1)."""

SATISFIED_FROM = {"1-5": 4, "1-4": 3, "1-3": 3, "1-2": 2}  # the lowest score that is satisfied, by scale
DISSATISFIED_TO = {"1-5": 2, "1-4": 1, "1-3": 1, "1-2": 1}  # the highest that is dissatisfied
