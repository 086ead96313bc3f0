"""The NIfTI door: the only place where RAS becomes LPS and back.

The header is judged before the voxels are read, and never more bytes are read than it declares, so that a damaged or
hostile file costs neither memory nor time.
"""

from __future__ import annotations

import gzip
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from core.case import Notice
from core.errors import InputError
from core.geometry import RAS_TO_LPS, FloatArray, Geometry
from core.imaging.layout import reversed_axes
from core.io.atomic import whole_file
from core.io.raw import RawImage, check_affine, check_near, three_axes

SIMULATED_MARK = b"simulated image, haic-nomogram"
"""Our own words in the header's description, so that a computed image stays known as such; no other text is used."""

_GZIP_LEVEL = 1
_MM_PER_UNIT = {"meter": 1000.0, "micron": 0.001}
_READ_BYTES = 2**24


def read_nifti(path: Path, role: str) -> RawImage:
    """A single-file NIfTI-1 or NIfTI-2 image, gzipped or not.

    Raises:
        InputError: truncated or damaged, 4D, a single slice, colour or complex voxels, over-large, degenerate spacing.
    """
    with ExitStack() as stack:
        raw = stack.enter_context(path.open("rb"))
        stream: Any = raw
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if packed:
            stream = stack.enter_context(gzip.GzipFile(fileobj=raw, mode="rb"))
        try:
            return _read_stream(stream, role)
        except (EOFError, OSError, zlib.error) as error:
            raise InputError(f"{role}: expected a whole NIfTI file, got a truncated or damaged one") from error


def _read_stream(stream: IO[bytes], role: str) -> RawImage:
    header = _header(stream, role)
    shape = three_axes(header.get_data_shape(), role)
    dtype = _voxel_type(header, role)
    affine, notices = _affine_lps(header, role)
    start = stream.tell()
    skipped = float(header["vox_offset"]) - start
    if not 0 <= skipped <= 2**26:  # false for NaN, too
        raise InputError(f"{role}: expected voxels after the header, got an offset of {skipped + start:g}")
    _exactly(stream, int(skipped), role)
    flat = np.frombuffer(_exactly(stream, int(np.prod(shape)) * dtype.itemsize, role), dtype=dtype)
    stream.read(1)  # at the end of a gzip stream this checks its sum
    values = reversed_axes(_rescaled(flat.reshape(shape[::-1]), header, role))
    simulated = bytes(header["descrip"]).rstrip(b"\x00") == SIMULATED_MARK
    return RawImage(values, affine, "NIfTI", simulated, notices)


def _header(stream: IO[bytes], role: str) -> Any:
    import nibabel
    from nibabel.spatialimages import HeaderDataError

    size = stream.read(4)
    stream.seek(0)
    second = 540 in (int.from_bytes(size, "little"), int.from_bytes(size, "big"))
    kind: Any = nibabel.nifti2.Nifti2Header if second else nibabel.nifti1.Nifti1Header
    block = _exactly(stream, 540 if second else 348, role)
    try:
        return kind(block, check=False)
    except (HeaderDataError, ValueError) as error:
        raise InputError(f"{role}: expected a NIfTI header, got a damaged one") from error


def _voxel_type(header: Any, role: str) -> np.dtype[Any]:
    from nibabel.spatialimages import HeaderDataError

    try:
        dtype: np.dtype[Any] = np.dtype(header.get_data_dtype())
    except (HeaderDataError, KeyError, TypeError) as error:
        raise InputError(f"{role}: expected integer or real voxels, got an unknown voxel type") from error
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        raise InputError(f"{role}: expected one integer or real value a voxel, got a colour, vector or complex image")
    return dtype


def _affine_lps(header: Any, role: str) -> tuple[FloatArray, tuple[Notice, ...]]:
    from nibabel.spatialimages import HeaderDataError

    try:
        with np.errstate(all="ignore"):  # what is not finite is refused below
            affine_ras = np.asarray(header.get_best_affine(), dtype=np.float64)
        unit = header.get_xyzt_units()[0]
    except (HeaderDataError, ValueError, KeyError) as error:
        raise InputError(f"{role}: expected an orientation, got a damaged one") from error
    check_near(affine_ras, role)
    affine: FloatArray = RAS_TO_LPS @ affine_ras
    affine[:3] *= _MM_PER_UNIT.get(unit, 1.0)
    check_affine(affine, role)
    if int(header["sform_code"]) > 0 or int(header["qform_code"]) > 0:
        return affine, ()
    text = f"{role}: the file states no orientation; the patient's right is assumed at the first column's far end"
    return affine, (Notice("no_orientation", text),)


