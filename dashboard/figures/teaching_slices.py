"""The computed pictures of a teaching case: both phases through the largest lesion of its tumours."""

from __future__ import annotations

from dataclasses import dataclass, fields

from core.case import Phase, Volume
from core.simulate.patient import SimulatedCase
from core.simulate.tumour import Signs
from dashboard.figures.slice_view import data_uri
from dashboard.figures.slices import WINDOWS, Layers, Look, Section, largest_lesion_position, picture

WINDOW = "Liver"


@dataclass(frozen=True)
class TeachingPictures:
    """Key slices, without the volumes they were cut from.

    Attributes:
        plain, outlined: PNG as data URI by phase, without and with the outlines of liver and tumour.
        signs: names of the imaging signs that were drawn.
        size_cm, count: largest diameter of the largest tumour, number of tumours.
    """

    plain: dict[Phase, str]
    outlined: dict[Phase, str]
    signs: tuple[str, ...]
    size_cm: float
    count: int


def teaching_slices(case: SimulatedCase) -> TeachingPictures:
    """One axial slice of each phase, through the largest part of the largest lesion, in the liver window."""
    geometry = case.portal_venous.geometry
    position = largest_lesion_position(case.mask.labels, geometry, "axial")
    section = Section(geometry, "axial", position)

    def drawn(volume: Volume, *, outline: bool) -> str:
        look = Look(WINDOWS[WINDOW], outline=outline)
        return data_uri(picture(Layers(volume, case.mask.labels), section, look))

    volumes = {Phase.ARTERIAL: case.arterial, Phase.PORTAL_VENOUS: case.portal_venous}
    look = case.latent.look
    return TeachingPictures(
        plain={phase: drawn(volume, outline=False) for phase, volume in volumes.items()},
        outlined={phase: drawn(volume, outline=True) for phase, volume in volumes.items()},
        signs=tuple(sign.name for sign in fields(Signs) if getattr(look.signs, sign.name)),
        size_cm=look.size_cm,
        count=look.count,
    )
