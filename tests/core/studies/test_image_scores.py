from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.findings import HEADS
from core.models import load_models
from core.studies.image_scores import ScoredCohort, ScoreFigure, binary_slope, score_figures
from core.train.discrimination import auc, auc_difference

N = 600


def _expit(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


@pytest.fixture(scope="module")
def cohort() -> ScoredCohort:
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 2, N).astype(float)
    ideal = 3 * (truth - 0.5) + rng.standard_normal(N) * 1.2
    parts = {name: ideal + noise * rng.standard_normal(N) for name, noise in (("network", 1.0), ("radiomics", 2.0))}
    dlr = rng.beta(4, 1, N)
    time = rng.exponential(60, N) * np.exp(2 * (dlr - 0.8)) * np.exp(-0.8 * truth)
    heads = _expit(rng.standard_normal((N, 5)) + 3 * dlr[:, None])
    targets = np.column_stack([truth, *(np.where(time > months, 1.0, 0.0) for months in (12, 24, 36, 48))])
    split = np.array(["train", "internal", "external"])[np.arange(N) % 3]
    label = np.where(np.arange(N) % 2 == 0, truth, np.nan)
    return ScoredCohort(
        split=split,
        mtm_label=label,
        parts={**parts, "fused": 0.7 * parts["network"] + 0.2 * parts["radiomics"]},
        heads=heads,
        targets=targets,
        inputs={
            "pvtt": rng.integers(0, 2, N).astype(float),
            "response": rng.integers(0, 2, N).astype(float),
            "haic_sessions": rng.integers(1, 5, N).astype(float),
            "mtm": _expit(parts["network"]),
            "dlr": np.clip(dlr + 0.1 * rng.standard_normal(N), 0, 1),
        },
        time_months=time,
        event=np.ones(N),
        true_mtm=truth,
        true_mtm_logit=ideal,
        true_dlr=dlr,
    )


@pytest.fixture(scope="module")
def figures(cohort: ScoredCohort) -> dict[tuple[str, str], ScoreFigure]:
    models = load_models()
    return {(one.name, one.group): one for one in score_figures(cohort, (models.pre, models.post))}


def test_fused_and_parts_are_compared_on_the_same_patients(cohort: ScoredCohort, figures: dict) -> None:
    group = "internal, histology"
    member = (cohort.split == "internal") & np.isfinite(cohort.mtm_label)
    label, fused = cohort.mtm_label[member], cohort.parts["fused"][member]
    expected = auc(label, fused)
    found = figures["AUC, fused", group]
    assert (found.value, found.low, found.high) == pytest.approx((expected.value, expected.low, expected.high))
    assert (found.n, found.events) == (member.sum(), label.sum())
    difference = auc_difference(label, fused, cohort.parts["radiomics"][member])
    found = figures["AUC, fused minus radiomics", group]
    assert (found.value, found.low, found.high) == pytest.approx((difference.value, difference.low, difference.high))


def test_unlabelled_patients_are_judged_by_the_simulated_truth_except_those_learned_from(figures: dict) -> None:
    groups = {group for name, group in figures if name == "AUC, fused"}
    assert groups == {
        "training, out of fold, histology",
        *(f"{split}, {by}" for split in ("internal", "external") for by in ("histology", "simulated truth")),
    }
    assert figures["AUC, fused minus ideal reader", "external, simulated truth"].value < 0.02


def test_heads_are_judged_where_their_target_is_known(cohort: ScoredCohort) -> None:
    censored = cohort.targets.copy()
    censored[: N // 2, 4] = np.nan
    found = {(one.name, one.group): one for one in score_figures(replace(cohort, targets=censored), ())}
    for head in HEADS[1:4]:
        assert found[f"AUC, {head}", "external"].n == N // 3
    assert found["AUC, os_gt3", "external"].n == N // 6


def test_the_nomograms_lose_little_by_scores_that_are_nearly_true(figures: dict) -> None:
    for model in ("pre", "post"):
        image = figures[f"C of the {model} nomogram, image scores", "external"]
        true = figures[f"C of the {model} nomogram, true scores", "external"]
        lost = figures[f"C of the {model} nomogram, image minus true scores", "external"]
        assert image.value - true.value == pytest.approx(lost.value)
        assert lost.low < lost.value < lost.high
        assert lost.high - lost.low < image.high - image.low


def test_a_score_that_is_as_sure_as_it_should_be_has_a_slope_of_one() -> None:
    rng = np.random.default_rng(9)
    log_odds = 1.5 * rng.standard_normal(20000)
    label = rng.random(20000) < _expit(log_odds)
    slope, se = binary_slope(label, log_odds)
    assert slope == pytest.approx(1, abs=3 * se)
    assert binary_slope(label, 2 * log_odds)[0] == pytest.approx(slope / 2)
    assert 0.01 < se < 0.04


def test_without_truth_or_labels_nothing_is_made_up(cohort: ScoredCohort) -> None:
    unknown = np.full(N, np.nan)
    blind = replace(
        cohort,
        mtm_label=unknown, true_mtm=unknown, true_mtm_logit=unknown, true_dlr=unknown,
        targets=np.full((N, 5), np.nan), time_months=unknown, event=unknown,
    )  # fmt: skip
    models = load_models()
    assert score_figures(blind, (models.pre, models.post)) == ()
