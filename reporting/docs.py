"""Writes docs/metrics.md: what every number means, from the same records that the pages read. `python -m reporting.docs`."""

from __future__ import annotations

from pathlib import Path

from metrics import all_metrics
from metrics.metric import Metric

WRITTEN = Path(__file__).parents[1] / "docs" / "metrics.md"

BETTER = {"higher": "up is good", "lower": "down is good", None: "neither up nor down is good in itself"}

OPENING = """\
# What every number means

Written by `./run docs` from the records in `metrics/`; change it there. The same words stand on the pages.

Every number comes with how many people stand behind it and with a range: if we asked again, it would most likely land
in there (95% of the time). Below a minimum there is no number, because it would only be noise. "No data" is never
shown as zero. Two periods are compared by testing their difference, never by looking whether two ranges overlap.
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
        f"**{metric.asks}**",
        "",
        metric.why,
        "",
        f"- Formula: {metric.formula}",
        f"- Unit: {metric.unit}; {BETTER[metric.better]}",
        f"- Headline: the last {_headline(metric)}; history by {metric.grain}; can be split by {by}",
        f"- Minimum: {_minimum(metric)}",
        f"- Made from: {', '.join(each.replace('_', ' ') + 's' for each in metric.records)}",
        f"- Read it with `./run read {metric.key}`",
        "",
        "Careful:",
        "",
        *(f"- {each}" for each in metric.caveats),
        "",
        "Method:",
        "",
        *(f"- {each}" for each in metric.references),
        "",
        f"Owner: {metric.owner}. Reviewed on {metric.reviewed_on.isoformat()}. Version {metric.version} of the definition.",
        "",
    ]
    return "\n".join(lines)


def _headline(metric: Metric) -> str:
    return f"whole {metric.grain}" if metric.headline == 1 else f"{metric.headline} whole {metric.grain}s"


def _minimum(metric: Metric) -> str:
    return (
        f"below {metric.withheld_below} {metric.people} there is no number; "
        f"below {metric.thin_below} only the range counts and nothing is compared"
    )


def _anchor(name: str) -> str:
    kept = "".join(each for each in name.lower() if each.isalnum() or each in " -")
    return kept.replace(" ", "-")


if __name__ == "__main__":
    print(f"Written: {write()}")
