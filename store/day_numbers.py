"""How many days lie between two days, and which day is so many later, in SQL: what each engine says in its own way."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from store.engines import POSTGRESQL, SQLITE, Day


class days_between(FunctionElement[int]):
    """days_between(first, last): 0 for the same day; NULL where one of them is."""

    type = Integer()
    inherit_cache = True


@compiles(days_between, "sqlite")
def _in_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    first, last = (compiler.process(each, **how) for each in element.clauses)
    return f"CAST(julianday({last}) - julianday({first}) AS INTEGER)"


@compiles(days_between)
def _elsewhere(element: Any, compiler: Any, **how: Any) -> str:
    first, last = (compiler.process(each, **how) for each in element.clauses)
    return f"({last} - {first})"


class days_later(FunctionElement[date]):
    """days_later(day, days): the day that is so many days after it."""

    type = Day()
    inherit_cache = True


@compiles(days_later, "sqlite")
def _later_in_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    return SQLITE.days_later(*(compiler.process(each, **how) for each in element.clauses))


@compiles(days_later)
def _later_elsewhere(element: Any, compiler: Any, **how: Any) -> str:
    return POSTGRESQL.days_later(*(compiler.process(each, **how) for each in element.clauses))
