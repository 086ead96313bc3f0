from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.geometry import Geometry
from core.radiomics.settings import RadiomicsSettings
from core.train.perturbations import PERTURBATIONS, noise_sd, perturbed
from core.train.radiomics_features import RadiomicsImages
from core.train.robustness import (
    AS_IS,
    Retest,
    icc_agreement,
    icc_consistency,
    measure_robustness,
    robustness_of,
)

SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
)
"""Six subjects, four judges: table 2 of Shrout and Fleiss 1979, whose table 4 gives ICC(2,1) .29 and ICC(3,1) .71."""
SETTINGS = RadiomicsSettings(log_sigma_mm=(), wavelet="", classes=("firstorder",))
GRID = Geometry.from_spacing((40, 40, 24), (1.5, 1.5, 2.5))


def patient(seed: int) -> RadiomicsImages:
    """A ball of its own size and brightness."""
    rng = np.random.default_rng(seed)
    i, j, k = np.indices(GRID.shape)
    distance = np.sqrt(((i - 20) * 1.5) ** 2 + ((j - 20) * 1.5) ** 2 + ((k - 12) * 2.5) ** 2)
    liver = distance < rng.uniform(16, 20)
    hu = 90 + 15 * rng.standard_normal() + 12 * rng.standard_normal((2, *GRID.shape)) - 200 * ~liver
    return RadiomicsImages(*hu.astype(np.int16), liver, GRID)


@pytest.fixture(scope="module")
def images() -> RadiomicsImages:
    return patient(1)


def test_icc_has_the_published_values():
    assert icc_agreement(SHROUT_FLEISS) == pytest.approx(0.29, abs=0.005)
    assert icc_consistency(SHROUT_FLEISS) == pytest.approx(0.71, abs=0.005)


def test_icc_of_the_published_table_by_its_mean_squares():
    """Table 3 of Shrout and Fleiss: between targets 11.24, judges 32.49, residual 1.02."""
    assert icc_agreement(SHROUT_FLEISS) == pytest.approx(
        (11.2417 - 1.0194) / (11.2417 + 3 * 1.0194 + 4 * (32.4861 - 1.0194) / 6), abs=1e-4
    )
    assert icc_consistency(SHROUT_FLEISS) == pytest.approx((11.2417 - 1.0194) / (11.2417 + 3 * 1.0194), abs=1e-4)


def test_icc_approaches_the_shares_of_variance_it_was_made_of():
    """Closed form: subjects 4, raters 1 and error 1 give 4/6 for agreement and 4/5 for consistency."""
    rng = np.random.default_rng(0)
    n, k = 600, 400
    values = 2 * rng.standard_normal((n, 1)) + rng.standard_normal((1, k)) + rng.standard_normal((n, k))
    assert icc_agreement(values) == pytest.approx(4 / 6, abs=0.04)
    assert icc_consistency(values) == pytest.approx(4 / 5, abs=0.03)


@settings(max_examples=25)
@given(st.integers(0, 2**16), st.floats(-50, 50), st.floats(0.1, 50))
def test_units_do_not_matter_and_a_common_shift_only_for_agreement(seed, shift, scale):
    values = np.random.default_rng(seed).standard_normal((9, 3)) + np.arange(9)[:, None]
    for icc in (icc_agreement, icc_consistency):
        assert icc(values * scale + shift) == pytest.approx(icc(values), abs=1e-9)
    moved = values + np.array([0, 0, abs(shift) + 10])
    assert icc_consistency(moved) == pytest.approx(icc_consistency(values), abs=1e-9)
    assert icc_agreement(moved) < icc_consistency(moved)


def test_features_are_looked_at_together_as_one_by_one():
    values = np.random.default_rng(3).standard_normal((8, 4, 5))
    values[0, 0, 4] = np.nan
    together = icc_agreement(values)
    assert together[:4] == pytest.approx([float(icc_agreement(values[:, :, f])) for f in range(4)])
    assert np.isnan(together[4])
    assert np.isnan(icc_agreement(np.ones((5, 2))))


@pytest.mark.parametrize("change", list(PERTURBATIONS))
def test_a_change_is_small_and_repeats_with_its_seed(images, change):
    found, again, other = (perturbed(images, change, seed) for seed in ([1, 2], [1, 2], [1, 3]))
    assert (found.liver == again.liver).all()
    assert (found.arterial == again.arterial).all()
    overlap = 2 * (found.liver & images.liver).sum() / (found.liver.sum() + images.liver.sum())
    if change == "noisier":
        assert overlap == 1
        assert (found.arterial != other.arterial).any()
        return
    assert 0.8 < overlap < 1
    assert (found.arterial == images.arterial).all()
    if change == "wandering":
        assert (found.liver != other.liver).any()


