"""report.json: all that a case report says, so that the report can be made again without images or models.

The bytes are the same for the same case; their sha256 stands on the report and identifies what it says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from core.case import ClinicalRecord, Notice
from core.errors import InputError
from core.findings import (
    Assessment,
    Criterion,
    Heatmap,
    HeatmapReliability,
    LiverFinding,
    Prognosis,
    Registration,
    Scores,
)

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FORMAT = "haic-nomogram report 1"


@dataclass(frozen=True)
class Moved:
    """How far the arterial phase was moved onto the portal-venous grid; the overlap None if not measured."""

    shift_mm: float
    rotation_deg: float
    liver_overlap: float | None


@dataclass(frozen=True)
class MapFinding:
    """A heatmap in words: the share of its heat inside the liver, 0..1, and how far it can be trusted."""

    share_in_liver: float
    reliability: HeatmapReliability


@dataclass(frozen=True)
class KeySlice:
    """One head's hottest slice, of which there is a picture of both phases.

    Attributes:
        head: the network's head.
        number: 1..count along the superior axis.
        width_mm: of the pictures.
        sha256: of the pictures' pixels, by phase (arterial, portal_venous).
    """

    head: str
    number: int
    count: int
    width_mm: float
    sha256: Mapping[str, str]


@dataclass(frozen=True)
class Content:
    """What a case report says.

    Attributes:
        case_id: a pseudonym.
        simulated: by phase, whether it was computed, not scanned; empty without images.
        sources: sha256 of the voxels by phase; empty without images.
        slices: the pictures that belong to it.
        leads: the model that the reader had chosen, of which the report speaks first; None where nobody chose.
        Others as in `Assessment`.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "strict": True, "allow_inf_nan": False}

    case_id: str
    clinical: ClinicalRecord
    scores: Scores
    pre: Prognosis | None
    post: Prognosis | None
    criteria: tuple[Criterion, ...]
    warnings: tuple[Notice, ...]
    versions: Mapping[str, str]
    provenance: Mapping[str, str]
    liver: LiverFinding | None = None
    registration: Moved | None = None
    os_heads: Mapping[str, float] | None = None
    maps: Mapping[str, MapFinding] | None = None
    simulated: Mapping[str, bool] | None = None
    sources: Mapping[str, str] | None = None
    slices: tuple[KeySlice, ...] = ()
    leads: Literal["pre", "post"] | None = None
    format: str = FORMAT


def content_of(assessment: Assessment, slices: tuple[KeySlice, ...] = ()) -> Content:
    """What a report says about an assessment; `slices` are those of which there are pictures."""
    volumes = {"arterial": assessment.arterial, "portal_venous": assessment.portal_venous}
    return Content(
        case_id=assessment.case_id,
        clinical=assessment.clinical,
        scores=assessment.scores,
        pre=assessment.pre,
        post=assessment.post,
        criteria=assessment.criteria,
        warnings=assessment.warnings,
        versions=assessment.versions,
        provenance=assessment.provenance,
        liver=assessment.liver,
        registration=_moved(assessment.registration),
        os_heads=assessment.os_heads,
        maps={head: _map(one) for head, one in assessment.heatmaps.items()},
        simulated={phase: volume.simulated for phase, volume in volumes.items()},
        sources={phase: volume.source_sha256 for phase, volume in volumes.items()},
        slices=slices,
    )


def content_bytes(content: Content) -> bytes:
    """report.json; a number that is not finite is our fault and raises ValueError."""
    text = json.dumps(_plain(content), ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
    return (text + "\n").encode()


def content_sha256(content: Content) -> str:
    """The hash that stands on the report: that of report.json."""
    return hashlib.sha256(content_bytes(content)).hexdigest()


def parse_content(data: bytes) -> Content:
    """The content of a report.json.

    Raises:
        InputError: for anything that `content_bytes` of this version did not write.
    """
    from pydantic import ValidationError

    try:
        found = _adapter().validate_json(data)
    except (ValidationError, InputError):
        raise InputError("report.json: expected what assess of this version writes, got other content") from None
    if found.format != FORMAT:
        raise InputError("report.json: expected what assess of this version writes, got another format")
    return replace(found, pre=_whole_months(found.pre), post=_whole_months(found.post))


@cache
def _adapter() -> TypeAdapter[Content]:
    from pydantic import TypeAdapter

    return TypeAdapter(Content)


def _moved(found: Registration | None) -> Moved | None:
    return None if found is None else Moved(found.shift_mm, found.rotation_deg, found.liver_overlap)


def _map(heatmap: Heatmap) -> MapFinding:
    return MapFinding(heatmap.share_in_liver, heatmap.reliability)


def _plain(value: Any) -> Any:
    """Dataclasses and mappings as objects, sequences as lists, numbers as Python's own."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {_key(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, bool | int):
        return value
    return float(value) if isinstance(value, Real) else str(value)


def _key(key: Any) -> str:
    return f"{key:.17g}" if isinstance(key, float) else str(key)


def _whole_months(found: Prognosis | None) -> Prognosis | None:
    """Whole months as ints, as they are in `Prognosis`; JSON has but one kind of key."""
    if found is None:
        return None
    by_month = {_exact(month): reading for month, reading in found.os.items()}
    later = found.os_conditional
    return replace(
        found, os=by_month, os_conditional=None if later is None else {_exact(m): s for m, s in later.items()}
    )


def _exact(month: float) -> float:
    return int(month) if float(month).is_integer() else month
