from __future__ import annotations

from dataclasses import replace

import pytest

from core.report.training_report import training_report
from core.studies.image_scores import ScoreFigure
from core.studies.image_training import CohortRow, CurvePoint, Exclusion, ImageTraining, training_document

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def study() -> ImageTraining:
    return ImageTraining(
        name=HOSTILE,
        dates="2015-2020",
        simulated=False,
        provenance="",
        rows=(CohortRow("train", "haic", 200, 190, 120, 0, 0), CohortRow("train", "resection", 100, 0, 0, 100, 62)),
        notices=("No patient is in split external: no figure is of another centre.",),
        exclusions=(Exclusion(17, "images", "images: expected a liver, got an empty mask"),),
        figures=(
            ScoreFigure("mtm", "AUC, fused", "training, out of fold, histology", 0.871, 0.8, 0.94, 100, 62),
            ScoreFigure(
                "mtm", "AUC, fused minus network", "training, out of fold, histology", 0.02, -0.01, 0.05, 100, 62
            ),
            ScoreFigure("survival", "AUC, os1", "external", 0.7, None, None, 90, 60),
        ),
        classifiers=(
            {
                "classifier": "XGBoost",
                "n": 100,
                "positives": 62,
                "auc": 0.81,
                "low": 0.72,
                "high": 0.9,
                "difference": None,
            }
            | {"difference_low": None, "difference_high": None, "p": None},
            {"classifier": "random forest", "n": 100, "positives": 62, "auc": 0.78, "low": 0.7, "high": 0.87}
            | {"difference": 0.03, "difference_low": -0.02, "difference_high": 0.08, "p": 0.231},
        ),
        robustness={
            "patients": 20,
            "smallest_icc": 0.75,
            "kept": 70,
            "of": 100,
            "kept_by_class": {"glcm": {"kept": 20, "of": 24}},
        },
        curve=(CurvePoint(1, 1, 0.9, None), CurvePoint(1, 2, 0.7, None), CurvePoint(2, 1, 0.8, 0.85)),
        seconds={"images": 900.0, "network": 600.0, "fusion": 1.0},
        patients={"images": 300, "network": 300},
        settings={"folds": 3},
        facts={"clinical part": "carried over"},
    )


def test_the_page_shows_every_figure_with_its_interval_and_n(study: ImageTraining) -> None:
    text = training_report(study)
    assert "0.871 (0.800 to 0.940)" in text
    assert "0.020 (-0.010 to 0.050)" in text
    assert "100 (62)" in text
    assert "0.700 (not known to not known)" in text
    assert "got an empty mask" in text
    assert "no figure is of another centre" in text
    assert "300; 120 deaths; MTM known in 100, present in 62" in text


def test_classifiers_and_features_that_came_back_are_told(study: ImageTraining) -> None:
    text = training_report(study)
    assert "0.810 (0.720 to 0.900)" in text
    assert "0.030 (-0.020 to 0.080), p = 0.231" in text
    assert "70 of 100 features kept an intraclass correlation of at least 0.75 (glcm 20/24)" in text
    assert 'id="radiomics"' not in training_report(replace(study, classifiers=()))


def test_cost_is_extrapolated_in_proportion_and_said_so(study: ImageTraining) -> None:
    assert study.extrapolated() == pytest.approx({"images": 900 * 752 / 300, "network": 600 * 752 / 300})
    text = training_report(study)
    assert f"{900 * 752 / 300 / 60:.1f}" in text
    assert "it was not measured" in text
    assert training_document(study)["extrapolated_seconds"]["752"] == study.extrapolated()


def test_a_cohorts_name_cannot_bring_markup(study: ImageTraining) -> None:
    assert HOSTILE not in training_report(study)


def test_a_part_that_was_not_trained_has_no_section(study: ImageTraining) -> None:
    text = training_report(replace(study, figures=study.figures[:1], exclusions=(), curve=()))
    assert 'id="mtm"' in text
    assert 'id="prognosis"' not in text
    assert "Every patient of the table was used" in text
