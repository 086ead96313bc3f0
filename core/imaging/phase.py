"""Which contrast phase a series shows: a proposal from tags and enhancement, and a check once the liver is known.

Thresholds on "aorta minus liver" are assumed from physiology: the aorta peaks (over 200 HU) before the liver enhances;
in the portal-venous phase both are enhanced, within some 70 HU of each other; without contrast both lie near 40-60 HU.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.case import Notice, Phase
from core.geometry import Geometry
from core.imaging.enhancement import Enhancement, measure

NATIVE_AORTA_BELOW_HU = 85.0
NATIVE_KIDNEY_BELOW_HU = 80.0
NATIVE_LIVER_BELOW_HU = 66.0
ARTERIAL_EXCESS_HU = 80.0  # aorta minus liver
MARGIN_HU = 12.0  # closer than this to a threshold a proposal is not certain
SAME_AORTA_WITHIN_HU = 15.0
SAME_LIVER_WITHIN_HU = 8.0
SWAPPED_EXCESS_HU = 40.0

_WORDS: tuple[tuple[Phase, str], ...] = (
    (Phase.NATIVE, r"nativ|non.?contrast|un.?enhanced|without|w/?o|pre.?contrast|plain|\bnc\b|sans|ohne"),
    (Phase.DELAYED, r"delay|late(?!.?art)|equilib|excret|tardi|spaet|spät"),
    (Phase.PORTAL_VENOUS, r"port|venou|ven[oö]s|veineux|\bpvp?\b|\bvp\b|\bpv"),
    (Phase.ARTERIAL, r"arter|\bart\b|\bap\b|\ba.?phase|\blap\b|\beap\b"),
)
_NEUTRAL = {
    Phase.NATIVE: "native",
    Phase.DELAYED: "delayed",
    Phase.PORTAL_VENOUS: "portal",
    Phase.ARTERIAL: "arterial",
}


@dataclass(frozen=True)
class PhaseProposal:
    """A proposed phase, for the user to confirm.

    Attributes:
        phase: the proposal.
        certain: False if tags and enhancement disagree, or the evidence lies near a threshold.
        reason: why, with the measured HU; holds no text from tags.
    """

    phase: Phase
    certain: bool
    reason: str


def propose_phase(
    hu: npt.NDArray[Any], geometry: Geometry, tags: Mapping[str, str | float] | None = None
) -> PhaseProposal:
    """The phase of a CT (I, J, K), before any mask is known.

    Args:
        tags: "series_description" and "contrast_agent" as text, if the file has them; they are read, never repeated.
    """
    measured = measure(hu, geometry)
    seen, clear = _from_enhancement(measured)
    told = phase_told(tags or {})
    words = _measured_words(measured)
    if told is None:
        return _without_words(seen, clear, words, bool((tags or {}).get("contrast_agent")))
    if told is seen or (told is Phase.DELAYED and seen is Phase.PORTAL_VENOUS):
        return PhaseProposal(told, True, f"file tags and enhancement agree: {words}")
    if not clear:
        return PhaseProposal(told, False, f"from file tags; enhancement is not clear: {words}")
    reason = f"from enhancement; file tags say {_spoken(told)}: {words}"
    return PhaseProposal(seen, False, reason)


def _without_words(seen: Phase, clear: bool, words: str, agent: bool) -> PhaseProposal:
    if seen is Phase.NATIVE and agent:
        return PhaseProposal(seen, False, f"from enhancement, although file tags name a contrast agent: {words}")
    return PhaseProposal(seen, clear, f"from enhancement: {words}")


def phase_told(tags: Mapping[str, str | float]) -> Phase | None:
    """The phase that the tags' words name, None if they name none or several."""
    text = str(tags.get("series_description", "")).lower().replace("_", " ")
    named = {phase for phase, pattern in _WORDS if re.search(pattern, text)}
    return named.pop() if len(named) == 1 else None


def phase_words(text: str) -> str:
    """What of a series' description names a phase, in words of ours: `phase_told` of them is that of the text."""
    lower = text.lower().replace("_", " ")
    return " ".join(_NEUTRAL[phase] for phase, pattern in _WORDS if re.search(pattern, lower))


