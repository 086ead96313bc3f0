"""From the folder of an assessed case: its own CT or none, its own files or none, and nothing of an earlier case."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from core.case import LiverMask, MaskOrigin, Phase
from core.cli import main
from core.errors import InputError
from core.io.assessment_files import write_assessment
from core.io.dicom_objects.folder import object_files, read_findings
from core.io.mask_files import MaskFormat
from core.io.series import read_phase
from core.io.source_headers import source_headers
from core.io.volumes import write_mask, write_volume
from tests.core.io.dicom_factory import IDENTITY, write_series
from tests.dashboard import builders


def ct(folder: Path) -> Path:
    write_series(folder, np.asarray(builders.volume(Phase.PORTAL_VENOUS).hu), builders.GRID.affine_lps)
    return folder


def assessed(path: Path, out: Path, form: MaskFormat = MaskFormat.NIFTI) -> None:
    series = read_phase(path, Phase.PORTAL_VENOUS)
    case = builders.assessment()
    mask = LiverMask(builders.labels(), series.volume.geometry, MaskOrigin.EDITED)
    assert case.liver is not None
    case = replace(
        case,
        portal_venous=series.volume,
        liver_mask=mask,
        liver=replace(case.liver, origin="edited", volume_ml=mask.volume_ml),
    )
    headers = None if series.source is None else source_headers(path, series.source, "CT series")
    write_assessment(case, out, form, headers)


@pytest.mark.parametrize("form", list(MaskFormat))
def test_the_mask_is_read_from_any_format_with_its_origin(tmp_path: Path, form: MaskFormat) -> None:
    assessed(ct(tmp_path / "ct"), tmp_path / "out", form)
    findings, headers = read_findings(tmp_path / "out", tmp_path / "ct")
    assert findings.mask is not None
    np.testing.assert_array_equal(findings.mask.labels, builders.labels())
    assert findings.mask.origin is MaskOrigin.EDITED
    assert len(headers) == builders.GRID.shape[2]
    for head, heat in builders.assessment().heatmaps.items():
        np.testing.assert_allclose(findings.heatmaps[head], heat.values.astype(float), atol=0.003)


def test_another_ct_and_one_that_is_no_dicom_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assessed(ct(tmp_path / "ct"), tmp_path / "out")
    volume = builders.volume(Phase.PORTAL_VENOUS, simulated=False)
    write_volume(volume, tmp_path / "ct.nii.gz")
    assessed(tmp_path / "ct.nii.gz", tmp_path / "of_nifti")
    other = write_series(tmp_path / "DOE^JANE", np.asarray(volume.hu) + np.int16(3), builders.GRID.affine_lps)
    for out, path, sentence in (
        ("out", other[0].parent, "expected the CT that the case was assessed from, got another"),
        ("of_nifti", tmp_path / "ct.nii.gz", "expected a portal-venous CT that came as DICOM, got another format"),
        ("none", tmp_path / "ct", "expected the folder that assess has written"),
    ):
        assert main(["pacs", "objects", str(tmp_path / out), "--portal-venous", str(path)]) == 2
        said = capsys.readouterr().err
        assert sentence in said
        assert IDENTITY not in said
        assert not (tmp_path / out / "dicom").exists()


def test_a_mask_or_a_heatmap_of_another_case_is_refused(tmp_path: Path) -> None:
    path, out = ct(tmp_path / "ct"), tmp_path / "out"
    assessed(path, out)
    whole = (out / "heatmap_mtm.nii.gz").read_bytes()
    moved = np.array(builders.GRID.affine_lps)
    moved[0, 3] += 9.0
    grid = replace(builders.GRID, affine_lps=moved)
    write_volume(replace(builders.volume(Phase.PORTAL_VENOUS), geometry=grid), out / "heatmap_mtm.nii.gz")
    with pytest.raises(InputError, match="heatmap: expected the grid"):
        read_findings(out, path)
    (out / "heatmap_mtm.nii.gz").write_bytes(whole)
    fewer = builders.labels()
    fewer[:, :, :14] = 0
    write_mask(
        LiverMask(fewer, read_phase(path, Phase.PORTAL_VENOUS).volume.geometry, MaskOrigin.MODEL), out / "liver.nii.gz"
    )
    with pytest.raises(InputError, match="got one of another volume"):
        read_findings(out, path)


def test_objects_of_an_earlier_case_are_gone(tmp_path: Path) -> None:
    path, out = ct(tmp_path / "ct"), tmp_path / "out"
    assessed(path, out)
    assert main(["pacs", "objects", str(out), "--portal-venous", str(path)]) == 0
    made = object_files(out)
    assert len(made) == 8
    first = pydicom.dcmread(made[0])
    assert first.PatientName == IDENTITY
    assessed(path, out)
    with pytest.raises(InputError, match="made by pacs objects"):
        object_files(out)
