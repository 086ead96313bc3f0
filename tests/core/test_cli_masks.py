"""Masks on the command line: in by any format, out by name, refused in one sentence before the work."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest

from core.case import Phase
from core.cli import main
from core.io.mask_files import MaskFile, read_mask_file
from core.io.series import read_phase
from core.io.volumes import read_volume
from tests.core.io.dicom_factory import save, slice_dataset
from tests.core.io.mask_factory import segmentation


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo case, its portal-venous phase as DICOM, too."""
    out = tmp_path_factory.mktemp("demo")
    assert main(["demo", "--out", str(out)]) == 0
    volume, _ = read_volume(out / "portal_venous.nii.gz", Phase.PORTAL_VENOUS, "portal-venous series")
    (out / "dicom").mkdir()
    for k in range(volume.hu.shape[2]):
        one = slice_dataset(volume.hu, volume.geometry.affine_lps, k, AcquisitionTime="101500")
        save(one, out / "dicom" / f"{k:03d}")
    return out


def last(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.strip().splitlines()[-1]


def test_segment_writes_what_the_name_asks_for(demo: Path, tmp_path: Path) -> None:
    series = read_phase(demo / "dicom", Phase.PORTAL_VENOUS)
    found = []
    for name in ("m.nii.gz", "m.seg.nrrd", "m.dcm"):
        assert main(["segment", str(demo / "dicom"), "--out", str(tmp_path / name)]) == 0
        found.append(read_mask_file(MaskFile(tmp_path / name), series)[0].labels)
    assert found[0].any()
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])
    assert pydicom.dcmread(tmp_path / "m.dcm").SegmentSequence[0].SegmentAlgorithmType == "AUTOMATIC"


def test_what_cannot_be_written_is_told_before_the_work(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.models.load_models", lambda _: pytest.fail("the work began"))
    ct = str(demo / "portal_venous.nii.gz")
    assert main(["segment", ct, "--out", str(tmp_path / "m.dcm")]) == 2
    assert last(capsys) == (
        "error: CT series: expected a CT that came as DICOM for a DICOM segmentation, got another format"
    )
    assert main(["segment", ct, "--out", str(tmp_path / "m.png")]) == 2
    assert "a name that ends in .nii or .nii.gz or .seg.nrrd or .dcm" in last(capsys)
    pair = ["--arterial", str(demo / "arterial.nii.gz"), "--portal-venous", ct]
    case = [*pair, "--clinical", str(demo / "clinical.json"), "--out", str(tmp_path / "out")]
    assert main(["assess", *case, "--mask-format", "dicom-seg"]) == 2
    assert "portal-venous series: expected a CT that came as DICOM" in last(capsys)
    assert main(["assess", *case, "--mask-value", "1"]) == 2
    assert "expected a mask given with --mask" in last(capsys)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("wrong", ["0", "-1", "one"])
def test_a_number_counts_from_1(wrong: str, demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["simulate-arterial", str(demo / "portal_venous.nii.gz"), "--mask", str(demo / "liver.nii.gz")]
    with pytest.raises(SystemExit) as stopped:
        main([*arguments, "--mask-segment", wrong, "--out", str(tmp_path / "a.nii.gz")])
    assert stopped.value.code == 2
    assert last(capsys).endswith("expected a whole number from 1")


def test_a_segment_is_chosen_by_number(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = nibabel.load(demo / "liver.nii.gz")
    labels = np.asarray(image.dataobj)
    affine = read_phase(demo / "portal_venous.nii.gz", Phase.PORTAL_VENOUS).volume.geometry.affine_lps
    save(segmentation(affine, [("A^B", labels == 0), ("A^B", labels > 0)]), tmp_path / "seg.dcm")
    arguments = ["simulate-arterial", str(demo / "portal_venous.nii.gz"), "--mask", str(tmp_path / "seg.dcm")]
    out = ["--out", str(tmp_path / "simulated.nii.gz")]
    assert main([*arguments, *out]) == 2
    assert "got 2 segments" in (text := last(capsys))
    assert "choose the liver's with --mask-segment, 1 to 2" in text
    assert "A^B" not in text
    assert main([*arguments, "--mask-segment", "2", *out]) == 0
    simulated, given = (np.asarray(nibabel.load(p).dataobj) for p in (out[1], demo / "portal_venous.nii.gz"))
    assert simulated[labels == 1].mean() < given[labels == 1].mean() - 20


@pytest.mark.slow
def test_assess_with_a_segmentation_in_and_out(demo: Path, tmp_path: Path) -> None:
    series = read_phase(demo / "dicom", Phase.PORTAL_VENOUS)
    labels = read_mask_file(MaskFile(demo / "liver.nii.gz"), series)[0].labels
    affine = series.volume.geometry.affine_lps
    save(segmentation(affine, [("Liver", labels == 1), ("HCC", labels == 2)]), tmp_path / "seg.dcm")
    pair = ["--arterial", str(demo / "arterial.nii.gz"), "--portal-venous", str(demo / "dicom")]
    case = [*pair, "--clinical", str(demo / "clinical.json"), "--mtm", "1", "--dlr", "0.3"]
    mask = ["--mask", str(tmp_path / "seg.dcm"), "--mask-format", "dicom-seg"]
    assert main(["assess", *case, *mask, "--out", str(tmp_path / "out")]) == 0
    assert [path.name for path in (tmp_path / "out").glob("liver*")] == ["liver.dcm"]
    again, _ = read_mask_file(MaskFile(tmp_path / "out" / "liver.dcm"), series)
    np.testing.assert_array_equal(again.labels, labels)
