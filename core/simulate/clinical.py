"""Clinical values of simulated patients, by the marginals of He et al. 2023, Table 2 (three cohorts pooled)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.case import Ascites, ClinicalRecord, Response
from core.simulate.tumour import TumourLook


@dataclass(frozen=True)
class Known:
    """What the clinical record must agree with.

    Attributes:
        look: tumours.
        afp_high: AFP >= 400 ng/mL.
        ascites_mm: 0 for none.
        response, sessions: of HAIC patients, else None.
        dead: at the end of follow-up, None if there is none.
    """

    look: TumourLook
    afp_high: bool
    ascites_mm: float
    response: bool | None
    sessions: int | None
    dead: bool | None


# share (alive, dead at the end of follow-up)
_SEQUENTIAL = {
    "sequential_surgery": (0.051, 0.002),
    "sequential_ablation": (0.109, 0.017),
    "sequential_sbrt": (0.105, 0.046),
    "sequential_pd1": (0.447, 0.092),
    "sequential_tki": (0.509, 0.212),
}
_METASTASIS = {
    "lymph_node_metastasis": (0.222, 0.352),
    "metastasis_lung": (0.127, 0.111),
    "metastasis_adrenal": (0.011, 0.010),
    "metastasis_bone": (0.025, 0.013),
}


def draw_record(known: Known, rng: np.random.Generator) -> ClinicalRecord:
    """A complete record."""
    values: dict[str, Any] = {**_patient(rng), **_laboratory(rng), **_tumour(known, rng), **_history()}
    values["afp_ng_ml"] = _afp(known.afp_high, rng)
    values["ascites"] = _ascites(known.ascites_mm)
    if known.sessions is not None:
        values["haic_sessions"] = known.sessions
        values["response"] = _response(bool(known.response), rng)
        dead = bool(known.dead)
        values |= {name: bool(rng.random() < share[dead]) for name, share in _SEQUENTIAL.items()}
    return ClinicalRecord(**values)


def _patient(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "age_years": float(np.clip(np.round(rng.normal(51.3, 12.2)), 18, 75)),
        "sex": "female" if rng.random() < 80 / 752 else "male",
        "bmi_kg_m2": float(np.clip(np.round(rng.normal(21.7, 2.5), 1), 15, 36)),
        "ecog": int(rng.random() < 38 / 752),
        "comorbidity": bool(rng.random() < 101 / 752),
        "hbv": bool(rng.random() < 688 / 752),
        "encephalopathy_grade": 0,
    }


def _laboratory(rng: np.random.Generator) -> dict[str, Any]:
    def normal(mean: float, sd: float, low: float, high: float, digits: int) -> float:
        return float(np.clip(np.round(rng.normal(mean, sd), digits), low, high))

    def skewed(median: float, log_sd: float, low: float, high: float, digits: int) -> float:
        return float(np.clip(np.round(median * np.exp(rng.normal(0, log_sd)), digits), low, high))

    inr = normal(1.09, 0.11, 0.85, 1.6, 2)
    return {
        "albumin_g_l": normal(39.7, 4.4, 28.5, 52, 1),
        "bilirubin_umol_l": skewed(15.4, 0.42, 4, 50, 1),
        "inr": inr,
        "prothrombin_time_s": float(np.round(12.4 + 10.0 * (inr - 1.09) + rng.normal(0, 0.5), 1)),
        "ast_u_l": skewed(71, 0.65, 14, 600, 0),
        "alt_u_l": skewed(49, 0.60, 8, 500, 0),
        "platelets_1e9_l": skewed(237, 0.42, 50, 700, 0),
        "creatinine_umol_l": normal(69.5, 15.0, 35, 130, 0),
        "crp_mg_l": skewed(15, 1.1, 0.3, 200, 1),
        "neutrophils_1e9_l": skewed(4.5, 0.40, 1.2, 18, 2),
        "lymphocytes_1e9_l": skewed(1.42, 0.35, 0.4, 4.5, 2),
    }


def _afp(high: bool, rng: np.random.Generator) -> float:
    if high:
        return float(np.round(min(400.0 * np.exp(abs(rng.normal(0, 2.6))), 121000.0), 1))
    return float(np.round(np.clip(28.0 * np.exp(rng.normal(0, 1.7)), 1.2, 399.0), 1))


def _ascites(thickness_mm: float) -> Ascites:
    if thickness_mm <= 0:
        return "none"
    return "mild" if thickness_mm < 12 else "moderate_severe"


def _response(objective: bool, rng: np.random.Generator) -> Response:
    if objective:
        return "CR" if rng.random() < 0.06 else "PR"
    return "PD" if rng.random() < 0.35 else "SD"


def involved_share(look: TumourLook) -> float:
    """Share of the liver that is tumour, roughly: an ellipsoid in a liver that keeps about 1250 mL of parenchyma."""
    tumour = tumour_volume_ml(look)
    return tumour / (tumour + 1250.0)


def tumour_volume_ml(look: TumourLook) -> float:
    """Of all tumours, roughly, mL."""
    return 0.72 * np.pi / 6 * look.size_cm**3 + 5.0 * (look.count - 1) + 150 * max(0.0, look.infiltration - 0.20)


def _tumour(known: Known, rng: np.random.Generator) -> dict[str, Any]:
    look = known.look
    dead = bool(known.dead)
    values: dict[str, Any] = {name: bool(rng.random() < share[dead]) for name, share in _METASTASIS.items()}
    vein = look.pvtt or bool(rng.random() < 0.08)
    return values | {
        "tumour_count": look.count,
        "largest_tumour_cm": look.size_cm,
        "pvtt": look.pvtt,
        "macrovascular_invasion": vein,
        "intrahepatic_venous_invasion": vein,
        "major_vein_invasion": vein,
        "extrahepatic_vascular_invasion": False,
        "extrahepatic_spread": any(
            values[name] for name in ("metastasis_lung", "metastasis_adrenal", "metastasis_bone")
        ),
        "adjacent_organ_invasion": False,
        "peritoneal_perforation": False,
        "liver_involvement_over_half": involved_share(look) > 0.5,
        "massive_or_diffuse": look.infiltration > 0.6,
    }


def _history() -> dict[str, Any]:
    names = ("transplant_candidate", "other_malignancy", "prior_treatment", "concurrent_tace")
    return dict.fromkeys(names, False)
