"""What each command does: files in, one call of the floors below, files or JSON out."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import InputError

if TYPE_CHECKING:
    from core.io.series import Series


def demo(options: argparse.Namespace) -> int:
    """Write the procedural demo case."""
    from core.io.clinical import write_clinical
    from core.io.volumes import write_mask, write_volume
    from core.simulate.phantom import DEMO_SEED, demo_case

    case = demo_case(DEMO_SEED if options.seed is None else options.seed)
    out = _folder(options.out)
    write_volume(case.arterial, out / "arterial.nii.gz")
    write_volume(case.portal_venous, out / "portal_venous.nii.gz")
    write_mask(case.mask, out / "liver.nii.gz")
    write_clinical(case.clinical, out / "clinical.json")
    return 0


def simulate_arterial(options: argparse.Namespace) -> int:
    """Compute an arterial phase from a real portal-venous CT and its mask."""
    from core.case import Phase
    from core.io.masks import read_mask
    from core.io.series import read_phase
    from core.io.volumes import write_volume
    from core.simulate.phases import simulate_arterial as simulate

    out = _file(options.out, options.ct, options.mask)
    series = read_phase(options.ct, Phase.PORTAL_VENOUS)
    mask, notices = read_mask(options.mask, series.volume.geometry, None)
    _tell(*series.notices, *notices)
    write_volume(simulate(series.volume, mask, options.seed), out)
    return 0


def segment(options: argparse.Namespace) -> int:
    """Find the liver in one CT and print one JSON line."""
    from core.io.volumes import write_mask
    from core.models import load_models
    from core.segmentation.quality import check_mask

    if options.engine != "ours":
        raise InputError(
            "engine totalsegmentator: expected the package TotalSegmentator, which this version cannot use yet"
        )
    out = _file(options.out, options.ct)
    series = _any_phase(options.ct)
    models = load_models(options.weights)
    started = time.perf_counter()
    mask, coarse = models.segmenter.segment(series.volume.hu, series.volume.geometry)
    seconds = time.perf_counter() - started
    write_mask(mask, out)
    notices = (*series.notices, *check_mask(mask, series.volume.hu, coarse).notices)
    warnings = [{"code": notice.code, "text": notice.text} for notice in notices]
    print(json.dumps({"volume_ml": round(mask.volume_ml, 1), "seconds": round(seconds, 2), "warnings": warnings}))
    return 0


def _any_phase(path: Path) -> Series:
    """The only series at `path`, of whatever phase, or the portal-venous one of several."""
    from core.case import Notice, Phase
    from core.io.series import read_phase, read_series

    found = read_series(path, "CT series")
    if len(found) > 1:
        return read_phase(path, Phase.PORTAL_VENOUS)
    series, proposal = found[0], found[0].proposal
    if proposal.phase is not Phase.NATIVE:
        return series
    native = Notice("non_contrast", f"CT series: expected contrast enhancement, got none ({proposal.reason})")
    return replace(series, notices=(*series.notices, native))


def assess(options: argparse.Namespace) -> int:
    """Assess one case and write everything that is known about it."""
    from core.io.assessment_files import write_assessment
    from core.io.case_files import read_case
    from core.models import load_models
    from core.pipeline import assess as assess_case

    _check_folder(options.out)
    case = read_case(
        arterial=options.arterial,
        portal_venous=options.portal_venous,
        clinical=options.clinical,
        mask=options.mask,
        mtm=options.mtm,
        dlr=options.dlr,
    )
    assessment = assess_case(case, load_models(options.weights), _progress)
    _progress("writing", 1.0)
    write_assessment(assessment, _folder(options.out))
    _tell(*assessment.warnings)
    return 0


def nomogram(options: argparse.Namespace) -> int:
    """Print the prognosis from clinical values and scores given by hand; no images are needed."""
    from core.inclusion import check_inclusion, inclusion_notices
    from core.io.assessment_files import nomogram_document
    from core.io.clinical import read_clinical
    from core.models import load_models
    from core.pipeline import image_scores, software_versions
    from core.survival.prognoses import prognoses

    clinical = read_clinical(options.clinical)
    models = load_models(options.weights)
    scores, _, _ = image_scores(None, models, clinical, options.mtm, options.dlr)
    pre, post, notices = prognoses(models.pre, models.post, clinical, scores)
    criteria = check_inclusion(clinical)
    warnings = (*notices, *inclusion_notices(criteria))
    document = nomogram_document(pre, post, scores, criteria, warnings, software_versions(models))
    print(json.dumps(document, indent=1, allow_nan=False))
    return 0


def train_segmenter(options: argparse.Namespace) -> int:
    """Train the liver segmenter on labelled CT and write its artefact."""
    from core.train.fit_segmenter import SegmenterTraining
    from core.train.segmenter import train_segmenter as train

    train(options.data, _folder(options.out), SegmenterTraining(), _report, options.resume)
    return 0


def train_demonstration(options: argparse.Namespace) -> int:
    """Simulate a cohort, train the image models on it and write their artefacts."""
    from core.train.demonstration import DemonstrationTraining
    from core.train.demonstration import train_demonstration as train

    if not options.clinical_table.is_file():
        raise InputError("--clinical-table: expected the public table of 262 patients, got no file")
    settings = DemonstrationTraining(workers=options.workers)
    train(options.clinical_table, _folder(options.out), settings, _report, options.resume)
    return 0


def serve(options: argparse.Namespace) -> int:
    """Serve the dashboard."""
    from core.serve import serve as serve_dashboard

    return serve_dashboard(options.port, options.address)


def _folder(path: Path) -> Path:
    _check_folder(path)
    path.mkdir(parents=True, exist_ok=True)
    return path


def _check_folder(path: Path) -> None:
    """Said before the work is done, not after it."""
    nearest = next(place for place in (path, *path.absolute().parents) if place.exists())
    if not nearest.is_dir():
        raise InputError("--out: expected a folder, got a file")
    if not os.access(nearest, os.W_OK):
        raise InputError("--out: expected a folder that can be written to")


def _file(path: Path, *inputs: Path) -> Path:
    """The path of an image to be written, checked; its folder is made when it is written."""
    if path.is_dir():
        raise InputError("--out: expected a file, got a folder")
    if not path.name.endswith((".nii.gz", ".nii")):
        raise InputError("--out: expected a name that ends in .nii.gz")
    if path.exists() and any(one.exists() and path.samefile(one) for one in inputs):
        raise InputError("--out: expected another file than the input")
    _check_folder(path.absolute().parent)
    return path


def _progress(step: str, share: float) -> None:
    print(f"{share:4.0%}  {step}", file=sys.stderr)


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _tell(*notices: Any) -> None:
    for notice in notices:
        print(f"note ({notice.code}): {notice.text}", file=sys.stderr)
