"""An assessed case's folder in, its DICOM objects below it out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from core.case import LiverMask, MaskOrigin, Phase
from core.errors import InputError
from core.findings import HEADS
from core.geometry import Geometry
from core.io.assessment_files import OBJECTS
from core.io.atomic import whole_file
from core.io.dicom_objects.bundle import NO_DICOM, DerivedObject, Findings
from core.io.mask_files import MaskFile, MaskFormat, read_mask_file
from core.io.report_content import Content
from core.io.report_files import read_report_files
from core.io.series import Series, read_phase
from core.io.source_headers import source_headers
from core.io.volumes import read_image

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_ROLE = "portal-venous series"
_LEVEL = 1e-3


def read_findings(folder: Path, portal_venous: Path) -> tuple[Findings, list[Dataset]]:
    """What `assess` wrote into `folder`, and the headers of the CT's slices; the PDF is left to whoever makes it.

    Args:
        portal_venous: the DICOM folder or zip that the case was assessed from.

    Raises:
        InputError: files that are not of one assessment, a CT that is another than the assessed one or no DICOM.
    """
    content, _ = read_report_files(folder)
    series = read_phase(portal_venous, Phase.PORTAL_VENOUS)
    if (content.sources or {}).get("portal_venous") != series.volume.source_sha256:
        raise InputError(f"{_ROLE}: expected the CT that the case was assessed from, got another")
    if series.source is None:
        raise InputError(NO_DICOM)
    mask = _mask(folder, content, series)
    heatmaps = {} if mask is None else _heatmaps(folder, content, mask.geometry)
    return Findings(content, mask, heatmaps), source_headers(portal_venous, series.source, _ROLE)


def write_objects(objects: tuple[DerivedObject, ...], folder: Path) -> None:
    """Each object as {kind}.dcm in the folder of objects below `folder`, without any earlier ones.

    Raises:
        InputError: it cannot be written to.
    """
    place = folder / OBJECTS
    for earlier in place.glob("*.dcm"):
        earlier.unlink(missing_ok=True)
    for one in objects:
        with whole_file(place / f"{one.kind}.dcm") as stream:
            stream.write(one.to_bytes())


def object_files(folder: Path) -> list[Path]:
    """The objects that were made of the case in `folder`.

    Raises:
        InputError: none were made.
    """
    found = sorted((folder / OBJECTS).glob("*.dcm"))
    if not found:
        raise InputError("DIR: expected a folder with DICOM objects made by pacs objects, got one without")
    return found


def _mask(folder: Path, content: Content, series: Series) -> LiverMask | None:
    files = [folder / f"liver{one.ending}" for one in MaskFormat if (folder / f"liver{one.ending}").is_file()]
    if not files or content.liver is None:
        return None
    mask, _ = read_mask_file(MaskFile(files[0]), series)
    if abs(mask.volume_ml - content.liver.volume_ml) > _LEVEL * content.liver.volume_ml:
        raise InputError("liver mask: expected the mask of this assessment, got one of another volume")
    return replace(mask, origin=MaskOrigin(content.liver.origin))


def _heatmaps(folder: Path, content: Content, grid: Geometry) -> dict[str, npt.NDArray[Any]]:
    found = {}
    for head in (one for one in HEADS if one in (content.maps or {})):
        image = read_image(folder / f"heatmap_{head}.nii.gz", "heatmap")
        if not Geometry(image.values.shape, image.affine_lps).same_grid(grid, _LEVEL):
            raise InputError("heatmap: expected the grid of the portal-venous series, got another")
        found[head] = image.values
    return found