def test_outlines_shrink_and_grow_by_the_amount(images):
    radius = (images.liver.sum() * GRID.voxel_volume_ml * 1000 * 3 / 4 / np.pi) ** (1 / 3)
    for change, expected in (("shrunk", radius - 2), ("grown", radius + 2)):
        volume = perturbed(images, change, [0], 2.0).liver.sum() * GRID.voxel_volume_ml * 1000
        assert (volume * 3 / 4 / np.pi) ** (1 / 3) == pytest.approx(expected, abs=0.6)


def test_a_moved_outline_keeps_its_volume_and_moves_two_millimetres(images):
    found = perturbed(images, "moved", [4], 2.0)
    assert found.liver.sum() == images.liver.sum()
    centres = [np.argwhere(mask).mean(axis=0) * GRID.spacing_mm for mask in (images.liver, found.liver)]
    assert np.linalg.norm(centres[0] - centres[1]) in (pytest.approx(1.5), pytest.approx(2.5))
    assert len({perturbed(images, "moved", [seed]).liver.tobytes() for seed in range(12)}) > 2


def test_noise_is_found_and_doubled_in_variance():
    rng = np.random.default_rng(0)
    smooth = 100 + 20 * np.sin(np.arange(60) / 9)[:, None, None] * np.ones((60, 60, 10))
    hu = np.rint(smooth + 14 * rng.standard_normal(smooth.shape)).astype(np.int16)
    inside = np.ones(hu.shape, dtype=bool)
    assert noise_sd(hu, inside) == pytest.approx(14, rel=0.04)
    images = RadiomicsImages(hu, hu, inside, Geometry.from_spacing(hu.shape, (1.0, 1.0, 1.0)))
    assert noise_sd(perturbed(images, "noisier", [1]).arterial, inside) == pytest.approx(14 * 2**0.5, rel=0.04)
    assert noise_sd(hu, ~inside) == 0


def test_what_changes_little_is_kept():
    rng = np.random.default_rng(1)
    names = [f"p{i}" for i in range(30)]
    columns = ["ap_original_glcm_Steady", "ap_original_glcm_Shaky", "pvp_original_shape_Noisy", "ap_original_glcm_Odd"]
    truth = rng.standard_normal((30, 4))
    tables = {}
    for change in (AS_IS, *PERTURBATIONS):
        noise, outline = change == "noisier", change not in ("noisier", AS_IS)
        spread = np.array([0.1, 2.0 if outline else 0.1, 2.0 if noise else 0.1, 0.1])
        values = truth + spread * rng.standard_normal(truth.shape)
        values[3, 3] = np.nan
        tables[change] = pd.DataFrame(values, index=names, columns=columns)
    found = robustness_of(tables)
    assert found.names == {"ap_original_glcm_Steady"}
    assert found.icc.loc["ap_original_glcm_Shaky", "noise"] > 0.75 > found.icc.loc["ap_original_glcm_Shaky"].min()
    summary = found.summary()
    assert (summary["kept"], summary["of"], summary["patients"]) == (1, 4, 30)
    assert summary["kept_by_class"] == {"glcm": {"kept": 1, "of": 3}, "shape": {"kept": 0, "of": 1}}
    with pytest.raises(InputError, match="at least 5 patients, got 4"):
        robustness_of({name: table.iloc[:4] for name, table in tables.items()})


def test_a_reader_who_always_draws_wider_shifts_everybody_alike():
    truth = np.random.default_rng(2).standard_normal((20, 1))
    names = [f"p{i}" for i in range(20)]
    tables = {
        change: pd.DataFrame(truth + 3 * (change == "grown"), index=names, columns=["ap_original_glcm_Id"])
        for change in (AS_IS, *PERTURBATIONS)
    }
    assert robustness_of(tables).names
    tables["moved"] = tables["moved"] + 3
    assert not robustness_of(tables).names


def test_patients_are_measured_again_and_a_stopped_run_goes_on(tmp_path):
    cases = [(f"p{seed}", partial(patient, seed)) for seed in range(5)]
    found = measure_robustness(cases, tmp_path, SETTINGS, Retest(workers=0))
    assert found.patients == 5
    assert len(found.icc) == 36
    assert list(found.icc.columns) == ["margin", "noise", "outline"]
    assert found.icc.loc["ap_original_firstorder_Median"].min() > 0.9
    assert found.icc.loc["ap_original_firstorder_Minimum", "outline"] < 0.75
    lines: list[str] = []
    (tmp_path / "noisier.csv").unlink()
    again = measure_robustness(cases, tmp_path, SETTINGS, Retest(workers=0), lines.append)
    assert len(lines) == 5
    assert again.icc.equals(found.icc)
