"""Stage radiomics: all features of the patients with a label, the model, and its score of those held out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.artefacts import read_artefact
from core.fusion.log_odds import log_odds
from core.jobs.settings import WorkerSettings
from core.radiomics.score import RadiomicsModel
from core.train.card_facts import CardFacts
from core.train.cohort.images import LeftOut, Member, failures, load_images
from core.train.cohort.presets import CohortPreset
from core.train.cohort.store import SECONDS, Clock, key_of, made_once, read_json, seconds_in, write_json
from core.train.compare_classifiers import compare_classifiers
from core.train.fit_radiomics import fit_radiomics, write_radiomics
from core.train.radiomics_features import extract_cohort
from core.train.robustness import Retest, measure_robustness

SCHEMA = 2
SCORES, WEIGHTS, COMPARISON = "scores.json", "weights", "comparison.json"


@dataclass(frozen=True)
class RadiomicsStage:
    """What the stage made.

    Attributes:
        weights: a weights folder with the artefact alone.
        key: of the fit.
        out_of_fold: probability of MTM of each training patient by trees grown without him, by key.
        held_out: of the others, by key.
        left_out: patients without features.
        classifiers: XGBoost beside three others, one row each (`ClassifierFigures`).
        robustness: how many features came back in the test-retest (`Robustness.summary`), None without one.
        seconds: of work, all runs together.
    """

    weights: Path
    key: str
    out_of_fold: Mapping[str, float]
    held_out: Mapping[str, float]
    left_out: tuple[LeftOut, ...]
    classifiers: tuple[Mapping[str, Any], ...]
    robustness: Mapping[str, Any] | None
    seconds: float


@dataclass(frozen=True)
class _Reading:
    member: Member
    weights: Path
    target: Path


def radiomics_stage(
    members: Sequence[Member], work: Path, preset: CohortPreset, workers: WorkerSettings, report: Callable[[str], None]
) -> RadiomicsStage:
    """Features of every patient whose MTM is known, the fit, and the selected features alone of those held out.

    Args:
        members: the whole cohort; fitted is on split "train".
        workers: where images are read and measured.

    Raises:
        InputError: too few patients or usable features.
    """
    folder = work / "radiomics"
    folder.mkdir(parents=True, exist_ok=True)
    labelled = [member for member in members if member.patient.mtm is not None]
    table, left_out = _features(labelled, folder, preset, workers, report)
    known = [member for member in labelled if member.key in table.index]
    retest = _retest([m for m in known if m.patient.split == "train"], folder, preset, workers, report)
    robust = None if retest is None else retest["names"]
    settings = preset.radiomics.to_dict(), asdict(preset.radiomics_training)
    key = key_of(SCHEMA, settings, robust, [_row(m) for m in known])
    fit = folder / key
    clock = Clock(folder / f"fit-{SECONDS}")
    if made_once(fit, partial(_fit, table, known, robust, preset)):
        clock.tick()
    scores = read_json(fit / SCORES)
    others = [m for m in members if m.patient.mtm is None and m.patient.split != "train"]
    clock = Clock(folder / f"scores-{SECONDS}")
    more, unread = _read_others(others, fit, workers, report)
    clock.tick()
    parts = ("features", "retest", "fit", "scores")
    return RadiomicsStage(
        weights=fit / WEIGHTS,
        key=key,
        out_of_fold=scores["out_of_fold"],
        held_out=scores["held_out"] | more,
        left_out=(*left_out, *unread),
        classifiers=tuple(read_json(fit / COMPARISON)),
        robustness=None if retest is None else retest["summary"],
        seconds=sum(seconds_in(folder / f"{part}-{SECONDS}") for part in parts),
    )


def read_patient(task: _Reading) -> None:
    """Keep one patient's score, null where his liver is too small for texture; runs in a worker."""
    images = load_images(task.member)
    model = _model(task.weights)
    found, _ = model.read(images.arterial, images.portal_venous, images.liver, images.geometry)
    mean = log_odds(found)
    write_json(task.target, None if mean is None else mean.probability)


