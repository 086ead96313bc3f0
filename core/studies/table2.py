"""The training cohort as Table 2 of the paper prints it: 489 patients, 190 alive and 299 dead at the end of follow-up.

He X. et al., Radiol Med 2023, doi:10.1007/s11547-023-01719-1, Table 2. The table has no column for all patients: pairs
here are (alive, dead), as printed, in the units of clinical.json, for which some printed units are slips (row 14 of
contradictions.json). PVTT and response are not in the table (row 31).
"""

from __future__ import annotations

from collections.abc import Mapping

ALIVE, DEAD = 190, 299

MEAN_SD: Mapping[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "age_years": ((51.2, 12.1), (51.3, 11.9)),
    "bmi_kg_m2": ((21.63, 2.76), (21.80, 2.41)),
    "largest_tumour_cm": ((11.10, 3.59), (10.61, 3.48)),
    "albumin_g_l": ((39.83, 4.36), (39.62, 4.33)),
    "inr": ((1.09, 0.12), (1.09, 0.11)),
    "prothrombin_time_s": ((12.39, 1.42), (12.41, 1.15)),
    "creatinine_umol_l": ((69.81, 15.07), (68.34, 15.20)),
    "neutrophils_1e9_l": ((5.09, 2.35), (4.81, 2.11)),
    "lymphocytes_1e9_l": ((1.49, 0.58), (1.50, 0.60)),
}
"""Mean and standard deviation by field."""

MEDIAN: Mapping[str, tuple[float, float]] = {
    "bilirubin_umol_l": (15.4, 15.4),
    "ast_u_l": (66.75, 72.2),
    "alt_u_l": (47.95, 49.75),
    "platelets_1e9_l": (254.0, 229.0),
    "crp_mg_l": (15.77, 14.75),
}
"""Medians by field; how far values spread around them is not printed."""

COUNT: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "sex": {"female": (11, 42), "male": (179, 257)},
    "ecog": {"0": (178, 287), "1": (12, 12)},
    "comorbidity": {"no": (162, 269), "yes": (28, 30)},
    "hbv": {"no": (22, 16), "yes": (168, 283)},
    "ascites": {"no": (167, 262), "yes": (23, 37)},
    "albi_grade": {"1": (94, 141), "2-3": (96, 158)},
    "lymph_node_metastasis": {"no": (146, 185), "yes": (44, 114)},
    "metastasis_lung": {"no": (164, 271), "yes": (26, 28)},
    "metastasis_adrenal": {"no": (187, 298), "yes": (3, 1)},
    "metastasis_bone": {"no": (187, 298), "yes": (3, 1)},
    "tumour_count": {"1": (52, 71), "2": (15, 16), "3": (4, 2), "> 3": (119, 210)},
    "afp_ng_ml": {"< 400": (72, 102), ">= 400": (118, 197)},
    "haic_sessions": {"1": (13, 62), "2": (35, 74), "3": (34, 32), "> 3": (108, 131)},
}
"""Patients by field and answer; metastases that are not printed as absent are counted as the rest."""

MTM_SCORE: Mapping[str, tuple[float, float]] = {"with MTM": (0.834, 0.097), "without MTM": (0.177, 0.089)}
"""Mean and SD of the score by subtype (Results, MTM-related score), read as row 20 of contradictions.json says."""


def pooled(field: str) -> tuple[float, float]:
    """Mean and standard deviation of all 489 patients, exact but for the rounding of what is printed.

    The variance is that within the two groups and that between their means.
    """
    (alive, sd_alive), (dead, sd_dead) = MEAN_SD[field]
    total = ALIVE + DEAD
    mean = (ALIVE * alive + DEAD * dead) / total
    within = (ALIVE - 1) * sd_alive**2 + (DEAD - 1) * sd_dead**2
    between = ALIVE * (alive - mean) ** 2 + DEAD * (dead - mean) ** 2
    return mean, float(((within + between) / (total - 1)) ** 0.5)
