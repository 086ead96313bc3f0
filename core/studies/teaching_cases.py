"""Twelve cases to learn from: the eight patients of Figure 4 of He et al. 2023, and four made up for this purpose.

Of the eight the legend of Figure 4 prints age, PVTT, response and sessions; the subtype stands in the name of the
picture. Their DLR scores are not printed: .80 is assumed for all, the value at which the baseline is best known. All
else is unknown and None. The fourth patient is printed twice, with 5 and with 6 sessions.

Their pictures are computed: a patient of the simulated cohort with the same PVTT and subtype and a DLR nearby. They are
not the patients of the paper, whose images are not public.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from core.case import ClinicalRecord, Response
from core.simulate.cohort import SimulatedCase, draw_patients, simulate_patient
from core.simulate.latents import Latent

Origin = Literal["figure 4", "constructed"]
Shown = Literal["1 year", "2 years", "3 years", "> 3 years"]
ASSUMED_DLR = 0.80
SPACING_MM = (2.5, 2.5, 4.0)
_POOL, _SEED = 400, 4
_SIZES_CM = (6.0, 12.0)


@dataclass(frozen=True)
class TeachingCase:
    """One case.

    Attributes:
        number: 1..12.
        origin: whose it is.
        shown_under: the OS heading under which Figure 4 shows it, None for a constructed case.
        clinical: what is known; of Figure 4 only what is printed.
        mtm: 0 or 1: the subtype as printed, or by pathology.
        dlr: 0..1, always assumed.
    """

    number: int
    origin: Origin
    shown_under: Shown | None
    clinical: ClinicalRecord
    mtm: float
    dlr: float


def teaching_cases() -> tuple[TeachingCase, ...]:
    """All twelve, by number."""
    printed = [
        TeachingCase(number, "figure 4", shown, clinical, float(mtm), ASSUMED_DLR)
        for number, (shown, mtm, clinical) in enumerate(_FIGURE_4, start=1)
    ]
    made_up = [
        TeachingCase(number, "constructed", None, clinical, mtm, dlr)
        for number, (mtm, dlr, clinical) in enumerate(_CONSTRUCTED, start=len(printed) + 1)
    ]
    return (*printed, *made_up)


def teaching_images(case: TeachingCase) -> SimulatedCase:
    """Both phases and the mask of a simulated patient like `case`, coarse; the same for the same case."""
    return simulate_patient(_patient_like(case), SPACING_MM)


def _patient_like(case: TeachingCase) -> Latent:
    """Of simulated patients with the same PVTT and subtype the one nearest in DLR, another one for every case."""
    pool = [p for p in draw_patients(_POOL, 0, _SEED) if p.centre == 0 and _alike(p, case)]
    before = [c for c in teaching_cases() if c.number < case.number and _kind(c) == _kind(case)]
    chosen = sorted(pool, key=lambda p: abs(p.dlr - case.dlr))[len(before)]
    look = replace(
        chosen.look,
        size_cm=case.clinical.largest_tumour_cm or chosen.look.size_cm,
        count=case.clinical.tumour_count or chosen.look.count,
    )
    return replace(chosen, look=look, clinical=case.clinical)


def _alike(patient: Latent, case: TeachingCase) -> bool:
    low, high = _SIZES_CM
    return (patient.look.pvtt, patient.mtm) == _kind(case) and low <= patient.look.size_cm <= high


def _kind(case: TeachingCase) -> tuple[bool, bool]:
    return bool(case.clinical.pvtt), case.mtm > 0.5


def _printed(age: float, pvtt: bool, response: Response, sessions: int) -> ClinicalRecord:
    return ClinicalRecord(age_years=age, pvtt=pvtt, response=response, haic_sessions=sessions)


_FIGURE_4: tuple[tuple[Shown, bool, ClinicalRecord], ...] = (
    ("1 year", False, _printed(56, True, "SD", 6)),
    ("1 year", True, _printed(40, True, "SD", 2)),
    ("2 years", False, _printed(60, True, "SD", 5)),
    ("2 years", True, _printed(63, False, "SD", 5)),
    ("3 years", False, _printed(47, True, "PR", 3)),
    ("3 years", True, _printed(58, False, "PD", 2)),
    ("> 3 years", False, _printed(26, True, "PR", 6)),
    ("> 3 years", True, _printed(58, False, "PR", 8)),
)
"""Heading, MTM and what is printed, in the order of the legend."""

_SOUND_LIVER = ClinicalRecord(
    sex="male",
    ecog=0,
    ascites="none",
    encephalopathy_grade=0,
    albumin_g_l=40.0,
    bilirubin_umol_l=14.0,
    inr=1.05,
    afp_ng_ml=120.0,
    tumour_count=1,
    macrovascular_invasion=False,
    intrahepatic_venous_invasion=False,
    extrahepatic_spread=False,
    lymph_node_metastasis=False,
    liver_involvement_over_half=False,
    massive_or_diffuse=False,
    prior_treatment=False,
    other_malignancy=False,
    concurrent_tace=False,
)
_INVADED = replace(_SOUND_LIVER, pvtt=True, macrovascular_invasion=True, intrahepatic_venous_invasion=True)
_CONSTRUCTED: tuple[tuple[float, float, ClinicalRecord], ...] = (
    (1.0, 0.60, replace(_INVADED, age_years=55, largest_tumour_cm=9.0, response="SD", haic_sessions=2)),
    (
        0.0,
        0.60,
        replace(
            _INVADED,
            age_years=61,
            largest_tumour_cm=8.4,
            response="SD",
            haic_sessions=3,
            months_since_first_haic=12.0,
        ),
    ),
    (
        0.0,
        0.75,
        replace(
            _SOUND_LIVER,
            age_years=68,
            ecog=2,
            pvtt=False,
            largest_tumour_cm=4.2,
            response="SD",
            haic_sessions=1,
            prior_treatment=True,
        ),
    ),
    (1.0, 0.30, replace(_SOUND_LIVER, age_years=49, pvtt=False, largest_tumour_cm=6.5)),
)
"""MTM, DLR and record: between the cut-offs; a year on; outside the study; an early stage with a poor image score."""
