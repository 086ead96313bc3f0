"""A heatmap as a DICOM parametric map (PS3.3, A.75): float32 on the portal-venous grid, unit 1 by UCUM."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from core.findings import HEADS
from core.geometry import Geometry
from core.io.dicom_objects import codes
from core.io.dicom_objects.derivation import Derivation, equipment, settle
from core.io.dicom_seg_writer import PRODUCT, dicom_volume, main_sources

_SHOWN = dict(zip(HEADS, ("MTM", "OS 12 months", "OS 24 months", "OS 36 months", "OS 48 months"), strict=True))


def heatmap_object(
    head: str, values: npt.NDArray[Any], geometry: Geometry, derivation: Derivation, version: str
) -> Any:
    """The map of one head; its content label is HEATMAP_ and the head.

    Args:
        values: (I, J, K), 0..1 scaled to the head's own maximum in the liver.
        geometry: the portal-venous grid.

    Raises:
        InputError: axes that are not at right angles.
        ValueError, TypeError, AttributeError: headers that contradict each other.
    """
    from highdicom import VOILUTTransformation
    from highdicom.pm import ParametricMap

    first, further = main_sources(derivation.headers)
    frame = str(derivation.headers[0].FrameOfReferenceUID)
    dataset = ParametricMap(
        source_images=first,
        further_source_images=further,
        pixel_array=dicom_volume(values.astype(np.float32), geometry, frame),
        **derivation.place("heatmaps", f"heatmap {head}", HEADS.index(head) + 1),
        **equipment(version),
        contains_recognizable_visual_features=False,
        real_world_value_mappings=[_identity(head)],
        voi_lut_transformations=[VOILUTTransformation(window_center=0.5, window_width=1.0)],
        content_label=f"HEATMAP_{head.upper()}",
        content_description=f"Grad-CAM {_SHOWN[head]}: influence, not boundary or cause",
        content_qualification="RESEARCH",
    )
    dataset.BodyPartExamined = "LIVER"
    return settle(dataset, derivation, f"Heatmaps, research use ({PRODUCT})")


def _identity(head: str) -> Any:
    from highdicom.pm import RealWorldValueMapping

    return RealWorldValueMapping(
        lut_label=head.upper(),
        lut_explanation=f"Grad-CAM {_SHOWN[head]}, 1 is the head's own maximum",
        unit=codes.no_units(),
        value_range=(0.0, 1.0),
        slope=1.0,
        intercept=0.0,
        quantity_definition=codes.own(*codes.HEAT),
    )
