"""What assess keeps for a report, and that a report is made of one case or not at all."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.case import ClinicalRecord
from core.errors import InputError
from core.io.assessment_files import write_assessment
from core.io.report_content import Content, content_bytes, content_of, content_sha256, parse_content
from core.io.report_files import read_report_files
from core.io.report_pictures import PIXELS, report_pictures
from tests.dashboard import builders


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("assessed")
    write_assessment(builders.assessment(), out)
    return out


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    for path in written.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def test_content_comes_back_as_it_was(written: Path) -> None:
    made = builders.assessment(replace(builders.CLINICAL, months_since_first_haic=5.9))
    slices, _ = report_pictures(made)
    content = content_of(made, slices)
    assert parse_content(content_bytes(content)) == content
    assert content.post is not None
    assert content.post.conditional_curve
    assert [type(month) for month in parse_content(content_bytes(content)).post.os] == [int] * 3  # type: ignore[union-attr]


def test_content_without_images_comes_back_too() -> None:
    made = builders.assessment()
    blank = Content("Case 7T", ClinicalRecord(), made.scores, None, None, (), (), {}, {})
    assert parse_content(content_bytes(blank)) == blank


def test_the_hash_is_that_of_the_file_and_changes_with_any_number(written: Path) -> None:
    content, _ = read_report_files(written)
    assert content_sha256(content) == hashlib.sha256((written / "report.json").read_bytes()).hexdigest()
    other = replace(content, clinical=replace(content.clinical, afp_ng_ml=1281.0))
    assert content_sha256(other) != content_sha256(content)


def test_pictures_are_sharp_and_those_of_the_hottest_slice(written: Path) -> None:
    content, pictures = read_report_files(written)
    made = builders.assessment()
    assert [(one.head, one.number, one.count) for one in content.slices] == [
        (head, made.heatmaps[head].hottest_slice + 1, 30) for head in ("mtm", "os3")
    ]
    assert set(pictures) == {(head, phase) for head in ("mtm", "os3") for phase in ("arterial", "portal_venous")}
    for pixels in pictures.values():
        assert pixels.shape[1] == PIXELS
        assert pixels.dtype == np.uint8
    assert content.slices[0].width_mm == pytest.approx(PIXELS / pictures["mtm", "arterial"].shape[1] * 324, rel=0.2)
    shown = pictures["mtm", "portal_venous"]
    assert (shown == (79, 195, 247)).all(axis=2).sum() > 1000  # the liver's outline
    assert (shown == (255, 179, 0)).all(axis=2).sum() > 200  # the lesion's


def test_a_failed_map_is_without_colour() -> None:
    made = builders.assessment(lesions=False)
    failed = replace(made, liver_mask=None, heatmaps={"mtm": builders.heatmap(verdict="failed")})
    _, pictures = report_pictures(failed)
    for pixels in pictures.values():
        assert int(np.ptp(pixels.astype(int), axis=2).max()) <= 1
    trusted = replace(failed, heatmaps={"mtm": builders.heatmap(verdict="reliable")})
    assert int(np.ptp(report_pictures(trusted)[1]["mtm", "arterial"].astype(int), axis=2).max()) > 60


def test_patient_right_is_on_the_left(written: Path) -> None:
    _, pictures = read_report_files(written)
    outline = (pictures["mtm", "portal_venous"] == (79, 195, 247)).all(axis=2)
    assert np.argwhere(outline)[:, 1].mean() < PIXELS / 2  # the liver


@pytest.mark.parametrize("name", ["report.json", "assessment.json", "key_slice_mtm_arterial.png"])
def test_what_is_missing_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"DIR: expected a folder that assess .* without {name}"):
        read_report_files(folder)


@pytest.mark.parametrize("name", ["report.json", "assessment.json", "key_slice_mtm_arterial.png"])
@pytest.mark.parametrize("content", [b"", b"Jane Doe", b"{}", b"[1]", b'{"case_id": "Jane Doe"}'])
def test_other_content_is_refused_and_not_repeated(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(InputError) as refused:
        read_report_files(folder)
    assert "Jane" not in str(refused.value)


def test_a_changed_number_is_refused(folder: Path) -> None:
    document = json.loads((folder / "assessment.json").read_text(encoding="utf-8"))
    document["post"]["os"]["36"]["value"] += 0.01
    (folder / "assessment.json").write_text(json.dumps(document))
    with pytest.raises(InputError, match="says something else"):
        read_report_files(folder)


def test_a_picture_of_another_case_is_refused(folder: Path) -> None:
    path = folder / "key_slice_os3_arterial.png"
    pixels = np.asarray(Image.open(path)).copy()
    pixels[0, 0] = 255 - pixels[0, 0]
    Image.fromarray(pixels).save(path)
    with pytest.raises(InputError, match="got another"):
        read_report_files(folder)


def test_a_new_case_leaves_nothing_of_the_old_report(folder: Path) -> None:
    for name in ("report.pdf", "nomogram_pre.svg", "nomogram_post.pdf"):
        (folder / name).write_bytes(b"of an earlier case")
    write_assessment(replace(builders.assessment(), heatmaps={}), folder)
    assert {path.name for path in folder.iterdir()} == {"assessment.json", "liver.nii.gz", "report.json"}
    content, pictures = read_report_files(folder)
    assert content.slices == ()
    assert pictures == {}
