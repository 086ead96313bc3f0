"""All stages in their order: `haic-nomogram train cohort`."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import InputError
from core.io.atomic import write_text
from core.jobs.settings import WorkerSettings
from core.studies.image_training import CohortRow, Exclusion, ImageTraining, training_document
from core.train.card_facts import CardFacts, CohortName
from core.train.cohort import STAGES
from core.train.cohort.check import CheckedCohort, check_cohort, remember_splits, write_problems
from core.train.cohort.clinical import clinical_stage
from core.train.cohort.export import Trained, export_weights
from core.train.cohort.fusion import fusion_stage
from core.train.cohort.images import LeftOut, Member, prepare_images, same_voxels
from core.train.cohort.judge import judged, write_scores
from core.train.cohort.network import NetworkStage, NetworkWork, network_stage
from core.train.cohort.presets import QUICK, CohortPreset
from core.train.cohort.radiomics import RadiomicsStage, radiomics_stage
from core.train.cohort.store import SECONDS, Clock, seconds_in, write_json
from core.train.export import commit

Report = Callable[[str], None]


@dataclass(frozen=True)
class CohortTraining:
    """What is asked for.

    Attributes:
        table: cohort.csv. out: where everything is written.
        name: of the cohort, with dates, licence and attribution.
        last: the last stage to run, of STAGES.
        workers: where images are read and measured; a cluster must see the same folders.
        resume: go on with a network that was cut off in its training.
        clinical_table: mtm_dect_262.csv; None for the centre's own records.
        weights: from which segmenter, nomogram and what is not trained come; None for the usual ones.
    """

    table: Path
    out: Path
    name: CohortName = field(default_factory=CohortName)
    preset: CohortPreset = QUICK
    last: str = STAGES[-1]
    workers: WorkerSettings = field(default_factory=lambda: WorkerSettings(workers=0))
    resume: bool = False
    clinical_table: Path | None = None
    weights: Path | None = None

    @property
    def work(self) -> Path:
        """Where the stages keep what they made."""
        return self.out / "work"


@dataclass
class _Run:
    """One run: the stages so far, and who was left out on the way."""

    asked: CohortTraining
    report: Report
    left_out: list[LeftOut] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    patients: dict[str, int] = field(default_factory=dict)

    def begins(self, stage: str) -> bool:
        """Whether the stage is asked for."""
        wanted = STAGES.index(stage) <= STAGES.index(self.asked.last)
        if wanted:
            self.report(f"stage {stage}")
        return wanted

    def check(self) -> CheckedCohort:
        """Read and judge the table."""
        self.begins("check")
        clock = Clock(self.asked.work / f"check-{SECONDS}")
        found = check_cohort(self.asked.table, self.asked.out, self.asked.preset.fewest, self.report)
        self.took("check", clock.tick(), len(found.patients))
        for notice in found.notices:
            self.report(f"note: {notice}")
        return found

    def images(self, checked: CheckedCohort) -> tuple[Member, ...]:
        """Everybody's images; who cannot be used is left out, and told."""
        work, asked = self.asked.work, self.asked
        members, left_out = prepare_images(checked.patients, work, asked.weights, asked.workers, self.report)
        self.leave_out(left_out)
        problems = same_voxels(members)
        if problems:
            write_problems(problems, asked.out / "problems.csv")
            raise InputError(f"cohort: expected different images, got {len(problems)} twice; problems.csv lists them")
        self.took("images", sum(float(member.record["seconds"]) for member in members), len(members))
        return members

    def radiomics(self, members: Sequence[Member], checked: CheckedCohort) -> RadiomicsStage | None:
        """None for a cohort without labels. From here on patients are learned from, and keep their split."""
        remember_splits(checked.patients, self.asked.work)
        if not checked.has_mtm:
            return None
        asked = self.asked
        found = radiomics_stage(members, asked.work, asked.preset, asked.workers, self.report)
        self.leave_out(found.left_out)
        self.took("radiomics", found.seconds, len(found.out_of_fold) + len(found.held_out))
        return found

    def network(self, members: Sequence[Member]) -> NetworkStage:
        """Folds and the network for use."""
        asked = self.asked
        how = NetworkWork(asked.work / "network", asked.workers, asked.weights, asked.resume)
        found = network_stage(members, asked.preset, how, self.report)
        training = sum(member.patient.split == "train" for member in members)
        self.took("network", found.seconds, training)
        return found

    def leave_out(self, found: Sequence[LeftOut]) -> None:
        """Add to the table of those left out, and write it."""
        self.left_out += found
        for one in found:
            self.report(f"left out at stage {one.stage}: row {one.row}: {one.reason}")
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("row", "stage", "reason"))
        writer.writerows((one.row, one.stage, one.reason) for one in self.left_out)
        write_text(self.asked.out / "left_out.csv", text.getvalue())

    def took(self, stage: str, seconds: float, patients: int) -> None:
        """Seconds of work, and on how many patients."""
        self.seconds[stage], self.patients[stage] = round(seconds, 1), patients


