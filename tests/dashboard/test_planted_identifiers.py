"""Identifiers planted in every place that files have are found nowhere behind the door."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.case import LiverMask, MaskOrigin, Phase
from core.cli import main
from core.errors import InputError
from core.findings import Assessment
from core.io.assessment_files import write_assessment
from core.io.mask_files import MaskFormat
from core.io.series import Series, read_series
from core.io.source_headers import source_headers
from dashboard import keeping, uploads
from dashboard.cohorts import Cohort
from dashboard.draft import Draft
from dashboard.widgets.saved_report import _made
from tests import planted_files as files
from tests.dashboard import builders
from tests.dashboard.test_views import html
from tests.planted import PLANTED, places, places_in_files

OpenPage = Callable[..., AppTest]
IN_DICOM = set(PLANTED) - set(files.OUTSIDE) - set(files.OTHER_FILES)


def hu_of(phase: Phase) -> np.ndarray:
    """The builders' volume, as far as DICOM can hold it."""
    return np.maximum(builders.volume(phase).hu, np.int16(-1024))


def phases(identifiers: Mapping[str, str] = PLANTED) -> dict[str, list[bytes]]:
    """Both phases of the builders' case as planted slices."""
    affine = builders.GRID.affine_lps
    volumes = {"arterial": hu_of(Phase.ARTERIAL), "portal": hu_of(Phase.PORTAL_VENOUS)}
    return {name: files.slices(hu, affine, identifiers, name) for name, hu in volumes.items()}


@pytest.fixture(scope="module")
def planted() -> dict[str, list[bytes]]:
    return phases()


@dataclass
class Kept:
    """Every temporary folder of a test, as it was when its user was done with it."""

    root: Path
    count: int = 0

    @contextmanager
    def folder(self, prefix: str = "") -> Iterator[str]:
        self.count += 1
        path = self.root / f"{prefix}{self.count}"
        path.mkdir(parents=True)
        yield str(path)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Kept:
    """Temporary folders are not deleted, so that what was on the disk for a moment can be searched, too."""
    found = Kept(tmp_path / "temporary")
    monkeypatch.setattr(tempfile, "TemporaryDirectory", found.folder)
    return found


def test_everything_was_planted(planted: dict[str, list[bytes]]) -> None:
    blob = b"".join([*planted["arterial"], *planted["portal"], *files.others(PLANTED)])
    assert len(PLANTED) >= 40
    assert places(blob) == IN_DICOM
    archive = files.zip_of([planted["arterial"][0], *files.others(PLANTED)], PLANTED)
    assert places(archive) == IN_DICOM | {name for name in files.OUTSIDE if name.startswith("zip")}
    hu = hu_of(Phase.ARTERIAL)
    others = files.nifti(hu, builders.GRID.affine_lps, PLANTED) + files.nrrd(hu, builders.GRID.spacing_mm, PLANTED)
    texts = "\n".join([*files.clinical_texts(PLANTED), files.table(PLANTED)])
    assert places(others) | places(texts.encode()) | places(files.nifti(hu, np.eye(4), PLANTED)) == {
        name for name in files.OTHER_FILES
    }


def draft_of(planted: dict[str, list[bytes]], identifiers: Mapping[str, str] = PLANTED) -> Draft:
    """A draft with one phase uploaded as loose files, the other as a zip, with files that are refused beside them."""
    draft, others = Draft(), files.others(identifiers)
    loose = [*planted["arterial"], *others]
    for contents in (loose, [files.zip_of([*planted["portal"], *others], identifiers)]):
        draft.add_series(uploads.read_images(contents, draft.key, draft.removed))
    draft.roles = [Phase.ARTERIAL, Phase.PORTAL_VENOUS]  # a planted text may happen to name a phase
    return draft


def assessed(draft: Draft) -> Assessment:
    """The builders' assessment on the uploaded volumes."""
    case = replace(draft.case(), clinical=builders.CLINICAL)
    draft.assessed, draft.clinical = case, case.clinical.known()
    draft.assessment = replace(
        builders.assessment(),
        case_id=draft.case_id,
        arterial=case.arterial,
        portal_venous=case.portal_venous,
        liver_mask=LiverMask(builders.labels(), case.portal_venous.geometry, MaskOrigin.MODEL),
        image_notices=case.notes,
    )
    return draft.assessment


def sent(page: AppTest) -> bytes:
    """All that the page sends to the browser."""

    def parts(node: Any) -> Iterator[bytes]:
        for child in getattr(node, "children", {}).values():
            proto = getattr(child, "proto", None)
            yield b"" if proto is None else proto.SerializeToString()
            yield from parts(child)

    found = b"\n".join(parts(page._tree))
    assert len(found) > 1000
    return found


