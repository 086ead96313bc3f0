"""One door for liver masks: whatever a user's program wrote, in; the format he asks for, out."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from core.case import LiverMask, Notice
from core.errors import InputError
from core.imaging.lesions import connected_lesions
from core.imaging.resample import resample
from core.io.dicom_headers import inflates_too_far, modality_words, open_dicom
from core.io.dicom_seg import LABEL_MAP_SEGMENTATION, SEGMENTATION, read_dicom_seg
from core.io.kinds import VOLUME_KINDS, Kind
from core.io.mask_planes import Labels, Laid
from core.io.mask_target import References, Target, possible, targets
from core.io.masks import ROLE, given, read_mask, resampled_notice, size_text
from core.io.rtstruct import read_rtstruct
from core.io.scan import Found
from core.io.seg_nrrd import is_seg_nrrd, read_seg_nrrd, write_seg_nrrd
from core.io.series import Series, opened
from core.io.volumes import write_mask

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

ACCEPTED = "a label map (NIfTI, NRRD, MHA), .seg.nrrd, DICOM SEG or RTSTRUCT, or a folder or zip of one"
STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"


@dataclass(frozen=True)
class MaskFile:
    """A mask file and what in it is the liver.

    Attributes:
        path: a file, a folder or a zip that holds one.
        value: the liver's value in a label map; None for 1 (2 is lesion), or the only one there is.
        segment: the number of the liver's segment or region, from 1; None to find it by name or code.
    """

    path: Path
    value: int | None = None
    segment: int | None = None


def numbered(path: Path, number: int | None) -> MaskFile:
    """The mask at `path` whose liver has `number`: the value in a label map, the place of a segment or region.

    Raises:
        InputError: not one mask.
    """
    if number is None:
        return MaskFile(path)
    with opened(path, ROLE, ACCEPTED) as found:
        label_map = _is_label_map(*_only(found))
    return MaskFile(path, value=number) if label_map else MaskFile(path, segment=number)


class MaskFormat(StrEnum):
    """How a mask is written."""

    NIFTI = "nifti"
    SEG_NRRD = "seg.nrrd"
    DICOM_SEG = "dicom-seg"

    @property
    def ending(self) -> str:
        """Of the file's name."""
        return {"nifti": ".nii.gz", "seg.nrrd": ".seg.nrrd", "dicom-seg": ".dcm"}[self.value]


ENDINGS = {".nii": MaskFormat.NIFTI, **{one.ending: one for one in MaskFormat}}


class _Segmentation(Protocol):
    """The chosen liver and lesions of a file that may lie on one of several series."""

    @property
    def references(self) -> References: ...

    @property
    def notices(self) -> tuple[Notice, ...]: ...

    def on(self, target: Target) -> Laid: ...


def read_mask_file(
    file: MaskFile, portal_venous: Series, arterial: Series | None = None
) -> tuple[LiverMask, tuple[Notice, ...]]:
    """The mask on the portal-venous grid, and what was chosen or changed on the way.

    A mask drawn on the arterial series is brought over by nearest neighbour, and a notice says so.

    Raises:
        InputError: not one mask; not clear what in it is the liver; drawn on another series; on another grid, with the
            distance in mm; empty, damaged or truncated.
    """
    if file.value is not None and file.segment is not None:
        raise InputError(f"{ROLE}: expected --mask-value or --mask-segment, got both")
    with opened(file.path, ROLE, ACCEPTED) as found:
        path, kind = _only(found)
        if _is_label_map(path, kind):
            if file.segment is not None:
                raise InputError(f"{ROLE}: expected --mask-value for a label map, got --mask-segment")
            early = None if arterial is None else arterial.volume.geometry
            return read_mask(path, portal_venous.volume.geometry, early, file.value)
        segmentation = _segmentation(path, kind, file)
    return _fitted(segmentation, targets(portal_venous, arterial))


def mask_format(path: Path) -> MaskFormat | None:
    """The format that a file's name asks for, None if it asks for no known one."""
    return next((kind for ending, kind in ENDINGS.items() if path.name.endswith(ending)), None)


def write_mask_file(mask: LiverMask, path: Path, headers: list[Dataset] | None = None) -> None:
    """The mask in the format that the name of `path` asks for.

    Args:
        headers: for a DICOM SEG, those of the CT's slices (core.io.source_headers).

    Raises:
        InputError: another name, no headers for a DICOM SEG, or a place that cannot be written to.
    """
    kind = mask_format(path)
    if kind is MaskFormat.NIFTI:
        write_mask(mask, path)
    elif kind is MaskFormat.SEG_NRRD:
        write_seg_nrrd(mask, path)
    elif kind is MaskFormat.DICOM_SEG:
        from core.io.dicom_seg_writer import write_dicom_seg

        write_dicom_seg(mask, path, headers or [])
    else:
        raise InputError(f"{ROLE}: expected a name that ends in {', '.join(ENDINGS)}")


