"""Stage fusion: the MTM and the DLR score of everybody, each from models that were not trained on him."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.geometry import FloatArray
from core.survival.follow_up import FollowUp
from core.train.cohort.clinical import ClinicalStage
from core.train.cohort.images import Member
from core.train.cohort.network import NetworkStage
from core.train.cohort.radiomics import RadiomicsStage
from core.train.fit_dlr import DlrCohort
from core.train.fit_fusion import FusionCohort, FusionFit, fit_fusion, fused_log_odds, part_log_odds

Mask = npt.NDArray[np.bool_]
SMALLEST_SPREAD = 1e-3
NOTHING_LEARNED = "The survival heads do not tell unseen patients apart: the DLR score is not fitted and stays unknown."


@dataclass(frozen=True, eq=False)
class FusionStage:
    """What the stage made; rows as the members.

    Attributes:
        fit: the model with its figures.
        parts: (n, 3) log odds of MTM, columns as PARTS, NaN where unknown.
        mtm: (n,) fused log odds, NaN where unknown.
        dlr: (n,) DLR score, NaN without survival.
        notices: what could not be fitted, one sentence each.
    """

    fit: FusionFit
    parts: FloatArray
    mtm: FloatArray
    dlr: FloatArray
    notices: tuple[str, ...] = ()


def fusion_stage(
    members: Sequence[Member],
    network: NetworkStage,
    radiomics: RadiomicsStage | None,
    clinical: ClinicalStage,
    version: str,
) -> FusionStage:
    """Fit on the training patients' answers out of fold; score the others by the models in use.

    Args:
        members: the whole cohort. radiomics: None without labels.
        version: of the artefact.
    """
    training = np.array([member.patient.split == "train" for member in members])
    labelled = training & np.array([member.patient.mtm is not None for member in members])
    by_radiomics = _radiomics(members, radiomics)
    own = clinical.fit.out_of_fold
    survival = _dlr_cohort(members, training, network)
    tells_apart = survival is not None and np.ptp(survival.os_heads.mean(axis=1)) > SMALLEST_SPREAD
    cohort = replace(
        _cohort(members, labelled, network, by_radiomics),
        dlr=survival if tells_apart else None,
        clinical=None if own is None else np.array(own),
    )
    fit = fit_fusion(cohort, clinical.fit, version)
    everybody = np.ones(len(members), dtype=bool)
    parts = part_log_odds(_cohort(members, everybody, network, by_radiomics), clinical.fit.model)
    parts[labelled] = fit.parts
    mtm = fused_log_odds(fit.model.weights, parts)
    mtm[labelled] = fit.out_of_fold
    dlr = np.full(len(members), np.nan)
    if fit.model.dlr is not None:
        dlr = np.array([fit.model.dlr(value) for value in network.probability[:, 1:].mean(axis=1)])
    return FusionStage(fit, parts, mtm, dlr, (NOTHING_LEARNED,) if survival is not None and not tells_apart else ())


def _cohort(members: Sequence[Member], chosen: Mask, network: NetworkStage, radiomics: FloatArray) -> FusionCohort:
    patients = [member.patient for member, one in zip(members, chosen, strict=True) if one]
    trained = bool(np.isfinite(network.targets[:, 0]).any())
    return FusionCohort(
        network=network.probability[chosen, 0] if trained else np.full(len(patients), np.nan),
        radiomics=radiomics[chosen],
        records=[patient.clinical for patient in patients],
        mtm=np.array([int(bool(patient.mtm)) for patient in patients], dtype=np.int_),
        dlr=None,
    )


def _radiomics(members: Sequence[Member], stage: RadiomicsStage | None) -> FloatArray:
    known = {} if stage is None else {**stage.held_out, **stage.out_of_fold}
    return np.array([known.get(member.key, np.nan) for member in members])


def _dlr_cohort(members: Sequence[Member], training: Mask, network: NetworkStage) -> DlrCohort | None:
    chosen = training & np.array([member.patient.time_months is not None for member in members])
    if not chosen.any():
        return None
    patients = [member.patient for member, one in zip(members, chosen, strict=True) if one]
    truths = [patient.truth for patient in patients]
    known = [truth.dlr for truth in truths if truth is not None]
    pvtt = [np.nan if p.clinical.pvtt is None else float(p.clinical.pvtt) for p in patients]
    time = np.array([p.time_months for p in patients], dtype=np.float64)
    return DlrCohort(
        os_heads=network.probability[chosen][:, 1:],
        true_dlr=np.array(known) if len(known) == len(patients) else None,
        follow_up=FollowUp(time, np.array([bool(p.event) for p in patients])),
        pvtt=np.array(pvtt),
    )
