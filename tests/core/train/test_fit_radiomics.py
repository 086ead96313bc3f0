from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.artefacts import read_artefact
from core.errors import InputError
from core.radiomics.score import RadiomicsModel
from core.train.card_facts import CardFacts
from core.train.fit_radiomics import RadiomicsTraining, fit_radiomics, write_radiomics
from core.train.select_features import select, usable

N = 90
TRAINING = RadiomicsTraining(folds=3)


def cohort(seed: int = 0, signal: float = 2.0, n: int = N) -> tuple[pd.DataFrame, pd.Series]:
    """Two informative features a phase among noise, one copy of each, one constant."""
    rng = np.random.default_rng(seed)
    labels = (np.arange(n) % 2).astype(float)
    columns: dict[str, np.ndarray] = {}
    for prefix, count in (("ap_", 16), ("pvp_", 18)):
        for index in range(count):
            shift = signal * labels if index < 2 else 0.0
            columns[f"{prefix}original_f{index}"] = rng.standard_normal(n) + shift
        columns[f"{prefix}copy"] = columns[f"{prefix}original_f0"] * 3 + 1
        columns[f"{prefix}constant"] = np.full(n, 4.0)
    names = [f"p{i:03d}" for i in range(n)]
    order = rng.permutation(n)
    return pd.DataFrame(columns, index=names).iloc[order], pd.Series(labels, index=names).iloc[order]


@pytest.fixture(scope="module")
def fitted():
    table, mtm = cohort()
    return fit_radiomics(table, mtm, training=TRAINING)


def test_ten_and_twelve_features_are_kept(fitted):
    selected = fitted.model.selected
    assert (len(selected.arterial), len(selected.portal_venous)) == (10, 12)
    informative = {"original_f0", "original_f1", "copy"}
    assert len(informative & set(selected.arterial)) == 2
    assert len(informative & set(selected.portal_venous)) == 2
    assert "constant" not in selected.arterial


def test_figures_are_out_of_fold(fitted):
    first = fitted.metrics[0]
    assert first.n == N
    assert 0.85 < first.value <= 1
    assert first.low < first.value < first.high + 1e-12
    assert fitted.out_of_fold.between(0, 1).all()


def test_labels_that_mean_nothing_are_not_learned():
    """Selection outside of cross-validation would find structure in 36 columns of noise."""
    values = []
    for seed in range(3):
        table, mtm = cohort(seed, signal=0.0)
        values.append(fit_radiomics(table, mtm, training=TRAINING).metrics[0].value)
    assert 0.35 < np.mean(values) < 0.62


def test_the_same_input_gives_the_same_bytes(fitted):
    table, mtm = cohort()
    again = fit_radiomics(table, mtm, training=TRAINING)
    assert [bytes(b.save_raw("ubj")) for b in again.model.boosters] == [
        bytes(b.save_raw("ubj")) for b in fitted.model.boosters
    ]
    assert again.out_of_fold.equals(fitted.out_of_fold)


def test_unknown_labels_are_predicted_and_other_splits_tested():
    table, mtm = cohort()
    mtm.iloc[:6] = np.nan
    split = pd.Series(["train"] * 60 + ["internal"] * 30, index=table.index)
    fit = fit_radiomics(table, mtm, split, TRAINING)
    assert len(fit.out_of_fold) == 54
    assert len(fit.predicted) == N
    assert [(m.name, m.n) for m in fit.metrics[1:2]] == [("MTM AUC, split internal", 30)]


def test_the_artefact_loads_and_says_the_same(fitted, tmp_path):
    facts = CardFacts(version="1.0.0", cohort="test cohort", commit="abc")
    write_radiomics(fitted, tmp_path, facts, TRAINING)
    artefact = read_artefact(tmp_path, "radiomics")
    model = RadiomicsModel.load(artefact)
    found = model.predict(fitted.medians).value
    assert found == pytest.approx(artefact.card.golden.expected["mtm_radiomics"], abs=1e-9)
    table, _ = cohort()
    row = table.iloc[5]
    assert model.predict(row.to_dict()).value == pytest.approx(fitted.predicted.iloc[5], abs=1e-6)
    assert artefact.card.training.n == N
    assert artefact.card.simulated


def test_too_few_patients_or_features_are_refused():
    table, mtm = cohort()
    with pytest.raises(InputError, match="at least 3 patients"):
        fit_radiomics(table.iloc[:4], mtm.iloc[:4], training=TRAINING)
    with pytest.raises(InputError, match="expected 10 usable features"):
        select(table[table.columns[:8]], mtm.to_numpy(dtype=int), 0)


def test_undefined_features_are_not_used():
    table, _ = cohort()
    table.iloc[3, 0] = np.nan
    assert table.columns[0] not in usable(table)
    assert table.columns[1] in usable(table)


def test_only_robust_features_are_used_and_the_share_is_told():
    table, mtm = cohort()
    robust = {name for name in table.columns if "f0" not in name}
    fit = fit_radiomics(table, mtm, training=TRAINING, robust=robust)
    assert set(fit.model.selected.prefixed) <= robust
    last = fit.metrics[-1]
    assert last.name == "share of the features that passed the test-retest filter"
    assert last.value == pytest.approx(len(robust) / table.shape[1])