def _only(found: Found) -> tuple[Path, Kind]:
    """The only mask among the files; CT slices beside it are no masks."""
    masks: list[tuple[Path, Kind]] = [(path, kind) for _, path, kind in found.of(*VOLUME_KINDS)]
    dicom = [(path, _sop_class(path)) for _, path, _ in found.of(Kind.DICOM)]
    masks += [
        (path, Kind.DICOM) for path, kind in dicom if kind in (SEGMENTATION, LABEL_MAP_SEGMENTATION, STRUCTURE_SET)
    ]
    if len(masks) == 1:
        return masks[0]
    if masks:
        raise InputError(f"{ROLE}: expected one mask, got {len(masks)} in {found.count} files; give the file itself")
    instead = f"{found.count} files of other kinds"
    if found.count == 1:
        instead = found.files[0][2].value if not dicom else modality_words(found.files[0][1])
    raise InputError(f"{ROLE}: expected {ACCEPTED}, got {instead if found.count else 'no files'}")


def _is_label_map(path: Path, kind: Kind) -> bool:
    return kind in VOLUME_KINDS and not (kind is Kind.NRRD and is_seg_nrrd(path))


def _sop_class(path: Path) -> str:
    if inflates_too_far(path):
        return ""
    try:
        with warnings.catch_warnings():  # as below
            warnings.simplefilter("ignore")
            return str(open_dicom(path, specific_tags=["SOPClassUID"], stop_before_pixels=True).get("SOPClassUID", ""))
    except Exception:  # pydicom raises many kinds for damaged files; such a file is no mask
        return ""


def _segmentation(path: Path, kind: Kind, file: MaskFile) -> _Segmentation:
    if kind is Kind.NRRD:
        return read_seg_nrrd(path, file.segment, file.value)
    if file.value is not None:
        raise InputError(f"{ROLE}: expected --mask-segment for a DICOM file, got --mask-value")
    with warnings.catch_warnings():  # what pydicom has to say may hold tag contents
        warnings.simplefilter("ignore")
        try:
            dataset = open_dicom(path)
            storage = str(dataset.SOPClassUID)
        except Exception as error:  # as above
            raise InputError(f"{ROLE}: expected a whole DICOM file, got a damaged or truncated one") from error
        if storage == STRUCTURE_SET:
            return read_rtstruct(dataset, file.segment)
        return read_dicom_seg(dataset, file.segment)


def _fitted(segmentation: _Segmentation, among: tuple[Target, ...]) -> tuple[LiverMask, tuple[Notice, ...]]:
    """The mask on the first series it lies on, brought to the portal-venous grid."""
    likely, noted = possible(segmentation.references, among)
    nearest = np.inf
    for target in (kind for one in likely for kind in (one, one.mended)):
        laid = segmentation.on(target)
        nearest = min(nearest, laid.off_mm)
        if laid.labels is not None:
            labels, moved = _moved(laid.labels, target, among[0])
            labels, lost = _near_liver(labels, among[0])
            mask = given(labels, among[0].geometry)
            return mask, (*segmentation.notices, *noted, *moved, *lost, *_left_out(laid))
    grids = " or the ".join(f"{one.name} series ({size_text(one.geometry)})" for one in likely)
    instead = f"one {nearest:.1f} mm off it" if np.isfinite(nearest) else "one at another angle, spacing or offset"
    raise InputError(f"{ROLE}: expected a mask on the voxels of the {grids}, got {instead}")


def _moved(labels: Labels, target: Target, reference: Target) -> tuple[Labels, tuple[Notice, ...]]:
    """From the grid the slices were scanned on to that of the volume, and from the arterial phase to the reference."""
    if not target.grid.same_grid(target.geometry):
        labels = resample(labels, target.grid, target.geometry, interpolation="nearest", outside=0)
    if target.name == reference.name:
        return labels, ()
    labels = resample(labels, target.geometry, reference.geometry, interpolation="nearest", outside=0)
    return labels, (resampled_notice(),)


def _near_liver(labels: Labels, reference: Target) -> tuple[Labels, tuple[Notice, ...]]:
    kept = connected_lesions(labels)
    lost = int(np.count_nonzero(labels)) - int(np.count_nonzero(kept))
    if not lost:
        return labels, ()
    text = (
        f"{ROLE}: {lost * reference.geometry.voxel_volume_ml:.1f} mL of lesions do not touch the liver and are left out"
    )
    return kept, (Notice("mask_lesion_apart", text),)


def _left_out(laid: Laid) -> tuple[Notice, ...]:
    notices = []
    if laid.outside:
        text = f"{ROLE}: {laid.outside} voxels lie outside of the series and are left out"
        notices.append(Notice("mask_outside", text))
    if laid.gaps:
        text = f"{ROLE}: {laid.gaps} slices between the first and the last contour hold none and stay empty"
        notices.append(Notice("mask_gaps", text))
    return tuple(notices)
