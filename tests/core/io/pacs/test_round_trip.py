"""Search, fetch, objects, send and query back, against a real server; nobody's name on the way."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest

from core.case import LiverMask, Phase
from core.cli import main
from core.findings import HEADS, Assessment
from core.io.assessment_files import write_assessment
from core.io.series import read_phase
from tests import pacs_server
from tests.core.io.dicom_factory import IDENTITY, STUDY, write_series
from tests.dashboard import builders

ARTERIAL, PORTAL_VENOUS = "1.2.3.4.11", "1.2.3.4.12"
PATIENT = "P4711"
COUNT = builders.GRID.shape[2]
KINDS = {"segmentation", *(f"heatmap_{head}" for head in HEADS), "report", "document"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two phases as DICOM."""
    folder = tmp_path_factory.mktemp("images")
    for phase, series in ((Phase.ARTERIAL, ARTERIAL), (Phase.PORTAL_VENOUS, PORTAL_VENOUS)):
        tags = {"SeriesInstanceUID": series, "SeriesDescription": str(phase), "SeriesNumber": int(series[-2:])}
        hu = builders.volume(phase).hu
        write_series(
            folder / phase,
            np.asarray(hu),
            builders.GRID.affine_lps,
            **tags,
            PatientID=PATIENT,
            StudyDescription="CT liver",
        )
    return folder


@pytest.fixture(scope="module")
def pacs(images: Path) -> Iterator[pacs_server.Pacs]:
    reason = pacs_server.why_not()
    if reason:
        pytest.skip(reason)
    with pacs_server.running() as running:
        for path in sorted(images.rglob("*-*")):
            running.post(path.read_bytes())
        yield running


