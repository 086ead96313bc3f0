"""Commands on images: demo, simulate-arterial, segment, assess."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.commands.common import check_folder, folder, image_file, progress, tell
from core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.case import LiverMask, Volume
    from core.io.series import Series
    from core.segmentation.components import CoarseLiver


def demo(options: argparse.Namespace) -> int:
    """Write the procedural demo case."""
    from core.io.clinical import write_clinical
    from core.io.volumes import write_mask, write_volume
    from core.simulate.phantom import DEMO_SEED, demo_case

    case = demo_case(DEMO_SEED if options.seed is None else options.seed)
    out = folder(options.out)
    write_volume(case.arterial, out / "arterial.nii.gz")
    write_volume(case.portal_venous, out / "portal_venous.nii.gz")
    write_mask(case.mask, out / "liver.nii.gz")
    write_clinical(case.clinical, out / "clinical.json")
    return 0


def simulate_arterial(options: argparse.Namespace) -> int:
    """Compute an arterial phase from a real portal-venous CT and its mask."""
    from core.case import Phase
    from core.io.mask_files import MaskFile, read_mask_file
    from core.io.series import read_phase
    from core.io.volumes import write_volume
    from core.simulate.phases import simulate_arterial as simulate

    out = image_file(options.out, options.ct, options.mask)
    series = read_phase(options.ct, Phase.PORTAL_VENOUS)
    mask, notices = read_mask_file(MaskFile(options.mask, options.mask_value, options.mask_segment), series)
    tell(*series.notices, *notices)
    write_volume(simulate(series.volume, mask, options.seed), out)
    return 0


def segment(options: argparse.Namespace) -> int:
    """Find the liver in one CT and print one JSON line."""
    from core.io.mask_files import ENDINGS, MaskFormat, mask_format, write_mask_file
    from core.io.source_headers import source_headers
    from core.segmentation.quality import check_mask
    from core.segmentation.volume import volume_notices

    out = image_file(options.out, options.ct, endings=tuple(ENDINGS))
    series = _any_phase(options.ct)
    to_dicom = mask_format(out) is MaskFormat.DICOM_SEG
    headers = source_headers(options.ct, series.source, "CT series") if to_dicom else None
    find = _engine(options)
    started = time.perf_counter()
    mask, coarse = find(series.volume)
    seconds = time.perf_counter() - started
    write_mask_file(mask, out, headers)
    quality = check_mask(mask, series.volume.hu, coarse)
    notices = (*series.notices, *quality.notices, *volume_notices(mask.volume_ml, 0.0, None))
    warnings = [{"code": notice.code, "text": notice.text} for notice in notices]
    print(json.dumps({"volume_ml": round(mask.volume_ml, 1), "seconds": round(seconds, 2), "warnings": warnings}))
    return 0


def _engine(options: argparse.Namespace) -> Callable[[Volume], tuple[LiverMask, CoarseLiver | None]]:
    """What finds a liver in a volume; our weights are checked at once and loaded on first use."""
    if options.engine == "totalsegmentator":
        from core.segmentation.totalsegmentator import segment as other

        return lambda volume: (other(volume.hu, volume.geometry), None)
    from core.models import load_models

    models = load_models(options.weights)
    return lambda volume: models.segmenter.segment(volume.hu, volume.geometry)


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
    from core.io.mask_files import MaskFile, MaskFormat
    from core.io.source_headers import source_headers
    from core.models import load_models
    from core.pipeline import assess as assess_case

    check_folder(options.out)
    if options.mask is None and (options.mask_value is not None or options.mask_segment is not None):
        raise InputError("--mask-value, --mask-segment: expected a mask given with --mask")
    case, source = read_case(
        arterial=options.arterial,
        portal_venous=options.portal_venous,
        clinical=options.clinical,
        mask=options.mask and MaskFile(options.mask, options.mask_value, options.mask_segment),
        mtm=options.mtm,
        dlr=options.dlr,
    )
    form = MaskFormat(options.mask_format)
    to_dicom = form is MaskFormat.DICOM_SEG
    headers = source_headers(options.portal_venous, source, "portal-venous series") if to_dicom else None
    assessment = assess_case(case, load_models(options.weights), progress)
    progress("writing", 1.0)
    write_assessment(assessment, folder(options.out), form, headers)
    tell(*assessment.warnings)
    return 0
