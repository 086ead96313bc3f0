"""A procedural upper abdomen: no patient's, no third party's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.geometry import Geometry
from core.simulate.body import Build, diaphragm_height, draw_build, paint_body, wall_distance
from core.simulate.fields import Canvas, Field, Mask
from core.simulate.liver import draw_shape, liver_distance, paint_liver, paint_liver_vessels
from core.simulate.organs import paint_great_vessels, paint_kidneys, paint_organs
from core.simulate.tissues import Tissue
from core.simulate.vessels import Segment

FIELD_OF_VIEW_MM = ((-190.0, 190.0), (-132.0, 156.0), (-116.0, 112.0))
"""LPS extent of a procedural scan, kidneys to base of the heart; (0, 0, 0) lies by the hilum of the liver."""


@dataclass(frozen=True, eq=False)
class Anatomy:
    """One patient before any disease but cirrhosis.

    Attributes:
        tissue: uint8 (I, J, K), labels of `Tissue`.
        geometry: axis-aligned LPS grid.
        liver: bool, parenchyma with the vessels in it.
        liver_distance: signed distance to the liver's surface, mm, negative inside.
        wall_distance: signed distance to the inner face of the abdominal wall, mm, negative inside.
        coordinates: float32 (I, J, K) x 3, mm, deformed: organs and the portal tree are drawn in them.
        portal_tree: the portal vein within the liver.
        build: the patient's build.
    """

    tissue: npt.NDArray[np.uint8]
    geometry: Geometry
    liver: Mask
    liver_distance: Field
    wall_distance: Field
    coordinates: tuple[Field, Field, Field]
    portal_tree: list[Segment]
    build: Build


def scan_geometry(spacing_mm: tuple[float, float, float]) -> Geometry:
    """The grid of a procedural scan with voxels of `spacing_mm`."""
    shape = [round((high - low) / s) for (low, high), s in zip(FIELD_OF_VIEW_MM, spacing_mm, strict=True)]
    origin = [low + s / 2 for (low, _), s in zip(FIELD_OF_VIEW_MM, spacing_mm, strict=True)]
    return Geometry.from_spacing((shape[0], shape[1], shape[2]), spacing_mm, (origin[0], origin[1], origin[2]))


def build_anatomy(
    seed: int,
    spacing_mm: tuple[float, float, float] = (1.5, 1.5, 3.0),
    liver_ml: float | None = None,
    cirrhosis: float = 0.0,
    ascites_mm: float = 0.0,
) -> Anatomy:
    """The upper abdomen of patient `seed`.

    Args:
        seed: same seed and spacing, same patient.
        spacing_mm: voxel size along left, posterior, superior.
        liver_ml: wanted liver volume; None draws one of 1200-1700 mL.
        cirrhosis: 0..1, nodular surface, large left lobe and spleen.
        ascites_mm: thickness of the fluid around the liver, 0 for none.
    """
    rng = np.random.default_rng([seed, 1])
    canvas = Canvas(scan_geometry(spacing_mm), rng)
    build = draw_build(rng, cirrhosis)
    wall, dome = wall_distance(canvas, build), diaphragm_height(canvas, build)
    paint_body(canvas, build, wall, dome, rng)
    paint_organs(canvas, build, wall, rng)
    shape = draw_shape(rng, liver_ml or float(rng.uniform(1200, 1700)), cirrhosis)
    distance = liver_distance(canvas, shape, wall, dome, rng)
    paint_liver(canvas, distance)
    paint_kidneys(canvas, build, rng)
    parenchyma = np.asarray(canvas.tissue == Tissue.LIVER)
    portal = paint_liver_vessels(canvas, parenchyma, rng)
    paint_great_vessels(canvas, build)
    if ascites_mm > 0:
        near = (distance < ascites_mm) & (wall < -0.5) & (canvas.z < dome - 2)
        canvas.paint((slice(None),) * 3, near, Tissue.ASCITES, [Tissue.FAT])
    vessel = (canvas.tissue == Tissue.PORTAL_VEIN) | (canvas.tissue == Tissue.HEPATIC_VEIN)
    liver = (canvas.tissue == Tissue.LIVER) | (parenchyma & vessel)
    coordinates = (canvas.x, canvas.y, canvas.z)
    return Anatomy(canvas.tissue, canvas.geometry, liver, distance, wall, coordinates, portal, build)