def train_cohort(asked: CohortTraining, report: Report) -> ImageTraining | None:
    """Run the stages up to `asked.last`.

    Writes problems.csv, left_out.csv, scores.csv, training.json and weights/ into `asked.out`; what the stages keep for
    another run lies in work/.

    Returns:
        The training, None if a stage before the last was asked for.

    Raises:
        InputError: a table with problems, which are all reported and written before; too few usable patients.
        ArtefactError: weights to start from that are missing or damaged.
    """
    run = _Run(asked, report)
    checked = run.check()
    if not run.begins("images"):
        return None
    members = run.images(checked)
    if not run.begins("radiomics"):
        return None
    radiomics = run.radiomics(members, checked)
    if not run.begins("network"):
        return None
    network = run.network(members)
    if not run.begins("clinical"):
        return None
    clinical = clinical_stage(members, asked.clinical_table, asked.weights)
    report(f"clinical part: {clinical.origin}")
    if not run.begins("fusion"):
        return None
    clock = Clock(asked.work / f"fusion-{SECONDS}")
    fusion = fusion_stage(members, network, radiomics, clinical, asked.name.version)
    figures = judged(members, network, fusion, asked.weights)
    write_scores(members, network, fusion, asked.out / "scores.csv")
    clock.tick()
    run.took("fusion", seconds_in(clock.path), len(members))
    if not run.begins("nomogram") or not run.begins("export"):
        return None
    trained = Trained(members, network, radiomics, clinical, fusion, figures)
    simulated = any(member.patient.truth is not None for member in members)
    facts = asked.name.facts(len(members), simulated, commit())
    export_weights(trained, facts, asked.weights, asked.out, asked.work)
    study = _study(run, checked, trained, facts)
    write_json(asked.out / "training.json", training_document(study))
    return study


def _study(run: _Run, checked: CheckedCohort, trained: Trained, facts: CardFacts) -> ImageTraining:
    preset = run.asked.preset
    return ImageTraining(
        name=facts.cohort,
        dates=facts.dates,
        simulated=facts.simulated,
        provenance=facts.provenance,
        rows=cohort_rows(trained.members),
        notices=(*checked.notices, *trained.fusion.notices),
        exclusions=tuple(Exclusion(one.row, one.stage, one.reason) for one in run.left_out),
        figures=tuple(trained.figures),
        classifiers=trained.radiomics.classifiers if trained.radiomics else (),
        robustness=(trained.radiomics.robustness if trained.radiomics else None) or {},
        curve=trained.network.curve,
        seconds=run.seconds,
        patients=run.patients,
        settings=preset.to_dict(),
        facts={"clinical part": trained.clinical.origin, "preset": preset.name, "commit": facts.commit},
    )


def cohort_rows(members: Sequence[Member]) -> tuple[CohortRow, ...]:
    """The cohort by split and treatment."""
    groups = sorted({(m.patient.split, m.patient.cohort) for m in members}, key=_order)
    rows = []
    for split, cohort in groups:
        patients = [m.patient for m in members if (m.patient.split, m.patient.cohort) == (split, cohort)]
        labels = [patient.mtm for patient in patients if patient.mtm is not None]
        followed = [patient for patient in patients if patient.time_months is not None]
        deaths = sum(bool(patient.event) for patient in followed)
        rows.append(CohortRow(split, cohort, len(patients), len(followed), deaths, len(labels), sum(labels)))
    return tuple(rows)


def _order(group: tuple[str, str]) -> tuple[int, str]:
    return ("train", "internal", "external").index(group[0]), group[1]
