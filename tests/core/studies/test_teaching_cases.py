"""The twelve cases against the legend of Figure 4, and their pictures."""

from __future__ import annotations

import numpy as np
import pytest

from core.studies.teaching_cases import ASSUMED_DLR, teaching_cases, teaching_images
from core.studies.teaching_outlook import teaching_outlook
from tests.dashboard.builders import models

# heading, MTM, age, PVTT, response, sessions, as the legend prints them
LEGEND = [
    ("1 year", False, 56, True, "SD", 6),
    ("1 year", True, 40, True, "SD", 2),
    ("2 years", False, 60, True, "SD", 5),
    ("2 years", True, 63, False, "SD", 5),
    ("3 years", False, 47, True, "PR", 3),
    ("3 years", True, 58, False, "PD", 2),
    ("> 3 years", False, 26, True, "PR", 6),
    ("> 3 years", True, 58, False, "PR", 8),
]
CASES = teaching_cases()


def test_the_eight_are_as_printed_and_nothing_else_is_known_of_them() -> None:
    eight = [case for case in CASES if case.origin == "figure 4"]
    found = [
        (
            case.shown_under,
            case.mtm == 1,
            case.clinical.age_years,
            case.clinical.pvtt,
            case.clinical.response,
            case.clinical.haic_sessions,
        )
        for case in eight
    ]
    assert found == LEGEND
    assert all(set(case.clinical.known()) == {"age_years", "pvtt", "response", "haic_sessions"} for case in eight)
    assert {case.dlr for case in eight} == {ASSUMED_DLR}


def test_twelve_numbered_in_order() -> None:
    assert [case.number for case in CASES] == list(range(1, 13))
    assert [case.shown_under for case in CASES[8:]] == [None] * 4


def test_the_constructed_cases_are_what_they_are_made_for() -> None:
    between, year, outside, early = (teaching_outlook(case, models().pre, models().post) for case in CASES[8:])
    assert between.main.risk_group == "indeterminate"
    assert year.main.os_conditional is not None
    assert year.main.months_since_first_haic == 12
    assert [criterion.state for criterion in outside.criteria].count("not met") == 4
    assert early.post is None
    assert early.main is early.pre
    assert early.stages.bclc.stage == "A"
    assert early.pre.risk_group == "high"


def test_the_assumed_score_is_what_matters_most() -> None:
    outlook = teaching_outlook(CASES[0], models().pre, models().post)
    poor, good = outlook.other_dlr.values()
    assert poor < outlook.main.os[36].value < good


@pytest.mark.slow
def test_pictures_are_simulated_have_a_tumour_and_differ() -> None:
    first, third = (teaching_images(CASES[at]) for at in (0, 2))
    for case, images in ((CASES[0], first), (CASES[2], third)):
        assert images.arterial.simulated
        assert images.portal_venous.simulated
        assert images.mask.has_lesions
        assert images.latent.look.pvtt is case.clinical.pvtt
        assert images.latent.mtm is (case.mtm == 1)
        assert images.clinical == case.clinical
    assert first.latent.index != third.latent.index
    assert np.array_equal(teaching_images(CASES[0]).arterial.hu, first.arterial.hu)
