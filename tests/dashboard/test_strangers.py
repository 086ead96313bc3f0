"""Planted identifiers, others for every seed, are found nowhere behind every door and on every way out."""

from __future__ import annotations

import io
import json
import logging
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pydicom
import pytest
from streamlit.testing.v1 import AppTest

from core.case import Phase
from core.cli import main
from core.errors import InputError
from core.io.series import read_phase
from core.jobs.backlog import Backlog
from core.registry.board_nouns import Call
from dashboard import keeping, session, work
from dashboard.cohorts import COHORTS, Cohort
from dashboard.draft import Draft
from dashboard.texts import pacs as words
from dashboard.views import batch
from dashboard.widgets import board_list
from tests import pacs_server
from tests import planted_files as files
from tests.dashboard import builders
from tests.dashboard.test_cohorts import HereService, until
from tests.dashboard.test_planted_identifiers import Kept, assessed, draft_of, hu_of, phases, refusals, sent
from tests.dashboard.test_views import by_label
from tests.planted import places, places_in_files
from tests.strangers import stranger

OpenPage = Callable[..., AppTest]
Slices = dict[str, list[bytes]]
SEEDS = tuple(int(one) for one in os.environ.get("HAIC_TEST_SEEDS", "26").split(","))
"""Any other whole numbers give other identifiers."""


@pytest.fixture(scope="module", params=SEEDS)
def who(request: pytest.FixtureRequest) -> Mapping[str, str]:
    return stranger(request.param)


@pytest.fixture(scope="module")
def planted(who: Mapping[str, str]) -> Slices:
    return phases(who)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Kept:
    """Temporary folders stay, so that what was on the disk for a moment can be searched, too."""
    found = Kept(tmp_path / "temporary")
    found.root.mkdir()
    monkeypatch.setattr(tempfile, "TemporaryDirectory", found.folder)
    monkeypatch.setattr(tempfile, "mkdtemp", lambda prefix="": str(_made(found.root / f"{prefix}cohort")))
    return found


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_everything_was_planted(who: Mapping[str, str], planted: Slices) -> None:
    blob = b"".join([*planted["arterial"], *files.others(who)])
    archive = files.zip_of([blob], who)
    assert len(places(blob, who)) >= 45
    assert places(archive, who) == places(blob, who) | {name for name in files.OUTSIDE if name.startswith("zip")}


def test_no_refusal_says_one(who: Mapping[str, str], planted: Slices, kept: Kept) -> None:
    for refused in refusals(planted, who):
        with pytest.raises(InputError) as error:
            refused()
        assert places(f"{error.value} {error.value.args}".encode(), who) == set()
        for folder in kept.root.glob("*cohort"):
            assert places_in_files(folder, who) == {}
            folder.rename(kept.root / f"{kept.count}-{folder.name}-{len(list(kept.root.iterdir()))}")
    assert places_in_files(kept.root, who) == {}


@pytest.mark.slow
def test_from_upload_to_board_exports_and_deletion(
    who: Mapping[str, str], planted: Slices, kept: Kept, own_cases: Path, tmp_path: Path, open_page: OpenPage
) -> None:
    draft = draft_of(planted, who)
    assessed(draft)
    assert keeping.save(draft, builders.models(), "Case 2B3C4D"), draft.refusal  # type: ignore[arg-type]
    registry = keeping.registry()
    (row,) = registry.worklist()
    registry.schedule(row.key, date(2031, 7, 19))
    registry.board.commit(row.latest.key, "R 7K", Call(True, 0.5, {36: 0.5}), "values")
    for name in ("board", "cases", "images", "prognosis", "case", "study"):
        page = open_page(name)
        page.session_state["draft"] = draft
        draft.view[board_list.CASE] = row.key
        page.run()
        assert not page.exception, name
        assert places(sent(page), who) == set(), name
    for kind in ("csv", "parquet", "fhir"):
        assert main(["export", "--format", kind, "--out", str(tmp_path / f"cases.{kind}")]) == 0
    assert main(["audit", "export", "--out", str(tmp_path / "audit.csv")]) == 0
    assert places_in_files(own_cases, who) == {}
    registry.delete(row.key)
    assert len(list(tmp_path.glob("cases.*"))) == 3
    assert places_in_files(tmp_path, who) == {}  # temporary folders, database and images, exports


def cohort_zip(who: Mapping[str, str], planted: Slices) -> bytes:
    """A cohort that says whose it is wherever it can: three patients, the second as a zip within the zip."""
    stream, folder = io.BytesIO(), f"{who['folder name']}/{who['file name']}"
    head = f"patient_id,arterial,portal_venous,centre,age_years,{who['CSV column']}"
    paths = f"{who['file name']}/arterial,{who['file name']}/portal"
    lines = [
        head,
        f"{who['PatientName']},{paths},{who['InstitutionName']},61,{who['CSV cell']}",
        f"P2,inner.zip,{who['file name']}/portal,,,",
        f"{who['PatientID']},{paths},,{who['PatientBirthDate']},",
    ]
    with zipfile.ZipFile(stream, "w") as archive:
        archive.comment = who["zip comment"].encode()
        archive.writestr(f"{who['folder name']}/cohort.csv", "\n".join([*lines, ""]))
        archive.writestr(f"{who['folder name']}/inner.zip", files.zip_of(planted["arterial"], who))
        archive.writestr(f"{folder}/notes.txt", who["PatientComments"])
        for phase, contents in planted.items():
            for number, content in enumerate([*contents, *files.others(who)]):
                archive.writestr(f"{folder}/{phase}/{who['file name']}{number}.dcm", content)
    return stream.getvalue()


