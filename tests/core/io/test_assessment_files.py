"""assessment.json and the files beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import pytest

from core.case import ClinicalRecord, LiverMask, MaskOrigin, Notice, Phase, Volume
from core.errors import InputError
from core.findings import (
    HEADS,
    Assessment,
    Criterion,
    Heatmap,
    HeatmapCheck,
    HeatmapReliability,
    LiverFinding,
    Prognosis,
    Registration,
    Score,
    ScoreOrigin,
    Scores,
    Survival,
)
from core.geometry import Geometry
from core.io.assessment_files import assessment_document, document_text, nomogram_document, write_assessment
from core.io.key_slices import axial_view, key_slice_figure
from core.io.mask_files import MaskFile, MaskFormat, read_mask_file
from core.io.series import read_phase
from core.io.source_headers import source_headers
from tests.core.io.dicom_factory import axial, phantom, write_series

SHAPE = (32, 24, 12)


def prognosis(model: str = "pre") -> Prognosis:
    os = {12: Survival(0.8, 0.7, 0.9), 36: Survival(0.4, 0.3, 0.5), 60: Survival(np.float64(0.2), 0.1, 0.3)}
    points = {"pvtt": 10.0, "dlr": 80.0}
    return Prognosis(model, -1.5, points, 90.0, os, (), "indeterminate", "baseline")  # type: ignore[arg-type]


@pytest.fixture
def assessment() -> Assessment:
    geometry = Geometry(SHAPE, axial())
    hu = phantom(SHAPE)
    labels = np.zeros(SHAPE, np.uint8)
    labels[5:20, 5:18, 2:10] = 1
    labels[8:12, 8:12, 5:7] = 2
    heat = np.zeros(SHAPE, np.float16)
    heat[10, 10, 6] = 1.0
    checks = tuple(HeatmapCheck(name, 0.6, 0.5, True) for name in ("liver", "untrained", "noise"))
    checks += (HeatmapCheck("mirror", None, 0.5, False),)
    doubtful = HeatmapReliability("doubtful", 0.3, None, checks)  # type: ignore[arg-type]
    score = Score(0.7, 0.6, 0.8, 0.05, ScoreOrigin.MODEL, {"network": np.float32(0.5)}, "fusion", "1.0.0")
    post = replace(prognosis("post"), os_conditional={36: Survival(0.6, 0.5, 0.7)})
    return Assessment(
        case_id="case",
        clinical=ClinicalRecord(),
        arterial=Volume(hu, geometry, Phase.ARTERIAL, "a", simulated=True),
        portal_venous=Volume(hu, geometry, Phase.PORTAL_VENOUS, "b"),
        liver_mask=LiverMask(labels, geometry, MaskOrigin.MODEL),
        liver=LiverFinding(1500.0, "model", None, None),
        registration=Registration(3.5, 1.0, 0.93, np.eye(4)),
        scores=Scores(mtm=score, dlr=Score.manual(0.4)),
        os_heads={},
        heatmaps={head: Heatmap(heat, 0.9, 6, doubtful) for head in HEADS},
        pre=prognosis(),
        post=post,
        criteria=(Criterion("Age", "18-75 years", "met"),),
        warnings=(Notice("hu_clipped", "text"),),
        versions={"haic-nomogram": "0.1.0"},
        provenance={"fusion": "demonstration weights"},
        seconds={"read": 1.0},
    )


def test_document_has_the_contracted_keys(assessment: Assessment) -> None:
    document = json.loads(document_text(assessment_document(assessment)))
    contracted = {"pre", "post", "scores", "liver", "registration", "warnings", "versions"}
    assert set(document) == contracted | {"criteria", "heatmaps", "provenance", "simulated"}
    of_prognosis = {"linear_predictor", "total_points", "points", "os", "risk_group", "widest_source"}
    assert set(document["pre"]) == of_prognosis
    assert set(document["post"]) == of_prognosis | {"os_conditional"}
    assert document["pre"]["os"]["60"] == {"value": 0.2, "low": 0.1, "high": 0.3}
    assert set(document["scores"]["mtm"]) == {"value", "low", "high", "origin", "parts", "model", "version"}
    assert document["scores"]["dlr"]["origin"] == "manual"
    assert document["scores"]["dlr"]["model"] is None
    assert document["liver"] == {
        "volume_ml": 1500.0,
        "origin": "model",
        "lesion_volume_ml": None,
        "largest_lesion_mm": None,
    }
    assert document["registration"] == {"shift_mm": 3.5, "rotation_deg": 1.0, "liver_overlap": 0.93}
    assert document["warnings"] == [{"code": "hu_clipped", "text": "text"}]
    assert set(document["heatmaps"]) == set(HEADS)
    heatmap = document["heatmaps"]["os1"]
    assert heatmap["checks"].pop() == {"name": "mirror", "value": None, "limit": 0.5, "passed": False}
    assert {**heatmap, "checks": len(heatmap["checks"])} == {
        "verdict": "doubtful",
        "share_in_liver": 0.9,
        "chance_in_liver": 0.3,
        "chance_in_tumour": None,
        "checks": 3,
    }
    assert document["simulated"] == {"arterial": True, "portal_venous": False}


def test_nomogram_document_has_nulls_for_what_it_does_not_know() -> None:
    document = nomogram_document(None, None, Scores(), (), (), {})
    assert document["pre"] is None
    assert document["scores"] == {"mtm": None, "dlr": None}
    assert document["liver"] is None
    assert document["registration"] is None


def test_numbers_that_are_not_finite_are_never_written(assessment: Assessment) -> None:
    bad = replace(assessment, registration=Registration(float("nan"), 0.0, None, np.eye(4)))
    with pytest.raises(ValueError, match="not JSON compliant"):
        document_text(assessment_document(bad))


def test_all_files_are_written(assessment: Assessment, tmp_path: Path) -> None:
    write_assessment(assessment, tmp_path / "out")
    names = {"assessment.json", "liver.nii.gz", "report.json"}
    names |= {f"key_slice_{head}_{phase}.png" for head in ("mtm", "os3") for phase in ("arterial", "portal_venous")}
    names |= {f"heatmap_{head}.nii.gz" for head in HEADS} | {f"key_slice_{head}.png" for head in HEADS}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    heat = nibabel.load(tmp_path / "out" / "heatmap_mtm.nii.gz").get_fdata()
    assert heat.max() == pytest.approx(1.0)
    assert (tmp_path / "out" / "key_slice_mtm.png").read_bytes().startswith(b"\x89PNG")
    assert b"Software" not in (tmp_path / "out" / "key_slice_mtm.png").read_bytes()


@pytest.mark.parametrize(("form", "name"), [("seg.nrrd", "liver.seg.nrrd"), ("dicom-seg", "liver.dcm")])
def test_the_mask_is_written_in_the_format_asked_for(
    assessment: Assessment, form: str, name: str, tmp_path: Path
) -> None:
    write_assessment(assessment, tmp_path / "out")
    write_series(tmp_path / "ct", phantom(SHAPE), axial())
    series = read_phase(tmp_path / "ct", Phase.PORTAL_VENOUS)
    headers = source_headers(tmp_path / "ct", series.source, "portal-venous series")
    write_assessment(assessment, tmp_path / "out", MaskFormat(form), headers)
    assert [path.name for path in (tmp_path / "out").glob("liver*")] == [name]  # that of before is gone
    mask, _ = read_mask_file(MaskFile(tmp_path / "out" / name), series)
    np.testing.assert_array_equal(mask.labels, assessment.liver_mask.labels)  # type: ignore[union-attr]


def test_without_a_liver_only_the_documents_are_written(assessment: Assessment, tmp_path: Path) -> None:
    write_assessment(replace(assessment, liver_mask=None, heatmaps={}), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"assessment.json", "report.json"}


def test_files_of_an_earlier_case_never_stay(assessment: Assessment, tmp_path: Path) -> None:
    write_assessment(assessment, tmp_path)
    (tmp_path / "notes.txt").write_text("the user's own")
    write_assessment(replace(assessment, liver_mask=None, liver=None, heatmaps={}), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"assessment.json", "report.json", "notes.txt"}


def test_a_crash_leaves_no_document_and_no_half_file(
    assessment: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "assessment.json").write_text("{}")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("disk gone")

    monkeypatch.setattr("core.io.nifti.gzip.GzipFile.write", fail)
    with pytest.raises(RuntimeError, match="disk gone"):
        write_assessment(assessment, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_is_a_file_is_refused(assessment: Assessment, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match="output folder: expected a folder"):
        write_assessment(assessment, tmp_path / "out")


def test_key_slice_says_what_it_is(assessment: Assessment) -> None:
    figure = key_slice_figure(assessment, "mtm", assessment.heatmaps["mtm"])
    words = [text.get_text() for text in figure.texts]
    words += [text.get_text() for axes in figure.axes for text in axes.texts]
    assert "Arterial (simulated)" in words
    assert "Portal venous" in words
    assert words.count("R") == words.count("L") == 2
    assert any("Research and education. Not a medical device." in word for word in words)
    assert any("This map is doubtful" in word for word in words)


def test_key_slice_of_a_failed_map_has_no_colour(assessment: Assessment) -> None:
    doubtful = assessment.heatmaps["mtm"]
    failed = replace(doubtful, reliability=replace(doubtful.reliability, verdict="failed"))
    maps = [key_slice_figure(assessment, "mtm", heatmap).axes[0].images[1].cmap.name for heatmap in (doubtful, failed)]
    assert maps == ["inferno", "gray"]
    words = [text.get_text() for text in key_slice_figure(assessment, "mtm", failed).texts]
    assert any("do not read it" in word for word in words)


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 0, 1), (1, 2, 0)])
@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, 1, -1), (1, -1, 1), (-1, -1, -1)])
def test_axial_view_is_radiological(order: tuple[int, int, int], signs: tuple[int, int, int]) -> None:
    """Whatever the storage: columns run to the patient's left, rows to posterior."""
    affine = np.eye(4)
    affine[:3, :3] = np.diag([1.5 * signs[0], 2.0 * signs[1], 5.0 * signs[2]])[:, order]
    geometry = Geometry((6, 7, 8), affine)
    index = np.stack([*np.meshgrid(*[np.arange(n) for n in (6, 7, 8)], indexing="ij"), np.ones((6, 7, 8))])
    x, y, _, _ = np.tensordot(affine, index, axes=1)
    left, aspect = axial_view(x, geometry, 3)
    posterior, _ = axial_view(y, geometry, 3)
    assert (np.diff(left, axis=1) > 0).all()
    assert (np.diff(posterior, axis=0) > 0).all()
    assert aspect == pytest.approx(2.0 / 1.5)


def test_months_are_written_as_they_are() -> None:
    half = Survival(0.5, 0.4, 0.6)
    post = replace(prognosis("post"), os={5.5: half, 12: half})
    document = nomogram_document(None, post, Scores(), (), (), {})
    assert list(document["post"]["os"]) == ["5.5", "12"]
