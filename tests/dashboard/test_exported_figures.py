"""What leaves as CSV, Parquet and FHIR are the figures that the page shows of the same case."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow.parquet as pq
import pytest
from fhir.resources.R4B.bundle import Bundle
from streamlit.testing.v1 import AppTest

from core.registry.nouns import Snapshot
from core.report.exports.fhir import bundle, bundle_bytes
from core.report.exports.gathered import Kept, gather
from core.report.exports.tables import csv_bytes, parquet_bytes
from core.report.sentences import MODEL_NAMES
from dashboard import keeping
from tests.dashboard.test_identical_numbers import SPANS, Kind, Readings, at, each_kind, in_curve, in_table, opened

OpenPage = Callable[..., AppTest]


def in_row(row: Mapping[str, Any], kind: Kind) -> Readings:
    """Value, low, high by month, of the column that the page leads with."""
    condition = "_conditional" if kind == Kind("post", 14.0) else ""
    found: Readings = {}
    for month in SPANS:
        cells = [row[f"{kind.model}_os{condition}_{month}_months_{end}fraction"] for end in ("", "low_", "high_")]
        if all(cell not in ("", None) for cell in cells):
            value, low, high = map(float, cells)
            found[month] = value, low, high
    return found


def in_bundle(cases: tuple[Kept, ...], kind: Kind, registry: str) -> Readings:
    """The same of the bundle, once it was read by fhir.resources."""
    read = Bundle.model_validate_json(bundle_bytes(bundle(cases, {}, registry)))
    start = kind.months if kind == Kind("post", 14.0) else 0
    found: Readings = {}
    for entry in read.entry:
        risk = entry.resource
        first, second = risk.prediction
        if risk.method.text.startswith(MODEL_NAMES[kind.model]) and float(first.whenRange.low.value) == float(
            start or 0
        ):
            bounds = second.probabilityRange
            shares = (first.probabilityDecimal, bounds.low.value, bounds.high.value)
            found[int(first.whenRange.high.value)] = tuple(float(share) / 100 for share in shares)  # type: ignore[assignment]
    return found


@each_kind
def test_they_are_the_same(kind: Kind, open_page: OpenPage) -> None:
    registry = keeping.registry()
    registry.save("Case 7T", Snapshot(kind.assessment()))
    cases = gather(registry, "CSV")
    (row,) = csv.DictReader(io.StringIO(csv_bytes(cases).decode()))
    (typed,) = pq.read_table(io.BytesIO(parquet_bytes(cases))).to_pylist()
    page = at(opened(open_page, kind), 36, "100 people")
    page.toggle[0].set_value(True)
    page.run()
    table = in_table(page)
    points, _ = in_curve(at(page, 36, "Curve"))
    found = in_row(row, kind)
    assert set(found) == ({36, 60} if kind == Kind("post", 14.0) else {12, 36, 60})
    for month, shares in found.items():
        value, low, high = (f"{100 * share:.1f}" for share in shares)
        assert table[SPANS[month]] == (f"{value} %", f"{low}–{high} %")
        assert points[month] == tuple(round(100 * share, 2) for share in shares)
    assert in_row(typed, kind) == found
    assert in_bundle(cases, kind, registry.audit.registry_id) == {
        month: pytest.approx(shares, abs=1e-15) for month, shares in found.items()
    }
    assert float(row["mtm_score_fraction"]) == typed["mtm_score_fraction"] == page.session_state["draft"].mtm
