from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.staging.mrecist import mrecist
from tests.core.staging.records import arguments, examples

NON_TARGET = ("none", "CR", "IR/SD", "PD")


def test_examples(golden: Path) -> None:
    for row in examples(golden, "mRECIST"):
        assert mrecist(*arguments(row)).response == row["expected"]


@pytest.mark.parametrize(
    ("baseline", "now", "nadir", "response"),
    [
        (100.0, 70.01, 100.0, "SD"),
        (100.0, 70.0, 100.0, "PR"),
        (106.0, 74.2, 106.0, "PR"),
        (106.0, 74.21, 106.0, "SD"),
        (100.0, 69.99, 100.0, "PR"),
        (100.0, 119.99, 100.0, "SD"),
        (100.0, 120.0, 100.0, "PD"),
        (0.7, 0.84, 0.7, "PD"),
        (100.0, 59.99, 50.0, "PR"),
        (100.0, 60.0, 50.0, "PD"),
        (100.0, 0.0, 0.0, "CR"),
        (100.0, 1.0, 0.0, "PD"),
        (100.0, 0.1, 100.0, "PR"),
        (100.0, 121.0, 130.0, "PD"),
    ],
)
def test_limits(baseline: float, now: float, nadir: float, response: str) -> None:
    assert mrecist(baseline, now, nadir).response == response
    # The unit does not matter.
    assert mrecist(baseline / 10, now / 10, nadir / 10).response == response


@pytest.mark.parametrize("target", [0.0, 50.0, 100.0])
def test_new_lesion_and_non_target_progression(target: float) -> None:
    found = mrecist(100.0, target, 100.0, new_lesion=True)
    assert (found.response, found.reasons) == ("PD", {"new_lesion": "true: progression"})
    assert mrecist(100.0, target, 100.0, non_target="PD").response == "PD"


@pytest.mark.parametrize(("non_target", "response"), [("none", "CR"), ("CR", "CR"), ("IR/SD", "PR"), ("PD", "PD")])
def test_complete_response_needs_the_other_lesions(non_target: Any, response: str) -> None:
    assert mrecist(100.0, 0.0, 100.0, non_target=non_target).response == response


@given(st.floats(0, 150), st.floats(0, 100), st.sampled_from([False, True, None]), st.sampled_from([*NON_TARGET, None]))
def test_unknown_arguments_leave_open_what_they_could_change(now: float, nadir: float, new: Any, other: Any) -> None:
    found = mrecist(100.0, now, nadir, new, other)
    possible = {
        mrecist(100.0, now, nadir, lesion, rest).response
        for lesion in ((False, True) if new is None else (new,))
        for rest in (NON_TARGET if other is None else (other,))
    }
    assert found.response == (possible.pop() if len(possible) == 1 else None)
    assert bool(found.missing) == (found.response is None)


@pytest.mark.parametrize(
    ("sums", "text"),
    [
        ((0.0, 1.0, 1.0), "baseline: expected over 0, got 0"),
        ((10.0, -1.0, 1.0), "sum of diameters: expected 0 or more, got -1"),
        ((10.0, 1.0, float("nan")), "nadir: expected 0 or more, got nan"),
        ((float("inf"), 1.0, 1.0), "baseline: expected over 0, got inf"),
    ],
)
def test_sums_that_cannot_be(sums: tuple[float, float, float], text: str) -> None:
    with pytest.raises(InputError, match=text):
        mrecist(*sums)
