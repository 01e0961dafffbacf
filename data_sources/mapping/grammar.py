"""The language of mappings: every word that may stand in one, with its meaning; checked before anything is read.

The models say what may be written; `mapping_of` checks what depends on the record, and gives what is carried out (plan.py).
Whatever is wrong is one sentence that names the key and the nearest right word.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import MISSING, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from data_sources.mapping import cells
from data_sources.mapping.cells import as_text
from data_sources.mapping.plan import Blanks, Condition, FieldMap, Mapping, Written, kind_of
from data_sources.source import SourceError
from data_sources.words import listed, nearest
from settings import zone_named
from store.records import BY_TABLE, SCALES
from store.rejected import NOT_A_DATE, Rejected

WAYS = ("column", "columns", "constant", "template", "product")
UNITS = ("seconds", "minutes", "hours", "days")
Plain = str | int | float | bool


class Table(BaseModel):
    """A table of the settings that holds no other words than its fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)
    noun: ClassVar[str] = "option"


def _formats(written: Written) -> Written:
    several = written if isinstance(written, list) else [written]
    if not several or not all(isinstance(each, str) and each for each in several):
        raise ValueError('write a text like "%d/%m/%Y", or a list of them')
    for each in several:
        cells.reader_of(each)
    return tuple(several)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("write a number")
    return value


Zone = Annotated[ZoneInfo, BeforeValidator(zone_named)]
Formats = Annotated[tuple[str, ...], BeforeValidator(_formats)]
Text = Annotated[str, Field(min_length=1)]
Number = Annotated[float, AfterValidator(_finite)]
Columns = list[Annotated[str, BeforeValidator(lambda each: str(each) if type(each) is int else each)]]


class Conditions(Table):
    """A condition on the text of a column, without blanks around it; several hold together."""

    noun: ClassVar[str] = "condition"
    is_: Plain | list[Plain] | None = Field(None, alias="is", description="the text equals this, or one of these")
    not_: Plain | list[Plain] | None = Field(None, alias="not", description="the text equals none of these")
    starts: Plain | list[Plain] | None = Field(None, description="the text starts with this, or with one of these")
    not_starts: Plain | list[Plain] | None = Field(None, description="the text starts with none of these")
    ends: Plain | list[Plain] | None = Field(None, description="the text ends with this, or with one of these")
    contains: Plain | list[Plain] | None = Field(None, description="the text contains this, or one of these")
    not_contains: Plain | list[Plain] | None = Field(None, description="the text contains none of these")
    blank: bool | None = Field(None, description="true: the cell is empty or one of `blanks`; false: it is neither")
    at_least: Number | None = Field(None, description="the cell is a number of at least this")
    at_most: Number | None = Field(None, description="the cell is a number of at most this")


def _condition(written: Written) -> Written:
    return written if isinstance(written, dict) else {"is": written}


def _where(written: Written) -> Written:
    if not isinstance(written, dict):
        raise ValueError('write a table, for example { Status = "Closed" }')
    return written


Where = Annotated[dict[str, Annotated[Conditions, BeforeValidator(_condition)]], BeforeValidator(_where)]


class Reading(Table):
    """How cells are read: of one field, or of all that say nothing else."""

    format: Formats | None = Field(
        None,
        description="date format: iso (the default), unix, unix_ms, or a pattern like %d/%m/%Y %H:%M; or a list, tried in order",
    )
    time_zone: Zone | None = Field(None, description="time zone of times that have none; default: the company's")
    decimal_comma: bool | None = Field(None, description="true if numbers are written like 1.234,56")
    blanks: list[Plain] = Field(
        [], description="cells that count as empty, in any letter case; an empty cell always does"
    )


class FieldOptions(Reading):
    """Where the value of one field comes from: exactly one of column, columns, constant, template, product."""

    column: Annotated[str, BeforeValidator(lambda each: str(each) if type(each) is int else each)] | None = Field(
        None, description="the column"
    )
    columns: Columns | None = Field(None, description="several columns, joined", min_length=1)
    constant: Written = Field(None, description="the same value for every row")
    template: str | None = Field(None, description="text with {column} in it")
    product: Columns | None = Field(None, description="columns to multiply", min_length=1)
    join: str = Field("/", description="text between joined columns")
    values: dict[str, Written] | None = Field(None, description="a table of cell text = value")
    other: Plain | None = Field(
        None, description="the value of every cell that is not in `values`; an empty text means unknown"
    )
    plus: dict[str, Written] = Field(
        {}, description="time to add: { minutes = column or number }, also seconds, hours, days"
    )
    times: Number | None = Field(None, description="a number is multiplied by this")
    divided_by: Number | None = Field(
        None, description='a number is divided by this: { column = "arr", divided_by = 12 }'
    )
    when: Where | None = Field(
        None, description="conditions, as in `where`: in rows that do not meet them the field is unknown"
    )
    take: Literal["last", "first", "min", "max", "sum"] | None = Field(
        None, description="which value to take when rows are merged; default: last"
    )

    @model_validator(mode="after")
    def _one_way(self) -> FieldOptions:
        ways = [way for way in WAYS if way in self.model_fields_set]
        if len(ways) != 1:
            raise ValueError(f"write exactly one of {listed(WAYS)}" + (f", not {listed(ways)}" if ways else ""))
        return self

    @property
    def way(self) -> str:
        return next(way for way in WAYS if way in self.model_fields_set)


