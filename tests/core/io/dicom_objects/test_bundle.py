"""The objects for a PACS: valid by other programs, all of one study, saying the numbers of the case and nobody's name."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest

from core.case import LiverMask, MaskOrigin, Phase
from core.errors import InputError
from core.findings import HEADS
from core.io.dicom_objects.bundle import DerivedObject, Findings, derived_objects
from core.io.report_content import Content, content_of
from core.io.series import read_phase
from core.io.source_headers import source_headers
from tests.core.io.dicom_factory import IDENTITY, multiframe, phantom, save
from tests.core.io.mask_factory import SHAPE, STACKS, ct, labels, turned
from tests.dashboard import builders

MADE_AT = datetime(2026, 11, 2, 9, 30, 15)
PDF = b"%PDF-1.4 nothing but a test, of odd length\n"
KINDS = ("segmentation", *(f"heatmap_{head}" for head in HEADS), "report", "document")


def findings(geometry: Any, content: Content | None = None, origin: MaskOrigin = MaskOrigin.MODEL) -> Findings:
    """A case on the grid of a small CT; the heat of each head differs everywhere."""
    heat = {
        head: (np.arange(np.prod(SHAPE)).reshape(SHAPE) / np.prod(SHAPE) / (n + 1)).astype(np.float16)
        for n, head in enumerate(HEADS)
    }
    said = content or content_of(builders.assessment())
    return Findings(said, LiverMask(labels(), geometry, origin), heat, PDF)


def made(folder: Path, affine: np.ndarray | None = None) -> dict[str, DerivedObject]:
    series = ct(folder / "ct", affine)
    headers = source_headers(folder / "ct", series.source, "CT series")
    return {one.kind: one for one in derived_objects(findings(series.volume.geometry), headers, MADE_AT)}


def stored(objects: dict[str, DerivedObject], folder: Path) -> dict[str, Path]:
    paths = {kind: folder / f"{kind}.dcm" for kind in objects}
    for kind, path in paths.items():
        path.write_bytes(objects[kind].to_bytes())
    return paths


@pytest.mark.parametrize("stack", STACKS)
def test_dciodvfy_finds_no_errors(tmp_path: Path, stack: str) -> None:
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy (Debian's dicom3tools) is not on this machine")
    paths = stored(made(tmp_path, turned(stack)), tmp_path)
    assert tuple(paths) == KINDS
    expected = {"segmentation": "Segmentation", "report": "ComprehensiveSR", "document": "EncapsulatedPDF"}
    for kind, path in paths.items():
        verdict = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
        lines = (verdict.stdout + verdict.stderr).splitlines()
        assert expected.get(kind, "ParametricMap") in lines, kind
        assert [line for line in lines if line.startswith("Error")] == [], kind
