"""A liver mask as a DICOM segmentation beside the CT it was drawn on, in the same study of the same patient."""

from __future__ import annotations

import logging
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core import __version__
from core.case import LiverMask, MaskOrigin
from core.errors import InputError
from core.geometry import FloatArray, Geometry
from core.imaging.layout import reversed_axes
from core.io.atomic import whole_file
from core.io.masks import CORNER_TOLERANCE, ROLE

if TYPE_CHECKING:
    from highdicom import Volume
    from highdicom.seg import SegmentDescription
    from pydicom.dataset import Dataset

PRODUCT = "haic-nomogram"
# What DICOM calls the making of a segment: ours by a model, corrected by hand, or brought by the user.
_ALGORITHM_TYPES = {
    MaskOrigin.MODEL: "AUTOMATIC",
    MaskOrigin.EDITED: "SEMIAUTOMATIC",
    MaskOrigin.GIVEN: "MANUAL",
}
_LIVER_RGB, _LESION_RGB = (221, 130, 101), (145, 60, 32)


def write_dicom_seg(mask: LiverMask, path: Path, headers: list[Dataset]) -> None:
    """The segmentation of `liver_segmentation` as a file.

    Raises:
        InputError: as there, or a place that cannot be written to.
    """
    segmentation = liver_segmentation(mask, headers)
    with warnings.catch_warnings():  # what the library has to say of the source may hold tag contents
        warnings.simplefilter("ignore")
        with derivable("segmentation"), whole_file(path) as stream:
            segmentation.save_as(stream, enforce_file_format=True)


def liver_segmentation(mask: LiverMask, headers: list[Dataset]) -> Any:
    """The mask as a binary segmentation: segment 1 liver, segment 2 lesion if there are any; a voxel is in one of them.

    Patient, study and frame of reference are those of `headers`, and each frame refers to its slice; frames without any
    voxel are left out.

    Args:
        headers: of the CT's slices (core.io.source_headers).

    Raises:
        InputError: no headers, axes that are not at right angles, headers that contradict each other, or an empty mask.
    """
    if not headers:
        raise InputError(f"{ROLE}: expected a CT that came as DICOM for a DICOM segmentation, got another format")
    if not mask.labels.any():
        raise InputError(f"{ROLE}: expected liver for a DICOM segmentation, got an empty mask")
    with warnings.catch_warnings(), derivable("segmentation"):
        warnings.simplefilter("ignore")
        made = _segmentation(mask, headers)
        made.SpecificCharacterSet = "ISO_IR 192"  # else highdicom turns a name in another script into question marks
        return made


@contextmanager
def derivable(what: str, role: str = ROLE) -> Iterator[None]:
    """Turns what the libraries raise for odd headers into one sentence, as their texts may hold tag contents."""
    logging.getLogger("highdicom").setLevel(logging.CRITICAL + 1)  # so may what it logs
    try:
        yield
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError, struct.error):
        raise InputError(
            f"{role}: expected CT headers from which a DICOM {what} can be derived, got incomplete or "
            "contradictory ones"
        ) from None


def _segmentation(mask: LiverMask, headers: list[Dataset]) -> Any:
    import highdicom

    first, further = main_sources(headers)
    return highdicom.seg.Segmentation(
        source_images=first,
        further_source_images=further,
        pixel_array=dicom_volume(mask.labels, mask.geometry, str(headers[0].FrameOfReferenceUID)),
        segmentation_type="BINARY",
        segment_descriptions=_descriptions(mask),
        series_instance_uid=highdicom.UID(),
        series_number=_series_number(headers[0]),
        sop_instance_uid=highdicom.UID(),
        instance_number=1,
        manufacturer=PRODUCT,
        manufacturer_model_name=PRODUCT,
        software_versions=__version__,
        device_serial_number="none",
        content_label="LIVER",
        content_description="Liver and lesions",
        series_description=f"Liver mask ({PRODUCT})",
    )


def main_sources(headers: list[Dataset]) -> tuple[list[Dataset], list[Dataset] | None]:
    """The source images as the library wants them, and further ones: of multi-frame sources it takes one at most."""
    single = len(headers) > 1 and any("NumberOfFrames" in one for one in headers)
    return (headers[:1], headers[1:]) if single else (headers, None)


def _series_number(header: Dataset) -> int:
    """After that of the CT, as viewers sort by it."""
    number = header.get("SeriesNumber")
    return int(number or 0) * 100 + 1 if 0 <= int(number or 0) < 10**6 else 1


def dicom_volume(values: npt.NDArray[Any], geometry: Geometry, frame_of_reference: str) -> Volume:
    """`values` (I, J, K) with slices along the first axis, as the library wants them.

    Raises:
        InputError: axes that are not at right angles.
    """
    from highdicom import Volume

    affine = _right_angled(geometry)
    return Volume(
        array=np.ascontiguousarray(reversed_axes(values)),
        affine=affine[:, [2, 1, 0, 3]],
        coordinate_system="PATIENT",
        frame_of_reference_uid=frame_of_reference,
    )


def _right_angled(geometry: Geometry) -> FloatArray:
    """The affine with exactly perpendicular axes: headers round their numbers, the library takes none of it.

    Raises:
        InputError: that would move a voxel by more than a quarter of the finest spacing.
    """
    left, _, right = np.linalg.svd(geometry.direction_cosines)
    affine = geometry.affine_lps.copy()
    affine[:3, :3] = left @ right * np.asarray(geometry.spacing_mm)
    if not geometry.same_grid(Geometry(geometry.shape, affine), CORNER_TOLERANCE * min(geometry.spacing_mm)):
        raise InputError(f"{ROLE}: expected axes at right angles for a DICOM segmentation, got others")
    return affine


def _descriptions(mask: LiverMask) -> list[SegmentDescription]:
    from highdicom import AlgorithmIdentificationSequence
    from highdicom.color import CIELabColor
    from highdicom.seg import SegmentDescription
    from pydicom.sr.coding import Code

    liver = Code("10200004", "SCT", "Liver")
    artificial = Code("123110", "DCM", "Artificial Intelligence")
    kind = _ALGORITHM_TYPES[mask.origin]
    how = None if kind == "MANUAL" else AlgorithmIdentificationSequence(PRODUCT, artificial, __version__)
    described = [
        SegmentDescription(
            1,
            "Liver",
            Code("123037004", "SCT", "Anatomical Structure"),
            liver,
            kind,
            how,
            display_color=CIELabColor.from_rgb(*_LIVER_RGB),
        ),
        SegmentDescription(
            2,
            "Lesion",
            Code("49755003", "SCT", "Morphologically Abnormal Structure"),
            Code("52988006", "SCT", "Lesion"),
            kind,
            how,
            anatomic_regions=[liver],
            display_color=CIELabColor.from_rgb(*_LESION_RGB),
        ),
    ]
    return described if mask.has_lesions else described[:1]
