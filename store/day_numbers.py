"""How many days lie between two days, in SQL: the one thing about days that each engine says in its own way."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


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
