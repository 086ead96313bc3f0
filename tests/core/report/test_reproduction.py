"""The page of the reproduction stands alone and holds everything."""

from __future__ import annotations

import json
import re
from html import escape, unescape
from typing import Any

import pytest

from core.report.reproduction import reproduction_report
from core.studies.decision import DECIDED
from core.studies.published_figures import COHORT_SIZE, MODEL_NAMES
from core.studies.reproduction_document import reproduce_document
from tests.core.studies.paper import small

PAGE = reproduction_report(small())
WITHOUT_SCRIPTS = re.sub(r"<script\b.*?</script>", "", PAGE, flags=re.DOTALL)
FIGURES: list[dict[str, Any]] = [
    json.loads(data)
    for data in re.findall(
        r'aria-label="[^"]*" style="[^"]*"></div><script type="application/json">(.*?)</script>', PAGE
    )
]
TEXT = unescape(re.sub(r"<[^>]+>", " ", WITHOUT_SCRIPTS))


def test_nothing_is_asked_of_a_network() -> None:
    assert not re.search(r"<(?:script|link|img|iframe|object|embed|source|video|audio)\b[^>]*(?:src|href)\s*=", PAGE)
    assert not re.search(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//""", WITHOUT_SCRIPTS)
    assert not re.search(r"@import|url\(\s*['\"]?(?:https?:)?//", WITHOUT_SCRIPTS)
    assert "default-src 'none'" in PAGE


def test_the_drawing_library_is_inside_once() -> None:
    assert PAGE.count("plotly.js v") == 1


def test_every_panel_is_drawn() -> None:
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", PAGE)
    assert [caption.split(":")[0] for caption in captions] == [
        *(f"Figure 5{letter}" for letter in "ABCDEF"),
        *["Figure 3"] * 3,
        *(f"Figure 2{letter}" for letter in "CDEFGH"),
        *(f"Decision curve at {years}" for years in ("1 year", "3 years", "5 years")),
    ]
    assert len(FIGURES) == len(captions)


def test_the_curves_of_figure_5_are_those_of_the_study() -> None:
    for place, (model, cohort) in enumerate((m, c) for m in range(2) for c in COHORT_SIZE):
        named = {trace.get("name"): trace for trace in FIGURES[place]["data"]}
        drawn = named["high risk, effective cut"]["y"]
        curve = small().figures[cohort].curve.value[model, 0, 1]
        assert drawn == pytest.approx(curve.tolist(), abs=1e-4)
        assert ("high risk, printed" in named) == (cohort == "training")


def test_figure_3_has_eight_models() -> None:
    for figure in FIGURES[6:9]:
        assert [trace["name"] for trace in figure["data"] if "name" in trace] == list(MODEL_NAMES.values())


def test_calibration_has_three_horizons_with_their_ranges() -> None:
    for figure in FIGURES[9:15]:
        curves = [trace for trace in figure["data"] if "error_y" in trace]
        assert [trace["name"] for trace in curves] == ["12 months", "36 months", "60 months"]
        assert all(len(trace["x"]) == len(trace["y"]) == len(trace["error_y"]["array"]) == 5 for trace in curves)


def test_decision_curves_are_those_of_the_study() -> None:
    for place, figure in enumerate(FIGURES[15:]):
        drawn = {trace["name"]: trace["y"] for trace in figure["data"] if "name" in trace}
        assert len(drawn) == len(DECIDED) + 1
        curve = small().figures["training"].net_benefit.value[DECIDED.index("post"), place]
        assert drawn["postoperative nomogram"] == pytest.approx(curve.tolist(), abs=1e-4)


def test_every_row_of_the_document_is_in_the_table() -> None:
    cells = set(re.findall(r'<th scope="row">(.*?)</th>', PAGE))
    assert {escape(row["quantity"]) for row in reproduce_document(small())} <= cells


def test_every_contradiction_is_shown_in_full() -> None:
    for row in small().contradictions:
        assert row.printed in TEXT
        assert row.read_as in TEXT
    assert "Where the paper contradicts itself: 37 places" in TEXT


def test_what_a_reader_must_know_is_said() -> None:
    assert "metastasis depends on death as in Table 2" in TEXT
    assert "printed as 0.8553" in TEXT
    assert "good by construction" in TEXT
    assert "concordance index lost is" in TEXT
    assert "Not a medical device" in TEXT


def test_numbers_at_risk_start_with_everybody() -> None:
    tables = re.findall(r"Number at risk, months.*?</table>", PAGE, flags=re.DOTALL)
    assert len(tables) == 6
    numbers = [[int(first) for first in re.findall(r'</th><td class="number">(\d+)</td>', table)] for table in tables]
    for (low, high, *rest), size in zip(numbers, [*COHORT_SIZE.values()] * 2, strict=True):
        assert low + high == pytest.approx(size, abs=1)
        assert sum(rest) == pytest.approx(size, abs=1)


def test_the_same_reproduction_gives_the_same_page() -> None:
    assert reproduction_report(small()) == PAGE
