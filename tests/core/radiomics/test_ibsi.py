"""The digital phantom of the Image Biomarker Standardisation Initiative, where PyRadiomics follows its definitions."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from core.radiomics.settings import FEATURES_PER_CLASS
from tests.core.radiomics.consensus import DIFFERENT, PAIRS, WITHOUT, Compared, compare, phantom_features


@pytest.fixture(scope="module")
def compared(shared_data: Path) -> dict[str, Compared]:
    return {row.feature: row for row in compare(shared_data)}


def test_every_feature_is_compared_or_unknown_to_the_consensus(shared_data: Path) -> None:
    assert set(phantom_features(shared_data)) == set(PAIRS) | set(WITHOUT)
    assert len(PAIRS) + len(WITHOUT) == sum(FEATURES_PER_CLASS.values())
    assert set(DIFFERENT) <= set(PAIRS)


def test_consensus_values_are_hit_wherever_pyradiomics_follows_the_consensus(compared: dict[str, Compared]) -> None:
    off = {name: (row.ours, row.consensus, row.tolerance) for name, row in compared.items() if not row.agrees}
    assert set(off) <= set(DIFFERENT), off
    assert sum(row.agrees for row in compared.values()) == len(PAIRS) - 3


@pytest.mark.parametrize("name", ["Major", "Minor", "Least"])
def test_axis_lengths_divide_by_n_and_the_consensus_by_n_less_one(compared: dict[str, Compared], name: str) -> None:
    row = compared[f"shape_{name}AxisLength"]
    assert row.ours * (74 / 73) ** 0.5 == pytest.approx(row.consensus, abs=row.tolerance)


def test_kurtosis_is_not_the_excess(compared: dict[str, Compared]) -> None:
    row = compared["firstorder_Kurtosis"]
    assert row.ours - 3 == pytest.approx(row.consensus, abs=0.001)


def test_the_page_has_these_figures(shared_data: Path, root: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_radiomics", root / "docs" / "make_radiomics.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    page = (root / "docs" / "radiomics.md").read_text(encoding="utf-8")
    assert script.filled(page, "consensus", script.consensus(compare(shared_data))) == page
