"""Writes docs/metrics.md: the definition of every metric, from the same records that the pages use. `python -m reporting.docs`."""

from __future__ import annotations

from pathlib import Path

from metrics import all_metrics
from metrics.metric import Metric
from reporting.cautions import plural
from reporting.words import day

WRITTEN = Path(__file__).parents[1] / "docs" / "metrics.md"

BETTER = {"higher": "higher is better", "lower": "lower is better", None: "neither higher nor lower is better"}

OPENING = """\
# Definitions of all metrics

Written by `./run docs` from the records in `metrics/`; change it there. The pages show the same text.

Every value comes with its sample size (n) and a 95% confidence interval where there is one. Below a minimum sample it is
hidden, because it would be noise; a small sample is marked and not compared. "No data" is never shown as zero. Two
periods are compared by testing their difference, never by looking whether two intervals overlap.
"""


def text() -> str:
    """The whole page."""
    metrics = all_metrics()
    contents = "\n".join(f"- [{each.name}](#{_anchor(each.name)}): {each.asks}" for each in metrics)
    return "\n".join([OPENING, contents, "", *(_section(each) for each in metrics)])


def write() -> Path:
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(text(), "utf-8")
    return WRITTEN


def _section(metric: Metric) -> str:
    by = ", ".join(metric.dimensions) or "nothing"
    lines = [
        f"## {metric.name}",
        "",
        f"**{metric.asks}** {metric.in_short}",
        "",
        metric.why,
        "",
        f"- Formula: {metric.formula}",
        f"- Unit: {metric.unit}; {BETTER[metric.better]}",
        f"- Headline: the last {_headline(metric)}; trend by {metric.grain}; breakdown by {by}",
        f"- Minimum: {_minimum(metric)}",
        f"- Counted from: {', '.join(plural(each) for each in metric.records)}",
        f"- Read it with `./run read {metric.key}`",
        "",
        "Limitations:",
        "",
        *(f"- {each}" for each in metric.caveats),
        "",
        "References:",
        "",
        *(f"- {each}" for each in metric.references),
        "",
        f"Owner: {metric.owner}. Reviewed on {day(metric.reviewed_on)}. Version {metric.version} of the definition.",
        "",
    ]
    return "\n".join(lines)


def _headline(metric: Metric) -> str:
    return f"whole {metric.grain}" if metric.headline == 1 else f"{metric.headline} whole {metric.grain}s"


def _minimum(metric: Metric) -> str:
    return (
        f"hidden below {metric.withheld_below} {metric.people}; a small sample, not compared, below {metric.thin_below}"
    )


def _anchor(name: str) -> str:
    kept = "".join(each for each in name.lower() if each.isalnum() or each in " -")
    return kept.replace(" ", "-")


if __name__ == "__main__":
    print(f"Written: {write()}")
