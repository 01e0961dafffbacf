"""Parquet files, a few thousand rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data_sources.files.json_lines import picked
from data_sources.files.layout import Layout, Row, Shape
from data_sources.files.opening import seekable
from data_sources.source import SourceError
from data_sources.words import nearest
from store.rejected import Rejected

Arrow = Any  # of pyarrow, which comes without types


@contextmanager
def _parquet(path: Path, layout: Layout) -> Iterator[Arrow]:
    with seekable(path, layout) as stream:
        import pyarrow  # imported here: refresh starts faster without it
        import pyarrow.parquet

        try:
            yield pyarrow.parquet.ParquetFile(stream)
        except pyarrow.ArrowException as error:
            first_line = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
            raise SourceError(f"{path.name} is a broken Parquet file: {first_line}.") from None


def check(path: Path, layout: Layout, kind: str, wanted: list[str]) -> Shape:
    with _parquet(path, layout) as table:
        columns = list(table.schema_arrow.names)
        for name in wanted:
            if name not in columns and name.split(".")[0] not in columns:
                raise SourceError(f"{path.name} has no column {name!r}; {nearest(name, columns, 'the columns are')}.")
        return Shape(kind, columns, table.metadata.num_rows, wanted)


def read(path: Path, layout: Layout, shape: Shape) -> Iterator[tuple[int, Row]]:
    tops = list(
        dict.fromkeys(
            n if n in shape.columns else n.split(".")[0]
            for n in [*shape.wanted, *([layout.each] if layout.each else [])]
        )
    )
    row_number = 1  # as if there were a header, so that the numbers fit the same table as CSV
    with _parquet(path, layout) as table:
        for batch in table.iter_batches(batch_size=5_000, columns=tops or None, use_threads=False):
            columns = {name: _plain(batch.column(place)) for place, name in enumerate(batch.schema.names)}
            if not layout.each and all(name in columns for name in shape.wanted):
                chosen = [columns[name] for name in shape.wanted]
                for several in zip(*chosen, strict=True):
                    row_number += 1
                    yield row_number, list(several)
                continue
            for cells in zip(*columns.values(), strict=True):
                row_number += 1
                for row in picked(dict(zip(columns, cells, strict=True)), layout.each, shape.wanted):
                    yield row_number, row


def _plain(column: Arrow) -> list[object]:
    """Python values. Nanoseconds are cut to microseconds: Arrow would need pandas to hand them over."""
    import pyarrow

    kind = column.type
    if pyarrow.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pyarrow.timestamp("us", tz=kind.tz), safe=False)
    try:
        values: list[object] = column.to_pylist()
    except (ValueError, OverflowError, TypeError, LookupError, pyarrow.ArrowException):
        return [_alone(cell) for cell in column]
    return values


def _alone(cell: Arrow) -> object:
    """One cell of a column in which at least one cannot be had."""
    try:
        return cell.as_py()
    except Exception as error:  # whatever the type of the column makes of it
        raw = getattr(cell, "value", "")
        return Rejected.cell(str(raw), f"is out of range for a {cell.type} ({type(error).__name__})")
