"""What the viewer is sent is the patient, whatever the orientation; what it paints comes back in its place."""

from __future__ import annotations

import gzip
from dataclasses import replace

import nibabel
import numpy as np
import numpy.typing as npt
import pytest

from core.case import LiverMask, MaskOrigin, Phase, Volume
from core.errors import InputError
from core.geometry import RAS_TO_LPS, Geometry
from core.imaging.mask_edit import KEEP
from dashboard.figures import sent, slices
from tests import orientations
from tests.dashboard import builders

MARKER = (17, 13, 25)  # of the builders' grid, in the body: right, anterior, superior


def _volume(letters: str = "LPS") -> Volume:
    hu = builders.volume(Phase.PORTAL_VENOUS).hu.copy()
    hu[MARKER] = 301
    hu, geometry = orientations.stored_as(hu, builders.GRID, letters)
    return Volume(hu, geometry, Phase.PORTAL_VENOUS, "0" * 64)


def _mask(letters: str = "LPS") -> LiverMask:
    labels, geometry = orientations.stored_as(builders.labels(), builders.GRID, letters)
    return LiverMask(labels, geometry, MaskOrigin.MODEL)


def _image(volume: Volume, part: sent.Sent) -> nibabel.Nifti1Image:
    return nibabel.Nifti1Image.from_bytes(gzip.decompress(sent.ct(volume, part)))


def _where(image: nibabel.Nifti1Image) -> npt.NDArray[np.float64]:
    """LPS mm of the brightest voxel."""
    index = np.unravel_index(np.asarray(image.dataobj).argmax(), image.shape)
    found: npt.NDArray[np.float64] = (RAS_TO_LPS @ image.affine @ [*index, 1])[:3]
    return found


@pytest.mark.parametrize("letters", orientations.ALL)
def test_every_orientation_is_sent_as_the_same_picture_in_its_place(letters: str) -> None:
    volume = _volume(letters)
    part = sent.part_to_send(volume, None)
    image = _image(volume, part)
    assert "".join(nibabel.aff2axcodes(image.affine)) == "RAS"
    assert np.allclose(_where(image), (builders.GRID.affine_lps @ [*MARKER, 1])[:3])
    reference = _volume()
    same = _image(reference, sent.part_to_send(reference, None))
    assert np.array_equal(np.asarray(image.dataobj), np.asarray(same.dataobj))


def test_an_oblique_grid_keeps_its_place() -> None:
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(0.2), -np.sin(0.2)], [np.sin(0.2), np.cos(0.2)]]
    straight = _volume("PSL")
    volume = replace(straight, geometry=Geometry(straight.hu.shape, turn @ straight.geometry.affine_lps))
    image = _image(volume, sent.part_to_send(volume, None))
    index = np.unravel_index(volume.hu.argmax(), volume.hu.shape)
    assert np.allclose(_where(image), (volume.geometry.affine_lps @ [*index, 1])[:3])


def test_levels_are_true_to_one_hu_and_the_window_presets_fit() -> None:
    volume = _volume()
    part = sent.part_to_send(volume, None)
    stored = part.view(volume.hu)[part.box]
    read = np.asarray(_image(volume, part).dataobj)
    assert np.abs(read - np.clip(stored, sent.LOWEST_HU, sent.HIGHEST_HU)).max() <= 1
    assert read.min() == sent.LOWEST_HU
    window = slices.WINDOWS["Soft tissue"]
    assert window.level - window.width / 2 >= sent.LOWEST_HU
    assert window.level + window.width / 2 <= sent.HIGHEST_HU


def test_air_around_the_body_is_not_sent_but_a_mask_beyond_it_is() -> None:
    volume = _volume()
    part = sent.part_to_send(volume, None)
    assert np.prod(part.shape) < 0.85 * volume.hu.size
    labels = np.zeros(builders.GRID.shape, np.uint8)
    labels[59, 0, 0] = 1
    mask = LiverMask(labels, builders.GRID, MaskOrigin.GIVEN)
    assert part.view(labels)[part.box].max() == 0
    wider = sent.part_to_send(volume, mask)
    assert wider.view(labels)[wider.box].max() == 1


@pytest.mark.parametrize("letters", ["LPS", "ASR", "IRP"])
def test_slices_are_numbered_as_on_the_slice_pictures(letters: str) -> None:
    volume = _volume(letters)
    part = sent.part_to_send(volume, None)
    at = np.unravel_index(part.view(volume.hu)[part.box].argmax(), part.shape)
    for axis, plane in ((2, "axial"), (1, "coronal"), (0, "sagittal")):
        first, step = part.numbers(plane)  # type: ignore[arg-type]
        section = slices.Section(volume.geometry, plane, first + step * int(at[axis]) - 1)  # type: ignore[arg-type]
        assert slices.take(volume.hu, section).max() == 301


