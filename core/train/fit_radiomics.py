"""Training the radiomics model: selection inside cross-validation, one booster per fold, honest figures out of fold."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.artefacts import Metric, ModelCard, Training, write_artefact
from core.geometry import FloatArray
from core.model_card import INTENDED_USE
from core.radiomics.score import RadiomicsModel
from core.radiomics.selected import SelectedFeatures
from core.radiomics.settings import RadiomicsSettings
from core.train.boosting import PARAMETERS, ROUNDS, fit_booster, margins
from core.train.calibration import fit_platt
from core.train.card_facts import CardFacts, golden
from core.train.discrimination import auc
from core.train.select_features import labelled_folds, select, stability

if TYPE_CHECKING:
    import pandas as pd
    import xgboost


@dataclass(frozen=True)
class RadiomicsTraining:
    """Settings; all of them go into the card."""

    folds: int = 5
    seed: int = 23
    training_split: str = "train"


@dataclass(frozen=True, eq=False)
class RadiomicsFit:
    """A fitted radiomics model with its figures.

    Attributes:
        model: as it will be loaded.
        out_of_fold: calibrated probability of MTM of each training patient, from features selected and trees grown
            without that patient; index patient_id. This is what fusion is fitted on.
        predicted: calibrated probability of every patient of the table by the final model; optimistic for those it was
            trained on.
        metrics: for the card.
        positives: patients with MTM in training.
        medians: of the selected features in training, by prefixed name.
    """

    model: RadiomicsModel
    out_of_fold: pd.Series
    predicted: pd.Series
    metrics: tuple[Metric, ...]
    positives: int
    medians: Mapping[str, float] = field(default_factory=dict)


def fit_radiomics(
    table: pd.DataFrame,
    mtm: pd.Series,
    split: pd.Series | None = None,
    training: RadiomicsTraining | None = None,
    robust: Collection[str] | None = None,
    settings: RadiomicsSettings | None = None,
) -> RadiomicsFit:
    """Fit on the patients whose MTM is known.

    Args:
        table: one row per patient (index patient_id), columns "ap_..." and "pvp_..." of `extract_cohort`.
        mtm: 0, 1 or NaN where unknown; index patient_id.
        split: patients of `training_split` are fitted, those of other splits tested; None to fit all.
        robust: names that passed the test-retest filter (`Robustness.names`); None to skip it.
        settings: with which the table was made; None for the default.

    Raises:
        InputError: if the table holds too few patients or usable features.
    """
    training = training or RadiomicsTraining()
    labels = mtm.reindex(table.index)
    fitted = labels.notna() & ((split.reindex(table.index) == training.training_split) if split is not None else True)
    rows, y = table[fitted], labels[fitted].to_numpy(dtype=np.int_)
    folds = labelled_folds(y, training.folds, training.seed)
    raw, choices = _nested(rows, y, folds, training, robust)
    selected = select(rows, y, training.seed, robust)
    boosters = _boosters(rows, y, folds, selected, training)
    slope, intercept = fit_platt(raw, y)
    model = RadiomicsModel(settings or RadiomicsSettings(), selected, boosters, slope, intercept)
    out_of_fold = _series(slope * raw + intercept, rows.index)
    predicted = _series(_final_log_odds(model, table), table.index)
    held_out = labels.notna() & ~fitted
    metrics = _metrics(y, out_of_fold, choices, _held_out(labels, predicted, split, held_out))
    if robust is not None:
        metrics = (*metrics, _share_robust(table, robust))
    medians = {name: float(rows[name].median()) for name in selected.prefixed}
    return RadiomicsFit(model, out_of_fold, predicted, metrics, int(y.sum()), medians)


def write_radiomics(fit: RadiomicsFit, weights_dir: Path, facts: CardFacts, training: RadiomicsTraining) -> Path:
    """Write weights/radiomics/VERSION: one .ubj per booster and the card."""
    files = {f"model_{number}.ubj": bytes(b.save_raw("ubj")) for number, b in enumerate(fit.model.boosters, start=1)}
    n = len(fit.out_of_fold)
    expected = {"mtm_radiomics": fit.model.predict(fit.medians).value}
    card = ModelCard(
        name="radiomics",
        version=facts.version,
        architecture=_architecture(fit, sorted(files), training),
        inputs={
            "phases": ["arterial", "portal_venous"],
            "region": "whole liver with its tumours",
            "grid": "portal-venous; both phases",
            "settings": fit.model.settings.to_dict(),
        },
        outputs={"mtm_radiomics": "probability of the macrotrabecular-massive subtype, 0..1"},
        training=Training(facts.cohort, n, fit.positives, facts.dates),
        intended_use=INTENDED_USE,
        licence=facts.licence,
        attribution=facts.attribution,
        commit=facts.commit,
        golden=golden("every selected feature at its training median (architecture.medians)", fit.medians, expected),
        simulated=facts.simulated,
        provenance=facts.provenance,
        metrics=fit.metrics,
    )
    return write_artefact(weights_dir, card, files)


def _architecture(fit: RadiomicsFit, files: Sequence[str], training: RadiomicsTraining) -> dict[str, Any]:
    selected = fit.model.selected
    return {
        "kind": "XGBoost, CART base, one booster per cross-validation fold; mean of their log odds",
        "boosters": list(files),
        "parameters": {**PARAMETERS, "rounds": ROUNDS},
        "training": asdict(training),
        "selected": {"ap": list(selected.arterial), "pvp": list(selected.portal_venous)},
        "calibration": {"slope": fit.model.slope, "intercept": fit.model.intercept},
        "medians": dict(fit.medians),
    }


def _nested(
    rows: pd.DataFrame,
    labels: npt.NDArray[np.int_],
    folds: Sequence[tuple[Any, Any]],
    training: RadiomicsTraining,
    robust: Collection[str] | None,
) -> tuple[FloatArray, list[SelectedFeatures]]:
    """Log odds out of fold; each fold selects for itself."""
    raw = np.empty(labels.size)
    choices = []
    for inner, outer in folds:
        selected = select(rows.iloc[inner], labels[inner], training.seed, robust)
        values = rows[list(selected.prefixed)].to_numpy(dtype=np.float64)
        booster = fit_booster(values[inner], labels[inner], selected.prefixed, training.seed)
        raw[outer] = margins(booster, values[outer])
        choices.append(selected)
    return raw, choices


def _boosters(
    rows: pd.DataFrame,
    labels: npt.NDArray[np.int_],
    folds: Sequence[tuple[Any, Any]],
    selected: SelectedFeatures,
    training: RadiomicsTraining,
) -> list[xgboost.Booster]:
    values = rows[list(selected.prefixed)].to_numpy(dtype=np.float64)
    names = selected.prefixed
    return [fit_booster(values[inner], labels[inner], names, training.seed + i) for i, (inner, _) in enumerate(folds)]


def _final_log_odds(model: RadiomicsModel, table: pd.DataFrame) -> FloatArray:
    values = table[list(model.selected.prefixed)].to_numpy(dtype=np.float64)
    mean: FloatArray = np.mean([margins(booster, values) for booster in model.boosters], axis=0)
    return model.slope * mean + model.intercept


def _series(log_odds: FloatArray, index: pd.Index) -> pd.Series:
    import pandas as pd

    return pd.Series(1 / (1 + np.exp(-log_odds)), index=index, name="radiomics")


def _held_out(
    labels: pd.Series, predicted: pd.Series, split: pd.Series | None, held_out: pd.Series
) -> list[tuple[str, npt.NDArray[np.int_], FloatArray]]:
    if split is None:
        return []
    groups = split.reindex(labels.index)[held_out]
    parts = []
    for name in sorted(groups.unique()):
        members = groups.index[groups == name]
        y = labels[members].to_numpy(dtype=np.int_)
        if 0 < y.sum() < y.size:
            parts.append((str(name), y, predicted[members].to_numpy(dtype=np.float64)))
    return parts


def _metrics(
    labels: npt.NDArray[np.int_],
    out_of_fold: pd.Series,
    choices: Sequence[SelectedFeatures],
    tested: Sequence[tuple[str, npt.NDArray[np.int_], FloatArray]],
) -> tuple[Metric, ...]:
    lines = [auc(labels, out_of_fold.to_numpy()).metric("MTM AUC, out of fold, selection inside", labels.size)]
    lines += [auc(y, p).metric(f"MTM AUC, split {name}", y.size) for name, y, p in tested]
    return (*lines, Metric("overlap of the features selected by two folds (Jaccard)", stability(choices)))


def _share_robust(table: pd.DataFrame, robust: Collection[str]) -> Metric:
    kept = sum(name in robust for name in table.columns)
    return Metric("share of the features that passed the test-retest filter", kept / max(1, table.shape[1]))
