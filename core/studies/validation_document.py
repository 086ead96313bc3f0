"""validate.json, see docs/validate-json.md."""

from __future__ import annotations

from core.model_card import Metric
from core.studies.json_parts import (
    Json,
    by_horizon,
    calibration,
    classification,
    estimate,
    finite,
    horizon_key,
    warnings,
    with_limits,
)
from core.studies.recalibration import Candidate, ChiSquare, Recalibration
from core.studies.validation import Validation
from core.survival.step_function import FloatArray


def validation_document(study: Validation) -> Json:
    """The content of validate.json."""
    judged, follow_up = study.performance, study.cohort.follow_up
    return {
        "n_read": study.cohort.n_read,
        "n": len(follow_up),
        "events": follow_up.events,
        "missing": dict(study.cohort.missing),
        "model": study.nomogram.model,
        "calibration_in_the_large": estimate(study.in_the_large.log_ratio),
        "observed_over_expected": {
            "observed": study.in_the_large.observed,
            "expected": study.in_the_large.expected,
            **dict(zip(("value", "low", "high"), study.in_the_large.ratio, strict=True)),
        },
        "slope": estimate(judged.slope),
        "concordance": with_limits(study.harrell),
        "concordance_uno": with_limits(study.uno),
        "auc": by_horizon(judged.auc, 0),
        "brier": by_horizon(judged.brier.estimates, 1),
        "brier_null": by_horizon(judged.brier.estimates, 0),
        "calibration": calibration(judged),
        "net_benefit": [
            {
                "horizon": curve.horizon,
                "thresholds": curve.thresholds.tolist(),
                **{name: [finite(v) for v in benefit.tolist()] for name, benefit in curve.net_benefit.items()},
            }
            for curve in judged.decision
        ],
        "cut": {"linear_predictor": judged.cut, "how": "the model's own"},
        "classification": classification(judged),
        "recalibration": _recalibration(study.recalibration, study.horizons),
        "recommended": study.recalibration.recommended,
        "reason": study.recalibration.reason,
        "warnings": warnings(study.notices),
    }


def validation_metrics(study: Validation) -> list[Metric]:
    """For the card of the changed model: its figures in the new cohort."""
    n, limits = len(study.cohort.follow_up), with_limits(study.harrell)
    slope = study.performance.slope
    return [
        Metric(
            "Harrell's C of the unchanged model in this cohort", study.harrell.value, limits["low"], limits["high"], n
        ),
        Metric("calibration slope of the unchanged model in this cohort", slope.value, slope.low, slope.high, n),
    ]


def _recalibration(found: Recalibration, horizons: FloatArray) -> Json:
    document: Json = {"baseline": None, "baseline_slope": None, "refit": None}
    document |= {one.change: _candidate(one, horizons) for one in found.candidates}
    document["tests"] = {
        "baseline": _chi_square(found.baseline_test),
        "refit_against_coefficients": _chi_square(found.coefficients_test),
        "refit_against_slope": _chi_square(found.slope_test),
    }
    if found.no_refit:
        document["no_refit"] = found.no_refit
    return document


def _candidate(one: Candidate, horizons: FloatArray) -> Json:
    return {
        "coefficients": dict(zip(one.fit.names, one.fit.beta.tolist(), strict=True)),
        "log_likelihood": one.log_likelihood,
        **_named(one.figures, horizons),
        "optimism_corrected": None if one.corrected is None else _named(one.corrected.value, horizons),
    }


def _named(figures: FloatArray, horizons: FloatArray) -> Json:
    brier = {horizon_key(t): float(value) for t, value in zip(horizons, figures[2:], strict=True)}
    return {"concordance": float(figures[0]), "slope": float(figures[1]), "brier": brier}


def _chi_square(test: ChiSquare | None) -> Json | None:
    return None if test is None else {"chisq": test.chi_square, "df": test.df, "p": test.p}
