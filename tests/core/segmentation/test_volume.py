"""Plausible volumes; the formulas' values are computed by hand from the papers' equations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.case import ClinicalRecord
from core.segmentation.volume import expected_ml, volume_notices


def test_an_adult_of_whom_nothing_is_known() -> None:
    assert expected_ml(None)[:2] == (600.0, 5000.0)
    assert expected_ml(ClinicalRecord(age_years=60.0, sex="male"))[:2] == (600.0, 5000.0)


def test_a_woman_of_60_with_20_kg_m2() -> None:
    """43.808 kg at 1.48 m: 218 + 12.3 w = 756.84 g. 59.168 kg at 1.72 m: 1390 + 15.94 w - 12.86 * 60 = 1561.54 g."""
    low, high, _ = expected_ml(ClinicalRecord(age_years=60.0, sex="female", bmi_kg_m2=20.0))
    assert low == pytest.approx(0.5 * 756.8384, abs=1e-3)
    assert high == pytest.approx(2 * 1561.538, abs=1e-2)


def test_a_man_of_40_with_28_kg_m2() -> None:
    """69.8992 kg at 1.58 m: 218 + 12.3 w + 51 = 1128.76 g.

    96.8688 kg at 1.86 m: 452 + 16.34 w + 11.85 * 40 = 2508.84 g.
    """
    low, high, _ = expected_ml(ClinicalRecord(age_years=40.0, sex="male", bmi_kg_m2=28.0))
    assert low == pytest.approx(0.5 * 1128.76, abs=1e-2)
    assert high == pytest.approx(2 * 2508.836, abs=1e-2)


@given(st.floats(0, 120), st.sampled_from(["female", "male"]), st.floats(12, 60))
def test_limits_are_wide_and_in_order(age: float, sex: str, bmi: float) -> None:
    low, high, _ = expected_ml(ClinicalRecord(age_years=age, sex=sex, bmi_kg_m2=bmi))  # type: ignore[arg-type]
    assert 150 < low < 1700
    assert high > 1500
    assert high / low > 2.5


def test_what_is_unusual_is_told_with_the_limits() -> None:
    small = ClinicalRecord(age_years=60.0, sex="female", bmi_kg_m2=20.0)
    assert volume_notices(450.0, 0.0, small) == ()
    assert [n.code for n in volume_notices(450.0, 0.0, None)] == ["liver_volume"]
    (notice,) = volume_notices(3500.0, 0.0, small)
    assert "378-3123 mL for age, sex and body mass index" in notice.text
    assert volume_notices(3500.0, 0.0, None) == ()


def test_tumour_that_is_marked_comes_on_top() -> None:
    small = ClinicalRecord(age_years=60.0, sex="female", bmi_kg_m2=20.0)
    assert volume_notices(3500.0, 900.0, small) == ()


def test_an_empty_mask_has_no_volume_to_speak_of() -> None:
    assert volume_notices(0.0, 0.0, None) == ()
