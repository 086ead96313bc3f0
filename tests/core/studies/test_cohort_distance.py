"""A patient's values against the published cohort."""

from __future__ import annotations

import numpy as np
import pytest

from core.case import ClinicalRecord
from core.findings import Score, ScoreOrigin, Scores
from core.simulate.latents import draw_dlr
from core.studies.cohort_distance import CohortDistance, cohort_distance
from tests.core.studies.paper import nomograms


def _distance(clinical: ClinicalRecord = ClinicalRecord(), dlr: float | None = None, mtm: Score | None = None) -> CohortDistance:  # fmt: skip # noqa: B008, E501
    score = None if dlr is None else Score(dlr, dlr, dlr, 0.0, ScoreOrigin.MODEL)
    return cohort_distance(clinical, Scores(mtm, score), nomograms()["post"])


def test_nothing_known_is_no_distance() -> None:
    found = _distance()
    assert found.known == 0
    assert found.far == ()
    assert all(one.z is None for one in found.deviations)
    assert all(one.answer is None and one.share is None for one in found.frequencies)
    assert found.dlr_below is None
    assert found.mtm == ()


def test_deviations_are_in_standard_deviations_and_the_farthest_comes_first() -> None:
    found = _distance(ClinicalRecord(age_years=51.3, largest_tumour_cm=20.0, albumin_g_l=27.0))
    z = {one.name: one.z for one in found.deviations}
    assert z["age_years"] == pytest.approx(0.0, abs=0.01)
    assert z["largest_tumour_cm"] == pytest.approx((20 - 10.80) / 3.53, abs=0.01)
    assert [one.name for one in found.far] == ["albumin_g_l", "largest_tumour_cm"]
    assert found.known == 3


@pytest.mark.parametrize(
    ("clinical", "name", "answer", "count"),
    [
        ({"sex": "female"}, "sex", "female", 53),
        ({"ecog": 1}, "ecog", "1", 24),
        ({"ecog": 3}, "ecog", "3", 0),
        ({"ascites": "mild"}, "ascites", "yes", 60),
        ({"tumour_count": 7}, "tumour_count", "> 3", 329),
        ({"tumour_count": 3}, "tumour_count", "3", 6),
        ({"afp_ng_ml": 400.0}, "afp_ng_ml", ">= 400", 315),
        ({"afp_ng_ml": 399.9}, "afp_ng_ml", "< 400", 174),
        ({"haic_sessions": 4}, "haic_sessions", "> 3", 239),
        ({"albumin_g_l": 48.0, "bilirubin_umol_l": 8.0}, "albi_grade", "1", 235),
        ({"hbv": False}, "hbv", "no", 38),
    ],
)
def test_the_same_answer_is_counted(clinical: dict[str, object], name: str, answer: str, count: int) -> None:
    record = ClinicalRecord(**clinical)  # type: ignore[arg-type]
    found = {one.name: one for one in _distance(record).frequencies}[name]
    assert (found.answer, found.count, found.tag) == (answer, count, "published")
    assert found.share == pytest.approx(count / 489)


def test_what_the_table_lacks_is_assumed_and_says_so() -> None:
    found = {one.name: one for one in _distance(ClinicalRecord(pvtt=False, response="PR")).frequencies}
    assert (found["pvtt"].count, found["pvtt"].tag) == (None, "assumed")
    assert found["pvtt"].share == pytest.approx(0.45)
    assert found["response"].share == pytest.approx(0.46)


@pytest.mark.parametrize("dlr", [0.05, 0.6, 0.9, 0.99])
def test_the_place_of_a_dlr_score_is_the_share_of_the_law_below_it(dlr: float) -> None:
    drawn = draw_dlr(200_000, np.random.default_rng(0))
    assert _distance(dlr=dlr).dlr_below == pytest.approx((drawn < dlr).mean(), abs=0.005)


def test_mtm_is_set_against_both_subtypes_but_not_an_answer_of_pathology() -> None:
    model = Score(0.5, 0.4, 0.6, 0.05, ScoreOrigin.MODEL)
    assert {one.name: round(one.z or 0, 2) for one in _distance(mtm=model).mtm} == {
        "with MTM": -3.44,
        "without MTM": 3.63,
    }
    assert _distance(mtm=Score(1.0, 1.0, 1.0, 0.0, ScoreOrigin.MANUAL)).mtm == ()