def _field(written: Written) -> Written:
    if isinstance(written, bool) or not isinstance(written, (str, int, list, dict)):
        raise ValueError("write a column, a list of columns, or a table like { constant = ... }")
    if isinstance(written, list):
        return {"columns": written}
    return written if isinstance(written, dict) else {"column": written}


class RecordOptions(Reading):
    """What becomes of a row."""

    fields: dict[str, Annotated[FieldOptions, BeforeValidator(_field)]] = Field(
        description="for each field of the record, where its value comes from"
    )
    where: Where | None = Field(None, description="keep only the rows that meet these conditions")
    same_id: Literal["reject", "last_wins", "first", "merge", "last"] = Field(
        "reject",
        description="rows with the same id: reject the later ones (the default), last_wins (a later row replaces), first "
        "(later ones are left out), or merge (consecutive rows become one record)",
    )


T = TypeVar("T", bound=Table)


def checked(model: type[T], key: str, table: Written) -> T:
    """The table as the model. Raises SourceError: one sentence about the first thing that is wrong with it."""
    try:
        return model.model_validate(table)
    except ValidationError as error:
        # Of several, an unknown word first: it is why another one is missing.
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        raise SourceError(_sentence(model, key, first)) from None


def _sentence(model: type[Table], key: str, error: Written) -> str:
    inner, place = _model_at(model, [part for part in error["loc"] if isinstance(part, str)])
    whole, kind, written = ".".join([key, *place]), error["type"], error["input"]
    name = place[-1] if place else ""
    if kind == "extra_forbidden":
        known = [each.alias or name for name, each in inner.model_fields.items()]
        return f"{whole}: there is no such {inner.noun}; {nearest(name, known, 'there are')}."
    if kind == "missing":
        above = ".".join([key, *place[:-1]])
        return f"{above} does not say its {name}: {inner.model_fields[name].description}."
    if kind == "value_error":
        return f"{whole}: {error['ctx']['error']}."
    if kind == "literal_error":
        shown = written if isinstance(written, str) else repr(written)
        allowed = error["ctx"]["expected"].replace(" or ", ", ").replace("'", "")
        return f"{whole}: {shown[:100]!r} is not one of {allowed}."
    wanted = next((said for start, said in _WANTED.items() if kind.startswith(start)), "write something else")
    return f"{whole}: {wanted}."


_WANTED = {
    "bool": "write true or false",
    "string": "write a text",
    "list": "write a list",
    "dict": "write a table",
    "model": "write a table",
    "int": "write a whole number that is not negative",
    "greater_than_equal": "write a whole number that is not negative",
    "greater": "write a number above 0",
    "less": "write a smaller number",
    "float": "write a number",
    "too_short": "write at least one",
    "finite": "write a number",
}


_INNER: dict[str, type[Table]] = {"fields": FieldOptions, "where": Conditions, "when": Conditions}


def _model_at(model: type[Table], place: list[str]) -> tuple[type[Table], list[str]]:
    """The model that a place of an error is in, and the place without the names of types that pydantic puts in."""
    found: type[Table] = model
    names = []
    steps = iter(place)
    for step in steps:
        if step.startswith(("function-", "list[", "constrained-", "lax-or")) or step in ("str", "int", "float", "bool"):
            continue
        names.append(step)
        inner = _INNER.get(step)
        if inner is not None and found is not Conditions:
            if (name := next(steps, None)) is None:
                break
            names.append(name)
            found = inner
    return found, names


# --- what depends on the record ----------------------------------------------------------------------------------


def mapping_of(key: str, record: str, options: RecordOptions, company_zone: ZoneInfo) -> Mapping:
    """What the options mean for this record. Raises SourceError."""
    if record not in BY_TABLE:
        raise SourceError(f"{key}: there is no record {record!r}; {nearest(record, BY_TABLE, 'there are')}.")
    if not options.fields:
        raise SourceError(f"{key} maps no fields; write a [...fields] table with at least id.")
    names = {each.name: each for each in fields(BY_TABLE[record])}
    mapped = {}
    for name, written in options.fields.items():
        if name not in names:
            raise SourceError(
                f"{key}.fields.{name}: a {record} has no field {name!r}; {nearest(name, names, 'it has')}."
            )
        mapped[name] = _field_map(f"{key}.fields.{name}", record, name, written, options, company_zone)
    for name, declared in names.items():
        if declared.default is MISSING and declared.default_factory is MISSING and name not in mapped:
            raise SourceError(
                f"{key}: a {record} needs the field {name!r}, and the mapping does not say where it comes from."
            )
    mapping = Mapping(
        key=key,
        record=record,
        fields=mapped,
        where=_conditions(options.where),
        same_id="last_wins" if options.same_id == "last" else options.same_id,
        company_zone=company_zone,
        decimal_comma=bool(options.decimal_comma),
        blanks=Blanks(map(as_text, options.blanks)),
    )
    _refuse_undated(mapping)
    _check_scale(mapping)
    for name, each in mapped.items():
        if each.way == "constant":
            try:
                cells.constant(record, each, company_zone)
            except Rejected as wrong:
                raise SourceError(f"{key}.fields.{name}: {wrong.value!r} {wrong.reason}.") from None
    return mapping


