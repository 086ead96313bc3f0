"""A cohort like the paper's: patients treated with HAIC, with survival, and resected patients, with histology.

The images carry burden, spread and invasion according to the true DLR, and the look of the subtype according to MTM.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.simulate.clinical import Known, draw_record
from core.simulate.fields import Mask
from core.simulate.latents import (
    MTM_LOGIT,
    PRE_BETA,
    PVTT_LOGIT,
    RESECTED_MTM_LOGIT,
    RESPONSE_LOGIT,
    Counts,
    Evidence,
    FollowUp,
    Latent,
    Numbers,
    chance,
    dlr_normal_score,
    draw_dlr,
    draw_evidence,
    draw_follow_up,
    draw_sessions,
    linear_predictor,
    mtm_prior,
)
from core.simulate.patient import RealAnatomy, SimulatedCase, real_anatomy, simulate_patient
from core.simulate.tumour import TumourLook

__all__ = ["Latent", "RealAnatomy", "SimulatedCase", "draw_patients", "real_anatomy", "simulate_patient"]

Split = Literal["train", "internal", "external"]

COUNT_SHARE = {"haic": (0.285, 0.056, 0.024), "resection": (0.490, 0.044, 0.006)}
"""Share of patients with 1, 2 and 3 tumours; the rest have more."""

SPLIT_SHARE = (489 / 752, 122 / 752, 141 / 752)
"""Train, internal test, external test."""

# Correlation of each feature of the image with the DLR's normal score: worse prognosis, more of it. Assumed, high
# enough for burden measured in the image to follow DLR (docs/simulation.md).
_LOADING = {"size": -0.50, "count": -0.60, "cirrhosis": -0.60, "ascites": -0.60}


@dataclass(frozen=True, eq=False)
class _Columns:
    """True values of n patients; see `Latent`."""

    dlr: Numbers
    mtm: Mask
    pvtt: Mask
    response: Mask
    prior: Numbers
    evidence: Evidence
    size_cm: Numbers
    count: Counts
    infiltration: Numbers
    cirrhosis: Numbers
    ascites_mm: Numbers


def draw_patients(haic: int, resection: int, seed: int) -> list[Latent]:
    """True values of `haic` treated and then `resection` resected patients; the same for the same arguments."""
    return [*_haic(haic, seed), *_resection(resection, seed, first=haic)]


def _haic(count: int, seed: int) -> list[Latent]:
    if count == 0:
        return []
    rng = np.random.default_rng([seed, 11])
    columns = _draw_columns(count, "haic", rng)
    planned = draw_sessions(columns.response, rng)
    lp = linear_predictor(columns.pvtt, columns.response, planned, columns.mtm, columns.dlr)
    follow_up = draw_follow_up(lp, planned, rng)
    received = linear_predictor(columns.pvtt, columns.response, follow_up.sessions, columns.mtm, columns.dlr)
    splits = _draw_splits(count, rng)
    return [_latent(columns, row, (seed, row), splits[row], (follow_up, received), rng) for row in range(count)]


def _resection(count: int, seed: int, first: int) -> list[Latent]:
    if count == 0:
        return []
    rng = np.random.default_rng([seed, 12])
    columns = _draw_columns(count, "resection", rng)
    splits = _draw_splits(count, rng)
    return [_latent(columns, row, (seed, first + row), splits[row], None, rng) for row in range(count)]


def _draw_columns(count: int, cohort: Literal["haic", "resection"], rng: np.random.Generator) -> _Columns:
    shift = RESECTED_MTM_LOGIT if cohort == "resection" else 0.0
    dlr = draw_dlr(count, rng)
    prior = mtm_prior(MTM_LOGIT, dlr) + shift
    mtm = rng.random(count) < chance(MTM_LOGIT, dlr, shift)
    score = dlr_normal_score(dlr)
    ranks = {name: _rank(score, loading, rng) for name, loading in _LOADING.items()}
    return _Columns(
        dlr=dlr,
        mtm=mtm,
        pvtt=rng.random(count) < chance(PVTT_LOGIT, dlr),
        response=rng.random(count) < chance(RESPONSE_LOGIT, dlr),
        prior=prior,
        evidence=draw_evidence(mtm, rng),
        size_cm=_size_cm(ranks["size"]),
        count=_tumour_count(ranks["count"], COUNT_SHARE[cohort]),
        infiltration=np.clip(0.08 + 0.86 * (1 - dlr) + rng.normal(0, 0.08, count), 0, 1),
        cirrhosis=ranks["cirrhosis"] ** 1.6,
        ascites_mm=np.where(ranks["ascites"] > 0.856, 4 + 75 * (ranks["ascites"] - 0.856), 0.0),
    )


def _rank(score: Numbers, loading: float, rng: np.random.Generator) -> Numbers:
    """Uniform 0..1, correlated with a standard normal score."""
    from scipy.special import ndtr

    return np.asarray(ndtr(loading * score + np.sqrt(1 - loading**2) * rng.standard_normal(len(score))))


def _size_cm(rank: Numbers) -> Numbers:
    """11.1 +- 3.5 cm over 5 cm (Table 2), whatever the subtype: a truncated normal."""
    from scipy.special import ndtr, ndtri

    mean, sd, low, high = 10.3, 4.6, 5.1, 19.0
    floor, ceiling = ndtr((low - mean) / sd), ndtr((high - mean) / sd)
    return np.asarray(np.round(mean + sd * ndtri(floor + rank * (ceiling - floor)), 1))


def _tumour_count(rank: Numbers, share: tuple[float, float, float]) -> Counts:
    few = np.searchsorted(np.cumsum(share), rank, side="right") + 1
    top = (rank - sum(share)) / (1 - sum(share))
    return np.where(few > 3, 4 + np.floor(11 * np.clip(top, 0, 0.999) ** 1.6), few).astype(np.int64)


def _draw_splits(count: int, rng: np.random.Generator) -> list[tuple[Split, int]]:
    """Split and centre of each patient: external ones come from centres 1 and 2 in turn."""
    internal, external = round(SPLIT_SHARE[1] * count), round(SPLIT_SHARE[2] * count)
    names: list[tuple[Split, int]] = [("train", 0)] * (count - internal - external)
    names += [("internal", 0)] * internal
    names += [("external", 1 + position % 2) for position in range(external)]
    return [names[position] for position in rng.permutation(count)]


def _latent(
    columns: _Columns,
    row: int,
    identity: tuple[int, int],
    split: tuple[Split, int],
    follow_up: tuple[FollowUp, Numbers] | None,
    rng: np.random.Generator,
) -> Latent:
    look = _look(columns, row)
    treated = follow_up is not None
    known = Known(
        look=look,
        afp_high=bool(columns.evidence.afp_high[row]),
        ascites_mm=float(columns.ascites_mm[row]),
        response=bool(columns.response[row]) if treated else None,
        sessions=int(follow_up[0].sessions[row]) if follow_up else None,
        dead=bool(follow_up[0].event[row]) if follow_up else None,
    )
    dlr = float(columns.dlr[row])
    return Latent(
        patient_id=f"{'H' if treated else 'R'}{identity[1] + 1:04d}",
        seed=identity[0],
        index=identity[1],
        cohort="haic" if treated else "resection",
        split=split[0],
        centre=split[1],
        clinical=draw_record(known, rng),
        look=look,
        cirrhosis=float(columns.cirrhosis[row]),
        ascites_mm=known.ascites_mm,
        mtm=bool(columns.mtm[row]),
        true_mtm_logit=float(columns.prior[row] + columns.evidence.log_likelihood_ratio[row]),
        dlr=dlr,
        lp_pre=float(np.log(PRE_BETA["pvtt"]) * look.pvtt + np.log(PRE_BETA["dlr"]) * dlr),
        lp_post=float(follow_up[1][row]) if follow_up else None,
        time_months=float(follow_up[0].time_months[row]) if follow_up else None,
        event=known.dead,
    )


def _look(columns: _Columns, row: int) -> TumourLook:
    from scipy.special import ndtr

    return TumourLook(
        size_cm=float(columns.size_cm[row]),
        count=int(columns.count[row]),
        signs=columns.evidence.signs_of(row),
        texture=float(ndtr(columns.evidence.texture[row] / 1.35)),
        infiltration=float(columns.infiltration[row]),
        pvtt=bool(columns.pvtt[row]),
    )