def test_uploads_leave_none_on_the_disk(
    planted: dict[str, list[bytes]], kept: Kept, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    draft = draft_of(planted)
    for series, phase in zip(draft.series, (Phase.ARTERIAL, Phase.PORTAL_VENOUS), strict=True):
        assert np.array_equal(series.volume.hu, hu_of(phase))
        assert "a secondary capture" in series.notices[-1].text
        assert "a document in a DICOM file" in series.notices[-1].text
    draft.case()  # of one patient, although uploaded at two times
    assert kept.count == 2
    assert places_in_files(kept.root) == {}
    assert places(repr(draft).encode()) == set()
    assert places((caplog.text + "".join(capfd.readouterr())).encode()) == set()


def test_the_page_shows_names_and_counts_and_no_value(planted: dict[str, list[bytes]], open_page: OpenPage) -> None:
    page = AppTest.from_string("from dashboard.views import case\ncase.show()\n", default_timeout=30)
    page.session_state["draft"] = draft_of(planted)
    page.run()
    assert not page.exception
    shown = html(page)
    for name in (
        "Patient&#x27;s Name",
        "Private attributes",
        "Overlays",
        "Curves",
        "Preamble",
        "Comments of zip files",
    ):
        assert name in shown
    assert b"proves nothing about the pixels" in sent(page)
    assert places(sent(page)) == set()


def test_saved_and_exported_none_is_left(
    planted: dict[str, list[bytes]], own_cases: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    draft = draft_of(planted)
    assessment = assessed(draft)
    assert keeping.save(draft, builders.models(), "Case 2B3C4D"), draft.refusal  # type: ignore[arg-type]
    registry = keeping.registry()
    (row,) = registry.worklist()
    report = _made(registry, registry.case_file(row.key), row.latest, builders.models())  # type: ignore[arg-type]
    source = files.folder_of(planted["portal"], tmp_path / "in", PLANTED)
    assert main(["deidentify", str(source), "--out", str(tmp_path / "clean")]) == 0
    (series,) = read_series(tmp_path / "clean", "CT series")
    headers = source_headers(tmp_path / "clean", series.source, "CT series")
    write_assessment(assessment, tmp_path / "out", MaskFormat.DICOM_SEG, headers)
    (tmp_path / "out" / "report.pdf").write_bytes(report)
    assert {"assessment.json", "liver.dcm", "report.pdf", "report.json"} <= {
        p.name for p in (tmp_path / "out").iterdir()
    }
    assert list(own_cases.rglob("*.sqlite*")) or list(own_cases.rglob("*.db"))
    for folder in (own_cases, tmp_path / "out", tmp_path / "clean"):
        assert places_in_files(folder) == {}
    assert places("".join(capfd.readouterr()).encode()) == set()


def test_saved_cases_show_none(planted: dict[str, list[bytes]], open_page: OpenPage) -> None:
    draft = draft_of(planted)
    assessed(draft)
    assert keeping.save(draft, builders.models(), "Case 2B3C4D"), draft.refusal  # type: ignore[arg-type]
    for name in ("cases", "images", "prognosis"):
        page = AppTest.from_string(f"from dashboard.views import {name}\n{name}.show()\n", default_timeout=30)
        page.session_state["draft"] = draft
        page.run()
        assert not page.exception, name
        assert places(sent(page)) == set(), name


def test_a_folder_is_written_whose_images_are_the_same(
    planted: dict[str, list[bytes]], kept: Kept, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    content = [*planted["arterial"], *planted["portal"], *files.others(PLANTED)]
    source = files.folder_of(content, tmp_path / "in", PLANTED)
    assert places_in_files(source) != {}
    assert main(["deidentify", str(source), "--out", str(tmp_path / "clean")]) == 0
    said = "".join(capfd.readouterr())
    assert places_in_files(tmp_path / "clean") == {}
    assert places(said.encode()) == set()
    assert "Patient's Name" in said
    found = read_series(tmp_path / "clean", "CT series")
    for one, phase in zip(found, (Phase.ARTERIAL, Phase.PORTAL_VENOUS), strict=True):  # in the order of acquisition
        assert np.array_equal(one.volume.hu, hu_of(phase))


def test_of_a_zip_nothing_is_unpacked_as_it_is(
    planted: dict[str, list[bytes]], kept: Kept, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / f"{PLANTED['file name']}.zip"
    source.write_bytes(files.zip_of([*planted["arterial"], *files.others(PLANTED)], PLANTED))
    assert main(["deidentify", str(source), "--out", str(tmp_path / "clean")]) == 0
    assert kept.count == 1
    assert places_in_files(kept.root) == places_in_files(tmp_path / "clean") == {}
    said = "".join(capfd.readouterr())
    assert places(said.encode()) == set()
    assert "a secondary capture" in said
    (found,) = read_series(tmp_path / "clean", "CT series")
    assert np.array_equal(found.volume.hu, hu_of(Phase.ARTERIAL))


def test_other_formats_leave_none(kept: Kept) -> None:
    hu, draft = hu_of(Phase.ARTERIAL), Draft()
    contents = [
        files.nifti(hu, builders.GRID.affine_lps, PLANTED),
        files.nrrd(hu, builders.GRID.spacing_mm, PLANTED),
        *(text.encode() for text in (*files.clinical_texts(PLANTED), files.table(PLANTED))),
        b"%PDF " + PLANTED["encapsulated PDF"].encode(),
    ]
    found: list[Series] = uploads.read_images(contents, draft.key, draft.removed)
    assert [np.array_equal(one.volume.hu, hu) for one in found] == [True, True]
    assert "a text file" in found[0].notices[-1].text
    assert places_in_files(kept.root) == {}
    assert places("".join(notice.text for one in found for notice in one.notices).encode()) == set()


def refusals(planted: dict[str, list[bytes]], identifiers: Mapping[str, str] = PLANTED) -> Iterator[Callable[[], Any]]:
    """Every door with something that it refuses."""
    from core.io.clinical import parse_clinical_text

    draft, others = Draft(roles=[Phase.PORTAL_VENOUS], series=[]), files.others(identifiers)
    draft.series = uploads.read_images(planted["portal"], draft.key)
    first = planted["portal"][0]
    wrong = ([first], others, [files.zip_of(others, identifiers)], [first[: len(first) // 2]])
    yield from (lambda contents=contents: uploads.read_images(contents) for contents in wrong)
    yield from (lambda one=one: parse_clinical_text(one.encode()) for one in files.clinical_texts(identifiers))
    yield lambda: uploads.read_liver_mask(first, draft)
    yield lambda: uploads.read_liver_mask(files.zip_of(others, identifiers), draft)
    broken = files.zip_of([first], identifiers)[:-30]
    yield lambda: uploads.read_images([broken])
    yield lambda: Cohort(broken)
    yield lambda: Cohort(files.zip_of(others, identifiers))


def test_no_refusal_says_one(planted: dict[str, list[bytes]], kept: Kept) -> None:
    for refused in refusals(planted):
        with pytest.raises(InputError) as error:
            refused()
        cause = error.value.__cause__ if error.value.__suppress_context__ else None
        assert places(f"{error.value} {error.value.args}".encode()) == set(), cause
    assert places_in_files(kept.root) == {}


def test_no_command_says_one(
    planted: dict[str, list[bytes]],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = files.folder_of([planted["portal"][0], *files.others(PLANTED)], tmp_path, PLANTED)
    record, cohort = source / f"{PLANTED['file name']}.json", source / f"{PLANTED['file name']}.csv"
    record.write_text(files.clinical_texts(PLANTED)[0], encoding="utf-8")
    cohort.write_text(files.table(PLANTED), encoding="utf-8")
    valid = source / "clinical.json"
    valid.write_text('{"age_years": 61}', encoding="utf-8")
    series, out = str(source), str(tmp_path / "out")
    commands = [
        ["stage", "--clinical", str(record)],
        ["segment", series, "--out", f"{out}.nii.gz"],
        [
            "cox",
            str(cohort),
            *["--time", "time", "--event", "event", "--terms", "age", "--horizons", "12", "--out"],
            out,
        ],
        ["assess", "--arterial", series, "--portal-venous", series, "--clinical", str(valid), "--out", out],
        ["assess", "--arterial", series, "--portal-venous", series, "--clinical", str(record), "--out", out],
        ["batch", str(cohort), "--out", f"{out}.csv"],
        ["report", series],
        ["pacs", "fetch", "--study", PLANTED["PatientID"], "--arterial", "1.2", "--portal-venous", "1.3", "--out", out],
        ["pacs", "objects", series, "--portal-venous", series],
        ["pacs", "send", series],
        ["deidentify", str(source / "none")],
        ["deidentify", str(record)],
    ]
    monkeypatch.setenv("HAIC_NOMOGRAM_PACS", "http://127.0.0.1:9/dicom-web")
    for command in commands:
        assert main(command) == 2, command
        assert places("".join(capfd.readouterr()).encode()) == set(), command
