from dataclasses import replace

import pytest

from core.case import ClinicalRecord
from core.inclusion import check_inclusion, inclusion_notices, settled_by

INSIDE = ClinicalRecord(
    age_years=52,
    ecog=1,
    ascites="none",
    encephalopathy_grade=0,
    albumin_g_l=40,
    bilirubin_umol_l=12,
    inr=1.1,
    largest_tumour_cm=10.6,
    prior_treatment=False,
    other_malignancy=False,
    concurrent_tace=False,
    haic_sessions=3,
)


def _states(record: ClinicalRecord) -> dict[str, str]:
    return {criterion.name: criterion.state for criterion in check_inclusion(record)}


def test_a_patient_of_the_study_meets_all_without_a_notice() -> None:
    criteria = check_inclusion(INSIDE)
    assert {criterion.state for criterion in criteria} == {"met"}
    assert len(criteria) == 8
    assert inclusion_notices(criteria) == ()


def test_nothing_known_is_all_unknown() -> None:
    criteria = check_inclusion(ClinicalRecord())
    assert {criterion.state for criterion in criteria} == {"unknown"}
    (notice,) = inclusion_notices(criteria)
    assert notice.code == "study_unknown"
    assert notice.text.startswith("8 of 8 criteria")


@pytest.mark.parametrize(
    ("change", "name", "state"),
    [
        ({"age_years": 18}, "Age", "met"),
        ({"age_years": 17.9}, "Age", "not met"),
        ({"age_years": 75}, "Age", "met"),
        ({"age_years": 75.5}, "Age", "not met"),
        ({"ecog": 2}, "ECOG performance status", "not met"),
        ({"largest_tumour_cm": 5}, "Largest tumour", "not met"),
        ({"largest_tumour_cm": 5.1}, "Largest tumour", "met"),
        ({"other_malignancy": True}, "Other malignancy", "not met"),
        ({"concurrent_tace": True}, "Simultaneous TACE", "not met"),
        ({"inr": None}, "Child-Pugh class", "met"),
        ({"inr": None, "bilirubin_umol_l": 40, "albumin_g_l": 30, "ascites": "mild"}, "Child-Pugh class", "unknown"),
        ({"inr": None, "bilirubin_umol_l": 60, "albumin_g_l": 20, "ascites": "mild"}, "Child-Pugh class", "not met"),
        ({"haic_sessions": None}, "FOLFOX-HAIC as first line", "unknown"),
        ({"haic_sessions": None, "months_since_first_haic": 2}, "FOLFOX-HAIC as first line", "met"),
        ({"prior_treatment": None}, "FOLFOX-HAIC as first line", "unknown"),
        ({"prior_treatment": True, "haic_sessions": None}, "FOLFOX-HAIC as first line", "not met"),
        ({"prior_treatment": True}, "Prior treatment of the HCC", "not met"),
    ],
)
def test_each_criterion(change: dict[str, object], name: str, state: str) -> None:
    assert _states(replace(INSIDE, **change))[name] == state  # type: ignore[arg-type]


def test_what_is_not_met_is_named() -> None:
    notices = inclusion_notices(check_inclusion(replace(INSIDE, largest_tumour_cm=4.0, ecog=None)))
    assert [notice.code for notice in notices] == ["outside_study", "study_unknown"]
    assert "Largest tumour (over 5 cm)" in notices[0].text
    assert "1 of 8 criteria of the study are unknown: ECOG performance status." in notices[1].text


def test_an_unknown_criterion_names_the_empty_fields_that_would_settle_it() -> None:
    parts = ("bilirubin_umol_l", "albumin_g_l", "inr", "ascites", "encephalopathy_grade")
    assert settled_by(ClinicalRecord()) == {
        "Age": ("age_years",),
        "ECOG performance status": ("ecog",),
        "Child-Pugh class": parts,
        "FOLFOX-HAIC as first line": ("prior_treatment", "haic_sessions"),
        "Largest tumour": ("largest_tumour_cm",),
        "Prior treatment of the HCC": ("prior_treatment",),
        "Other malignancy": ("other_malignancy",),
        "Simultaneous TACE": ("concurrent_tace",),
    }
    some = settled_by(ClinicalRecord(age_years=90.0, inr=1.1, months_since_first_haic=3.0))
    assert "Age" not in some  # not met is settled
    assert "inr" not in some["Child-Pugh class"]
    assert some["FOLFOX-HAIC as first line"] == ("prior_treatment",)


def test_filling_the_named_fields_settles_every_criterion() -> None:
    answers = {"age_years": 50.0, "ecog": 0, "bilirubin_umol_l": 12.0, "albumin_g_l": 40.0, "inr": 1.0,
               "ascites": "none", "encephalopathy_grade": 0, "prior_treatment": False, "haic_sessions": 2,
               "largest_tumour_cm": 8.0, "other_malignancy": False, "concurrent_tace": False}  # fmt: skip
    named = {name for fields in settled_by(ClinicalRecord()).values() for name in fields}
    assert settled_by(ClinicalRecord(**{name: answers[name] for name in named})) == {}  # type: ignore[arg-type]