def _field_map(
    key: str, record: str, name: str, written: FieldOptions, file: RecordOptions, company_zone: ZoneInfo
) -> FieldMap:
    kind = kind_of(record, name)
    is_number, is_date = kind is int, kind in (date, datetime)
    way = written.way
    template = written.template or ""
    for is_wrong, said in (
        (
            way == "template" and not re.search(r"\{[^{}]+\}", template),
            ".template: write a text with at least one {column} in it",
        ),
        (way == "product" and not is_number, ".product: only a number or an amount can be a product"),
        (written.times is not None and not is_number, ".times: only a number or an amount can be multiplied"),
        (written.divided_by is not None and not is_number, ".divided_by: only a number or an amount can be divided"),
        (written.divided_by == 0, ".divided_by: nothing can be divided by 0"),
        (written.take and file.same_id != "merge", '.take has a meaning only with same_id = "merge"'),
        (written.take == "sum" and not is_number, ".take: only a number or an amount can be summed"),
        (written.other is not None and written.values is None, ".other has a meaning only beside `values`"),
        (written.format is not None and not is_date, f".format: {name} {NOT_A_DATE}"),
        (written.plus and not is_date, '.plus: write time to add to a date, for example { minutes = "wait_minutes" }'),
    ):
        if is_wrong:
            raise SourceError(f"{key}{said}.")
    for unit, amount in written.plus.items():
        _refuse_time(f"{key}.plus.{unit}", unit, amount, UNITS if kind is datetime else ("days",))
    return FieldMap(
        name=name,
        kind=kind,
        way=way,
        source=getattr(written, way),
        join=written.join,
        formats=written.format or file.format or ("iso",),
        time_zone=written.time_zone or file.time_zone or company_zone,
        decimal_comma=bool(file.decimal_comma if written.decimal_comma is None else written.decimal_comma),
        blanks=Blanks(map(as_text, [*file.blanks, *written.blanks])),
        values=None if written.values is None else {as_text(k): as_text(v) for k, v in written.values.items()},
        other=None if written.other is None else as_text(written.other),
        plus=written.plus,
        times=Decimal(1) if written.times is None else Decimal(str(written.times)),
        divided_by=Decimal(1) if written.divided_by is None else Decimal(str(written.divided_by)),
        when=_conditions(written.when),
        take=written.take or "last",
    )


def _conditions(where: dict[str, Conditions] | None) -> tuple[Condition, ...]:
    return tuple(
        (column, name, value)
        for column, written in (where or {}).items()
        for name, value in written.model_dump(by_alias=True, exclude_unset=True).items()
    )


def _refuse_time(key: str, unit: str, amount: Written, units: Iterable[str]) -> None:
    if unit not in units:
        raise SourceError(f"{key}: there is no such unit; {nearest(unit, units, 'there are')}.")
    if isinstance(amount, str):
        return
    if not isinstance(amount, (int, float)) or isinstance(amount, bool):
        raise SourceError(f"{key}: write a column or a number.")
    try:
        timedelta(**{unit: amount})
    except (ValueError, OverflowError):
        raise SourceError(f"{key}: {amount} is too much time to add.") from None


def _refuse_undated(mapping: Mapping) -> None:
    """What the record class cannot say: the store would refuse every single row of these."""
    has = mapping.fields.keys()
    if mapping.record == "survey_response" and "answered_at" not in has and ("score" in has or "sent_at" not in has):
        raise SourceError(
            f"{mapping.key} does not say when a survey was answered; map answered_at, without it an answer belongs to no day."
        )
    if mapping.record == "bug_report" and "ticket" not in has and not {"customer", "reported_at"} <= has:
        raise SourceError(f"{mapping.key}: a bug_report needs a ticket, or a customer and reported_at.")


def _check_scale(mapping: Mapping) -> None:
    if mapping.record != "survey_response":
        return
    kind, scale = mapping.fields["kind"], mapping.fields["scale"]
    if kind.way == scale.way == "constant" and (kind.source, scale.source) not in SCALES:
        known = listed(f'{each} "{name}"' for each, name in SCALES)
        raise SourceError(
            f"{mapping.key}: there is no scale {scale.source!r} for {kind.source!r}; understood are {known}."
        )
