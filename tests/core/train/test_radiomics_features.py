from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from core.errors import InputError
from core.geometry import Geometry
from core.radiomics.settings import RadiomicsSettings
from core.train import radiomics_features as module
from core.train.radiomics_features import RadiomicsImages, extract_cohort

SETTINGS = RadiomicsSettings(log_sigma_mm=(), wavelet="", classes=("firstorder",))
SHAPE = (16, 16, 16)


def images(seed: int, side: int = 8) -> RadiomicsImages:
    rng = np.random.default_rng(seed)
    liver = np.zeros(SHAPE, dtype=bool)
    liver[4 : 4 + side, 4 : 4 + side, 4 : 4 + side] = True
    hu = rng.integers(40, 160, (2, *SHAPE)).astype(np.int16)
    return RadiomicsImages(hu[0], hu[1], liver, Geometry.from_spacing(SHAPE, (3.0, 3.0, 3.0)))


def cases(n: int = 4, small: int | None = None):
    return [(f"p{i}", partial(images, i, 2 if i == small else 8)) for i in range(n)]


def test_a_row_for_each_patient_and_a_reason_for_each_failure(tmp_path):
    table, failures = extract_cohort(cases(small=2), tmp_path / "features.csv", SETTINGS, workers=0)
    assert list(table.index) == ["p0", "p1", "p3"]
    assert table.shape == (3, 36)
    assert table.columns[0] == "ap_original_firstorder_10Percentile"
    assert list(failures) == ["p2"]
    assert "mL for radiomics" in failures["p2"]


def test_a_stopped_run_goes_on_with_the_same_result(tmp_path, monkeypatch):
    whole, _ = extract_cohort(cases(), tmp_path / "whole.csv", SETTINGS, workers=0)
    path = tmp_path / "features.csv"
    extract_cohort(cases(2), path, SETTINGS, workers=0)
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: len(text) - 100])  # killed while writing p1
    computed: list[str] = []
    real = module._one
    monkeypatch.setattr(module, "_one", lambda loader, settings: computed.append("") or real(loader, settings))
    table, _ = extract_cohort(cases(), path, SETTINGS, workers=0)
    assert len(computed) == 3
    assert table.equals(whole)
    assert (tmp_path / "whole.csv").read_bytes().splitlines()[0] == path.read_bytes().splitlines()[0]


def test_rows_of_two_settings_are_never_mixed(tmp_path):
    extract_cohort(cases(1), tmp_path / "features.csv", SETTINGS, workers=0)
    other = RadiomicsSettings(log_sigma_mm=(), wavelet="", classes=("firstorder",), bin_width=20.0)
    with pytest.raises(InputError, match="made with these settings"):
        extract_cohort(cases(1), tmp_path / "features.csv", other, workers=0)


def test_an_id_may_occur_once(tmp_path):
    with pytest.raises(InputError, match="patient 2: expected an id of its own"):
        extract_cohort([*cases(1), *cases(1)], tmp_path / "features.csv", SETTINGS, workers=0)


@pytest.mark.slow
def test_workers_give_the_same_values(tmp_path):
    here, _ = extract_cohort(cases(3), tmp_path / "here.csv", SETTINGS, workers=0)
    there, _ = extract_cohort(_importable(3), tmp_path / "there.csv", SETTINGS, workers=2)
    assert there.equals(here)


def _importable(n: int):
    """Loaders that a fresh process can import: it does not know this test module."""
    return [(name, partial(RadiomicsImages, *vars(loader()).values())) for name, loader in cases(n)]
