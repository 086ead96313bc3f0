"""Stored DICOM pixels to Hounsfield units.

Uncompressed, deflated and RLE data are decoded by pydicom itself; JPEG, JPEG-LS and JPEG 2000 by GDCM within SimpleITK,
which is given the pixels alone: it reads a header in C++, and what is wrong there may end the process.
"""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.imaging.resample import AIR_HU
from core.io.dicom_headers import Rejected, open_dicom
from core.io.dicom_slice import Slice
from core.io.jpeg_head import stream_size

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_OWN_SYNTAXES = frozenset(
    {
        "1.2.840.10008.1.2",  # implicit little endian
        "1.2.840.10008.1.2.1",  # explicit little endian
        "1.2.840.10008.1.2.2",  # explicit big endian
        "1.2.840.10008.1.2.1.99",  # deflated
        "1.2.840.10008.1.2.5",  # RLE
    }
)
_RLE, _RLE_RATIO = "1.2.840.10008.1.2.5", 64  # two bytes stand for at most 128 (PS3.5, G.3.1)
_CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
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
            stored = _frames(frames[0].path)
            for one in frames:
                planes[file, one.frame] = _hounsfield(stored[one.frame], one)
        except Exception:  # decoders raise many kinds for damaged data; all mean the same
            rejected.append((file, "a DICOM file whose pixels cannot be decoded"))
    return planes, rejected


def _frames(path: Path) -> npt.NDArray[Any]:
    """Stored pixels (frames, rows, columns).

    Raises:
        ValueError: pixels that cannot be in the file, or of another size than its header's.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = open_dicom(path)
        syntax = str(dataset.file_meta.TransferSyntaxUID)
        if syntax not in _OWN_SYNTAXES:
            return _gdcm_frames(dataset)
        if syntax == _RLE and _declared_bytes(dataset) > _RLE_RATIO * len(dataset.PixelData):
            raise ValueError("fewer bytes than the pixels that are declared need")
        pixels = np.asarray(dataset.pixel_array)
    return pixels.reshape(-1, *pixels.shape[-2:])


def _declared_bytes(dataset: Dataset) -> int:
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    return frames * int(dataset.Rows) * int(dataset.Columns) * int(dataset.BitsAllocated) // 8


def _gdcm_frames(dataset: Dataset) -> npt.NDArray[Any]:
    """Frame by frame through a file that has nothing but the pixels and their form: GDCM reads no other element.

    It allocates what a stream declares, so that is judged first.
    """
    from pydicom.encaps import generate_frames

    count = int(dataset.get("NumberOfFrames", 1) or 1)
    streams = [bytes(stream) for stream in generate_frames(dataset.PixelData, number_of_frames=count)]
    size = int(dataset.Columns), int(dataset.Rows), 1
    if any(stream_size(stream) != size for stream in streams):
        raise ValueError("a stream of another size than its header")
    with tempfile.TemporaryDirectory(prefix="haic-") as folder:
        return np.stack([_gdcm_frame(dataset, stream, Path(folder, "pixels")) for stream in streams])


def _gdcm_frame(dataset: Dataset, stream: bytes, path: Path) -> npt.NDArray[Any]:
    import SimpleITK as sitk

    _pixels_alone(dataset, stream).save_as(path, enforce_file_format=True)
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileName(str(path))
    pixels = sitk.GetArrayFromImage(reader.Execute())
    return pixels.reshape(pixels.shape[-2:])


def _pixels_alone(dataset: Dataset, stream: bytes) -> Dataset:
    """A CT image of the stored values; the rescaling is ours."""
    from pydicom.dataset import Dataset as New
    from pydicom.dataset import FileMetaDataset
    from pydicom.encaps import encapsulate
    from pydicom.uid import UID

    alone, meta = New(), FileMetaDataset()
    meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = UID(_CT_IMAGE), UID("2.25.1")
    alone.SOPClassUID, alone.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    alone.Modality, alone.SamplesPerPixel = "CT", 1
    alone.PhotometricInterpretation = "MONOCHROME2"
    for name in ("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"):
        setattr(alone, name, int(dataset[name].value))
    alone.PixelData = encapsulate([stream])
    alone["PixelData"].is_undefined_length = True
    alone.file_meta = meta
    return alone


def _hounsfield(stored: npt.NDArray[Any], one: Slice) -> Plane:
    if stored.shape != one.shape[::-1]:
        raise ValueError("pixels do not have the size of their header")
    hu = _rescale(stored, one)
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
