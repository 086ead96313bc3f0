"""How far a heatmap can be trusted, in words."""

from __future__ import annotations

from collections.abc import Mapping

from core.findings import CheckName, Heatmap, HeatmapCheck, HeatmapReliability, Verdict
from core.report.sentences import SIGNS
from dashboard.texts import labels

SENTENCES: dict[Verdict, str] = {
    "reliable": "It passed its checks.",
    "doubtful": "It is doubtful: read it with care.",
    "failed": "It failed its checks and is drawn in grey: do not read it.",
}
BADGES = "Heatmap reliability"
IN_DETAIL = "How far this heatmap can be trusted"
TABLE_HEAD = ("Check", "Measured", "Expected", "")
CHECKS: dict[CheckName, tuple[str, str]] = {
    "liver": ("Heat inside the liver", "share of the heat; more than a map without a preference would have there"),
    "tumour": ("Heat inside tumours", "share of the liver's heat, against the tumours' share of the liver"),
    "untrained": (
        "Likeness to an untrained network's map",
        "the largest rank correlation with maps of networks with random weights; must be low",
    ),
    "noise": ("Repeats under noise", "rank correlation with the map of the same images with a little more noise"),
    "mirror": ("Repeats when mirrored", "rank correlation with the map of the mirrored liver, mirrored back"),
}
PASSED = {True: "✓ passed", False: "✕ failed", None: "no limit"}
NOT_MEASURABLE = "no heat to measure"
NO_LIMIT = "none: survival may hang on the liver beside the tumour"
SHARES = ("liver", "tumour")


def marked(head: str, heatmaps: Mapping[str, Heatmap]) -> str:
    """A head's name with the sign of its verdict, as the picker shows it."""
    found = heatmaps.get(head)
    name = labels.HEAD_NAMES.get(head, "None")
    return name if found is None else f"{name} {SIGNS[found.reliability.verdict]}"


def badge(head: str, found: HeatmapReliability) -> tuple[str, str]:
    """What a head's badge says: its name, and sign and word of the verdict."""
    return labels.HEAD_NAMES[head], f"{SIGNS[found.verdict]} {found.verdict}"


def sentence(head: str, heatmap: Heatmap) -> str:
    """What a heatmap is and is not, and whether it can be trusted."""
    inside = f"{_percent(heatmap.share_in_liver)} of the heat lay inside the liver outline"
    chance = f"{_percent(heatmap.reliability.chance_in_liver)} would by chance; only that is drawn."
    return (
        f"Heatmap of the head “{labels.HEAD_NAMES[head]}” ({labels.HEAD_MEANINGS[head]}). "
        f"{SENTENCES[heatmap.reliability.verdict]} {labels.HEAT_CAVEAT} {inside}, {chance}"
    )


def rows(found: HeatmapReliability) -> list[tuple[str, str, str, str, str]]:
    """The checks one by one: name, meaning, measured, expected, passed or not."""
    return [(*CHECKS[one.name], _measured(one), _expected(one, found), PASSED[one.passed]) for one in found.checks]


def _measured(check: HeatmapCheck) -> str:
    if check.value is None:
        return NOT_MEASURABLE
    return _percent(check.value) if check.name in SHARES else f"{check.value:.2f}"


def _expected(check: HeatmapCheck, found: HeatmapReliability) -> str:
    if check.limit is None:
        return NO_LIMIT
    if check.name not in SHARES:
        return f"{'under' if check.name == 'untrained' else 'at least'} {check.limit:.2f}"
    chance = found.chance_in_liver if check.name == "liver" else found.chance_in_tumour
    by_chance = "" if chance is None else f" ({_percent(chance)} by chance)"
    return f"at least {_percent(check.limit)}{by_chance}"


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"
