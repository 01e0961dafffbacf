"""What people wrote with low scores: the newest comments of each kind of survey, of nobody who could be told by them.

A comment is listed without its writer, one of each writer, and only where enough others answered the same survey lately.
Its area, and its channel, are named only where enough others answered there: else who knows the help desk knows who it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, literal, or_, select

from store.publishing.stale import is_done
from store.rules import Rule
from store.schema import excerpt_of_survey, survey_response, survey_response_before

COMMENTS = 3  # of each kind of survey, as many as are shown
LOOKED_AT = 60  # answers in which those of so many writers are looked for
FEWEST = 5  # people who answered, the writer among them
DAYS = 90  # what is older is no news

_answer = survey_response.c
# Who answers without a name is somebody else each time.
_WHO: Any = func.coalesce(func.nullif(_answer.customer, ""), _answer.source + literal("/") + _answer.id)


def choose_comments(connection: Connection, low: Rule[Mapping[tuple[str, str], tuple[int, int]]], today: date) -> None:
    """All of them anew, whenever an answer came, changed or left, on another day, or by another rule."""
    is_of_today = is_done(connection, "comments", f"{today} {low.version}")
    if is_of_today and connection.scalar(select(survey_response_before.c.id).limit(1)) is None:
        return
    connection.execute(delete(excerpt_of_survey))
    since = today - timedelta(days=DAYS)
    for kind in sorted({kind for kind, _ in low.says}):
        scales = {scale: ends for (of, scale), ends in low.says.items() if of == kind}
        asked = and_(_answer.kind == kind, _answer.answered_on > since, _answer.answered_on <= today)
        if rows := _newest(connection, asked, scales):
            connection.execute(insert(excerpt_of_survey), [{"kind": kind, **row} for row in rows])


def _newest(
    connection: Connection, asked: ColumnElement[bool], scales: Mapping[str, tuple[int, int]]
) -> list[dict[str, Any]]:
    if not _are_enough(connection, asked):
        return []
    is_low = or_(*(and_(_answer.scale == scale, _answer.score.between(*ends)) for scale, ends in scales.items()))
    shown = ("answered_on", "scale", "score", "area", "channel", "comment")
    found = connection.execute(
        select(_WHO.label("who"), *(_answer[name] for name in shown))
        .where(asked, is_low, _answer.comment.is_not(None), _answer.comment != "")
        .order_by(_answer.answered_on.desc(), _answer.id, _answer.source)
        .limit(LOOKED_AT)
    )
    of_writer: dict[str, dict[str, Any]] = {}
    for who, *said in found:
        of_writer.setdefault(who, dict(zip(shown, said, strict=True)))
    rows = list(of_writer.values())[:COMMENTS]
    for nth, row in enumerate(rows):
        row["nth"] = nth
        there = and_(asked, _answer.area == row["area"])
        if not _are_enough(connection, there):
            row["area"] = ""
            there = asked
        if not _are_enough(connection, and_(there, _answer.channel == row["channel"])):
            row["channel"] = ""
    return rows


def _are_enough(connection: Connection, asked: ColumnElement[bool]) -> bool:
    """Whether so many people answered; no more of them are looked for than that."""
    people = select(_WHO).where(asked, _answer.score.is_not(None)).distinct().limit(FEWEST)
    return len(connection.scalars(people).all()) == FEWEST
