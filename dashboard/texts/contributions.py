"""What each radiomics feature adds to the score, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from core.findings import ImageEvidence
from core.fusion.log_odds import LogOdds, log_odds

WHAT_ADDED = "What moved the radiomics part"
MOST = 6
"""Features told one by one; the rest are added up."""
OTHERS = "{count} other features"
TOWARDS, AWAY = "towards MTM", "away from MTM"
AXIS = "Change of the log odds of MTM"
PHASES = {"ap": "arterial", "pvp": "portal venous"}
CLASSES = {
    "firstorder": "of the brightness",
    "glcm": "of neighbouring grey levels",
    "glrlm": "of runs of one grey level",
    "glszm": "of zones of one grey level",
    "gldm": "of equal neighbours",
    "ngtdm": "of differences from neighbours",
    "shape": "of the liver's shape",
}
IMAGES = {"squareroot": "square root", "lbp-2D": "local binary patterns"}
ABBREVIATED = {
    "Id": "inverse difference",
    "Idm": "inverse difference moment",
    "Idmn": "inverse difference moment, normalised",
    "Idn": "inverse difference, normalised",
    "Imc1": "informational correlation 1",
    "Imc2": "informational correlation 2",
    "MCC": "maximal correlation coefficient",
    "10Percentile": "10th percentile",
    "90Percentile": "90th percentile",
}


def name(prefixed: str) -> tuple[str, str]:
    """A feature in words: what is measured, and where, such as ("contrast of neighbouring grey levels", "arterial")."""
    phase, image, kind, feature = prefixed.split("_")
    words = ABBREVIATED.get(feature) or " ".join(re.findall(r"[A-Z][a-z]*|\d+D?", feature)).lower()
    filtered = _image(image)
    where = PHASES[phase] if filtered is None else f"{PHASES[phase]}, {filtered}"
    return f"{words.replace('2d', '2D')} {CLASSES[kind]}", where


def largest(contributions: Mapping[str, float]) -> list[tuple[str, str, float]]:
    """The features that moved most, in words and largest first, and last the sum of the others."""
    ordered = sorted(contributions, key=lambda feature: -abs(contributions[feature]))
    told = [(*name(feature), contributions[feature]) for feature in ordered[:MOST]]
    rest = [contributions[feature] for feature in ordered[MOST:]]
    return [*told, (OTHERS.format(count=len(rest)), "", sum(rest))] if rest else told


def sentence(evidence: ImageEvidence) -> str:
    """From the training cohort's probability to the patient's, and what that says and does not say."""
    found = log_odds(evidence.radiomics)
    total = sum(evidence.contributions.values())
    if found is None:
        return ""
    start, end = LogOdds(found.mean - total, 0.0).probability, found.probability
    return (
        f"The radiomics part starts from {start:.2f}, the model's answer for its training cohort, and ends at "
        f"{end:.2f}: together the {len(evidence.contributions)} features changed its log odds by {total:+.2f}. Each "
        "share is the exact Shapley value of the trees. It tells what the model used, not what causes the subtype."
    )


def description(contributions: Mapping[str, float]) -> str:
    """The figure in words, for screen readers."""
    parts = [f"{what}, {where}: {value:+.2f}" if where else f"{what}: {value:+.2f}" for what, where, value in
             largest(contributions)]  # fmt: skip
    return "Bars of the change of the log odds of MTM by feature. " + "; ".join(parts)


def _image(image: str) -> str | None:
    """The filter before it in words; None for the unfiltered image."""
    if image == "original":
        return None
    if found := re.fullmatch(r"log-sigma-(\d+)-(\d+)-mm-3D", image):
        return f"Laplacian of Gaussian {float('.'.join(found.groups())):g} mm"
    if found := re.fullmatch(r"wavelet(\d*)-([LH]{3})", image):
        return f"wavelet {found[2]}" + (f" of level {found[1]}" if found[1] else "")
    return IMAGES.get(image, image)
