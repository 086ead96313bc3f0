"""The shipped demonstration weights, from a small simulated cohort: `haic-nomogram train demonstration`.

As in the paper, MTM is learned from resected patients (histology known) and survival from patients treated with HAIC.
Split "train" teaches the image models, "internal" calibrates them and sets the weights of the fusion, "external", of
centres with other scanners, is looked at once for the figures in the cards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.artefacts import Metric, Training
from core.findings import HEADS
from core.network.crop import liver_crop
from core.network.predict import calibrated
from core.radiomics.settings import RadiomicsSettings
from core.simulate.cohort import Latent, SimulatedCase, draw_patients, simulate_patient
from core.train.card_facts import DEMONSTRATION, CardFacts
from core.train.discrimination import auc
from core.train.export import commit, export_network
from core.train.fit_clinical import fit_clinical_table
from core.train.fit_fusion import FusionCohort, fit_fusion, write_fusion
from core.train.fit_network import NetworkCohort, NetworkTraining, calibrate, fit, predict, survival_targets
from core.train.fit_radiomics import RadiomicsFit, RadiomicsTraining, fit_radiomics, write_radiomics
from core.train.radiomics_features import RadiomicsImages, extract_cohort

Report = Callable[[str], None]
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DemonstrationTraining:
    """Size and seed of the cohort; survival, seen through censoring, needs more patients than histology."""

    treated: int = 200
    resected: int = 200
    further_treated: int = 500
    seed: int = 2023
    workers: int = 1


@dataclass(frozen=True, eq=False)
class NetworkAnswers:
    """Calibrated probabilities (n, 5) of every patient, columns as HEADS, and the targets (n, 5), NaN where unknown."""

    probability: Array
    target: npt.NDArray[np.float32]


def train_demonstration(
    clinical_table: Path, out: Path, settings: DemonstrationTraining, report: Report, resume: bool = False
) -> None:
    """Simulate, train every image model and write the artefacts network, radiomics and fusion into `out`.

    Args:
        clinical_table: mtm_dect_262.csv (Li et al., Radiology 2023), the real patients behind the clinical part.
        out: weights folder; working files go to out/../training-demonstration.
    """
    work = out.parent / "training-demonstration"
    (work / "crops").mkdir(parents=True, exist_ok=True)
    patients = [
        *draw_patients(settings.treated, settings.resected, settings.seed),
        *draw_patients(settings.further_treated, 0, settings.seed + 1),
    ]
    radiomics = _radiomics(patients, work, out, settings, report)
    answers = _network(patients, work, out, report, resume)
    _fusion(patients, answers, radiomics, clinical_table, out)


def simulated_images(latent: Latent, crops: Path) -> RadiomicsImages:
    """One patient's images for radiomics; the network's crop is kept beside."""
    case = simulate_patient(latent)
    _keep_crop(case, _crop_path(crops, latent))
    return RadiomicsImages(case.arterial.hu, case.portal_venous.hu, case.mask.liver, case.mask.geometry)


def _crop_path(folder: Path, latent: Latent) -> Path:
    return folder / f"{latent.seed}-{latent.patient_id}.npy"


def _keep_crop(case: SimulatedCase, path: Path) -> None:
    crop, _ = liver_crop(case.arterial.hu, case.portal_venous.hu, case.mask.liver, case.mask.geometry)
    np.save(path, crop.astype(np.float16), allow_pickle=False)


def _radiomics(
    patients: Sequence[Latent], work: Path, out: Path, settings: DemonstrationTraining, report: Report
) -> RadiomicsFit:
    resected = [latent for latent in patients if latent.cohort == "resection"]
    cases = ((latent.patient_id, partial(simulated_images, latent, work / "crops")) for latent in resected)
    table, failures = extract_cohort(cases, work / "features.csv", RadiomicsSettings(), settings.workers, report)
    report(f"radiomics: {len(table)} patients, {len(failures)} failed")
    mtm = pd.Series({latent.patient_id: float(latent.mtm) for latent in resected})
    split = pd.Series({latent.patient_id: latent.split for latent in resected})
    fitted = fit_radiomics(table, mtm, split, RadiomicsTraining())
    write_radiomics(fitted, out, _facts(f"{len(fitted.out_of_fold)} simulated resected patients"), RadiomicsTraining())
    return fitted


def _network(patients: Sequence[Latent], work: Path, out: Path, report: Report, resume: bool) -> NetworkAnswers:
    crops = _crops(patients, work / "crops", report)
    targets = _targets(patients)
    held_out = np.array([latent.split != "train" for latent in patients])
    internal = np.array([latent.split == "internal" for latent in patients])
    settings = NetworkTraining()
    network = fit(NetworkCohort(crops, targets, held_out), work / "network", settings, report, resume)
    logits = predict(network, crops)
    calibration = calibrate(logits[internal], targets[internal])
    slope, intercept = ({head: calibration[head][key] for head in HEADS} for key in ("slope", "intercept"))
    probability = calibrated(logits, slope, intercept)
    training = Training("simulated patients", int((~held_out).sum()), _events(patients), "simulated")
    export_network(out, network, calibration, settings, training, _network_metrics(probability, targets, patients))
    return NetworkAnswers(probability, targets)


def _crops(patients: Sequence[Latent], folder: Path, report: Report) -> npt.NDArray[np.float16]:
    for number, latent in enumerate(patients, start=1):
        path = _crop_path(folder, latent)
        if not path.exists():
            _keep_crop(simulate_patient(latent), path)
        if number % 50 == 0:
            report(f"crops: {number} of {len(patients)} patients")
    return np.stack([np.load(_crop_path(folder, latent), allow_pickle=False) for latent in patients])


def _targets(patients: Sequence[Latent]) -> npt.NDArray[np.float32]:
    """MTM is known in resected patients only, survival in treated ones only."""
    time = np.array([np.nan if latent.time_months is None else latent.time_months for latent in patients])
    event = np.array([bool(latent.event) for latent in patients])
    mtm = np.array([float(latent.mtm) if latent.cohort == "resection" else np.nan for latent in patients])
    return survival_targets(time, event, mtm)


def _events(patients: Sequence[Latent]) -> int:
    return sum(bool(latent.event) for latent in patients if latent.split == "train")


def _network_metrics(
    probability: Array, targets: npt.NDArray[np.float32], patients: Sequence[Latent]
) -> tuple[Metric, ...]:
    metrics = []
    for split in ("internal", "external"):
        member = np.array([latent.split == split for latent in patients])
        for index, head in enumerate(HEADS):
            known = member & ~np.isnan(targets[:, index])
            labels = targets[known, index]
            if 0 < labels.sum() < labels.size:
                estimate = auc(labels, probability[known, index])
                metrics.append(estimate.metric(f"AUC {head}, split {split}", int(labels.size)))
    resected = [latent for latent in patients if latent.cohort == "resection" and latent.split == "external"]
    ideal = auc([latent.mtm for latent in resected], [latent.true_mtm_logit for latent in resected])
    return (*metrics, ideal.metric("AUC mtm of the ideal reader, split external", len(resected)))


def _fusion(
    patients: Sequence[Latent], answers: NetworkAnswers, radiomics: RadiomicsFit, clinical_table: Path, out: Path
) -> None:
    judged = [i for i, p in enumerate(patients) if p.cohort == "resection" and p.split != "train"]
    survival = [i for i, p in enumerate(patients) if p.cohort == "haic" and p.split != "external"]
    clinical = fit_clinical_table(clinical_table)
    cohort = FusionCohort(
        network=answers.probability[judged, 0],
        radiomics=radiomics.predicted.reindex([patients[i].patient_id for i in judged]).to_numpy(dtype=np.float64),
        records=[patients[i].clinical for i in judged],
        mtm=np.array([int(patients[i].mtm) for i in judged]),
        os_heads=answers.probability[survival][:, 1:],
        true_dlr=np.array([patients[i].dlr for i in survival]),
        tested=np.array([patients[i].split == "external" for i in judged]),
    )
    fitted = fit_fusion(cohort, clinical)
    write_fusion(fitted, clinical, out, _facts(f"{fitted.fitted} simulated resected patients"))


def _facts(cohort: str) -> CardFacts:
    return CardFacts(version="1.0.0", cohort=cohort, provenance=f"{cohort}; {DEMONSTRATION}", commit=commit())
