"""Names of features by phase: "ap_" arterial, "pvp_" portal venous. Which ones are selected stands in the card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.errors import ArtefactError

ARTERIAL_PREFIX = "ap_"
PORTAL_VENOUS_PREFIX = "pvp_"
ARTERIAL_COUNT = 10
PORTAL_VENOUS_COUNT = 12
"""How many features the paper kept of each phase."""


@dataclass(frozen=True)
class SelectedFeatures:
    """Feature names of each phase, without prefix.

    Attributes:
        arterial, portal_venous: names such as "wavelet-LLH_glcm_Contrast".
    """

    arterial: tuple[str, ...]
    portal_venous: tuple[str, ...]

    @property
    def prefixed(self) -> tuple[str, ...]:
        """All names with their phase's prefix, arterial first: the order of the model's columns."""
        arterial = (ARTERIAL_PREFIX + name for name in self.arterial)
        return (*arterial, *(PORTAL_VENOUS_PREFIX + name for name in self.portal_venous))


def split_names(prefixed: Iterable[str]) -> SelectedFeatures:
    """Sort prefixed names by phase.

    Raises:
        ArtefactError: if a name has neither prefix.
    """
    names = tuple(prefixed)
    arterial = tuple(name.removeprefix(ARTERIAL_PREFIX) for name in names if name.startswith(ARTERIAL_PREFIX))
    venous = tuple(name.removeprefix(PORTAL_VENOUS_PREFIX) for name in names if name.startswith(PORTAL_VENOUS_PREFIX))
    if len(arterial) + len(venous) != len(names):
        raise ArtefactError(
            f"radiomics: expected names of two phases, got {len(names) - len(arterial) - len(venous)} others"
        )
    return SelectedFeatures(arterial, venous)


def join_phases(arterial: Mapping[str, float], portal_venous: Mapping[str, float]) -> dict[str, float]:
    """One table row of both phases' features, names prefixed."""
    row = {ARTERIAL_PREFIX + name: value for name, value in arterial.items()}
    return row | {PORTAL_VENOUS_PREFIX + name: value for name, value in portal_venous.items()}