def _row(member: Member) -> tuple[str, bool | None, str]:
    return member.key, member.patient.mtm, member.patient.split


def _features(
    labelled: Sequence[Member],
    folder: Path,
    preset: CohortPreset,
    workers: WorkerSettings,
    report: Callable[[str], None],
) -> tuple[pd.DataFrame, tuple[LeftOut, ...]]:
    """Rows are kept under the key of the images, so that a changed image is another row."""
    clock = Clock(folder / f"features-{SECONDS}")

    def told(line: str) -> None:
        clock.tick()
        report(line)

    kept = folder / f"features-{key_of(preset.radiomics.to_dict())[:16]}.csv"
    cases = [(member.key, partial(load_images, member)) for member in labelled]
    table, failures = extract_cohort(cases, kept, preset.radiomics, workers, told)
    rows = {member.key: member.patient.row for member in labelled}
    return table, tuple(LeftOut(rows[key], "radiomics", reason) for key, reason in failures.items())


def _retest(
    training: Sequence[Member],
    folder: Path,
    preset: CohortPreset,
    workers: WorkerSettings,
    report: Callable[[str], None],
) -> dict[str, Any] | None:
    """Which features come back after a change of outline or noise: names and summary; None if that is not asked for."""
    if not preset.retested:
        return None
    chosen = sorted(training, key=lambda member: member.key)[: preset.retested]
    kept = folder / f"retest-{key_of(SCHEMA, preset.radiomics.to_dict(), [member.key for member in chosen])[:16]}"
    result = kept / "robust.json"
    if not result.is_file():
        clock = Clock(folder / f"retest-{SECONDS}")

        def told(line: str) -> None:
            clock.tick()
            report(f"test-retest, {line}")

        cases = [(member.key, partial(load_images, member)) for member in chosen]
        found = measure_robustness(cases, kept, preset.radiomics, Retest(workers=workers), told)
        clock.tick()
        write_json(result, {"names": sorted(found.names), "summary": found.summary()})
    retest: dict[str, Any] = read_json(result)
    return retest


def _fit(
    table: pd.DataFrame, known: Sequence[Member], robust: list[str] | None, preset: CohortPreset, folder: Path
) -> None:
    mtm = pd.Series({member.key: float(bool(member.patient.mtm)) for member in known})
    split = pd.Series({member.key: member.patient.split for member in known})
    rows = table.loc[[member.key for member in known]]
    fitted = fit_radiomics(rows, mtm, split, preset.radiomics_training, robust, preset.radiomics)
    write_radiomics(fitted, folder / WEIGHTS, CardFacts(version="1.0.0", cohort=""), preset.radiomics_training)
    training = fitted.out_of_fold.index
    how = preset.radiomics_training
    compared = compare_classifiers(rows.loc[training], mtm, how.folds, how.seed, robust)
    write_json(folder / COMPARISON, compared.rows())
    held_out = fitted.predicted.drop(training)
    write_json(folder / SCORES, {"out_of_fold": fitted.out_of_fold.to_dict(), "held_out": held_out.to_dict()})


def _read_others(
    others: Sequence[Member], fit: Path, workers: WorkerSettings, report: Callable[[str], None]
) -> tuple[dict[str, float], tuple[LeftOut, ...]]:
    folder = fit.with_name(f"{fit.name}-scores")
    tasks = [_Reading(member, fit / WEIGHTS, folder / f"{member.key}.json") for member in others]
    todo = [(task.member.key, task) for task in tasks if not task.target.is_file()]
    reasons = failures(read_patient, todo, workers, "radiomics scores", report)
    read = {task.member.key: read_json(task.target) for task in tasks if task.member.key not in reasons}
    rows = {task.member.key: task.member.patient.row for task in tasks}
    unread = tuple(LeftOut(rows[key], "radiomics", reason) for key, reason in sorted(reasons.items()))
    return {key: np.nan if value is None else float(value) for key, value in read.items()}, unread


@cache
def _model(weights: Path) -> RadiomicsModel:
    return RadiomicsModel.load(read_artefact(weights, "radiomics"))
