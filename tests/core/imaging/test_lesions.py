import numpy as np
import pytest

from core.case import LiverMask, MaskOrigin
from core.geometry import Geometry
from core.imaging.lesions import largest_lesion_mm


def mask_of(labels: np.ndarray) -> LiverMask:
    geometry = Geometry.from_spacing(labels.shape, (0.5, 0.5, 5.0))
    return LiverMask(labels.astype(np.uint8), geometry, MaskOrigin.GIVEN)


def test_the_longest_diameter_of_a_disc_is_its_diameter() -> None:
    x, y = np.indices((200, 200))
    labels = np.ones((200, 200, 9), np.uint8)
    labels[(x - 100) ** 2 + (y - 90) ** 2 <= 60**2, 4] = 2
    labels[20:24, 20:24, :] = 2
    assert abs(largest_lesion_mm(mask_of(labels)) - 60) < 0.5


def test_lesions_of_one_and_two_voxels_have_a_diameter_too() -> None:
    labels = np.ones((9, 9, 9), np.uint8)
    labels[2, 2, 2] = 2
    assert largest_lesion_mm(mask_of(labels)) == 0
    labels[5, 5:7, 5] = 2
    assert largest_lesion_mm(mask_of(labels)) == pytest.approx(0.5)


def test_without_lesions_there_is_no_diameter() -> None:
    assert largest_lesion_mm(mask_of(np.ones((9, 9, 9)))) is None
