import numpy as np
import pytest

from core.errors import InputError
from core.survival.estimates import compare

INFLUENCE = np.array([[[1.0, -1.0, 0.0, 0.0]], [[1.0, 1.0, -1.0, -1.0]], [[1.0, -1.0, 0.0, 0.0]]])
VALUE = np.array([[0.9], [0.2], [0.9]])


def test_standard_errors_and_limits_cut_to_the_unit_interval() -> None:
    estimates = compare(["a", "b", "c"], np.array([5.0]), VALUE, INFLUENCE, 0.95).estimates
    assert estimates.se[:, 0] == pytest.approx([np.sqrt(2 / 3) / 2, np.sqrt(4 / 3) / 2, np.sqrt(2 / 3) / 2])
    assert estimates.low[0, 0] == pytest.approx(0.9 - 1.959964 * np.sqrt(2 / 3) / 2, abs=1e-6)
    assert estimates.high[0, 0] == 1.0
    assert estimates.low[1, 0] == 0.0


def test_differences_of_each_model_to_those_named_before_it() -> None:
    contrasts = compare(["a", "b", "c"], np.array([5.0]), VALUE, INFLUENCE, 0.95).contrasts
    assert list(zip(contrasts.models, contrasts.references, strict=True)) == [("b", "a"), ("c", "a"), ("c", "b")]
    assert contrasts.delta[:, 0] == pytest.approx([-0.7, 0.0, 0.7])
    assert contrasts.se[:, 0] == pytest.approx([np.sqrt(2) / 2, 0.0, np.sqrt(2) / 2])
    assert contrasts.low[0, 0] == pytest.approx(-0.7 - 1.959964 * np.sqrt(2) / 2, abs=1e-6)  # not cut
    assert contrasts.p[0, 0] == pytest.approx(0.3221988, abs=1e-6)
    assert np.isnan(contrasts.p[1, 0])  # a model and its copy


def test_one_model_has_no_contrast() -> None:
    contrasts = compare(["a"], np.array([5.0]), VALUE[:1], INFLUENCE[:1], 0.95).contrasts
    assert contrasts.models == contrasts.references == ()
    assert contrasts.delta.shape == contrasts.p.shape == (0, 1)


def test_a_single_patient_has_no_standard_error() -> None:
    with pytest.raises(InputError, match="expected at least two patients, got 1"):
        compare(["a"], np.array([5.0]), VALUE[:1], INFLUENCE[:1, :, :1], 0.95)
