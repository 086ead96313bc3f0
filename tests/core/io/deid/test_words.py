from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imaging.phase import phase_told, phase_words
from core.io.mask_segments import Segment, is_lesion, is_liver, neutral_name

PARTS = st.sampled_from(
    [
        "arterial",
        "PORTAL",
        "venous",
        "native",
        "delayed",
        "DOE JANE",
        "late art",
        "pv",
        "ap",
        "liver",
        "hcc",
        "vein",
        "5 mm",
    ]
)
WORDS = st.lists(PARTS, max_size=4).map(" ".join)


@given(WORDS)
def test_the_phase_that_a_description_names_stays_and_nothing_else(text: str) -> None:
    left = phase_words(text)
    assert phase_told({"series_description": left}) is phase_told({"series_description": text})
    assert set(left.split()) <= {"native", "delayed", "portal", "arterial"}


@given(WORDS)
def test_a_segment_stays_what_it_is_and_loses_its_name(text: str) -> None:
    before, after = Segment(1, (text,)), Segment(1, (neutral_name(text),))
    assert (is_liver(before), is_lesion(before)) == (is_liver(after), is_lesion(after))
    assert neutral_name(text) in ("", "liver", "liver as named", "tumour", "vessel")


@pytest.mark.parametrize(
    "name", ["Liver", "liver_1", "Leber", "GTV 2", "HCC of DOE", "portal vein", "Segment 1", "DOE"]
)
def test_names_that_programs_give(name: str) -> None:
    test = Segment(1, (name,)), Segment(1, (neutral_name(name),))
    assert len({(is_liver(one), is_lesion(one)) for one in test}) == 1
    assert "doe" not in neutral_name(name)
