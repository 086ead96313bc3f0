"""Stage clinical: the clinical part of the MTM score, from the best source there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.artefacts import find_weights, read_artefact
from core.errors import InputError
from core.fusion import FusionModel
from core.train.cohort.images import Member
from core.train.cohort.store import key_of
from core.train.fit_clinical import PREDICTORS, ClinicalFit, enough_records, fit_clinical_records, fit_clinical_table


@dataclass(frozen=True)
class ClinicalStage:
    """The clinical model, where it comes from in words, and a hash of what it was made from."""

    fit: ClinicalFit
    origin: str
    key: str


def clinical_stage(members: Sequence[Member], table: Path | None, weights: Path | None) -> ClinicalStage:
    """From a public table if one is given, else from the centre's own records if they are enough, else carried over.

    Args:
        members: fitted are those of split "train" with a label.
        table: mtm_dect_262.csv (M. Li et al., Radiology 2023).
        weights: where the model that is carried over lies; None for the usual place.

    Raises:
        InputError: a table that is not that one.
    """
    if table is not None:
        fit = fit_clinical_table(table)
        return _staged(fit, f"fitted on the public table of {fit.n} patients")
    labelled = [m.patient for m in members if m.patient.mtm is not None and m.patient.split == "train"]
    mtm = [int(bool(patient.mtm)) for patient in labelled]
    records = [patient.clinical for patient in labelled]
    complete = all(any(getattr(record, p.field) is not None for record in records) for p in PREDICTORS)
    if complete and enough_records(mtm):
        return _staged(fit_clinical_records(records, mtm), f"fitted on {len(mtm)} own records")
    return _staged(carried_over(weights), "carried over, the cohort's own records are too few or lack a predictor")


def carried_over(weights: Path | None) -> ClinicalFit:
    """The clinical model of a weights folder, with its figures, sources and attribution."""
    artefact = read_artefact(find_weights(weights), "fusion")
    card = artefact.card
    counted = [int(word) for word in str(card.architecture["clinical_cohort"]).split() if word.isdigit()]
    if len(counted) != 2:
        raise InputError("--weights: expected a fusion whose card counts its clinical cohort, got another")
    return ClinicalFit(
        FusionModel.load(artefact).clinical,
        tuple(metric for metric in card.metrics if metric.name.startswith("clinical MTM AUC")),
        counted[0],
        counted[1],
        dict(card.architecture["clinical_cut_offs"]),
        card.attribution,
    )


def _staged(fit: ClinicalFit, origin: str) -> ClinicalStage:
    terms = [(t.field, t.above, t.equals, t.coefficient, t.mean) for t in fit.model.terms]
    return ClinicalStage(fit, origin, key_of(fit.model.intercept, terms, fit.out_of_fold, fit.n, fit.positives))
