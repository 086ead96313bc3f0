"""Stored DICOM pixels to Hounsfield units.

Uncompressed, deflated and RLE data are decoded by pydicom itself; JPEG, JPEG-LS and JPEG 2000 by GDCM within SimpleITK,
which applies the rescale slope and intercept on its own.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.imaging.resample import AIR_HU
from core.io.dicom_headers import Rejected, open_dicom
from core.io.dicom_slice import Slice

_OWN_SYNTAXES = frozenset(
    {
        "1.2.840.10008.1.2",  # implicit little endian
        "1.2.840.10008.1.2.1",  # explicit little endian
        "1.2.840.10008.1.2.2",  # explicit big endian
        "1.2.840.10008.1.2.1.99",  # deflated
        "1.2.840.10008.1.2.5",  # RLE
    }
)
PADDING_AT_MOST_HU = -500.0  # padding inside the tissue range is a wrong tag, not padding

Plane = npt.NDArray[np.int16]


def decode(slices: list[Slice]) -> tuple[dict[tuple[int, int], Plane], Rejected]:
    """HU planes (columns, rows) by (file, frame), and the files whose pixels cannot be read."""
    planes: dict[tuple[int, int], Plane] = {}
    rejected: Rejected = []
    frames_of: dict[int, list[Slice]] = {}
    for one in slices:
        frames_of.setdefault(one.file, []).append(one)
    for file, frames in frames_of.items():
        try:
            stored, rescaled = _frames(frames[0].path)
            for one in frames:
                planes[file, one.frame] = _hounsfield(stored[one.frame], one, rescaled)
        except Exception:  # decoders raise many kinds for damaged data; all mean the same
            rejected.append((file, "a DICOM file whose pixels cannot be decoded"))
    return planes, rejected


def _frames(path: Path) -> tuple[npt.NDArray[Any], bool]:
    """Pixels (frames, rows, columns), and whether they are rescaled already."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = open_dicom(path)
        if str(dataset.file_meta.TransferSyntaxUID) not in _OWN_SYNTAXES:
            return _gdcm_frames(path), True
        pixels = np.asarray(dataset.pixel_array)
    return pixels.reshape(-1, *pixels.shape[-2:]), False


def _gdcm_frames(path: Path) -> npt.NDArray[Any]:
    import SimpleITK as sitk

    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileName(str(path))
    pixels = sitk.GetArrayFromImage(reader.Execute())
    return pixels.reshape(-1, *pixels.shape[-2:])


def _hounsfield(stored: npt.NDArray[Any], one: Slice, rescaled: bool) -> Plane:
    if stored.shape != one.shape[::-1]:
        raise ValueError("pixels do not have the size of their header")
    hu = stored if rescaled else _rescale(stored, one)
    plane: Plane = np.clip(np.rint(hu) if hu.dtype.kind == "f" else hu, -32768, 32767).astype(np.int16)
    if one.padding is not None:
        low, high = sorted(one.slope * value + one.intercept for value in one.padding)
        if high <= PADDING_AT_MOST_HU:
            plane[(plane >= low) & (plane <= high)] = AIR_HU
    return plane.T


def _rescale(stored: npt.NDArray[Any], one: Slice) -> npt.NDArray[Any]:
    if one.slope == 1.0 and one.intercept == int(one.intercept):
        return stored.astype(np.int32) + int(one.intercept)
    return stored.astype(np.float32) * np.float32(one.slope) + np.float32(one.intercept)
