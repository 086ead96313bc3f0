from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.io.burned_in import PIXELS_UNPROVEN, burned_in_notices, has_strokes
from core.io.series import read_series
from core.simulate.phantom import DEMO_SEED, demo_case
from tests.core.io.dicom_factory import axial, phantom, write_series


@pytest.fixture(scope="module")
def arterial() -> np.ndarray:
    return demo_case(DEMO_SEED).arterial.hu


def written(hu: np.ndarray, size: int, slices: slice = slice(None), place: tuple[int, int] = (4, 4)) -> np.ndarray:
    """With a line of text drawn into some slices."""
    picture = Image.new("L", hu.shape[:2])
    ImageDraw.Draw(picture).text(place, "DOE JANE 1950", fill=255, font_size=size)
    found = hu.copy()
    found[:, :, slices][np.asarray(picture).T > 128] = 3000
    return found


def test_a_body_alone_has_no_strokes(arterial: np.ndarray) -> None:
    assert not has_strokes(arterial)


@pytest.mark.parametrize("size", [10, 16, 24])
def test_text_beside_the_body_is_found(arterial: np.ndarray, size: int) -> None:
    assert has_strokes(written(arterial, size))


def test_bright_dots_blocks_and_single_slices_are_no_text(arterial: np.ndarray) -> None:
    assert not has_strokes(written(arterial, 16, slice(0, 2)))
    wire, block = arterial.copy(), arterial.copy()
    wire[3:6, 3:6] = 3000
    block[2:30, 2:12] = 3000
    assert not has_strokes(wire)
    assert not has_strokes(block)


def test_a_real_ct_has_none(shared_data: Path) -> None:
    from core.case import Phase
    from core.io.volumes import read_volume

    hu = read_volume(shared_data / "ct" / "totalsegmentator" / "example_ct.nii.gz", Phase.PORTAL_VENOUS, "CT")[0].hu
    assert hu.min() < -900
    assert not has_strokes(hu)
    assert has_strokes(written(hu, 10))


def test_the_header_is_believed_and_no_flag_is_no_proof(tmp_path: Path) -> None:
    write_series(tmp_path / "a", phantom(), axial(), BurnedInAnnotation="YES")
    (series,) = read_series(tmp_path / "a", "CT series")
    (notice,) = [one for one in series.notices if one.code == "burned_in_text"]
    assert "12 of 12 slices are marked so" in notice.text
    assert notice.text.endswith(PIXELS_UNPROVEN)
    assert burned_in_notices(0, 12, phantom(), "CT series") == ()
