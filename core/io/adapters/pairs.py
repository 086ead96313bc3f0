"""One arterial and one portal-venous series among those of a study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.case import Phase
from core.errors import InputError
from core.io.series import ROLES, Series

Rule = Callable[["Candidate"], bool]
SAME_SPACING_MM = 0.01


@dataclass(frozen=True, eq=False)
class Candidate:
    """A series that was read and the file or folder it was read from."""

    path: Path
    series: Series

    def is_one_of(self, keys: frozenset[str]) -> bool:
        """Whether it is one of the DICOM series with these keys (core.io.source)."""
        return self.series.source is not None and self.series.source.series in keys

    def spaced_like(self, other: Candidate) -> bool:
        """Whether its voxels have the size of the other's."""
        sizes = self.series.volume.geometry.spacing_mm, other.series.volume.geometry.spacing_mm
        return bool(np.allclose(*sizes, atol=SAME_SPACING_MM))


def choose_pair(candidates: Sequence[Candidate], segmented: frozenset[str]) -> dict[Phase, Candidate]:
    """The arterial and the portal-venous series by tags and enhancement.

    Of several of one phase (a scan is often reconstructed twice) those whose phase is certain are preferred, then those
    that were segmented, then those with the voxels of the segmented one; if still several are left, none is.

    Args:
        segmented: keys of the series that the segmentation was drawn on.

    Raises:
        InputError: not exactly one series of a phase, with the counts; or one that its folder does not tell apart.
    """
    drawn_on = [one for one in candidates if one.is_one_of(segmented)]
    rules: tuple[Rule, ...] = (
        lambda one: one.series.proposal.certain,
        lambda one: one.is_one_of(segmented),
        lambda one: any(one.spaced_like(other) for other in drawn_on),
    )
    pair = {phase: _one(candidates, phase, rules) for phase in (Phase.ARTERIAL, Phase.PORTAL_VENOUS)}
    for chosen in pair.values():
        _check_alone(chosen, candidates)
    return pair


def doubts(pair: Mapping[Phase, Candidate]) -> tuple[str, ...]:
    """What to say of the series whose phase is not certain."""
    return tuple(
        f"{ROLES[phase]}: the phase is not certain ({one.series.proposal.reason})"
        for phase, one in pair.items()
        if not one.series.proposal.certain
    )


def _one(candidates: Sequence[Candidate], phase: Phase, rules: Sequence[Rule]) -> Candidate:
    fitting = [one for one in candidates if one.series.proposal.phase is phase]
    count = len(fitting)
    for rule in rules:
        preferred = [one for one in fitting if rule(one)]
        fitting = preferred or fitting
    if len(fitting) == 1:
        return fitting[0]
    several = "" if count == len(fitting) else f", {len(fitting)} of them alike"
    raise InputError(f"{ROLES[phase]}: expected one among {len(candidates)} series, got {count}{several}")


def _check_alone(chosen: Candidate, candidates: Sequence[Candidate]) -> None:
    """A table holds folders: the one of a phase must tell this series from the others in it, as `read_phase` does."""
    beside = [one for one in candidates if one.path == chosen.path]
    alike = [one for one in beside if one.series.proposal.phase is chosen.series.proposal.phase]
    if len(alike) > 1:
        phase = chosen.series.proposal.phase
        raise InputError(
            f"{ROLES[phase]}: expected a folder with one series of this phase, got {len(alike)} of {len(beside)} series"
        )
