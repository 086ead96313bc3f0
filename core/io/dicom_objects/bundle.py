"""All DICOM objects of one assessed case: segmentation, a map for each head, the structured report, the PDF."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from core.case import LiverMask
from core.errors import InputError
from core.findings import HEADS
from core.io.dicom_objects.derivation import Derivation, renamed, settle
from core.io.dicom_objects.document import document_object
from core.io.dicom_objects.maps import heatmap_object
from core.io.dicom_objects.structured_report import report_object
from core.io.dicom_seg_writer import PRODUCT, derivable, liver_segmentation
from core.io.report_content import Content, content_sha256

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

ROLE = "DICOM objects"
NO_DICOM = f"{ROLE}: expected a portal-venous CT that came as DICOM, got another format"


@dataclass(frozen=True, eq=False)
class Findings:
    """What is to be sent of a case.

    Attributes:
        content: what the report says.
        mask: on the portal-venous grid; None where there is none.
        heatmaps: (I, J, K) 0..1 by head, on the grid of the mask.
        pdf: the case report.
    """

    content: Content
    mask: LiverMask | None
    heatmaps: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    pdf: bytes | None = None


@dataclass(frozen=True, eq=False)
class DerivedObject:
    """One DICOM object; `kind` is segmentation, heatmap_{head}, report or document and names its file."""

    kind: str
    dataset: Dataset

    def to_bytes(self) -> bytes:
        """The object as a DICOM file."""
        with io.BytesIO() as stream:
            self.dataset.save_as(stream, enforce_file_format=True)
            return stream.getvalue()


def derived_objects(findings: Findings, headers: list[Dataset], made_at: datetime) -> tuple[DerivedObject, ...]:
    """The objects, all in the study of `headers` and referring to their series; the same input gives the same bytes.

    They hold the patient's identity as `headers` do.

    Args:
        headers: of the portal-venous CT's slices (core.io.source_headers).
        made_at: written into the objects.

    Raises:
        InputError: no headers, axes that are not at right angles, or headers from which nothing can be derived.
    """
    if not headers:
        raise InputError(NO_DICOM)
    derivation = Derivation(headers, content_sha256(findings.content), made_at)
    with warnings.catch_warnings(), derivable("object", ROLE):  # the libraries' words may hold tag contents
        warnings.simplefilter("ignore")
        return tuple(_objects(findings, derivation))


def _objects(findings: Findings, derivation: Derivation) -> Iterator[DerivedObject]:
    version = findings.content.versions.get(PRODUCT, "unknown")
    mask = findings.mask
    segmentation = None
    if mask is not None and mask.labels.any():
        segmentation = _segmentation(mask, derivation)
        yield DerivedObject("segmentation", segmentation)
        for head in (one for one in HEADS if one in findings.heatmaps):
            values = findings.heatmaps[head]
            yield DerivedObject(f"heatmap_{head}", heatmap_object(head, values, mask.geometry, derivation, version))
    if _says_something(findings.content):
        yield DerivedObject("report", report_object(findings.content, segmentation, derivation, version))
    if findings.pdf is not None:
        yield DerivedObject("document", document_object(findings.pdf, derivation, version))


def _segmentation(mask: LiverMask, derivation: Derivation) -> Dataset:
    dataset = renamed(liver_segmentation(mask, derivation.headers), derivation.place("segmentation", "segmentation"))
    settled: Dataset = settle(dataset, derivation, f"Liver mask, research use ({PRODUCT})")
    return settled


def _says_something(content: Content) -> bool:
    scores = content.scores.mtm, content.scores.dlr
    return any(part is not None for part in (content.liver, *scores, content.pre, content.post))
