"""Segmentations of 3D Slicer (.seg.nrrd): a label map, or layers of them, with named and coloured segments.

Layout: 3D Slicer's developer guide, "Segmentations"; the NRRD format of Teem.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.case import LiverMask, Notice
from core.errors import InputError
from core.geometry import FloatArray
from core.imaging.layout import reversed_axes
from core.io.atomic import whole_file
from core.io.itk_formats import affine_lps, check_data_file
from core.io.kinds import Kind
from core.io.mask_planes import Labels, Laid, lay_volume
from core.io.mask_segments import Segment, choose
from core.io.mask_target import References, Target
from core.io.masks import ROLE
from core.io.raw import MAX_AXIS, MAX_VOXELS, check_affine

if TYPE_CHECKING:
    import SimpleITK as sitk

_FIELD = re.compile(r"Segment(\d+)_(ID|Name|LabelValue|Layer|Tags)")
_REPRESENTATION = ("Segmentation_MasterRepresentation", "Segmentation_SourceRepresentation")
_GZIP_LEVEL = 1
_TERMINOLOGY = (
    "Segmentation category and type - 3D Slicer General Anatomy list~{}~{}~^^~Anatomic codes - DICOM master list"
)
_LIVER_CODE = "SCT^10200004^Liver"
# name, label, colour (red, green, blue), category, type, anatomic region
_WRITTEN = (
    ("Liver", 1, "0.866667 0.509804 0.396078", "SCT^123037004^Anatomical Structure", _LIVER_CODE, "^^"),
    ("Lesion", 2, "0.568627 0.235294 0.12549", "SCT^49755003^Morphologically Altered Structure",
     "SCT^52988006^Lesion", _LIVER_CODE),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class SegNrrd:
    """The chosen segments as one label map.

    Attributes:
        labels: uint8 (I, J, K), 1 liver, 2 lesion, on the file's own grid.
        affine_lps: 4x4 of that grid.
        notices: what was chosen.
        references: nothing; such a file does not say which series it was drawn on.
    """

    labels: Labels
    affine_lps: FloatArray
    notices: tuple[Notice, ...]
    references: References = field(default_factory=References)

    def on(self, target: Target) -> Laid:
        """Its labels on `target.grid`."""
        return lay_volume(self.labels, self.affine_lps, target.grid)


@dataclass(frozen=True)
class _Described:
    """A segment, its value within its layer (None: any but 0) and that layer."""

    segment: Segment
    value: int | None
    layer: int


def is_seg_nrrd(path: Path) -> bool:
    """True for an NRRD file whose header names segments."""
    with path.open("rb") as stream:
        header = stream.read(2**20).split(b"\n\n")[0]
    return re.search(rb"^Segment\d+_(ID|Name|LabelValue):=", header, re.MULTILINE) is not None


def read_seg_nrrd(path: Path, wanted: int | None, value: int | None) -> SegNrrd:
    """The liver and its lesions in a segmentation.

    Args:
        wanted: the liver's segment by its place in the file, from 1; None to find it.
        value: or its label value.

    Raises:
        InputError: not clear which segment is the liver, the chosen one empty, a layer or value that is not there, or a
            damaged, truncated or over-large file.
    """
    import SimpleITK as sitk

    check_data_file(path, Kind.NRRD, ROLE)
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    reader = sitk.ImageFileReader()
    reader.SetImageIO("NrrdImageIO")
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
        layers = _layers(reader)
        described = _described(reader, layers)
        chosen = choose(
            [one.segment for one in described], _by_value(described, value) if value is not None else wanted
        )
        affine = affine_lps(reader)
        check_affine(affine, ROLE)
        values = sitk.GetArrayFromImage(reader.Execute())
    except (RuntimeError, ValueError) as error:
        raise InputError(f"{ROLE}: expected a whole NRRD segmentation, got a damaged or truncated one") from error
    labels = _labels(values.reshape(*values.shape[:3], layers), described, chosen.labels)
    if not (labels == 1).any():
        raise InputError(f"{ROLE}: expected liver in segment {chosen.liver}, got an empty segment")
    return SegNrrd(reversed_axes(labels), affine, chosen.notices)


def _layers(reader: sitk.ImageFileReader) -> int:
    """The number of layers; size and kind are judged before anything is allocated."""
    size, layers = [int(n) for n in reader.GetSize()], int(reader.GetNumberOfComponents())
    voxels = int(np.prod(size, dtype=object)) * layers
    if len(size) != 3 or max(size) > MAX_AXIS or voxels > 2 * MAX_VOXELS:
        raise InputError(
            f"{ROLE}: expected at most {2 * MAX_VOXELS} voxels, {MAX_AXIS} on an axis, in 3 dimensions, "
            f"got {' x '.join(str(n) for n in size)} in {layers} layers"
        )
    kept = [reader.GetMetaData(key) for key in _REPRESENTATION if reader.HasMetaDataKey(key)]
    if any("Binary" not in one for one in kept):
        raise InputError(f"{ROLE}: expected a binary segmentation, got one of another representation")
    return layers


def _described(reader: sitk.ImageFileReader, layers: int) -> list[_Described]:
    fields: dict[int, dict[str, str]] = {}
    for key in reader.GetMetaDataKeys():
        match = _FIELD.fullmatch(key)
        if match:
            fields.setdefault(int(match[1]), {})[match[2]] = reader.GetMetaData(key)
    return [_segment(number, fields[index], layers) for number, index in enumerate(sorted(fields), start=1)]


def _segment(number: int, fields: dict[str, str], layers: int) -> _Described:
    """Files of 3D Slicer before 4.11 name neither layer nor value: there each segment is a layer of its own."""
    layer = int(fields.get("Layer", number - 1 if layers > 1 else 0))
    if not 0 <= layer < layers:
        raise InputError(f"{ROLE}: expected segment {number} in layer 0 to {layers - 1}, got layer {layer}")
    value = int(fields["LabelValue"]) if "LabelValue" in fields else None
    codes = re.findall(r"~(\w+)\^([\w-]+)\^", fields.get("Tags", "").partition("TerminologyEntry:")[2])
    kind = frozenset(codes[1:2])  # category, type, then modifiers and the region
    return _Described(Segment(number, (fields.get("Name", ""),), kind), value, layer)


def _by_value(described: list[_Described], value: int) -> int:
    found = [one.segment.number for one in described if one.value == value]
    if len(found) != 1:
        raise InputError(
            f"{ROLE}: expected one segment of label value {value}, got {len(found)} of {len(described)} segments; "
            f"choose the liver's with --mask-segment, 1 to {len(described)}"
        )
    return found[0]


def _labels(values: npt.NDArray[Any], described: list[_Described], labels: dict[int, int]) -> Labels:
    """uint8 (K, J, I) from (K, J, I, layers); lesions over liver."""
    found = np.zeros(values.shape[:3], np.uint8)
    for one in sorted(described, key=lambda one: labels.get(one.segment.number, 0)):
        label = labels.get(one.segment.number)
        if label is not None:
            layer = values[..., one.layer]
            found[layer != 0 if one.value is None else layer == one.value] = label
    return found


def write_seg_nrrd(mask: LiverMask, path: Path) -> None:
    """The mask as a segmentation that 3D Slicer opens: segments "Liver" (1) and, if there are any, "Lesion" (2).

    A voxel belongs to one of them. The header holds geometry and our own words only.

    Raises:
        InputError: the file cannot be written.
    """
    body = reversed_axes(mask.labels)
    with whole_file(path) as raw:
        raw.write(_header(mask).encode("ascii"))
        with gzip.GzipFile("", "wb", _GZIP_LEVEL, raw, mtime=0) as packed:
            packed.write(np.ascontiguousarray(body).data.cast("B"))


def _header(mask: LiverMask) -> str:
    grid = mask.geometry
    lines = [
        "NRRD0004",
        "type: unsigned char",
        "dimension: 3",
        "space: left-posterior-superior",
        f"sizes: {' '.join(str(n) for n in grid.shape)}",
        f"space directions: {' '.join(_vector(grid.affine_lps[:3, axis]) for axis in range(3))}",
        "kinds: domain domain domain",
        "encoding: gzip",
        f"space origin: {_vector(grid.affine_lps[:3, 3])}",
    ]
    # 3D Slicer cuts every segment of a layer to the extent of the first: all of them span the whole grid.
    extent = " ".join(f"0 {n - 1}" for n in grid.shape)
    for index, segment in enumerate(_WRITTEN if mask.has_lesions else _WRITTEN[:1]):
        lines += _segment_fields(f"Segment{index}_", extent, segment)
    lines += [
        "Segmentation_ContainedRepresentationNames:=Binary labelmap|Closed surface|",
        "Segmentation_MasterRepresentation:=Binary labelmap",
        "Segmentation_ReferenceImageExtentOffset:=0 0 0",
    ]
    return "\n".join(lines) + "\n\n"


def _segment_fields(prefix: str, extent: str, segment: tuple[str, int, str, str, str, str]) -> list[str]:
    name, label, colour, category, kind, region = segment
    terminology = f"{_TERMINOLOGY.format(category, kind)}~{region}~^^"
    fields = {
        "Color": colour, "ColorAutoGenerated": "0", "Extent": extent, "ID": name, "LabelValue": str(label),
        "Layer": "0", "Name": name, "NameAutoGenerated": "0", "Tags": f"TerminologyEntry:{terminology}|",
    }  # fmt: skip
    return [f"{prefix}{field}:={value}" for field, value in fields.items()]


def _vector(values: FloatArray) -> str:
    return "(" + ",".join(repr(float(value)) for value in values) + ")"
