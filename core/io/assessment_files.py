"""assessment.json and the files beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.case import Notice
from core.errors import InputError
from core.findings import (
    HEADS,
    Assessment,
    Criterion,
    Heatmap,
    LiverFinding,
    Prognosis,
    Registration,
    Score,
    Scores,
    Survival,
)
from core.io.atomic import write_text
from core.io.key_slices import write_key_slices
from core.io.mask_files import MaskFormat, write_mask_file
from core.io.report_files import REPORT_FILES, write_report_files
from core.io.volumes import write_heatmap

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Json = dict[str, Any]
OBJECTS = "dicom"
"""The folder below that of a case that has the DICOM objects made of it."""


def assessment_document(assessment: Assessment) -> Json:
    """The content of assessment.json: plain values only, None for what is unknown."""
    document = nomogram_document(
        assessment.pre,
        assessment.post,
        assessment.scores,
        assessment.criteria,
        assessment.warnings,
        assessment.versions,
    )
    document["liver"] = None if assessment.liver is None else _liver(assessment.liver)
    document["registration"] = None if assessment.registration is None else _registration(assessment.registration)
    document["heatmaps"] = {head: _heatmap(one) for head, one in assessment.heatmaps.items()}
    document["provenance"] = dict(assessment.provenance)
    document["simulated"] = {
        "arterial": assessment.arterial.simulated,
        "portal_venous": assessment.portal_venous.simulated,
    }
    return document


def nomogram_document(
    pre: Prognosis | None,
    post: Prognosis | None,
    scores: Scores,
    criteria: Sequence[Criterion],
    warnings: Sequence[Notice],
    versions: Mapping[str, str],
) -> Json:
    """The output of `nomogram`: the keys of assessment.json, with no liver and no registration."""
    return {
        "pre": None if pre is None else _prognosis(pre),
        "post": None if post is None else _prognosis(post),
        "scores": {
            "mtm": None if scores.mtm is None else _score(scores.mtm),
            "dlr": None if scores.dlr is None else _score(scores.dlr),
        },
        "liver": None,
        "registration": None,
        "criteria": [{"name": c.name, "expected": c.expected, "state": c.state} for c in criteria],
        "warnings": [{"code": notice.code, "text": notice.text} for notice in warnings],
        "versions": dict(versions),
    }


def document_text(document: Json) -> str:
    """The document as JSON text; a number that is not finite is our fault and raises ValueError."""
    return json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def write_assessment(
    assessment: Assessment,
    out: Path,
    mask_format: MaskFormat = MaskFormat.NIFTI,
    headers: list[Dataset] | None = None,
) -> None:
    """Writes the liver mask, heatmap_{head}.nii.gz, key slices, what `report` reads and, last, assessment.json.

    A file is there whole or not at all; assessment.json is there only if the others are; files of an earlier case that
    lies in `out` are deleted first, so that two cases never mix.

    Args:
        mask_format: liver.nii.gz, liver.seg.nrrd or liver.dcm.
        headers: for a DICOM SEG, those of the portal-venous slices (core.io.source_headers).

    Raises:
        InputError: `out` cannot be made or written to.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for earlier in _of_an_earlier_case(out):
            earlier.unlink(missing_ok=True)
    except OSError as error:
        raise InputError("output folder: expected a folder that can be written to") from error
    if assessment.liver_mask is not None:
        write_mask_file(assessment.liver_mask, out / f"liver{mask_format.ending}", headers)
    for head, heatmap in assessment.heatmaps.items():
        write_heatmap(heatmap.values, assessment.portal_venous.geometry, out / f"heatmap_{head}.nii.gz")
    write_key_slices(assessment, out)
    write_report_files(assessment, out)
    write_text(out / "assessment.json", document_text(assessment_document(assessment)))


def _of_an_earlier_case(out: Path) -> list[Path]:
    names = [f"{kind}_{head}{end}" for head in HEADS for kind, end in (("heatmap", ".nii.gz"), ("key_slice", ".png"))]
    masks = [f"liver{one.ending}" for one in MaskFormat]
    objects = (out / OBJECTS).glob("*.dcm")
    return [*(out / name for name in ("assessment.json", *masks, *names, *REPORT_FILES)), *objects]


def _prognosis(prognosis: Prognosis) -> Json:
    document: Json = {
        "linear_predictor": float(prognosis.linear_predictor),
        "total_points": float(prognosis.total_points),
        "points": {axis: float(value) for axis, value in prognosis.points.items()},
        "os": _by_month(prognosis.os),
        "risk_group": prognosis.risk_group,
        "widest_source": prognosis.widest_source,
    }
    if prognosis.os_conditional is not None:
        document["os_conditional"] = _by_month(prognosis.os_conditional)
    return document


def _by_month(survival: Mapping[float, Survival]) -> Json:
    return {
        str(month): {"value": float(s.value), "low": float(s.low), "high": float(s.high)}
        for month, s in sorted(survival.items())
    }


def _score(score: Score) -> Json:
    return {
        "value": float(score.value),
        "low": float(score.low),
        "high": float(score.high),
        "origin": str(score.origin),
        "parts": {name: float(value) for name, value in score.parts.items()},
        "model": score.model or None,
        "version": score.version or None,
    }


def _liver(liver: LiverFinding) -> Json:
    return {
        "volume_ml": float(liver.volume_ml),
        "origin": str(liver.origin),
        "lesion_volume_ml": _maybe(liver.lesion_volume_ml),
        "largest_lesion_mm": _maybe(liver.largest_lesion_mm),
    }


def _registration(registration: Registration) -> Json:
    return {
        "shift_mm": float(registration.shift_mm),
        "rotation_deg": float(registration.rotation_deg),
        "liver_overlap": _maybe(registration.liver_overlap),
    }


def _heatmap(heatmap: Heatmap) -> Json:
    found = heatmap.reliability
    checks = [
        {"name": c.name, "value": _maybe(c.value), "limit": _maybe(c.limit), "passed": c.passed} for c in found.checks
    ]
    return {
        "verdict": found.verdict,
        "share_in_liver": float(heatmap.share_in_liver),
        "chance_in_liver": float(found.chance_in_liver),
        "chance_in_tumour": _maybe(found.chance_in_tumour),
        "checks": checks,
    }


def _maybe(value: float | None) -> float | None:
    return None if value is None else float(value)
