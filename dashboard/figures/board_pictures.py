"""What the board is shown of the images: plain slices to read from, and after the reveal those with heat."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.case import Phase
from core.findings import Assessment, HeatmapReliability
from dashboard.figures.slices import WINDOWS, Layers, Look, Section, amount_by_slice, count, picture

MOST_SLICES = 24
HEADS_SHOWN = ("mtm", "os3")
"""The subtype, and survival at the horizon of the sentence."""
WINDOW = "Liver"
QUALITY = 88  # of JPEG: a slice of 680 pixels takes some 50 kB
HEAT_OPACITY = 0.55


@dataclass(frozen=True)
class Pair:
    """Both phases at one axial slice.

    Attributes:
        number: 1..count from the feet up.
        sources: JPEG as data URI by phase.
        simulated: the phases that were computed, not scanned.
    """

    number: int
    count: int
    sources: Mapping[Phase, str]
    simulated: frozenset[Phase] = frozenset()


@dataclass(frozen=True)
class PlainSlices:
    """Slices through the liver without any mark; `start` is the place of the one with most of it."""

    pairs: tuple[Pair, ...]
    start: int


@dataclass(frozen=True)
class HeatSlices:
    """By head: its hottest slice, and how far its heatmap can be trusted."""

    pairs: Mapping[str, Pair]
    reliability: Mapping[str, HeatmapReliability]


def plain_slices(assessment: Assessment, most: int = MOST_SLICES) -> PlainSlices:
    """At most `most` slices, evenly through the liver, or through the whole series where no liver was found.

    Nothing in them comes from a score or a heatmap; where they begin and end is known from the liver mask.
    """
    geometry = assessment.portal_venous.geometry
    total = count(geometry, "axial")
    mask = assessment.liver_mask
    liver = np.ones(total) if mask is None else amount_by_slice(mask.labels > 0, geometry, "axial")
    held = np.flatnonzero(liver)
    first, last = (int(held[0]), int(held[-1])) if held.size else (0, total - 1)
    positions = np.unique(np.linspace(first, last, min(most, last - first + 1)).round().astype(int)).tolist()
    pairs = tuple(_pair(assessment, position, total) for position in positions)
    return PlainSlices(pairs, int(np.argmax(liver[positions])))


def heat_slices(assessment: Assessment) -> HeatSlices:
    """Each head at its hottest slice with heat and outlines; heads without a heatmap are left out."""
    geometry = assessment.portal_venous.geometry
    total = count(geometry, "axial")
    found = {}
    for head in HEADS_SHOWN:
        if (heatmap := assessment.heatmaps.get(head)) is not None:
            position = int(amount_by_slice(heatmap.values, geometry, "axial").argmax())
            grey = heatmap.reliability.verdict == "failed"
            found[head] = _pair(assessment, position, total, heatmap.values, grey=grey)
    trusted = {head: one.reliability for head, one in assessment.heatmaps.items()}
    return HeatSlices(found, trusted)


def _pair(
    assessment: Assessment, position: int, total: int, heat: npt.NDArray[Any] | None = None, *, grey: bool = False
) -> Pair:
    section = Section(assessment.portal_venous.geometry, "axial", position)
    mask = assessment.liver_mask
    labels = None if heat is None or mask is None else mask.labels
    look = Look(WINDOWS[WINDOW], HEAT_OPACITY, outline=labels is not None)
    volumes = {Phase.ARTERIAL: assessment.arterial, Phase.PORTAL_VENOUS: assessment.portal_venous}
    drawn = {phase: picture(Layers(volume, labels, heat, grey), section, look) for phase, volume in volumes.items()}
    simulated = frozenset(phase for phase, volume in volumes.items() if volume.simulated)
    return Pair(position + 1, total, {phase: _jpeg(rgb) for phase, rgb in drawn.items()}, simulated)


def _jpeg(rgb: npt.NDArray[np.uint8]) -> str:
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, format="JPEG", quality=QUALITY, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
