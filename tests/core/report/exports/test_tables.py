"""The registry as a table: the figures of assessment.json, and nothing that names anybody."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.findings import Assessment
from core.io.assessment_files import assessment_document, nomogram_document
from core.registry.nouns import Reading
from core.registry.store import Registry
from core.report.exports.columns import COLUMNS
from core.report.exports.gathered import gather
from core.report.exports.tables import csv_bytes, parquet_bytes
from tests.core.report.exports.conftest import PLANTED

DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}|(?<![\d.])(?:19|20)\d{6}(?!\d)")


def rows(registry: Registry) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_bytes(gather(registry, "CSV")).decode())))


def documents(registry: Registry) -> dict[str, dict[str, Any]]:
    """assessment.json of each case, or what `nomogram` prints, by pseudonym."""
    found = {}
    for row in registry.worklist():
        result = registry.snapshot(row.latest.key).result
        if isinstance(result, Assessment):
            found[row.pseudonym] = assessment_document(result)
        else:
            assert isinstance(result, Reading)
            found[row.pseudonym] = nomogram_document(
                result.pre, result.post, result.scores, result.criteria, result.warnings, result.versions
            )
    return found


def test_figures_are_those_of_assessment_json_to_the_last_digit(registry: Registry) -> None:
    compared = 0
    for row in rows(registry):
        document = documents(registry)[row["pseudonym"]]
        for name in ("mtm", "dlr"):
            assert float(row[f"{name}_score_fraction"]) == document["scores"][name]["value"]
            assert float(row[f"{name}_score_low_fraction"]) == document["scores"][name]["low"]
            assert row[f"{name}_origin"] == document["scores"][name]["origin"]
        for model in ("pre", "post"):
            if document[model] is None:
                assert row[f"{model}_linear_predictor"] == row[f"{model}_os_36_months_fraction"] == ""
                continue
            assert float(row[f"{model}_linear_predictor"]) == document[model]["linear_predictor"]
            assert float(row[f"{model}_total_points"]) == document[model]["total_points"]
            assert row[f"{model}_risk_group"] == document[model]["risk_group"]
            for months in ("12", "36", "60"):
                for end, part in (("", "value"), ("low_", "low"), ("high_", "high")):
                    cell = row[f"{model}_os_{months}_months_{end}fraction"]
                    assert float(cell) == document[model]["os"][months][part]
                    compared += 1
    assert compared >= 36


def test_survival_of_who_has_lived_is_there_too(registry: Registry) -> None:
    row = rows(registry)[1]
    later = documents(registry)["Case 2"]["post"]["os_conditional"]
    assert set(later) == {"36", "60"}
    assert float(row["post_os_conditional_36_months_fraction"]) == later["36"]["value"]
    assert row["post_os_conditional_12_months_fraction"] == ""
    assert (row["follow_up_months"], row["died"]) == ("21.5", "true")


def test_no_cell_holds_a_day_a_note_or_a_decision(registry: Registry) -> None:
    text = csv_bytes(gather(registry, "CSV")).decode()
    assert not any(words in text for words in PLANTED)
    assert DAY.search(text) is None
    first, second, _ = rows(registry)
    assert (first["board_month"], first["board_state"], second["board_state"]) == ("2031-07", "scheduled", "decided")
    assert re.fullmatch(r"\d{4}-\d{2}", first["saved_month_utc"])
    keys = [part for row in registry.worklist() for part in (row.key, row.latest.key)]
    assert not any(key in text for key in keys)


def test_the_day_would_be_seen() -> None:
    assert all(DAY.search(text) for text in ("2031-07-19", "19.07.2031", "19/7/31", "20310719"))


def test_unknown_is_empty_and_an_age_over_90_is_90(registry: Registry) -> None:
    _, second, third = rows(registry)
    assert second["age_years"] == "90.0"
    assert (third["age_years"], third["pvtt"], third["afp_ng_ml"]) == ("", "", "271.25")
    assert (second["pvtt"], second["haic_sessions"], second["liver_volume_ml"]) == ("true", "2", "")


def test_every_row_says_what_it_is_for(registry: Registry) -> None:
    for row in rows(registry):
        assert row["use"] == "Research and education. Not a medical device, not for clinical decisions."
        assert "emonstration weights" in row["provenance"]
        assert "nomogram 1.0.0" in row["versions"]


def test_parquet_is_the_same_table_with_types(registry: Registry) -> None:
    cases = gather(registry, "Parquet")
    table = pq.read_table(io.BytesIO(parquet_bytes(cases)))
    assert table.column_names == list(COLUMNS)
    assert table.schema.field("pre_os_36_months_fraction").type == pa.float64()
    assert table.schema.field("pvtt").type == pa.bool_()
    assert table.schema.field("haic_sessions").type == pa.int64()
    assert table.schema.field("sex").type == pa.string()
    assert table.schema.metadata[b"use"].startswith(b"Research and education.")
    for plain, typed in zip(rows(registry), table.to_pylist(), strict=True):
        for name, value in typed.items():
            if value is None:
                assert plain[name] == "", name
            elif isinstance(value, float):
                assert float(plain[name]) == value, name
            else:
                assert plain[name] == (str(value).lower() if isinstance(value, bool) else str(value)), name


def test_numbers_have_their_unit_in_the_name() -> None:
    known = ("_months", "_fraction", "_ml", "_mm", "_cm", "_years", "_kg_m2", "_l", "_s", "_points", "_predictor")
    plain = {"inr", "months_since_first_haic"}  # a ratio; the unit stands first
    assert [name for name, kind in COLUMNS.items() if kind is float and not name.endswith(known)] == sorted(plain)


def test_an_empty_registry_is_a_table_of_no_rows() -> None:
    assert csv_bytes([]).decode().strip() == ",".join(COLUMNS)
    assert pq.read_table(io.BytesIO(parquet_bytes([]))).num_rows == 0


def test_an_export_has_a_line_for_each_case(registry: Registry) -> None:
    before = len(registry.audit.lines())
    gather(registry, "CSV")
    lines = registry.audit.lines()[before:]
    assert [(line.act, line.what, line.pseudonym) for line in lines] == [
        ("exported", "CSV", f"Case {number}") for number in (1, 2, 3)
    ]
