"""NRRD and MetaImage (MHA, MHD) through SimpleITK, which keeps LPS itself."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.errors import InputError
from core.geometry import FloatArray
from core.imaging.resample import from_image
from core.io.itk_heads import check_head
from core.io.kinds import Kind
from core.io.raw import RawImage, check_affine, three_axes

if TYPE_CHECKING:
    import SimpleITK as sitk

_READERS = {Kind.NRRD: "NrrdImageIO", Kind.META_IMAGE: "MetaImageIO"}
_HEADER_BYTES = 2**22  # a segmentation of a hundred segments has 60 KB
_LOCAL = {"local", ""}


def read_itk(path: Path, kind: Kind, role: str) -> RawImage:
    """An NRRD, MHA or MHD image.

    Raises:
        InputError: truncated or damaged, vector voxels, 4D, over-large, degenerate spacing, or data outside the folder.
    """
    import SimpleITK as sitk

    check_data_file(path, kind, role)
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    reader = sitk.ImageFileReader()
    reader.SetImageIO(_READERS[kind])
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise InputError(f"{role}: expected {kind.value}, got a damaged header") from error
    if reader.GetNumberOfComponents() != 1:
        raise InputError(
            f"{role}: expected one value a voxel, got {reader.GetNumberOfComponents()} (a vector or colour image)"
        )
    three_axes(reader.GetSize(), role)
    affine = affine_lps(reader)
    check_affine(affine, role)
    try:
        image = reader.Execute()
    except RuntimeError as error:
        raise InputError(f"{role}: expected a whole {kind.value} file, got a truncated or damaged one") from error
    values = from_image(image[:, :, :, 0] if image.GetDimension() == 4 else image)
    return RawImage(values, affine, "NRRD" if kind is Kind.NRRD else "MHA")


def affine_lps(reader: sitk.ImageFileReader) -> FloatArray:
    """4x4, index -> LPS mm, of an image whose information was read."""
    n = reader.GetDimension()
    direction = np.array(reader.GetDirection()).reshape(n, n)[:3, :3]
    affine = np.eye(4)
    affine[:3, :3] = direction * np.array(reader.GetSpacing()[:3])
    affine[:3, 3] = reader.GetOrigin()[:3]
    return affine


def check_data_file(path: Path, kind: Kind, role: str) -> None:
    """The header must be well formed; of a file of the voxels that it names only a plain one beside it is followed."""
    with path.open("rb") as stream:
        head = stream.read(_HEADER_BYTES)
    if kind is Kind.NRRD and len(head) == _HEADER_BYTES and not re.search(rb"\r?\n\r?\n", head):
        raise InputError(f"{role}: expected an NRRD header of at most {_HEADER_BYTES} bytes, got a longer one")
    _check_place(path, head, kind, role)
    check_head(head, kind, path.stat().st_size, role)


def _check_place(path: Path, head: bytes, kind: Kind, role: str) -> None:
    if kind is Kind.NRRD:
        head = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    separator, key = (b":", b"data file") if kind is Kind.NRRD else (b"=", b"elementdatafile")
    for line in head.split(b"\n"):
        name, _, value = line.partition(separator)
        if name.strip().lower() not in (key, key.replace(b" ", b"")):
            continue
        words = value.decode("utf-8", "replace").strip()
        if words.lower() not in _LOCAL and not _is_plain_neighbour(path, words):
            raise InputError(
                f"{role}: expected the voxels in the same file or a plain file beside it, got another place"
            )
        return


def _is_plain_neighbour(path: Path, name: str) -> bool:
    if any(c in name for c in "/\\%: ") or name in (".", "..") or name.upper() == "LIST":
        return False
    neighbour = path.parent / name
    return os.path.isfile(neighbour) and not neighbour.is_symlink()  # unlike Path.is_file also for what can be no name
