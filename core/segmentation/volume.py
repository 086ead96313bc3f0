"""Is a liver's volume plausible, for this patient where age, sex and body mass index are known, else for an adult?

Two published formulas by body weight bound the healthy liver from below and above:

    Chan et al., World J Gastroenterol 2006;12:2217 (159 Chinese donors): 218 + 12.3 weight + 51 if male, g;
    Chouker et al., Liver Transpl 2004;10:678 (728 autopsies): 452 + 16.34 weight + 11.85 age - 166 if female up to 50
    years of age, 1390 + 15.94 weight - 12.86 age from 51 to 70, g.

The record holds no weight: it is taken from the body mass index at a small and at a tall height (assumed, about the
middle 95 % of adults). One gram is taken as one mL. Both formulas say little about one sick liver: cirrhosis shrinks
it, fat and tumour enlarge it, so the limits lie at half of the lower and at twice the upper value (assumed).
"""

from __future__ import annotations

from core.case import ClinicalRecord, Notice

ADULT_ML = (600.0, 5000.0)
"""Adult livers, HCC included (assumed)."""
HEIGHTS_M = {"female": (1.48, 1.72), "male": (1.58, 1.86)}
BELOW, ABOVE = 0.5, 2.0
AGES = (16.0, 70.0)
"""The ages of the second formula; older and younger are taken as these."""


def volume_notices(volume_ml: float, lesion_ml: float, clinical: ClinicalRecord | None) -> tuple[Notice, ...]:
    """A notice where the volume is unusual; tumour that is marked as such may come on top of a liver.

    Args:
        volume_ml: liver with its lesions, mL. lesion_ml: lesions, 0 if the mask tells none apart.
        clinical: None where nothing is known of the patient.
    """
    if volume_ml <= 0:
        return ()
    low, high, whose = expected_ml(clinical)
    if low <= volume_ml <= high + lesion_ml:
        return ()
    text = (
        f"A liver of {volume_ml:.0f} mL is unusual; expected {low:.0f}-{high:.0f} mL {whose}, unless the images show "
        "only part of it. Check the outline."
    )
    return (Notice("liver_volume", text),)


def expected_ml(clinical: ClinicalRecord | None) -> tuple[float, float, str]:
    """Lowest and highest plausible volume, mL, and of whom."""
    if clinical is None or clinical.age_years is None or clinical.sex is None or clinical.bmi_kg_m2 is None:
        return *ADULT_ML, "of an adult"
    small, tall = (clinical.bmi_kg_m2 * height**2 for height in HEIGHTS_M[clinical.sex])
    female = clinical.sex == "female"
    lower = 218.0 + 12.3 * small + (0.0 if female else 51.0)
    upper = _chouker(tall, min(max(clinical.age_years, AGES[0]), AGES[1]), female)
    return BELOW * lower, ABOVE * upper, "for age, sex and body mass index"


def _chouker(weight_kg: float, age_years: float, female: bool) -> float:
    if age_years <= 50:
        return 452.0 + 16.34 * weight_kg + 11.85 * age_years - (166.0 if female else 0.0)
    return 1390.0 + 15.94 * weight_kg - 12.86 * age_years