@pytest.mark.slow
def test_a_cohort(
    who: Mapping[str, str],
    planted: Slices,
    kept: Kept,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(session, "desk", lambda: "desk")
    monkeypatch.setattr(batch, "REFRESH_SECONDS", 100.0)
    monkeypatch.setattr(work, "service", HereService)
    seen: list[bool] = []

    def scored(task: object) -> dict[str, str]:
        for phase in (Phase.ARTERIAL, Phase.PORTAL_VENOUS):
            path = getattr(task.patient, phase.value)  # type: ignore[attr-defined]
            seen.append(np.array_equal(read_phase(path, phase).volume.hu, hu_of(phase)))
        return {"mtm": "0.62", "error": ""}

    monkeypatch.setattr("core.jobs.batch.score_patient", scored)
    cohort = COHORTS.take("desk", lambda: Cohort(cohort_zip(who, planted)))
    page = AppTest.from_string("from dashboard.views import batch\nbatch.show()\n", default_timeout=60).run()
    assert not page.exception
    assert cohort.renamed == 2
    assert cohort.removed.removed["Private attributes"] > 10
    before = sent(page)
    assert places_in_files(kept.root, who) == {}
    cohort.start(Backlog(HereService()))  # type: ignore[arg-type]
    until(lambda: not cohort.running)
    page.run()
    assert [(row["patient_id"], bool(row["error"])) for row in cohort.rows()] == [
        ("Row 2", False),
        ("P2", False),
        ("Row 4", True),
    ]
    assert seen == [True] * 4
    assert places_in_files(kept.root, who) == {}
    assert places(before + sent(page) + cohort.scores(), who) == set()
    assert places((caplog.text + "".join(capfd.readouterr())).encode(), who) == set()
    COHORTS.forget("desk")


@pytest.fixture(scope="module")
def pacs(planted: Slices) -> Iterator[pacs_server.Pacs]:
    if reason := pacs_server.why_not():
        pytest.skip(reason)
    with pacs_server.running() as running:
        for content in (*planted["arterial"], *planted["portal"]):
            running.post(content)
        yield running


@pytest.mark.slow
def test_a_pacs(
    who: Mapping[str, str],
    pacs: pacs_server.Pacs,
    kept: Kept,
    own_cases: Path,
    open_page: OpenPage,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    for name, value in pacs.environment.items():
        monkeypatch.setenv(name, value)
    page = open_page("pacs")
    by_label(page.button, words.SEARCH).click()
    page.run()
    early = by_label(page.selectbox, words.ARTERIAL)
    late = by_label(page.selectbox, words.PORTAL_VENOUS)
    (arterial,) = (option for option in early.options if "arterial" in option)
    (portal,) = (option for option in late.options if "portal" in option)
    searched = sent(page)
    early.select(arterial)
    late.select(portal)
    by_label(page.button, words.FETCH).click()
    page.run()
    assert not page.exception
    now: Draft = page.session_state["draft"]
    assert [np.array_equal(one.volume.hu, hu_of(one.volume.phase)) for one in now.series] == [True, True]
    assert now.removed.removed["Private attributes"] > 10
    assert b"proves nothing about the pixels" in sent(page)
    assert places(repr(now).encode(), who) == set()
    fetched = sent(page)
    assessed(now)
    page.run()
    by_label(page.button, words.SEND).click()
    page.run()
    assert not page.exception
    assert [box.value for box in page.error] == []
    assert places(searched + fetched + sent(page), who) == set()
    assert keeping.save(now, builders.models(), "Case 2B3C4D"), now.refusal  # type: ignore[arg-type]
    assert places_in_files(own_cases, who) == places_in_files(kept.root, who) == {}
    assert places((caplog.text + "".join(capfd.readouterr())).encode(), who) == set()
    said = [(line.act, line.what) for line in keeping.registry().audit.lines()]
    assert said == [
        ("opened", "fetched from the PACS"),
        ("exported", "DICOM objects to the PACS"),
        ("saved", "new case"),
    ]
    for one in made_objects(pacs):
        assert one.StudyInstanceUID == who["UID of the study"]
        assert one.PatientID == who["PatientID"]
        assert str(one.PatientName) == who["PatientName"]


def made_objects(pacs: pacs_server.Pacs) -> list[pydicom.Dataset]:
    """What the server holds beside CT."""
    held = [pacs.get(f"instances/{one}/file") for one in json.loads(pacs.get("instances"))]
    read = [pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True) for content in held]
    found = [one for one in read if one.Modality != "CT"]
    assert len(found) == 8
    return found
