"""What people wrote with low scores in surveys."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from store.published.snapshot import OpenSnapshot
from store.schema import excerpt_of_survey


class Comment(NamedTuple):
    """What somebody wrote, already masked; "" where an area or a channel is not known or would tell who it was."""

    answered_on: date
    scale: str
    score: int
    area: str
    channel: str
    comment: str


class Comments(OpenSnapshot):
    def comments(self, kind: str) -> list[Comment]:
        """The newest few with a low score in surveys of this kind."""
        listed = excerpt_of_survey.c
        chosen = select(*(listed[name] for name in Comment._fields)).where(listed.kind == kind).order_by(listed.nth)
        return [Comment(*row) for row in self._connection.execute(chosen)]
