"""The figures of the clinical part of the MTM score, and the page and card that state them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.artefacts import find_weights, read_artefact
from core.errors import InputError
from core.train.clinical_figures import calibration, each_centre, set_figures, shipped_calibration
from core.train.fit_clinical import fit_clinical_table


def expit(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


@pytest.fixture(scope="module")
def table(shared_data: Path) -> Path:
    return shared_data / "clinical" / "mtm_dect_262.csv"


def test_each_set_of_columns_reproduces_the_known_figures(table: Path) -> None:
    """SCIENCE.md section 4: on centres 0 and 1, and on centre 2."""
    known = {
        "AFP alone": (0.69, 0.76),
        "all clinical": (0.78, 0.79),
        "CT signs": (0.71, 0.63),
        "clinical and CT signs": (0.83, 0.79),
        "the authors' three scores": (0.86, 0.87),
    }
    found = {one.name: one for one in set_figures(table)}
    for name, (fitting, testing) in known.items():
        one = found[name]
        assert (one.fitting.value, one.testing.value) == pytest.approx((fitting, testing), abs=0.006), name
        assert (one.n_fitting, one.n_testing) == (227, 35)
        assert one.testing.low < one.testing.value < one.testing.high


def test_every_centre_is_left_out_once(table: Path) -> None:
    found = each_centre(table)
    assert [one.n_testing for one in found] == [81, 146, 35]
    assert all(one.n_fitting + one.n_testing == 262 for one in found)
    assert found[2].testing == next(one for one in set_figures(table) if one.name == "the six that ship").testing


def test_the_shipped_card_states_what_the_table_gives(table: Path) -> None:
    fit = fit_clinical_table(table)
    card = read_artefact(find_weights(None), "fusion").card
    stated = {metric.name: metric for metric in card.metrics if metric.name.startswith("clinical MTM AUC")}
    assert set(stated) == {metric.name for metric in fit.metrics}
    for metric in fit.metrics:
        card_metric = stated[metric.name]
        assert card_metric.n == metric.n
        assert (card_metric.value, card_metric.low, card_metric.high) == pytest.approx(
            (metric.value, metric.low, metric.high), abs=1e-9
        )
    assert card.architecture["clinical_cohort"] == f"{fit.n} patients, {fit.positives} with MTM"


def _maker(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_clinical_model", root / "docs" / "make_clinical_model.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_script_makes(table: Path, root: Path) -> None:
    text = (root / "docs" / "clinical-model.md").read_text(encoding="utf-8")
    assert _maker(root).page(text, _maker(root).tables(table)) == text
    share = pd.read_csv(table).groupby("dataset")["PT"].mean()
    assert [f"{share.min():.2f}"[1:], f"{share.max():.2f}"[1:]] == [".11", ".77"]
    assert ".11 to .77 between the centres" in text


def test_the_shipped_model_is_not_grossly_out_of_calibration(table: Path) -> None:
    found = shipped_calibration(table)
    assert (found.n, found.observed) == (35, 10)
    assert found.in_the_large.low < 0 < found.in_the_large.high
    assert found.slope.low < 1 < found.slope.high


def test_calibration_agrees_with_another_program() -> None:
    """Slope: scikit-learn without penalty. In the large: the sum of probabilities becomes the sum of outcomes."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(4)
    eta = 1.5 * rng.standard_normal(400)
    y = (rng.random(400) < expit(0.6 * eta - 0.8)).astype(int)
    found = calibration(y, eta)
    other = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(eta[:, None], y)
    assert found.slope.value == pytest.approx(other.coef_[0][0], abs=1e-5)
    assert expit(eta + found.in_the_large.value).sum() == pytest.approx(y.sum(), abs=1e-8)
    assert found.expected == pytest.approx(expit(eta).sum())
    p = expit(eta + found.in_the_large.value)
    half = (found.in_the_large.high - found.in_the_large.low) / 2
    assert half == pytest.approx(1.959963984540054 / np.sqrt((p * (1 - p)).sum()), rel=1e-6)
    assert found.slope.low < 0.6 < found.slope.high


@given(shift=st.floats(-2, 2), scale=st.floats(0.3, 3))
def test_a_shift_and_a_scale_of_the_predictions_are_found_again(shift: float, scale: float) -> None:
    rng = np.random.default_rng(8)
    eta = rng.standard_normal(200)
    y = (rng.random(200) < expit(eta)).astype(int)
    plain = calibration(y, eta)
    assert calibration(y, eta + shift).in_the_large.value == pytest.approx(plain.in_the_large.value - shift, abs=1e-6)
    assert calibration(y, scale * eta).slope.value == pytest.approx(plain.slope.value / scale, rel=1e-6)


def test_what_has_no_calibration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected both classes, got one"):
        calibration([1, 1], [0.0, 1.0])
    with pytest.raises(ValueError, match="expected classes that overlap, got ones that are apart"):
        calibration([0, 0, 1, 1], [-2.0, -1.0, 1.0, 2.0])
    (tmp_path / "t.csv").write_text("dataset,MTM,AFP\n0,1,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="expected its known columns, got a table without 22 of them"):
        set_figures(tmp_path / "t.csv")
