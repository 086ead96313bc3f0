"""The objects for a PACS: valid by other programs, all of one study, saying the numbers of the case."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
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


def test_all_are_of_the_study_and_refer_to_the_series(tmp_path: Path) -> None:
    objects = made(tmp_path)
    source = pydicom.dcmread(next((tmp_path / "ct").iterdir()))
    slices = {pydicom.dcmread(path).SOPInstanceUID for path in (tmp_path / "ct").iterdir()}
    for kind, one in objects.items():
        dataset = one.dataset
        for name in ("PatientName", "PatientID", "StudyInstanceUID", "StudyDate"):
            assert dataset[name].value == source[name].value, (kind, name)
        assert dataset.SeriesInstanceUID != source.SeriesInstanceUID
        assert "esearch use" in dataset.SeriesDescription
        assert slices <= _references(dataset), kind
        if kind not in ("report", "document"):
            assert dataset.FrameOfReferenceUID == source.FrameOfReferenceUID
            assert dataset.ReferencedSeriesSequence[0].SeriesInstanceUID == source.SeriesInstanceUID
    assert len({one.dataset.SOPInstanceUID for one in objects.values()}) == len(KINDS)
    assert len({one.dataset.SeriesInstanceUID for one in objects.values()}) == 4
    assert objects["segmentation"].dataset.SOPInstanceUID in _references(objects["report"].dataset)


def _references(dataset: pydicom.Dataset) -> set[str]:
    return {str(e.value) for e in dataset.iterall() if e.keyword == "ReferencedSOPInstanceUID"}


@pytest.mark.parametrize("stack", STACKS)
def test_highdicom_reads_the_same_heat_in_the_same_place(tmp_path: Path, stack: str) -> None:
    objects = stored(made(tmp_path, turned(stack)), tmp_path)
    grid = read_phase(tmp_path / "ct", Phase.PORTAL_VENOUS).volume.geometry
    sent = findings(grid)
    for head in HEADS:
        image = highdicom.imread(objects[f"heatmap_{head}"])
        assert image.ContentLabel == f"HEATMAP_{head.upper()}"
        mapping = image.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence[0]
        unit = mapping.MeasurementUnitsCodeSequence[0]
        assert (unit.CodeValue, unit.CodingSchemeDesignator) == ("1", "UCUM")
        volume = image.get_volume()
        assert image.pixel_array.dtype == np.float32
        index = np.argwhere(np.ones(volume.array.shape, bool))
        lps = index @ volume.affine[:3, :3].T + volume.affine[:3, 3]
        back = np.rint((lps - grid.affine_lps[:3, 3]) @ np.linalg.inv(grid.affine_lps[:3, :3]).T).astype(int)
        np.testing.assert_array_equal(
            sent.heatmaps[head][tuple(back.T)].astype(np.float32), volume.array[tuple(index.T)]
        )


def test_the_report_says_the_figures_with_their_bounds(tmp_path: Path) -> None:
    case = builders.assessment()
    report = highdicom.sr.srread(stored(made(tmp_path), tmp_path)["report"])
    numbers: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for item in _items(report.ContentSequence):
        if item.ValueType == "NUM" and "MeasuredValueSequence" in item:
            name, value = item.ConceptNameCodeSequence[0], item.MeasuredValueSequence[0]
            key = (name.CodingSchemeDesignator, name.CodeValue)
            unit = value.MeasurementUnitsCodeSequence[0].CodeValue
            numbers.setdefault(key, []).append((float(value.NumericValue), unit))
    assert case.liver is not None
    assert case.liver.lesion_volume_ml is not None
    whole, lesion = case.liver.volume_ml, case.liver.lesion_volume_ml
    assert numbers["99HAICN", "LIVER_ALL"] == [(round(whole, 1), "mL")]
    assert numbers["SCT", "118565006"] == [(round(whole - lesion, 1), "mL"), (lesion, "mL")]
    assert case.scores.mtm is not None
    for suffix, value in (("", case.scores.mtm.value), ("_LO", case.scores.mtm.low), ("_HI", case.scores.mtm.high)):
        assert numbers["99HAICN", f"MTM{suffix}"] == [(round(value, 4), "1")]
    assert case.pre is not None
    assert case.post is not None
    for month in (12, 36, 60):
        for suffix, name in (("", "value"), ("_LO", "low"), ("_HI", "high")):
            expected = [(round(getattr(one.os[month], name), 4), "1") for one in (case.pre, case.post)]
            assert numbers["99HAICN", f"OS_{month}{suffix}"] == expected


def _items(sequence: Any) -> list[Any]:
    return [one for item in sequence for one in (item, *_items(item.get("ContentSequence") or []))]


def test_the_report_says_what_it_is_and_who_observed(tmp_path: Path) -> None:
    content = replace(
        content_of(builders.assessment(mtm=1.0)), versions={"haic-nomogram": "9.8.7", "nomogram": "1.0.0"}
    )
    series = ct(tmp_path / "ct")
    headers = source_headers(tmp_path / "ct", series.source, "CT series")
    objects = {one.kind: one for one in derived_objects(findings(series.volume.geometry, content), headers, MADE_AT)}
    items = _items(objects["report"].dataset.ContentSequence)
    texts = [str(item.TextValue) for item in items if item.ValueType == "TEXT"]
    assert "haic-nomogram 9.8.7" in texts
    assert any(text.startswith("Research use. Research and education. Not a medical device") for text in texts)
    assert any("Demonstration weights, trained on simulated tumours; not valid for patients." in text for text in texts)
    assert "MTM score: given by hand" in texts
    assert all(notice.text in texts for notice in content.warnings)
    assert {one.dataset.SoftwareVersions for one in objects.values()} >= {"9.8.7"}
    assert objects["report"].dataset.VerificationFlag == "UNVERIFIED"


def test_codes_are_as_short_as_dicom_wants(tmp_path: Path) -> None:
    clinical = replace(builders.CLINICAL, months_since_first_haic=11.123456)
    content = content_of(builders.assessment(clinical))
    assert content.post is not None
    assert content.post.os_conditional
    series = ct(tmp_path / "ct")
    headers = source_headers(tmp_path / "ct", series.source, "CT series")
    for one in derived_objects(findings(series.volume.geometry, content), headers, MADE_AT):
        for element in one.dataset.iterall():
            if element.keyword == "CodeValue":
                assert len(str(element.value)) <= 16
            if element.keyword in ("CodeMeaning", "SeriesDescription", "ContentDescription", "LUTExplanation"):
                assert len(str(element.value)) <= 64, element.value


def test_the_pdf_is_there_to_the_last_byte(tmp_path: Path) -> None:
    dataset = pydicom.dcmread(stored(made(tmp_path), tmp_path)["document"])
    assert dataset.EncapsulatedDocument[: dataset.EncapsulatedDocumentLength] == PDF
    assert dataset.MIMETypeOfEncapsulatedDocument == "application/pdf"


def test_a_multiframe_ct_has_its_objects_too(tmp_path: Path) -> None:
    save(multiframe(phantom(SHAPE), turned("axial")), tmp_path / "enhanced")
    series = read_phase(tmp_path / "enhanced", Phase.PORTAL_VENOUS)
    headers = source_headers(tmp_path / "enhanced", series.source, "CT series")
    objects = derived_objects(findings(series.volume.geometry), headers, MADE_AT)
    assert tuple(one.kind for one in objects) == KINDS
    assert all(headers[0].SOPInstanceUID in _references(one.dataset) for one in objects)


def test_what_there_is_not_is_not_sent(tmp_path: Path) -> None:
    series = ct(tmp_path / "ct")
    headers = source_headers(tmp_path / "ct", series.source, "CT series")
    content = content_of(builders.assessment(lesions=False))
    bare = replace(findings(series.volume.geometry, content), mask=None, pdf=None)
    (report,) = derived_objects(bare, headers, MADE_AT)
    assert report.kind == "report"
    assert not [one for one in report.dataset.iterall() if one.keyword == "ReferencedSegmentNumber"]
    nothing = replace(content, liver=None, scores=type(content.scores)(), pre=None, post=None)
    assert derived_objects(replace(bare, content=nothing), headers, MADE_AT) == ()


def test_what_cannot_be_derived_is_told_without_identity(tmp_path: Path) -> None:
    series = ct(tmp_path / "ct")
    headers = source_headers(tmp_path / "ct", series.source, "CT series")
    said = findings(series.volume.geometry)
    with pytest.raises(InputError, match="expected a portal-venous CT that came as DICOM"):
        derived_objects(said, [], MADE_AT)
    headers[3].StudyInstanceUID = "1.2.3"
    with pytest.raises(InputError, match="incomplete or contradictory") as caught:
        derived_objects(said, headers, MADE_AT)
    assert IDENTITY not in str(caught.value)
