"""What a benchmark hands over: figures with what they are compared to and the bound they must keep."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

PACKAGES = ("streamlit", "plotly", "pandas", "sqlalchemy", "pydantic", "uvicorn", "starlette")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. `bound` is the most it may be (the least where `at_least`); None: told, not judged."""

    name: str
    value: float
    unit: str
    bound: float | None = None
    at_least: bool = False
    compared_to: str = ""

    @property
    def is_kept(self) -> bool:
        if self.bound is None:
            return True
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    @property
    def verdict(self) -> str:
        if self.bound is None:
            return ""
        if self.is_kept:
            return "kept"
        return f"**missed by {number(abs(self.value - self.bound), self.unit)}**"


def number(value: float, unit: str) -> str:
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:,.{digits}f} {unit}".strip()


def markdown(figures: Sequence[Figure]) -> str:
    lines = ["| measured | value | compared to | bound | |", "|---|---|---|---|---|"]
    for figure in figures:
        bound = ""
        if figure.bound is not None:
            bound = f"{'at least' if figure.at_least else 'at most'} {number(figure.bound, figure.unit)}"
        value = number(figure.value, figure.unit)
        lines.append(f"| {figure.name} | {value} | {figure.compared_to} | {bound} | {figure.verdict} |")
    return "\n".join(lines)


def machine(now: datetime) -> str:
    """When and on what this was measured, so that figures of two days can be told apart."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {packages}; load before the start {load}."
    )
