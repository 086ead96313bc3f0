import numpy as np
import pytest

from core.case import LiverMask, MaskOrigin
from core.geometry import Geometry
from core.imaging.lesions import connected_lesions, largest_lesion_mm


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


def test_lesions_apart_from_the_liver_are_taken_away() -> None:
    labels = np.zeros((12, 12, 12), np.uint8)
    labels[1:6, 1:6, 1:6] = 1
    labels[3, 3, 3] = labels[6, 6, 6] = labels[7, 7, 7] = 2  # inside, and joined by corners
    labels[9:11, 1:3, 1:3] = 2
    expected = labels.copy()
    expected[9:11, 1:3, 1:3] = 0
    np.testing.assert_array_equal(connected_lesions(labels), expected)
    lesions = (labels == 2) * np.uint8(2)
    np.testing.assert_array_equal(connected_lesions(lesions), lesions)
