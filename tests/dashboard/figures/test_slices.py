from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from core.case import Phase, Volume
from core.geometry import Geometry
from dashboard.figures import slices
from dashboard.figures.slice_view import slice_view
from tests.dashboard import builders


def turned(order: tuple[int, ...], signs: tuple[int, ...]) -> tuple[np.ndarray, Geometry]:  # type: ignore[type-arg]
    """One bright voxel at a known place of the patient, on a grid whose axes run in any order and direction."""
    shape_lps, spacing_lps, bright_lps = (8, 6, 10), (2.0, 3.0, 4.0), (1, 2, 7)
    shape = tuple(shape_lps[world] for world in order)
    affine = np.eye(4)
    affine[:3, :3] = 0
    for axis, (world, sign) in enumerate(zip(order, signs, strict=True)):
        affine[world, axis] = sign * spacing_lps[world]
        if sign < 0:
            affine[world, 3] = (shape_lps[world] - 1) * spacing_lps[world]
    values = np.zeros(shape, dtype=np.int16)
    place = [bright_lps[w] if s > 0 else shape_lps[w] - 1 - bright_lps[w] for w, s in zip(order, signs, strict=True)]
    values[tuple(place)] = 1
    return values, Geometry(shape, affine)


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("signs", list(product((1, -1), repeat=3)))
def test_any_orientation_gives_the_same_radiological_picture(order, signs) -> None:  # type: ignore[no-untyped-def]
    values, geometry = turned(order, signs)
    axial = slices.take(values, slices.Section(geometry, "axial", 7))
    assert axial.shape == (6, 8)
    assert axial[2, 1] == 1  # rows to posterior, columns to the patient's left
    coronal = slices.take(values, slices.Section(geometry, "coronal", 2))
    assert coronal[10 - 1 - 7, 1] == 1  # superior on top
    sagittal = slices.take(values, slices.Section(geometry, "sagittal", 1))
    assert sagittal[10 - 1 - 7, 2] == 1  # anterior on the left
    assert slices.pixel_mm(slices.Section(geometry, "coronal", 0)) == (4.0, 2.0)
    assert slices.amount_by_slice(values, geometry, "axial").argmax() == 7


def test_patients_right_is_on_the_left_of_the_picture() -> None:
    section = slices.Section(builders.GRID, "axial", 15)
    liver = slices.take(builders.labels(), section) > 0
    assert np.argwhere(liver)[:, 1].mean() < liver.shape[1] / 2


def test_pixels_are_square_and_of_bounded_number() -> None:
    layers = slices.Layers(builders.volume(Phase.PORTAL_VENOUS))
    look = slices.Look(slices.WINDOWS["Wide"])
    rgb = slices.picture(layers, slices.Section(builders.GRID, "coronal", 24), look)
    assert max(rgb.shape[:2]) == slices.PIXELS
    assert rgb.dtype == np.uint8


def test_window_maps_its_ends_to_black_and_white() -> None:
    hu = np.full((4, 4, 3), -1000, dtype=np.int16)
    hu[:2], hu[2:] = 15, 165
    volume = Volume(hu, Geometry.from_spacing((4, 4, 3), (1, 1, 1)), Phase.ARTERIAL, "sha")
    rgb = slices.picture(
        slices.Layers(volume), slices.Section(volume.geometry, "axial", 1), slices.Look(slices.WINDOWS["Liver"])
    )
    assert rgb[:, 0].max() == 0
    assert rgb[:, -1].min() == 255


def test_heat_and_outline_are_drawn_only_where_asked() -> None:
    volume, heat = builders.volume(Phase.ARTERIAL), builders.heatmap()
    section = slices.Section(builders.GRID, "axial", 18)
    window = slices.WINDOWS["Liver"]
    plain = slices.picture(slices.Layers(volume), section, slices.Look(window))
    assert (plain[..., 0] == plain[..., 2]).all()
    hot = slices.picture(slices.Layers(volume, None, heat.values), section, slices.Look(window))
    assert (hot[..., 0] > hot[..., 2]).any()
    grey = slices.picture(slices.Layers(volume, None, heat.values, grey=True), section, slices.Look(window))
    assert (np.ptp(grey.astype(int), axis=-1) <= 12).all()
    assert (grey != plain).any()
    cold = slices.picture(slices.Layers(volume, None, heat.values), section, slices.Look(window, opacity=0.0))
    assert (cold == plain).all()
    outlined = slices.picture(slices.Layers(volume, builders.labels()), section, slices.Look(window))
    assert (outlined == slices.OUTLINE_RGB).all(axis=-1).any()
    bare = slices.picture(slices.Layers(volume, builders.labels()), section, slices.Look(window, outline=False))
    assert (bare == plain).all()


def test_largest_lesion_is_found_by_its_own_size() -> None:
    assert slices.largest_lesion_position(builders.labels(), builders.GRID, "axial") == 18
    assert slices.largest_lesion_position(builders.labels(), builders.GRID, "sagittal") == 17


def test_an_image_without_air_is_shown_whole() -> None:
    volume = Volume(
        np.full((5, 6, 7), 50, dtype=np.int16), Geometry.from_spacing((5, 6, 7), (1, 1, 1)), Phase.ARTERIAL, ""
    )
    assert slices.body_box(volume) == (slice(0, 5), slice(0, 6), slice(0, 7))
    empty = Volume(np.full((5, 6, 7), -1000, dtype=np.int16), volume.geometry, Phase.ARTERIAL, "")
    rgb = slices.picture(
        slices.Layers(empty), slices.Section(empty.geometry, "axial", 0), slices.Look(slices.Window(1, 0))
    )
    assert rgb.max() == 0


@pytest.mark.parametrize("plane", slices.PLANES)
def test_letters_and_remark_are_in_the_figure(plane: slices.Plane) -> None:
    figure = slice_view(np.zeros((30, 40, 3), dtype=np.uint8), plane, "Simulated arterial phase")
    written = [annotation.text for annotation in figure.layout.annotations]
    assert tuple(written[:4]) == slices.LETTERS[plane]
    assert "Simulated arterial phase" in written[4]
    assert figure.layout.images[0].source.startswith("data:image/png;base64,")
    assert figure.layout.yaxis.scaleanchor == "x"
