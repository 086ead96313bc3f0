"""Every figure of He et al. 2023 that the reproduction is held against, and where it is printed.

He X. et al., Radiol Med 2023, doi:10.1007/s11547-023-01719-1. Survival and shares are 0..1. Where the paper prints two
or three numbers for one thing, all are here, in the order in which `contradictions.json` trusts them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

COHORT_SIZE: Mapping[str, int] = {"training": 489, "internal": 122, "external": 141}
"""Patients of the three HAIC cohorts (Table 2; the text has 459 for 489 once)."""

HORIZONS_MONTHS = (12.0, 36.0, 60.0)
"""Of the printed group survival: 1, 3 and 5 years."""

MODELS = ("pre", "post")
MODEL_NAMES: Mapping[str, str] = {
    "pre": "preoperative nomogram",
    "post": "postoperative nomogram",
    "clinical_pre": "preoperative clinical model",
    "clinical_post": "postoperative clinical model",
    "ajcc8": "AJCC TNM",
    "bclc": "BCLC stage",
    "clip": "CLIP classification",
    "hklc": "HKLC stage",
}
"""The eight rows of Table 3, in its order."""

REFERENCE: Mapping[str, str] = {
    "clinical_pre": "pre",
    "clinical_post": "post",
    "ajcc8": "post",
    "bclc": "pre",
    "clip": "pre",
    "hklc": "pre",
}
"""The nomogram that Table 3 tests each other model against: its marks * (pre) and † (post)."""


@dataclass(frozen=True)
class Printed:
    """A printed number.

    Attributes:
        value: as printed; survival and shares 0..1.
        where: place in the paper.
        below: True where "<" is printed, so that the value is a limit.
    """

    value: float
    where: str
    below: bool = False


_TEXT_PRE, _FORMULA = "Results, text", "Results, formula"
HAZARD_RATIO: Mapping[tuple[str, str], Printed] = {
    ("pre", "pvtt"): Printed(1.42, _TEXT_PRE),
    ("pre", "dlr"): Printed(0.11, _TEXT_PRE),
    ("post", "pvtt"): Printed(1.38, _FORMULA),
    ("post", "response"): Printed(0.54, _FORMULA),
    ("post", "haic_sessions"): Printed(0.74, _FORMULA),
    ("post", "mtm"): Printed(2.44, _FORMULA),
    ("post", "dlr"): Printed(0.10, _FORMULA),
}
"""Hazard ratios by model and term; those of the formula are what the simulation is made with."""

_RESULTS = "Results, survival risk stratification"
GROUP_SURVIVAL: Mapping[tuple[str, str], tuple[Printed, Printed, Printed]] = {
    ("pre", "low"): (Printed(0.890, _RESULTS), Printed(0.529, _RESULTS), Printed(0.343, _RESULTS)),
    ("pre", "high"): (Printed(0.372, _RESULTS), Printed(0.055, _RESULTS), Printed(0.055, _RESULTS)),
    ("post", "low"): (Printed(0.912, _RESULTS), Printed(0.554, _RESULTS), Printed(0.251, _RESULTS)),
    ("post", "high"): (Printed(0.357, _RESULTS), Printed(0.038, _RESULTS), Printed(0.038, _RESULTS)),
}
"""Survival at 1, 3 and 5 years in the risk groups of the training cohort, by model and group."""

LOG_RANK = Printed(0.001, _RESULTS, below=True)
"""P value of every comparison of the two risk groups, all cohorts (Figure 5)."""

_ROWS: Mapping[str, tuple[float, float, float]] = {
    "pre": (0.7099, 0.7029, 0.6484),
    "post": (0.8553, 0.8049, 0.7921),
    "clinical_pre": (0.5257, 0.5197, 0.5234),
    "clinical_post": (0.8136, 0.7548, 0.7546),
    "ajcc8": (0.5274, 0.5339, 0.6360),
    "bclc": (0.5414, 0.5546, 0.6433),
    "clip": (0.4803, 0.5234, 0.6651),
    "hklc": (0.5253, 0.6320, 0.6517),
}
_TEXT: Mapping[str, tuple[float, float, float]] = {"pre": (0.80, 0.71, 0.74), "post": (0.84, 0.78, 0.79)}
_DISCUSSION: Mapping[tuple[str, str], float] = {("post", "internal"): 0.87, ("post", "external"): 0.83}
_P_VALUES: Mapping[str, tuple[float, float, float]] = {
    "clinical_pre": (0.001, 0.001, 0.001),
    "clinical_post": (0.001, 0.001, 0.001),
    "ajcc8": (0.002, 0.002, 0.003),
    "bclc": (0.001, 0.001, 0.001),
    "clip": (0.088, 0.002, 0.001),
    "hklc": (0.002, 0.002, 0.002),
}
_PRINTED_BELOW = ("clinical_pre", "clinical_post")


def auc(model: str, cohort: str) -> tuple[Printed, ...]:
    """Every AUC that the paper prints for one model in one cohort; no horizon is stated for any."""
    place = tuple(COHORT_SIZE).index(cohort)
    printed = [Printed(_ROWS[model][place], "Table 3, no horizon stated")]
    if model in _TEXT:
        printed.append(Printed(_TEXT[model][place], "Results, text"))
    if (model, cohort) in _DISCUSSION:
        printed.append(Printed(_DISCUSSION[model, cohort], "Discussion"))
    return tuple(printed)


def de_long_p(model: str, cohort: str) -> Printed | None:
    """The p value in Table 3 of a model's AUC against its reference; None for the two nomograms."""
    if model not in REFERENCE:
        return None
    return Printed(_P_VALUES[model][tuple(COHORT_SIZE).index(cohort)], "Table 3", below=model in _PRINTED_BELOW)


DEATH_SHARE: Mapping[str, tuple[Printed, ...]] = {
    "training": (Printed(299 / 489, "Table 2, 299 of 489"),),
    "internal": (Printed(87 / 122, "Table 2, 87 of 122"),),
    "external": (Printed(91 / 141, "Table 2, 91 of 141"), Printed(50 / 141, "Results, text: 50 of 141")),
}
"""Patients who died by the end of follow-up; the text gives the survivors of the external cohort as its deaths."""

MEDIAN_FOLLOW_UP: Mapping[tuple[str, str], Printed] = {
    ("training", "alive"): Printed(22.5, "Table 2"),
    ("training", "dead"): Printed(23.7, "Table 2"),
    ("internal", "alive"): Printed(19.8, "Table 2"),
    ("internal", "dead"): Printed(20.5, "Table 2"),
    ("external", "alive"): Printed(17.8, "Table 2"),
    ("external", "dead"): Printed(16.3, "Table 2"),
}
"""Median follow-up in months of those alive at its end and of those who died."""

CENTRES: Mapping[str, str] = {
    "training": "one hospital",
    "internal": "the same hospital",
    "external": "four other hospitals, pooled",
}
"""Where the three HAIC cohorts were treated (Materials and methods, Study design)."""

RESECTED, RESECTED_MTM, RESECTED_DATES = 159, 118, "June 2018 to March 2020"
"""The resected patients of the MTM cohort, those with the subtype (Table 1), and when they were operated on."""
