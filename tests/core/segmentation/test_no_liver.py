"""What holds no liver gives an error with its reason, not a mask: with the shipped weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from core.case import Phase
from core.errors import NoLiverError
from core.geometry import Geometry
from core.imaging.crop import sub_geometry
from core.io.series import read_phase
from core.models import load_models
from core.segmentation.predict import Segmenter
from tests.core.segmentation import bodies
from tests.core.segmentation.livers import procedural

Image = tuple[npt.NDArray[np.int16], Geometry]


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return load_models().segmenter


def clipped(image: Image) -> Image:
    """As the public training scans are: bone is no longer bright, air no longer dark."""
    return np.clip(image[0], -160, 240).astype(np.int16), image[1]


def constant(hu: int) -> Image:
    grid = Geometry.from_spacing((60, 60, 60), (3.0, 3.0, 3.0))
    return np.full(grid.shape, hu, dtype=np.int16), grid


CASES: dict[str, Callable[[], Image]] = {
    "head": bodies.head,
    "head, clipped": lambda: clipped(bodies.head()),
    "legs": bodies.legs,
    "legs, clipped": lambda: clipped(bodies.legs()),
    "thorax, portal venous": bodies.thorax,
    "thorax, arterial": lambda: bodies.thorax(Phase.ARTERIAL, 4),
    "thorax, clipped": lambda: clipped(bodies.thorax(seed=5)),
    "pelvis": bodies.pelvis,
    "pelvis, another": lambda: bodies.pelvis(4),
    "water": bodies.phantom_of_water,
    "a phantom of 60 HU": lambda: bodies.phantom_of_water(60.0),
    "a phantom of 110 HU": lambda: bodies.phantom_of_water(110.0),
    "noise of 300 HU": lambda: bodies.noise(0.0, 300.0),
    "noise of 50 HU": lambda: bodies.noise(60.0, 50.0),
    "noise of 20 HU": lambda: bodies.noise(60.0, 20.0),
    "clouds": lambda: bodies.clouds(in_a_body=False),
    "clouds in a body": lambda: bodies.clouds(in_a_body=True),
    "air": lambda: constant(-1000),
    "zeros": lambda: constant(0),
    "liver density everywhere": lambda: constant(100),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_no_liver_is_not_outlined(name: str, segmenter: Segmenter) -> None:
    hu, grid = CASES[name]()
    with pytest.raises(NoLiverError, match="no liver found"):
        segmenter.segment(hu, grid)


@pytest.mark.parametrize("slices", [(0, 15), (0, 20), (0, 30), (0, 40), (0, 50), (0, 60), (20, 60), (40, 65)])
def test_real_slices_away_from_the_liver(slices: tuple[int, int], segmenter: Segmenter, shared_data: Path) -> None:
    """The liver of this scan begins at slice 70; nothing of 210 mm of pelvis and bowel below is taken for it."""
    volume = read_phase(shared_data / "ct/totalsegmentator/example_ct.nii.gz", Phase.PORTAL_VENOUS).volume
    box = (slice(0, volume.hu.shape[0]), slice(0, volume.hu.shape[1]), slice(*slices))
    with pytest.raises(NoLiverError, match="no liver found"):
        segmenter.segment(volume.hu[box], sub_geometry(volume.geometry, box))


def test_a_phantom_stored_mirrored_is_named_as_such(segmenter: Segmenter) -> None:
    scan, _ = procedural(4)
    mirrored = np.ascontiguousarray(scan.volume.hu[::-1])  # the header still says that I runs to the left
    with pytest.raises(NoLiverError, match="mirrored"):
        segmenter.segment(mirrored, scan.geometry)
    assert segmenter.segment(scan.volume.hu, scan.geometry)[0].volume_ml > 1000
