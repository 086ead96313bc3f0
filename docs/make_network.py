"""Measures what the multitask network is given and what it makes of it: the table of docs/training.md, "Network".

    python docs/make_network.py [--patients 360] [--seed 202] [--epochs 14] [--members 1] [--again]

Simulates a cohort of treated patients, fits linear models on the measures of `core.network.measures` where the tumours
are known, found, or not pointed at, and, by --epochs, trains the network; MTM is learned from 105 training patients, as
if only they had histology. With --again a second network of another seed tells how often its score lies within the
range of the first. About a second a patient on one core for the measures, a minute an epoch of 600 patients.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from core.network.crop import liver_crop, part_crop
from core.network.lesions import FOUND_FROM, LesionFinder
from core.network.measures import BURDEN, image_measures
from core.simulate.cohort import Latent, draw_patients, simulate_patient
from core.survival.concordance import concordance
from core.survival.follow_up import FollowUp
from core.train.calibration import fit_platt, fit_survival_platt, interval_coverage
from core.train.discrimination import auc
from core.train.fit_lesion_finder import FinderTraining, Marked, finder_of, fit_lesion_finder
from core.train.fit_network import NetworkCohort, NetworkTraining, fit, predict, survival_targets
from core.train.network_augmentation import halve

LABELS, FOLDS = 105, 5
RIDGE_SURVIVAL, RIDGE_MTM = 60.0, 20.0
Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Cohort:
    """Halved crops and lesions, sizes (log volume in mL, log extents in mm) and truth of n patients."""

    patients: Sequence[Latent]
    crops: Array
    lesions: Array
    sizes: Array

    def of(self, name: str) -> Array:
        """A true value, (n,)."""
        return np.array([getattr(patient, name) for patient in self.patients], dtype=float)

    def split(self, name: str) -> Array:
        """Membership, bool (n,)."""
        return np.array([patient.split == name for patient in self.patients])

    def targets(self, shown: Array) -> Array:
        """As `survival_targets`, MTM of the shown only."""
        mtm = np.where(shown, self.of("mtm"), np.nan)
        return survival_targets(self.of("time_months"), self.of("event") == 1, mtm)


def main() -> None:
    """Measure and print rows of the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=360)
    parser.add_argument("--seed", type=int, default=202, help="of the cohort; with 101 the measures were chosen")
    parser.add_argument("--epochs", type=int, default=0)
    parser.add_argument("--members", type=int, default=1)
    parser.add_argument("--again", action="store_true")
    asked = parser.parse_args()
    cohort = simulated(asked.patients, asked.seed)
    print("| what | where | n | MTM, AUC | survival, C | r with true DLR |\n|---|---|---|---|---|---|")
    judged(cohort, "truth", cohort.of("true_mtm_logit"), cohort.of("dlr"), ("internal", "external"))
    found = tumours_found(cohort)
    true = cohort.lesions > FOUND_FROM
    overlap = [2 * (a & b).sum() / max(a.sum() + b.sum(), 1) for a, b in zip(found, true, strict=True)]
    for place in ("internal", "external"):
        dice = np.array(overlap)[cohort.split(place)]
        print(f"lesion finder, {place}: Dice {dice.mean():.2f}, one in ten under {np.quantile(dice, 0.1):.2f}")
    measures, known, nowhere = (measured(cohort, tumours) for tumours in (found, true, np.zeros_like(true)))
    for name, values in {
        "measures, tumours found": measures,
        "measures, tumours known": known,
        "measures, tumours not pointed at": nowhere,
        "measures, tumours found, volume, extents": np.column_stack([measures, cohort.sizes]),
        "volume, extents": cohort.sizes,
        "burden alone": measures[:, :BURDEN],
    }.items():
        judged(cohort, f"linear, {name}", *linear(cohort, values), ("internal", "external"))
    if asked.epochs:
        trained(cohort, asked)


def simulated(count: int, seed: int) -> Cohort:
    """The cohort, one patient after the other."""
    patients, crops, lesions, sizes = draw_patients(count, 0, seed), [], [], []
    for latent in patients:
        case = simulate_patient(latent)
        mask = case.mask
        crop, grid = liver_crop(case.arterial.hu, case.portal_venous.hu, mask.liver, mask.geometry)
        crops.append(halve(crop.astype(np.float16)))
        lesions.append(halve(part_crop(mask.labels == 2, mask.geometry, grid)[None])[0])
        sizes.append([np.log(mask.volume_ml), *np.log(grid.spacing_mm)])
    return Cohort(patients, np.stack(crops), np.stack(lesions), np.array(sizes))


def tumours_found(cohort: Cohort) -> Array:
    """Tumours of everybody, bool (n, 48, 48, 48), by a finder trained on the training patients."""
    training = cohort.split("train")
    marked = Marked(cohort.crops[training], cohort.lesions[training], "once")
    with TemporaryDirectory() as folder:
        finder: LesionFinder = finder_of(fit_lesion_finder(marked, Path(folder), FinderTraining(), print, resume=False))
    found = [finder.find(torch.from_numpy(crop[None].astype(np.float32)))[0, 0].numpy() for crop in cohort.crops]
    return np.stack(found) > FOUND_FROM


