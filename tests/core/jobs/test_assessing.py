from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.case import Case
from core.findings import Assessment
from core.jobs.assessing import Box, Request, assess_request, demo, packed
from tests.dashboard import builders


@given(
    arrays.arrays(
        np.float16, arrays.array_shapes(min_dims=3, max_dims=3, max_side=5), elements=st.sampled_from([0, 0, 0.5])
    )
)
def test_a_box_holds_all_that_is_not_zero(array: np.ndarray) -> None:  # type: ignore[type-arg]
    box = Box.of(array)
    assert box.whole().dtype == array.dtype
    assert np.array_equal(box.whole(), array)
    if array.any():
        ends = [np.take(box.values, end, axis=axis) for axis in range(3) for end in (0, -1)]
        assert all(plane.any() for plane in ends)  # not one empty plane at its sides
    else:
        assert box.values.size == 0


def case_of(assessment: Assessment) -> Case:
    return Case("Case TEST", assessment.arterial, assessment.portal_venous, assessment.clinical)


def test_a_parcel_is_opened_to_the_same_assessment() -> None:
    made = builders.assessment()
    parcel = packed(made, None)
    case = case_of(made)
    found, opened = parcel.opened(case)
    assert found is case
    assert opened.portal_venous is made.portal_venous
    assert not opened.arterial.hu.flags.writeable
    assert {one.name for one in fields(opened) if getattr(opened, one.name) is not getattr(made, one.name)} == {
        "arterial",
        "liver_mask",
        "heatmaps",
    }
    assert np.array_equal(opened.arterial.hu, made.arterial.hu)
    for head, heat in made.heatmaps.items():
        assert np.array_equal(opened.heatmaps[head].values, heat.values)
        assert opened.heatmaps[head].reliability == heat.reliability


def test_a_parcel_is_smaller_than_its_assessment() -> None:
    made = builders.assessment()
    heat = next(iter(made.heatmaps.values()))
    values = np.zeros_like(heat.values)
    values[10:20, 10:20, 5:10] = 0.5
    parcel = packed(replace(made, heatmaps={"mtm": replace(heat, values=values)}), None)
    (_, box) = parcel.heat["mtm"]
    assert box.values.shape == (10, 10, 5)
    assert "portal_venous" not in parcel.parts


def test_a_parcel_without_a_case_cannot_be_opened() -> None:
    with pytest.raises(ValueError, match="expected a case"):
        packed(builders.assessment(), None).opened(None)


@pytest.mark.parametrize("sent", [True, False])
def test_the_worker_sends_back_the_case_that_it_made(sent: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    made = builders.assessment()
    case, asked = case_of(made), []
    monkeypatch.setattr("core.jobs.assessing.demo", lambda _: case)
    monkeypatch.setattr("core.jobs.assessing.models_here", lambda _: (builders.models(), {}))
    monkeypatch.setattr("core.jobs.assessing.assess", lambda *given: asked.append(given) or made)
    parcel = assess_request(Request(case if sent else None, "Demo case"))
    assert asked[0][0] is case
    assert (parcel.case is None) == sent


@pytest.mark.slow
def test_the_demo_case_has_no_mask() -> None:
    made = demo("Demo case")
    assert (made.case_id, made.liver_mask) == ("Demo case", None)