def check_enhancement(
    arterial_hu: npt.NDArray[Any], portal_venous_hu: npt.NDArray[Any], liver: npt.NDArray[np.bool_], geometry: Geometry
) -> tuple[Notice, ...]:
    """What the enhancement says against the phases as given; () if nothing.

    Args:
        arterial_hu, portal_venous_hu: HU (I, J, K), both on the grid `geometry`.
        liver: bool (I, J, K) on that grid.

    Returns:
        Notices of code non_contrast (names each phase), phases_swapped or same_phase.
    """
    arterial = measure(arterial_hu, geometry, liver)
    portal_venous = measure(portal_venous_hu, geometry, liver)
    native = tuple(
        _non_contrast(name, measured)
        for name, measured in (("arterial", arterial), ("portal-venous", portal_venous))
        if is_native(measured)
    )
    if _identical(arterial_hu, portal_venous_hu):
        text = "arterial and portal-venous series: expected two phases, got the same voxels twice"
        return (*native, Notice("same_phase", text))
    return native or _compare(arterial, portal_venous)


def is_native(measured: Enhancement) -> bool:
    """True if neither aorta nor kidneys nor, where those were not found, the liver show contrast."""
    if measured.aorta is None:
        return measured.liver is not None and measured.liver < NATIVE_LIVER_BELOW_HU
    kidney_dark = measured.kidney is None or measured.kidney < NATIVE_KIDNEY_BELOW_HU
    return measured.aorta < NATIVE_AORTA_BELOW_HU and kidney_dark


def _from_enhancement(measured: Enhancement) -> tuple[Phase, bool]:
    """The phase and whether it is clear."""
    if is_native(measured):
        return Phase.NATIVE, measured.aorta is not None and measured.aorta < NATIVE_AORTA_BELOW_HU - MARGIN_HU
    if measured.aorta is None or measured.liver is None:
        return Phase.PORTAL_VENOUS, False
    excess = measured.aorta - measured.liver
    if excess > ARTERIAL_EXCESS_HU:
        return Phase.ARTERIAL, excess > ARTERIAL_EXCESS_HU + MARGIN_HU
    enhanced = measured.aorta > NATIVE_AORTA_BELOW_HU + MARGIN_HU
    return Phase.PORTAL_VENOUS, enhanced and 0.0 < excess < ARTERIAL_EXCESS_HU - MARGIN_HU


def _compare(arterial: Enhancement, portal_venous: Enhancement) -> tuple[Notice, ...]:
    if None in (arterial.aorta, arterial.liver, portal_venous.aorta, portal_venous.liver):
        return ()
    aorta = (arterial.aorta or 0.0) - (portal_venous.aorta or 0.0)
    liver = (arterial.liver or 0.0) - (portal_venous.liver or 0.0)
    numbers = f"arterial: {_measured_words(arterial)}; portal-venous: {_measured_words(portal_venous)}"
    if aorta - liver < -SWAPPED_EXCESS_HU and aorta < 0:
        text = f"arterial and portal-venous series look swapped: the aorta is brighter in the second ({numbers})"
        return (Notice("phases_swapped", text),)
    if abs(aorta) < SAME_AORTA_WITHIN_HU and abs(liver) < SAME_LIVER_WITHIN_HU:
        return (Notice("same_phase", f"arterial and portal-venous series show the same enhancement ({numbers})"),)
    return ()


def _non_contrast(name: str, measured: Enhancement) -> Notice:
    return Notice(
        "non_contrast", f"{name} series: expected contrast enhancement, got none ({_measured_words(measured)})"
    )


def _identical(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> bool:
    thin = (slice(None, None, 2), slice(None, None, 2), slice(None, None, 2))
    return first.shape == second.shape and bool(np.array_equal(first[thin], second[thin]))


def _measured_words(measured: Enhancement) -> str:
    parts = [
        f"{name} {value:.0f} HU"
        for name, value in (("aorta", measured.aorta), ("liver", measured.liver), ("kidney region", measured.kidney))
        if value is not None
    ]
    return ", ".join(parts) or "no organ could be measured"


def _spoken(phase: Phase) -> str:
    return str(phase).replace("_", "-")
