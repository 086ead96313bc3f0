"""Structure sets in: filled to closed forms on any stack, holes and parts by the even-odd rule, refused where wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from core.errors import InputError
from core.geometry import Geometry
from core.io.mask_files import MaskFile, read_mask_file
from core.io.mask_target import Target
from core.io.rtstruct import read_rtstruct
from core.io.series import Series
from tests.core.io.dicom_factory import axial
from tests.core.io.mask_factory import (
    NAME,
    SHAPE,
    STACKS,
    ct,
    labels,
    on_grid,
    outlines,
    stored,
    structure_set,
    turned,
)

LIVER, LESION = labels() > 0, labels() == 2


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Series:
    return ct(tmp_path_factory.mktemp("ct"))


def circle(radius_mm: float, slices: range, affine: np.ndarray, centre: tuple[float, float] = (15.3, 11.6)) -> list:
    """Circles in the plane of each slice, around a point given in voxels."""
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    across = affine[:3, :2] / np.linalg.norm(affine[:3, :2], axis=0)
    round_it = radius_mm * (np.cos(angle)[:, None] * across[:, 0] + np.sin(angle)[:, None] * across[:, 1])
    return [(affine @ [*centre, k, 1])[:3] + round_it for k in slices]


def refused(path: Path, series: Series, segment: int | None = None) -> str:
    with pytest.raises(InputError) as caught:
        read_mask_file(MaskFile(path, segment=segment), series)
    text = str(caught.value)
    assert text.startswith("liver mask: expected ")
    assert "DOE" not in text
    return text


@pytest.mark.parametrize("stack", STACKS)
def test_outlines_of_a_mask_give_the_mask_back(tmp_path: Path, stack: str) -> None:
    affine = turned(stack)
    series = ct(tmp_path / "ct", affine)
    dataset = structure_set([("GTV 1", outlines(LESION, affine)), ("Liver", outlines(LIVER, affine))])
    mask, notices = read_mask_file(MaskFile(stored(dataset, tmp_path / "rt")), series)
    np.testing.assert_array_equal(mask.labels, on_grid(labels(), affine, series))
    assert [n.text for n in notices] == ["liver mask: segment 2 is taken as liver, 1 as lesion"]


@pytest.mark.parametrize("stack", STACKS)
def test_a_shell_has_the_volume_of_its_circles(tmp_path: Path, stack: str) -> None:
    affine = turned(stack)
    series = ct(tmp_path / "ct", affine)
    slices = range(2, 10)
    rings = [*circle(24.0, slices, affine), *circle(14.0, slices, affine), *circle(5.0, slices, affine)]
    mask, _ = read_mask_file(MaskFile(stored(structure_set([("liver", rings)]), tmp_path / "rt")), series)
    expected_ml = np.pi * (24.0**2 - 14.0**2 + 5.0**2) * len(slices) * 5.0 / 1000
    assert mask.volume_ml == pytest.approx(expected_ml, rel=0.03)


def test_several_contours_and_holes_on_one_slice(series: Series, tmp_path: Path) -> None:
    def square(low: tuple[float, float], high: tuple[float, float], k: int) -> np.ndarray:
        index = np.array([[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]])
        return (np.column_stack([index, np.full(4, k), np.ones(4)]) @ axial().T)[:, :3]

    polygons = [
        square((3.5, 3.5), (12.5, 12.5), 4),
        square((5.5, 5.5), (8.5, 8.5), 4),
        square((20.5, 3.5), (25.5, 6.5), 4),
        square((3.5, 3.5), (12.5, 12.5), 5),
    ]
    dataset = structure_set([("Liver", [*polygons, polygons[0].copy()])], kind="CLOSEDPLANAR_XOR")
    mask, notices = read_mask_file(MaskFile(stored(dataset, tmp_path / "rt")), series)
    expected = np.zeros(SHAPE, np.uint8)
    expected[4:13, 4:13, 4:6] = 1
    expected[6:9, 6:9, 4] = 0
    expected[21:26, 4:7, 4] = 1
    np.testing.assert_array_equal(mask.labels, expected)  # the contour that is there twice is no hole
    assert notices == ()


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from(STACKS))
def test_any_mask_survives_its_outlines(seed: int, stack: str) -> None:
    random = np.random.default_rng(seed)
    values = random.random((12, 10, 4)) < random.uniform(0.1, 0.9)
    values[3, 4, 1] = True
    affine = turned(stack)
    found = read_rtstruct(structure_set([("Liver", outlines(values, affine))]), None)
    laid = found.on(Target("portal-venous", Geometry((12, 10, 4), affine)))
    assert laid.labels is not None
    np.testing.assert_array_equal(laid.labels, values)


def test_slices_without_a_contour_are_counted(series: Series, tmp_path: Path) -> None:
    polygons = circle(15.0, range(2, 11, 2), axial())
    mask, notices = read_mask_file(MaskFile(stored(structure_set([("Liver", polygons)]), tmp_path / "rt")), series)
    assert [n.code for n in notices] == ["mask_gaps"]
    assert "4 slices" in notices[0].text
    assert not mask.labels[:, :, 3].any()


def test_a_region_is_chosen_by_code_or_position_and_never_named(series: Series, tmp_path: Path) -> None:
    parts = [(NAME, circle(9.0, range(2, 9), axial())), (NAME, circle(20.0, range(2, 9), axial()))]
    path = stored(structure_set(parts), tmp_path / "rt")
    assert "got 2 segments, 0 of them named as liver" in refused(path, series)
    assert "expected a segment from 1 to 2, got 3" in refused(path, series, 3)
    mask, _ = read_mask_file(MaskFile(path, segment=2), series)
    assert mask.volume_ml == pytest.approx(np.pi * 20.0**2 * 7 * 5 / 1000, rel=0.03)
    dataset = structure_set(parts, code=("FMA", "9001"))
    dataset.RTROIObservationsSequence[1].RTROIIdentificationCodeSequence[0].CodeValue = "7197"
    mask, _ = read_mask_file(MaskFile(stored(dataset, tmp_path / "fma")), series)
    assert mask.volume_ml == pytest.approx(np.pi * 20.0**2 * 7 * 5 / 1000, rel=0.03)


def test_points_and_lines_are_no_regions(series: Series, tmp_path: Path) -> None:
    dataset = structure_set([("Isocentre", [np.zeros((1, 3))]), (NAME, circle(20.0, range(2, 9), axial()))])
    dataset.ROIContourSequence[1].ContourSequence[0].ContourGeometricType = "POINT"
    path = stored(dataset, tmp_path / "rt")
    _, (notice,) = read_mask_file(MaskFile(path), series)
    assert notice.text == "liver mask: segment 2 is taken as liver"
    assert "closed contours in region 1, got none" in refused(path, series, 1)
    dataset = structure_set([("Liver", circle(20.0, range(2, 9), axial()))], kind="OPEN_PLANAR")
    assert "at least one region with closed contours, got none" in refused(stored(dataset, tmp_path / "open"), series)


def test_contours_off_the_slices_are_refused_with_the_distance(series: Series, tmp_path: Path) -> None:
    off = axial()
    off[2, 3] += 2.0
    path = stored(structure_set([("Liver", circle(20.0, range(2, 9), off))]), tmp_path / "rt")
    assert "got one 2.0 mm off it" in refused(path, series)
    path = stored(structure_set([("Liver", circle(20.0, range(2, 9), turned("oblique")))]), tmp_path / "oblique")
    assert "mm off it" in refused(path, series)
    near = axial()
    near[2, 3] += 0.5
    path = stored(structure_set([("Liver", circle(20.0, range(2, 9), near))]), tmp_path / "near")
    assert read_mask_file(MaskFile(path), series)[0].labels.any()


def test_contours_beyond_the_series_are_counted(series: Series, tmp_path: Path) -> None:
    path = stored(structure_set([("Liver", circle(20.0, range(8, 15), axial()))]), tmp_path / "rt")
    mask, notices = read_mask_file(MaskFile(path), series)
    assert [n.code for n in notices] == ["mask_outside"]
    assert f"{3 * np.count_nonzero(mask.labels[:, :, 8])} voxels" in notices[0].text
    path = stored(structure_set([("Liver", circle(20.0, range(40, 45), axial()))]), tmp_path / "far")
    assert "got none of it there" in refused(path, series)


def test_contours_on_slices_beside_a_gap_fill_it(tmp_path: Path) -> None:
    series = ct(tmp_path / "ct", skip=(4, 8))
    polygons = [
        one for k, one in zip(range(2, 11), circle(20.0, range(2, 11), axial()), strict=True) if k not in (4, 8)
    ]
    mask, notices = read_mask_file(MaskFile(stored(structure_set([("Liver", polygons)]), tmp_path / "rt")), series)
    assert notices == ()
    assert np.array_equal(mask.labels.any(axis=(0, 1)), [2 <= k < 11 for k in range(12)])


def test_another_frame_of_reference_is_refused(series: Series, tmp_path: Path) -> None:
    dataset = structure_set([("Liver", circle(20.0, range(2, 9), axial()))])
    frame = dataset.ReferencedFrameOfReferenceSequence[0]
    frame.FrameOfReferenceUID = dataset.StructureSetROISequence[0].ReferencedFrameOfReferenceUID = generate_uid()
    frame.RTReferencedStudySequence[0].RTReferencedSeriesSequence[0].SeriesInstanceUID = generate_uid()
    assert "another series in another frame of reference" in refused(stored(dataset, tmp_path / "rt"), series)


def test_damaged_files_end_in_one_sentence(series: Series, tmp_path: Path) -> None:
    path = stored(structure_set([("Liver", circle(20.0, range(2, 9), axial()))]), tmp_path / "rt")
    whole = path.read_bytes()
    for cut in (300, len(whole) // 2, len(whole) - 700):
        path.write_bytes(whole[:cut])
        refused(path, series)

    def broken(**tags: object) -> Dataset:
        dataset = structure_set([("Liver", circle(20.0, range(2, 9), axial()))])
        for name, value in tags.items():
            setattr(dataset.ROIContourSequence[0].ContourSequence[3], name, value)
        return dataset

    assert "damaged" in refused(stored(broken(NumberOfContourPoints=7), tmp_path / "count"), series)
    assert "damaged" in refused(stored(broken(ContourData=["1", "2", "3", "4"]), tmp_path / "four"), series)
    assert "damaged" in refused(stored(broken(ContourData=["1e300"] * 600), tmp_path / "far"), series)
    orphan = structure_set([("Liver", circle(20.0, range(2, 9), axial()))])
    orphan.ROIContourSequence[0].ReferencedROINumber = 9
    assert "got none" in refused(stored(orphan, tmp_path / "orphan"), series)
