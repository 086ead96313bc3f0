"""The real table, where the data folder lies beside the checkout; docs/validation.md is what it says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from core.models import load_models
from core.studies.recorded_stages import stage_checks
from core.studies.stage_agreement import grade_checks
from core.studies.tace_cohort import MONTHS_PER_WEEK, TaceCohort, read_tace_cohort
from core.survival.kaplan_meier import kaplan_meier

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.fixture(scope="module")
def table(shared_data: Path) -> Path:
    return shared_data / "clinical/HCC-TACE-Seg_clinical_data-V2.xlsx"


@pytest.fixture(scope="module")
def real(table: Path) -> TaceCohort:
    return read_tace_cohort(table)


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_validation", DOCS / "make_validation.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_survival_is_that_of_the_data_folder(real: TaceCohort) -> None:
    assert (len(real), real.follow_up.events) == (105, 93)
    curve = kaplan_meier(real.follow_up)
    assert round((curve.median().value or 0) / MONTHS_PER_WEEK, 1) == 108.3
    assert np.round(curve.at([12.0, 36.0, 60.0]).survival, 3).tolist() == [0.780, 0.251, 0.134]


def test_counts_of_the_table(real: TaceCohort) -> None:
    assert int(real.pvtt.sum()) == 16
    assert not (real.pvtt & ~real.vascular_invasion).any()
    assert np.isfinite(real.response).sum(axis=0).tolist() == [96, 96, 95]
    assert np.isfinite(real.months_to_response).sum() == 96


def test_clip_and_mrecist_agree_with_every_recorded_value(real: TaceCohort) -> None:
    found = {check.system: check for check in grade_checks(real)}
    assert (found["CLIP"].agreement.n, found["CLIP"].agreement.agreed) == (105, 105)
    readers = [check for system, check in found.items() if system.startswith("mRECIST")]
    assert [(check.agreement.n, check.agreement.agreed) for check in readers] == [(96, 96), (96, 96), (95, 95)]
    assert sum(check.impossible for check in found.values()) == 0


def test_no_group_of_under_five_patients_is_shown(real: TaceCohort) -> None:
    assert min(group.n for check in stage_checks(real) for group in check.survival.groups) >= 5


def test_the_page_is_what_the_table_says(real: TaceCohort, table: Path, maker: ModuleType) -> None:
    text = (DOCS / "validation.md").read_text(encoding="utf-8")
    blocks = {"source": maker._digest(table)} | maker.tables(real, load_models())
    assert maker.page(text, blocks) == text
    assert "HCC_" not in text


def test_the_picture_is_what_the_table_says(real: TaceCohort, maker: ModuleType) -> None:
    assert maker.picture(real) == (DOCS / "validation_km.svg").read_bytes()