@pytest.mark.parametrize("letters", ["LPS", "SRA"])
def test_heat_keeps_its_place_and_its_hottest_slices(letters: str) -> None:
    volume = _volume(letters)
    part = sent.part_to_send(volume, None)
    values, _ = orientations.stored_as(builders.heatmap((17, 22, 18)).values, builders.GRID, letters)
    heat = sent.heat(values, part)
    assert heat is not None
    levels = np.frombuffer(gzip.decompress(heat.content), np.uint8).reshape(heat.shape, order="F")
    hot = np.array(np.unravel_index(levels.argmax(), levels.shape))
    share = heat.low + (hot + 0.5) / heat.shape * heat.size
    at = np.unravel_index(part.view(values)[part.box].argmax(), part.shape)
    assert np.allclose(share * part.shape - 0.5, at, atol=0.51)
    assert heat.hottest == at
    assert sent.heat(np.zeros_like(values), part) is None


def test_the_largest_lesion_and_the_most_liver_are_found() -> None:
    part = sent.part_to_send(_volume(), None)
    mask = _mask()
    found = sent.largest_lesion(mask, part)
    assert found is not None
    first, step = part.numbers("axial")
    assert first + step * found[2] == slices.largest_lesion_position(mask.labels, builders.GRID, "axial") + 1
    first, step = part.numbers("sagittal")
    assert first + step * found[0] == slices.largest_lesion_position(mask.labels, builders.GRID, "sagittal") + 1
    assert sent.largest_lesion(replace(mask, labels=np.minimum(mask.labels, 1)), part) is None
    first, step = part.numbers("axial")
    fullest = slices.amount_by_slice(mask.liver, builders.GRID, "axial").argmax() + 1
    assert first + step * sent.most_liver(mask, part)[2] == fullest


@pytest.mark.parametrize("letters", orientations.ALL)
def test_a_stroke_lands_on_the_grid_of_the_ct(letters: str) -> None:
    volume, mask = _volume(letters), _mask(letters)
    part = sent.part_to_send(volume, mask)
    at = [int(n) for n in np.unravel_index(part.view(volume.hu)[part.box].argmax(), part.shape)]
    stroke = {"low": at, "shape": [2, 1, 1], "runs": [2, 1, KEEP, 1]}
    after = sent.painted(mask, part, stroke)
    changed = np.argwhere(after.labels != mask.labels)
    assert [tuple(place) for place in changed] == [np.unravel_index(volume.hu.argmax(), volume.hu.shape)]
    assert after.labels[tuple(changed[0])] == 2
    assert after.origin is MaskOrigin.EDITED


def test_labels_are_sent_in_their_box_first_axis_fastest() -> None:
    mask = _mask("ASR")
    part = sent.part_to_send(_volume("ASR"), mask)
    found = sent.labels(mask, part)
    whole = np.zeros(part.shape, np.uint8)
    box = tuple(slice(low, low + n) for low, n in zip(found.low, found.shape, strict=True))
    whole[box] = np.frombuffer(gzip.decompress(found.content), np.uint8).reshape(found.shape, order="F")
    assert np.array_equal(whole, part.view(mask.labels)[part.box])
    assert sent.labels(replace(mask, labels=np.zeros_like(mask.labels)), part).shape == (1, 1, 1)


@pytest.mark.parametrize(
    ("stroke", "said"),
    [
        (None, "expected whole numbers under low"),
        ({"low": [0, 0, "0"], "shape": [1, 1, 1], "runs": [1, 1]}, "expected whole numbers under low"),
        ({"low": [0, 0, 0], "shape": [900, 1, 1], "runs": [1, 900]}, "expected a box of voxels"),
        ({"low": [0, 0], "shape": [1, 1], "runs": [1, 1]}, "expected a box of voxels"),
        ({"low": [0, 0, 0], "shape": [2, 1, 1], "runs": [1, 1]}, "expected 2 labels, got 1"),
        ({"low": [0, 0, 0], "shape": [1, 1, 1], "runs": [7, 1]}, "expected the labels 0, 1 and 2"),
        ({"low": [0, 0, 0], "shape": [1, 1, 1], "runs": [1, -1]}, "expected whole numbers under runs"),
    ],
)
def test_a_stroke_that_is_none_is_one_sentence(stroke: object, said: str) -> None:
    mask = _mask()
    with pytest.raises(InputError, match=said):
        sent.painted(mask, sent.part_to_send(_volume(), mask), stroke)
