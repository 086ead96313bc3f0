"""The registry as a table: CSV, or Parquet with a type for each column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from core.report.exports.columns import COLUMNS, Cell, cells
from core.report.exports.gathered import Kept
from core.report.sentences import NOT_FOR_CLINICAL_USE


def csv_bytes(cases: Iterable[Kept]) -> bytes:
    """UTF-8, a header and a row for each case; numbers with all their digits, true and false, unknown cells empty."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_text(value) for value in cells(one).values()] for one in cases)
    return stream.getvalue().encode()


def parquet_bytes(cases: Iterable[Kept]) -> bytes:
    """The same columns as float64, int64, bool and string; unknown cells are null."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types: dict[type, Any] = {float: pa.float64(), int: pa.int64(), bool: pa.bool_(), str: pa.string()}
    schema = pa.schema([(name, types[kind]) for name, kind in COLUMNS.items()], {"use": NOT_FOR_CLINICAL_USE})
    table = pa.Table.from_pylist([cells(one) for one in cases], schema=schema)
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)
