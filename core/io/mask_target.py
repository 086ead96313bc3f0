"""The series a mask may lie on, and which of them a file says it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from core.case import Notice
from core.errors import InputError
from core.geometry import FloatArray, Geometry
from core.io.masks import ROLE
from core.io.series import Series
from core.io.source import DicomSource


@dataclass(frozen=True, eq=False)
class Target:
    """A CT series that a mask may have been drawn on.

    Attributes:
        name: "portal-venous" or "arterial".
        geometry: the grid of the volume.
        source: the DICOM series it came from, None for other files.
    """

    name: str
    geometry: Geometry
    source: DicomSource | None = None

    @property
    def grid(self) -> Geometry:
        """The grid the slices were scanned on; differs from `geometry` after a gantry tilt."""
        return self.geometry if self.source is None else self.source.grid

    @property
    def places(self) -> FloatArray | None:
        """Where the scanned slices lie along K of `grid`; None if every index has its slice."""
        return None if self.source is None else self.source.places

    @property
    def mended(self) -> Target:
        """The same series as a volume only, where what was drawn on filled gaps or a straightened tilt lies."""
        return Target(self.name, self.geometry)


@dataclass(frozen=True)
class References:
    """What a mask file says it was drawn on: keys of core.io.source, empty where it says nothing."""

    frames_of_reference: frozenset[str] = frozenset()
    series: frozenset[str] = frozenset()


def targets(portal_venous: Series, arterial: Series | None) -> tuple[Target, ...]:
    """The series of a case, the reference first."""
    late = Target("portal-venous", portal_venous.volume.geometry, portal_venous.source)
    return (late,) if arterial is None else (late, Target("arterial", arterial.volume.geometry, arterial.source))


def possible(references: References, among: tuple[Target, ...]) -> tuple[tuple[Target, ...], tuple[Notice, ...]]:
    """The targets a mask may lie on, the likeliest first, with a notice where it was drawn on a third series.

    A series that the file names comes before one that only shares its frame of reference; a target of which nothing is
    known stays possible, and positions decide.

    Raises:
        InputError: the file names series and frames of reference, and they are those of no target.
    """
    named = [t for t in among if t.source is not None and t.source.series in references.series]
    if named:
        return tuple(named), ()
    sharing = [t for t in among if _may_share(references, t)]
    if not sharing:
        raise InputError(
            f"{ROLE}: expected a mask drawn on the {_names(among)} series, got one of another series in another frame "
            "of reference"
        )
    known = [t for t in sharing if t.source is not None and t.source.series]
    if not references.series or not known:
        return tuple(sharing), ()
    text = f"{ROLE}: was drawn on another series in the same frame of reference; its positions are used as they are"
    return tuple(sharing), (Notice("mask_other_series", text),)


def _may_share(references: References, target: Target) -> bool:
    """Equal frames of reference; where one is not known, only another series speaks against it."""
    source = target.source
    if source is None:
        return True
    if references.frames_of_reference and source.frame_of_reference:
        return source.frame_of_reference in references.frames_of_reference
    return not (references.series and source.series)


def _names(among: tuple[Target, ...]) -> str:
    return " or ".join(target.name for target in among)
