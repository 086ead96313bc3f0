"""Stages nomogram and export: a weights folder that the dashboard and every command can use, written as a whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.artefacts import Metric, Training, find_weights, read_artefact, write_artefact, write_manifest
from core.studies.image_scores import ScoreFigure
from core.train.card_facts import CardFacts
from core.train.cohort.clinical import ClinicalStage
from core.train.cohort.fusion import FusionStage
from core.train.cohort.images import Member
from core.train.cohort.network import NetworkStage
from core.train.cohort.radiomics import RadiomicsStage
from core.train.export import stamped
from core.train.write_fusion import write_fusion

UNCHANGED = ("segmenter", "nomogram")
CARD_SUBJECTS = {"network": ("survival",), "fusion": ("mtm", "prognosis")}


@dataclass(frozen=True, eq=False)
class Trained:
    """What every stage made; radiomics is None for a cohort without labels."""

    members: Sequence[Member]
    network: NetworkStage
    radiomics: RadiomicsStage | None
    clinical: ClinicalStage
    fusion: FusionStage
    figures: Sequence[ScoreFigure]


def carry_over(base: Path, out: Path, names: Sequence[str] = UNCHANGED) -> None:
    """Copy artefacts byte for byte, after they were checked."""
    for name in names:
        artefact = read_artefact(base, name)
        shutil.copytree(artefact.folder, out / name / artefact.card.version)
    write_manifest(out)


def export_weights(trained: Trained, facts: CardFacts, base: Path | None, out: Path, work: Path) -> Path:
    """Write out/weights anew; a kill leaves the former folder, none, or the new one, and the next run the new one.

    Args:
        facts: name and dates of the cohort, licence, attribution; provenance is made here, by artefact.
        base: weights from which segmenter and nomogram, and what was not trained, are carried over.
    """
    part, weights = work / "weights.part", out / "weights"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    found = find_weights(base)
    carry_over(found, part, UNCHANGED if trained.radiomics is not None else (*UNCHANGED, "radiomics"))
    _network(trained, facts, part)
    if trained.radiomics is not None:
        _radiomics(trained.radiomics, facts, part)
    fusion = replace(trained.fusion.fit, metrics=_metrics(trained, "fusion"))
    labelled = f"{facts.cohort}: MTM from {fusion.fitted} patients"
    write_fusion(fusion, trained.clinical.fit, part, _of(facts, "Fusion", labelled))
    shutil.rmtree(weights, ignore_errors=True)
    os.replace(part, weights)
    return weights


def card_metrics(figures: Sequence[ScoreFigure], subjects: Sequence[str]) -> tuple[Metric, ...]:
    """Figures as lines of a card."""
    chosen = [one for one in figures if one.subject in subjects]
    return tuple(Metric(f"{one.name}, {one.group}", one.value, one.low, one.high, one.n) for one in chosen)


def _metrics(trained: Trained, name: str) -> tuple[Metric, ...]:
    own = [metric for metric in trained.fusion.fit.metrics if not metric.name.startswith("MTM AUC")]
    return (*(own if name == "fusion" else ()), *card_metrics(trained.figures, CARD_SUBJECTS[name]))


def _network(trained: Trained, facts: CardFacts, out: Path) -> None:
    seen = [m.patient for m in trained.members if m.patient.split == "train"]
    deaths = sum(bool(patient.event) for patient in seen)
    artefact = read_artefact(trained.network.weights, "network")
    stamp = _of(facts, "Multitask 3D MobileNetV1", f"{facts.cohort}: {len(seen)} patients, {deaths} deaths")
    training = Training(facts.cohort, len(seen), deaths, facts.dates)
    card = stamped(artefact.card, stamp, training, card_metrics(trained.figures, CARD_SUBJECTS["network"]))
    write_artefact(out, card, artefact.files)


def _radiomics(stage: RadiomicsStage, facts: CardFacts, out: Path) -> None:
    artefact = read_artefact(stage.weights, "radiomics")
    n, positives = artefact.card.training.n, artefact.card.training.events
    stamp = _of(facts, "Radiomics with XGBoost", f"{facts.cohort}: {n} patients, {positives} with MTM")
    card = stamped(artefact.card, stamp, Training(facts.cohort, n, positives, facts.dates))
    write_artefact(out, card, artefact.files)


def _of(facts: CardFacts, what: str, whom: str) -> CardFacts:
    """The facts with the sentence that goes with this artefact's scores; that of simulated patients is permanent."""
    sentence = (
        f"{what}, {whom}; {facts.provenance}" if facts.simulated else f"{what}, trained on {whom}, {facts.dates}."
    )
    return replace(facts, provenance=sentence)