def measured(cohort: Cohort, tumours: Array) -> Array:
    """The measures of everybody, (n, COUNT)."""
    return np.stack([image_measures(crop, tumour) for crop, tumour in zip(cohort.crops, tumours, strict=True)])


def linear(cohort: Cohort, values: Array) -> tuple[Array, Array]:
    """Log odds of MTM and a survival score, out of fold at centre 0, by all of centre 0 elsewhere."""
    rng = np.random.default_rng(0)
    centre = np.flatnonzero(~cohort.split("external"))
    fold = np.full(len(values), FOLDS)
    fold[centre] = rng.permutation(len(centre)) % FOLDS
    mtm, survival = np.zeros(len(values)), np.zeros(len(values))
    for number in range(FOLDS + 1):
        train, test = centre[fold[centre] != number], fold == number
        mean, spread = values[train].mean(axis=0), values[train].std(axis=0) + 1e-9
        x = np.clip((values - mean) / spread, -4, 4)
        shown = rng.permutation(train)[:LABELS]
        model = LogisticRegression(C=1 / RIDGE_MTM, max_iter=3000).fit(x[shown], cohort.of("mtm")[shown])
        mtm[test] = model.decision_function(x[test])
        survival[test] = x[test] @ survival_weights(x[train], cohort.targets(fold < 0)[train, 1:])
    return mtm, survival


def survival_weights(x: Array, alive: Array) -> Array:
    """Ridge logistic regression of living through each interval, one weight by measure, an intercept by interval."""
    entered = np.column_stack([np.ones(len(alive), bool), alive[:, :-1] == 1]) & ~np.isnan(alive)
    lived, count = np.nan_to_num(alive), x.shape[1]

    def loss(weights: Array) -> tuple[float, Array]:
        logit = (x @ weights[:count])[:, None] + weights[count:]
        away = (expit(logit) - lived) * entered
        value = ((np.logaddexp(0, logit) - lived * logit) * entered).sum()
        pull = RIDGE_SURVIVAL * weights[:count]
        gradient = np.concatenate([x.T @ away.sum(axis=1) + pull, away.sum(axis=0)])
        return float(value + 0.5 * pull @ weights[:count]), gradient

    return minimize(loss, np.zeros(count + 4), jac=True, method="L-BFGS-B").x[:count]


def judged(cohort: Cohort, what: str, mtm: Array, survival: Array, where: Sequence[str]) -> None:
    """Print a row for each place; "internal" is all of centre 0 for what is out of fold."""
    for place in where:
        inside = cohort.split("external") == (place == "external") if "linear" in what else cohort.split(place)
        follow_up = FollowUp(cohort.of("time_months")[inside], cohort.of("event")[inside] == 1)
        area = auc(cohort.of("mtm")[inside], mtm[inside])
        found = concordance(follow_up, -survival[inside])
        likeness = np.corrcoef(survival[inside], cohort.of("dlr")[inside])[0, 1]
        print(
            f"| {what} | {place} | {int(inside.sum())} | {area.value:.2f} ({area.low:.2f}-{area.high:.2f}) | "
            f"{found.value:.2f} +- {1.96 * found.se:.2f} | {likeness:.2f} |",
            flush=True,
        )


def trained(cohort: Cohort, asked: argparse.Namespace) -> None:
    """Train, judge, and tell slopes and coverage."""
    training, internal = cohort.split("train"), cohort.split("internal")
    rng = np.random.default_rng(5)
    shown = np.isin(np.arange(len(training)), rng.permutation(np.flatnonzero(training))[:LABELS]) | internal
    answers = []
    for seed in (23, 24) if asked.again else (23,):
        settings = NetworkTraining(epochs=asked.epochs, members=asked.members, seed=seed)
        targets, marked = cohort.targets(shown).astype(np.float32), np.ones(len(shown), dtype=bool)
        data = NetworkCohort(cohort.crops, targets, ~training, internal, cohort.lesions, marked)
        with TemporaryDirectory() as folder:
            network = fit(data, Path(folder), settings, print)
        logits = predict(network, cohort.crops)
        judged(cohort, "network", logits[:, 0], expit(logits[:, 1:]).mean(axis=1), ("internal", "external"))
        with torch.inference_mode():
            parts = [network.answers(torch.from_numpy(part.astype(np.float32))) for part in cohort.crops[:, None]]
        answers.append(torch.cat(parts, dim=1).numpy())
        outside = cohort.split("external")
        slope, _ = fit_platt(logits[outside, 0], cohort.of("mtm")[outside])
        common, _ = fit_survival_platt(logits[outside, 1:], cohort.targets(shown)[outside, 1:])
        print(f"external slopes without calibration: MTM {slope:.2f}, survival {common:.2f}")
    if asked.again and asked.members > 1:
        for head in (0, 2):
            share = interval_coverage(answers[0][:, ~training, head], answers[1][:, ~training, head].mean(axis=0))
            print(f"head {head}: {share:.2f} of {int((~training).sum())} patients within the range of another training")


if __name__ == "__main__":
    main()
