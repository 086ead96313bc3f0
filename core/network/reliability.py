"""Whether a heatmap shows what the network read in this liver, or would look the same whatever it had read.

Five figures, each against a limit:

- liver: share of the heat inside the liver, against chance. Chance is the liver's share of the crop's volume.
- tumour: share of the liver's heat inside tumours, against their share of the liver. A limit holds for the MTM head
  only: the subtype is one of the tumour, while survival may hang on the liver beside it.
- untrained: likeness to the maps of networks with random weights (model parameter randomisation; Adebayo et al.,
  NeurIPS 2018, arXiv:1810.03292). A map like theirs shows the architecture and the liver's outline, nothing learned.
- noise: likeness of the map under a little more noise. A map that changes with it cannot be read (Ghorbani et al., AAAI
  2019, arXiv:1710.10547).
- mirror: likeness of the map of the mirrored liver, mirrored back. The training shows mirrored livers too; a network
  may still have learned sides, so a map that fails here alone is doubtful, not failed.

Likeness is Spearman's rank correlation over the cells of the map that lie in the liver: nothing is interpolated, and
the map's scale does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.findings import CheckName, HeatmapCheck, HeatmapReliability, Verdict

Map = npt.NDArray[Any]
Region = npt.NDArray[np.bool_]

ODDS_OF_CHANCE = 1.3
"""Heat must lie in the region with 1.3 times the odds of chance. The positive part of white noise on 12x12x12 cells
stays below that in over 99 of 100 draws for a liver of a fifth to a half of the crop (tests, docs/heatmaps.md)."""
ALIKE = 0.5
"""Two maps are alike from a rank correlation of .5 on; below it the agreement of repeated measurements is called poor
(Koo & Li, J Chiropr Med 2016;15:155, of the intraclass correlation). Repeats must be alike, untrained ones must not."""
TUMOUR_HEADS = ("mtm",)
MAY_FAIL: tuple[CheckName, ...] = ("tumour", "mirror")
"""Checks that a sound map may fail: a tumour's rim or the liver around it can matter, and livers have sides."""


@dataclass(frozen=True)
class Shares:
    """Where the heat lies, on the CT grid; each 0..1, None if there is no heat or no such region.

    Attributes:
        liver, liver_chance: share of the heat in the liver; share of the volume.
        tumour, tumour_chance: share of the liver's heat in tumours; share of the liver's volume.
    """

    liver: float | None
    liver_chance: float
    tumour: float | None = None
    tumour_chance: float | None = None


@dataclass(frozen=True, eq=False)
class Repeats:
    """Maps of one head on one grid (I, J, K), none negative.

    Attributes:
        shown: the map itself.
        noisy, mirrored: the maps of the changed inputs, brought back onto the map's grid.
        untrained: maps of the same head of networks with random weights.
    """

    shown: Map
    noisy: Sequence[Map]
    mirrored: Sequence[Map]
    untrained: Sequence[Map]


def judge(head: str, shares: Shares, repeats: Repeats, liver: Region) -> HeatmapReliability:
    """All checks of one head and the verdict.

    Args:
        liver: bool (I, J, K), the cells of `repeats` that lie in the liver.
    """
    checks = [_at_least("liver", shares.liver, limit_of_chance(shares.liver_chance))]
    if shares.tumour_chance is not None:
        limit = limit_of_chance(shares.tumour_chance) if head in TUMOUR_HEADS else None
        checks.append(_at_least("tumour", shares.tumour, limit))
    likeness = largest_likeness(repeats.shown, repeats.untrained, liver)
    checks.append(HeatmapCheck("untrained", likeness, ALIKE, likeness is not None and likeness < ALIKE))
    checks.append(_at_least("noise", mean_likeness(repeats.shown, repeats.noisy, liver), ALIKE))
    checks.append(_at_least("mirror", mean_likeness(repeats.shown, repeats.mirrored, liver), ALIKE))
    return HeatmapReliability(verdict(checks), shares.liver_chance, shares.tumour_chance, tuple(checks))


def verdict(checks: Sequence[HeatmapCheck]) -> Verdict:
    """The word for a set of checks; those without a limit have no say."""
    failed = {check.name for check in checks if check.passed is False}
    if not failed:
        return "reliable"
    return "doubtful" if failed <= set(MAY_FAIL) else "failed"


def share_inside(heat: Map, region: npt.NDArray[Any]) -> float | None:
    """Share of the heat that lies in `region`, 0..1; None if there is no heat.

    Args:
        heat: (...), not negative. region: (...), 0..1 or bool.
    """
    total = float(heat.sum(dtype=np.float64))
    return float((heat * region).sum(dtype=np.float64)) / total if total > 0 else None


def limit_of_chance(chance: float) -> float:
    """The share whose odds are ODDS_OF_CHANCE times those of `chance`, 0..1."""
    return float(ODDS_OF_CHANCE * chance / (1 + (ODDS_OF_CHANCE - 1) * chance))


def rank_correlation(first: Map, second: Map, region: Region) -> float | None:
    """Spearman's rank correlation, ties at their mean rank, over the cells in `region`; None if either is constant.

    Args:
        first, second, region: of one shape.
    """
    from scipy.stats import rankdata

    ranks = [rankdata(values[region]) for values in (first, second)]
    centred = [rank - rank.mean() for rank in ranks if rank.size]
    spreads = [float((rank**2).sum()) for rank in centred]
    if not spreads or min(spreads) == 0:
        return None
    return float(np.clip((centred[0] * centred[1]).sum() / np.sqrt(spreads[0] * spreads[1]), -1.0, 1.0))


def mean_likeness(shown: Map, repeats: Sequence[Map], region: Region) -> float | None:
    """Mean rank correlation with the repeats, a repeat without heat counting 0; None if `shown` is constant."""
    if rank_correlation(shown, shown, region) is None or not repeats:
        return None
    return float(np.mean([rank_correlation(shown, other, region) or 0.0 for other in repeats]))


def largest_likeness(shown: Map, others: Sequence[Map], region: Region) -> float | None:
    """The largest rank correlation with any of the others; None if there is none to compare with."""
    found = [likeness for other in others if (likeness := rank_correlation(shown, other, region)) is not None]
    return max(found, default=None)


def _at_least(name: CheckName, value: float | None, limit: float | None) -> HeatmapCheck:
    passed = None if limit is None else value is not None and bool(value >= limit)
    return HeatmapCheck(name, value, limit, passed)