def _exactly(stream: IO[bytes], count: int, role: str) -> bytearray:
    """`count` bytes, in pieces: memory grows only as the file really delivers."""
    data = bytearray()
    while len(data) < count:
        piece = stream.read(min(count - len(data), _READ_BYTES))
        if not piece:
            raise InputError(f"{role}: expected a whole NIfTI file, got a truncated one ({len(data)} of {count} bytes)")
        data += piece
    return data


def _rescaled(values: npt.NDArray[Any], header: Any, role: str) -> npt.NDArray[Any]:
    slope, intercept = float(header["scl_slope"]), float(header["scl_inter"])
    if not np.isfinite(slope) or slope == 0.0:
        return values
    if not np.isfinite(intercept):
        raise InputError(f"{role}: expected a finite rescale intercept, got one that is not")
    if (slope, intercept) == (1.0, 0.0):
        return values
    with np.errstate(over="ignore", invalid="ignore"):  # voxels that are not finite are refused where they are checked
        return values.astype(np.float32) * np.float32(slope) + np.float32(intercept)


def write_nifti(
    values: npt.NDArray[Any], geometry: Geometry, path: Path, *, slope: float = 1.0, simulated: bool = False
) -> None:
    """Writes `values` (I, J, K) as NIfTI-1, gzipped if `path` ends in .gz; readers see values x slope.

    The header holds geometry only, and SIMULATED_MARK where `simulated`; no name, date or text from any input.

    Raises:
        InputError: `path` does not end in .nii or .nii.gz, or cannot be written.
    """
    if not path.name.endswith((".nii", ".nii.gz")):
        raise InputError("output image: expected a name that ends in .nii or .nii.gz")
    header = _new_header(values, geometry, (slope, 0.0), SIMULATED_MARK if simulated else b"")
    with whole_file(path) as raw, ExitStack() as stack:
        stream: Any = raw
        if path.name.endswith(".gz"):
            stream = stack.enter_context(gzip.GzipFile("", "wb", _GZIP_LEVEL, raw, mtime=0))
        stream.write(header)
        stream.write(_body(values).data.cast("B"))


def nifti_bytes(values: npt.NDArray[Any], geometry: Geometry, *, slope: float = 1.0, intercept: float = 0.0) -> bytes:
    """`values` (I, J, K) as a gzipped NIfTI-1 in memory, for a viewer; readers see values x slope + intercept.

    The header holds geometry only.
    """
    # Noise holds nothing to find again: looking for runs alone packs it as well, three times as fast.
    packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS, strategy=zlib.Z_RLE)
    header = packer.compress(_new_header(values, geometry, (slope, intercept), b""))
    return header + packer.compress(_body(values).data.cast("B")) + packer.flush()


def _new_header(values: npt.NDArray[Any], geometry: Geometry, scale: tuple[float, float], description: bytes) -> bytes:
    """A NIfTI-1 header of 352 bytes, in RAS; `scale` is slope and intercept."""
    import nibabel

    affine_ras = RAS_TO_LPS @ geometry.affine_lps
    header = nibabel.nifti1.Nifti1Header()
    header.set_data_dtype(values.dtype.newbyteorder("<"))
    header.set_data_shape(geometry.shape)
    header.set_xyzt_units("mm", "unknown")
    header.set_qform(affine_ras, code=1, strip_shears=True)
    header.set_sform(affine_ras, code=1)
    header.set_slope_inter(*scale)
    header["vox_offset"] = 352
    header["magic"] = b"n+1"
    header["descrip"] = description
    block: bytes = header.binaryblock
    return block + b"\x00" * 4


def _body(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The voxels as they lie in the file."""
    return reversed_axes(values).astype(values.dtype.newbyteorder("<"), copy=False)