@pytest.fixture(autouse=True)
def configured(pacs: pacs_server.Pacs, monkeypatch: pytest.MonkeyPatch) -> None:
    pacs.way.break_after = None
    for name, value in pacs.environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def fetched(pacs: pacs_server.Pacs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("case")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in pacs.environment.items():
            patch.setenv(name, value)
        assert main(_fetch(out)) == 0
    return out


@pytest.fixture(scope="module")
def assessed(fetched: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What assess would write of the fetched images."""
    out = tmp_path_factory.mktemp("out")
    volume = read_phase(fetched / "portal_venous", Phase.PORTAL_VENOUS).volume
    write_assessment(_on(builders.assessment(), volume), out)
    assert main(["pacs", "objects", str(out), "--portal-venous", str(fetched / "portal_venous")]) == 0
    return out


def _on(assessment: Assessment, volume: Any) -> Assessment:
    """The assessment on the grid of a volume as read."""
    assert assessment.liver_mask is not None
    mask = LiverMask(assessment.liver_mask.labels, volume.geometry, assessment.liver_mask.origin)
    versions = {**assessment.versions, "haic-nomogram": "1.0.0"}
    return replace(assessment, portal_venous=volume, liver_mask=mask, versions=versions)


def _fetch(out: Path) -> list[str]:
    series = ["--study", STUDY, "--arterial", ARTERIAL, "--portal-venous", PORTAL_VENOUS]
    return ["pacs", "fetch", *series, "--out", str(out)]


def _on_server(pacs: pacs_server.Pacs) -> dict[str, bytes]:
    """Every file of the server by SOP instance UID."""
    found = {}
    for instance in json.loads(pacs.get("instances")):
        content = pacs.get(f"instances/{instance}/file")
        found[str(pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True).SOPInstanceUID)] = content
    return found


def test_the_server_is_in_a_namespace_of_its_own(pacs: pacs_server.Pacs) -> None:
    assert os.readlink(f"/proc/{pacs.pid}/ns/net") != os.readlink("/proc/self/ns/net")
    interfaces = Path(f"/proc/{pacs.pid}/net/dev").read_text().splitlines()[2:]
    assert [line.split(":")[0].strip() for line in interfaces] == ["lo"]


def test_studies_and_series_are_listed_without_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pacs", "search", "--date", "20200101-20200103"]) == 0
    said = capsys.readouterr()
    (study,) = json.loads(said.out)
    assert study == {
        "uid": STUDY, "date": "20200102", "modalities": ["CT"], "description": "CT liver", "series": 2
    }  # fmt: skip
    assert main(["pacs", "search", "--study", STUDY]) == 0
    listed = capsys.readouterr()
    series = json.loads(listed.out)
    assert [(one["uid"], one["number"], one["instances"]) for one in series] == [
        (ARTERIAL, 11, COUNT),
        (PORTAL_VENOUS, 12, COUNT),
    ]
    assert {one["modality"] for one in series} == {"CT"}
    assert IDENTITY not in said.out + said.err + listed.out + listed.err
    assert main(["pacs", "search", "--date", "19990101"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_patient_is_found_by_an_id_that_stands_in_no_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for patient, count in ((PATIENT, 1), ("P4712", 0)):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{patient}\n"))
        assert main(["pacs", "search", "--patient-id-from-stdin"]) == 0
        assert len(json.loads(capsys.readouterr().out)) == count


def test_fetched_files_are_the_servers_bytes_under_names_that_say_nothing(fetched: Path, images: Path) -> None:
    for phase in ("arterial", "portal_venous"):
        sent = {path.read_bytes() for path in (images / phase).iterdir()}
        came = [path for path in (fetched / phase).iterdir() if path.name != ".fetched"]
        assert {path.read_bytes() for path in came} == sent
        assert all(len(path.stem) == 32 and STUDY not in path.name for path in came)
        assert IDENTITY not in (fetched / phase / ".fetched").read_text()
        assert "1.2.3" not in (fetched / phase / ".fetched").read_text()


def test_a_broken_connection_loses_nothing_that_was_there(
    pacs: pacs_server.Pacs, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.io.pacs.fetch.PAUSE_SECONDS", 0.01)
    asked: list[str] = []
    _count_retrievals(monkeypatch, asked, cut=pacs, after=20)
    assert main(_fetch(tmp_path)) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == f"error: PACS: expected an answer, got none; 20 of {COUNT} images are here, and a rerun goes on"
    pacs.way.break_after = None
    there = sorted((tmp_path / "arterial").glob("*.dcm"))
    assert len(there) == 20
    there[0].write_bytes(there[0].read_bytes()[:-2])  # damaged since: of another size
    shutil.copy(there[2], there[1])  # of the right size and another image
    asked.clear()
    assert main(_fetch(tmp_path)) == 0
    assert len(asked) == (COUNT - 20 + 2) + COUNT
    assert f"arterial: {COUNT} images, 18 of them were here already" in capsys.readouterr().err
    asked.clear()
    assert main(_fetch(tmp_path)) == 0
    assert asked == []


def _count_retrievals(monkeypatch: pytest.MonkeyPatch, asked: list[str], cut: pacs_server.Pacs, after: int) -> None:
    """Note each instance that is asked for; once, after `after` of them, every connection is cut."""
    from dicomweb_client import DICOMwebClient

    retrieve = DICOMwebClient.retrieve_instance
    state = {"cut": False}

    def noting(client: Any, study: str, series: str, instance: str, **options: Any) -> Any:
        if len(asked) == after and not state["cut"]:
            state["cut"], cut.way.break_after = True, 0
            client._session.close()
        asked.append(instance)
        return retrieve(client, study, series, instance, **options)

    monkeypatch.setattr(DICOMwebClient, "retrieve_instance", noting)


def test_objects_are_stored_byte_for_byte_and_found_again(
    pacs: pacs_server.Pacs, assessed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["pacs", "send", str(assessed)]) == 0
    said = capsys.readouterr()
    outcomes = json.loads(said.out)
    assert {one["kind"] for one in outcomes if one["stored"]} == KINDS
    assert IDENTITY not in said.out + said.err
    held = _on_server(pacs)
    for path in (assessed / "dicom").glob("*.dcm"):
        assert held[str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)] == path.read_bytes(), path.stem
    assert main(["pacs", "search", "--study", STUDY]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert sorted(one["modality"] for one in listed) == ["CT", "CT", "DOC", "OT", "SEG", "SR"]
    count = len(held)
    assert main(["pacs", "send", str(assessed)]) == 0
    assert len(_on_server(pacs)) == count  # the same objects, not a second set


def test_objects_made_again_are_the_same_bytes(assessed: Path, fetched: Path) -> None:
    before = {path.name: path.read_bytes() for path in (assessed / "dicom").iterdir()}
    assert main(["pacs", "objects", str(assessed), "--portal-venous", str(fetched / "portal_venous")]) == 0
    assert {path.name: path.read_bytes() for path in (assessed / "dicom").iterdir()} == before


def test_what_is_sent_is_the_case(assessed: Path) -> None:
    document = json.loads((assessed / "assessment.json").read_text())
    volume = highdicom.seg.segread(assessed / "dicom" / "segmentation.dcm").get_volume(combine_segments=True)
    assert np.count_nonzero(volume.array) == np.count_nonzero(builders.labels())
    text = _printed(assessed / "dicom" / "report.dcm")
    for reading in document["post"]["os"].values():
        assert all(f'"{round(value, 4)}"' in text for value in reading.values())
    pdf = pydicom.dcmread(assessed / "dicom" / "document.dcm")
    assert pdf.EncapsulatedDocument[: pdf.EncapsulatedDocumentLength].startswith(b"%PDF")


def _printed(path: Path) -> str:
    if shutil.which("dsrdump") is None:
        pytest.skip("dsrdump (Debian's dcmtk) is not on this machine")
    done = subprocess.run(["dsrdump", "+U8", "+Pl", str(path)], capture_output=True, text=True, check=True)
    return done.stdout


def test_one_refused_object_does_not_keep_back_the_others(
    assessed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dicom").mkdir()
    shutil.copy(assessed / "dicom" / "report.dcm", tmp_path / "dicom")
    (tmp_path / "dicom" / "document.dcm").write_bytes(b"DOE^JANE is no DICOM")
    capsys.readouterr()
    assert main(["pacs", "send", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert {one["kind"]: one["stored"] for one in json.loads(said.out)} == {"document": False, "report": True}
    assert "got 1 that were not" in said.err.splitlines()[-1]
    assert IDENTITY not in said.out + said.err


def test_a_wrong_password_is_said_in_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAIC_NOMOGRAM_PACS_PASSWORD", "not-this")
    assert main(["pacs", "search"]) == 2
    said = capsys.readouterr()
    assert said.err == "error: PACS: expected credentials that it accepts, got refused with status 401\n"
