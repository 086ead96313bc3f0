"""cox.json, see docs/cox-json.md."""

from __future__ import annotations

from core.model_card import Metric
from core.studies.cox_study import CoxStudy
from core.studies.json_parts import (
    Json,
    by_horizon,
    calibration,
    classification,
    coefficients,
    horizon_key,
    warnings,
    with_limits,
    with_se,
)
from core.studies.performance import Performance
from core.survival.nomogram import axes, lp_axis
from core.survival.proportional_hazards import ScoreTest


def cox_document(study: CoxStudy) -> Json:
    """The content of cox.json."""
    fit, judged, selection = study.fit, study.performance, study.selection
    return {
        "n_read": selection.n_read,
        "n": fit.n,
        "events": fit.events,
        "missing": dict(selection.missing),
        "unit": study.settings.unit,
        "ties": fit.ties,
        "coefficients": coefficients(fit),
        "univariable": {name: coefficients(alone) for name, alone in study.univariable.items()},
        "log_likelihood": fit.log_likelihood,
        "log_likelihood_null": fit.log_likelihood_null,
        "concordance": {"harrell": with_se(study.harrell), "uno": with_se(study.uno)},
        "baseline": [
            {"time": time, "cumulative_hazard": hazard}
            for time, hazard in zip(study.curves.time.tolist(), study.curves.baseline.tolist(), strict=True)
        ],
        "nomogram": _nomogram(study),
        "auc": by_horizon(judged.auc, 0),
        "brier": _values(judged, 1),
        "brier_null": _values(judged, 0),
        "proportional_hazards": {
            **{name: _test(test) for name, test in study.proportional_hazards.terms.items()},
            "global": _test(study.proportional_hazards.overall),
        },
        "calibration": calibration(judged),
        "cut": {"linear_predictor": study.cut, "how": "median linear predictor"},
        "classification": classification(judged),
        "optimism_corrected": _internal(study),
        "warnings": warnings(study.notices),
    }


def cox_metrics(study: CoxStudy) -> list[Metric]:
    """For the card: apparent figures with intervals, and what is left of them after correction."""
    n = study.fit.n
    limits = with_limits(study.harrell)
    metrics = [Metric("Harrell's C, apparent", study.harrell.value, limits["low"], limits["high"], n)]
    if study.internal is not None:
        metrics.append(Metric("Harrell's C, corrected for optimism", study.internal.concordance, n=n))
        metrics.append(Metric("calibration slope, corrected for optimism", study.internal.slope, n=n))
    return metrics


def _nomogram(study: CoxStudy) -> Json:
    ticks = {
        axis.name: [
            {"level": tick.label if axis.name in study.selection.levels else tick.value, "points": tick.points}
            for tick in axis.ticks
        ]
        for axis in axes(study.nomogram)
    }
    lps = [{"lp_centred": lp, "total_points": total} for lp, total in lp_axis(study.nomogram, *study.lp_range)]
    return {"axes": ticks, "lp_axis": lps, "center": study.fit.center}


def _values(judged: Performance, row: int) -> Json:
    """Brier scores only, as the contract has them."""
    found = judged.brier.estimates
    return {horizon_key(t): float(value) for t, value in zip(found.horizons, found.value[row], strict=True)}


def _internal(study: CoxStudy) -> Json | None:
    if study.internal is None:
        return None
    brier = zip(study.performance.horizons.tolist(), study.internal.brier.tolist(), strict=True)
    return {
        "concordance": study.internal.concordance,
        "slope": study.internal.slope,
        "brier": {horizon_key(t): value for t, value in brier},
        "resamples": study.internal.figures.resamples,
    }


def _test(test: ScoreTest) -> Json:
    return {"chisq": test.chi_square, "df": test.df, "p": test.p}
