"""What the labels of an issue say: whether it is a bug, how bad it is, of which area, and which team owns it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import Field

from data_sources.kit.cells import Cell, Item, maybe, names, text
from data_sources.kit.options import Options
from store.records import WORDS

Severity = Literal["cosmetic", "minor", "major", "blocker"]
SEVERITIES = WORDS["bug", "severity"]  # from the mildest to the worst
DEFAULT_SEVERITY: Mapping[str, str] = {
    **{each: each for each in SEVERITIES},
    **dict.fromkeys(("trivial", "lowest"), "cosmetic"),
    **dict.fromkeys(("low", "medium", "normal"), "minor"),
    **dict.fromkeys(("high", "regression"), "major"),
    **dict.fromkeys(("critical", "highest", "urgent", "data loss", "security"), "blocker"),
}
# The resolutions of trackers with which something was changed; the others only close an issue.
FIXED = ("Delivered", "Done", "Fixed", "Implemented", "Resolved")
SEVERITY_PREFIX = re.compile(r"(?:severity|priority|prio)\s*(?:::|[:/\-])\s*")


class LabelOptions(Options):
    """The options of every tracker that has labels."""

    bug_labels: list[str] = Field(["bug"], description="labels that make an issue a bug; [] takes every issue")
    severity: dict[str, Severity] = Field({}, description="a table from label to cosmetic, minor, major or blocker")
    areas: dict[str, str] = Field({}, description='a table from label to area; a label "area: Billing" needs none')
    area_prefix: str = Field("area:", description="the start of a label that names the area")
    team_prefix: str = Field("team:", description="the start of a label that names the team that owns the bug")

    def is_bug(self, item: Item, labels: str = "labels") -> bool:
        return not self.bug_labels or bool(
            {_plain(each) for each in self.bug_labels} & set(map(_plain, names(labels)(item)))
        )

    def severity_of(self, labels: Iterable[str]) -> str | None:
        """The worst of those that the labels say; None where none does."""
        plain = [_plain(label) for label in labels]
        meanings: Mapping[str, str] = {_plain(label): word for label, word in self.severity.items()}
        if not meanings:
            plain, meanings = [SEVERITY_PREFIX.sub("", label) for label in plain], DEFAULT_SEVERITY
        return max((meanings[each] for each in plain if each in meanings), key=SEVERITIES.index, default=None)

    def area_of(self, labels: list[str]) -> str | None:
        areas = {_plain(label): area for label, area in self.areas.items()}
        named = next((areas[_plain(label)] for label in labels if _plain(label) in areas), None)
        return named or _rest_after(self.area_prefix, labels)

    def cells(self, path: str = "labels", urgency: str = "", parts: str = "") -> dict[str, Cell]:
        """The fields of a bug that its labels say; those that these options leave unsaid are not among them. Where a system
        has an `urgency` it is one more label; where it has `parts`, the first is the area."""
        labels, urgent, areas = names(path), maybe(text, urgency), names(parts)
        words = (lambda item: [*labels(item), urgent(item) or ""]) if urgency else labels
        table: dict[str, Cell] = {"severity": lambda item: self.severity_of(words(item))}
        if parts or self.areas or self.area_prefix.strip():
            table["area"] = lambda item: next(iter(areas(item) if parts else ()), None) or self.area_of(labels(item))
        if self.team_prefix.strip():
            table["owner"] = lambda item: _rest_after(self.team_prefix, labels(item))
        return table


def _plain(label: str) -> str:
    return " ".join(label.lower().split())


def _rest_after(prefix: str, labels: list[str]) -> str | None:
    """What stands behind the prefix, in the first label that has it; "area::Billing" (GitLab) as "area: Billing"."""
    prefix = _plain(prefix)
    starts = (
        label[len(prefix) :].lstrip(":").strip() for label in labels if prefix and label.lower().startswith(prefix)
    )
    return next(filter(None, starts), None)
