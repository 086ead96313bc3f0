"""One case assessed for the page, in a worker, and its way back as a parcel.

A 512 x 512 x 130 assessment has 510 MB of arrays. The portal-venous phase stays where it came from, and heatmaps travel
as the box in which they are not zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from core.case import Case
from core.errors import ArtefactError
from core.findings import Assessment, Heatmap
from core.jobs.messages import tell
from core.jobs.score import models_here
from core.pipeline import assess


@dataclass(frozen=True, eq=False)
class Request:
    """What is to be assessed.

    Attributes:
        case: the case, None for the procedural demo case, which the worker makes.
        case_id: the demo case's.
        made_with: software and weights that the worker must have, as `core.jobs.score.made_with`; None for any.
    """

    case: Case | None
    case_id: str = ""
    made_with: Mapping[str, str] | None = None


@dataclass(frozen=True, eq=False)
class Box:
    """The part of a volume (I, J, K) that is not zero.

    Attributes:
        shape: of the whole array. start: where the part lies in it, by axis.
    """

    shape: tuple[int, ...]
    start: tuple[int, ...]
    values: npt.NDArray[Any]

    @classmethod
    def of(cls, array: npt.NDArray[Any]) -> Box:
        """Cut what is zero around."""
        filled = array.view(f"u{array.itemsize}") != 0  # as integers: half-precision numbers are slow
        plane = filled.any(axis=2)
        where = [np.flatnonzero(line) for line in (plane.any(axis=1), plane.any(axis=0), filled.any(axis=(0, 1)))]
        if any(found.size == 0 for found in where):
            return cls(array.shape, (0, 0, 0), array[:0])
        part = array[tuple(slice(found[0], found[-1] + 1) for found in where)]
        return cls(array.shape, tuple(int(found[0]) for found in where), np.ascontiguousarray(part))

    def whole(self) -> npt.NDArray[Any]:
        """The array as it was."""
        array = np.zeros(self.shape, dtype=self.values.dtype)
        if self.values.size:
            ends = (begin + length for begin, length in zip(self.start, self.values.shape, strict=True))
            array[tuple(slice(begin, end) for begin, end in zip(self.start, ends, strict=True))] = self.values
        return array


@dataclass(frozen=True, eq=False)
class Parcel:
    """An assessment on its way.

    Attributes:
        parts: its fields, but for the portal-venous phase and the heatmaps.
        heat: each heatmap without its values, and these in their box, by head.
        case: the case that was made here, None for one that was sent.
    """

    parts: Mapping[str, Any]
    heat: Mapping[str, tuple[Heatmap, Box]]
    case: Case | None

    def opened(self, case: Case | None) -> tuple[Case, Assessment]:
        """The case and its assessment; `case` is the one that was sent, None for the demo case.

        Raises:
            ValueError: neither was a case sent nor one made.
        """
        if (found := case or self.case) is None:
            raise ValueError("parcel: expected a case, got none")
        arrays = {name: replace(self.parts[name]) for name in ("arterial", "liver_mask")}  # read-only again
        heatmaps = {head: replace(heat, values=box.whole()) for head, (heat, box) in self.heat.items()}
        whole = {**self.parts, **arrays, "portal_venous": found.portal_venous, "heatmaps": heatmaps}
        return found, Assessment(**whole)


def assess_request(request: Request) -> Parcel:
    """Assess a case, telling each step.

    Raises:
        NoLiverError: if no mask is given and no liver is found.
        ArtefactError: if weights are missing or damaged, or not those of the page.
    """
    case = request.case or demo(request.case_id)
    models, found = models_here(None)
    if request.made_with is not None and found != request.made_with:
        raise ArtefactError("worker: expected the software and weights of the page, got others")
    return packed(assess(case, models, tell), None if request.case else case)


def packed(assessment: Assessment, made: Case | None) -> Parcel:
    """The assessment as a parcel; `made` is its case if the receiver does not have it."""
    kept = (one.name for one in fields(assessment) if one.name not in ("portal_venous", "heatmaps"))
    nothing = np.zeros((0, 0, 0), dtype=np.float16)
    heat = {head: (replace(one, values=nothing), Box.of(one.values)) for head, one in assessment.heatmaps.items()}
    return Parcel({name: getattr(assessment, name) for name in kept}, heat, made)


def demo(case_id: str) -> Case:
    """The procedural demo case, without its mask."""
    from core.simulate import phantom

    made = phantom.demo_case()
    return Case(case_id, made.arterial, made.portal_venous, made.clinical)
