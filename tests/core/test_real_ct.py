"""The whole line on real CT, where the data folder lies beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.case import Case, ClinicalRecord, Phase
from core.imaging.register import dice
from core.io.masks import read_mask
from core.io.series import read_phase
from core.models import ModelSet, load_models
from core.pipeline import assess
from core.simulate.phases import simulate_arterial

pytestmark = pytest.mark.slow
CLINICAL = ClinicalRecord(pvtt=True, response="PR", haic_sessions=3, months_since_first_haic=4.0, afp_ng_ml=900.0)


@pytest.fixture(scope="module")
def models() -> ModelSet:
    return load_models()


def test_a_liver_with_a_litre_of_tumour_goes_through_the_whole_line(shared_data: Path, models: ModelSet) -> None:
    late = read_phase(shared_data / "ct/lits_04_ct.nii.gz", Phase.PORTAL_VENOUS)
    truth, _ = read_mask(shared_data / "ct/lits_04_labels.nii.gz", late.volume.geometry, None)
    early = simulate_arterial(late.volume, truth, seed=0)
    case = Case("real", early, late.volume, CLINICAL, notes=late.notices)

    result = assess(case, models)

    assert result.liver_mask is not None
    assert dice(result.liver_mask.liver, truth.liver) > 0.95
    assert result.registration is not None
    assert result.registration.shift_mm < 10
    assert (result.registration.liver_overlap or 0) > 0.9
    assert result.pre is not None
    assert result.post is not None
    codes = {notice.code for notice in result.warnings}
    assert {"hu_clipped", "slab"} <= codes
    assert not codes & {"non_contrast", "phases_swapped", "same_phase", "image_scores_stopped"}


def test_a_scan_without_contrast_is_flagged_and_gives_no_score(shared_data: Path, models: ModelSet) -> None:
    folder = shared_data / "ct/totalsegmentator"
    late = read_phase(folder / "example_ct.nii.gz", Phase.PORTAL_VENOUS)
    early = read_phase(folder / "example_ct.nii.gz", Phase.ARTERIAL)
    result = assess(Case("native", early.volume, late.volume, CLINICAL), models)
    assert "non_contrast" in {notice.code for notice in result.warnings}
    assert result.scores.mtm is None
    assert result.pre is None
