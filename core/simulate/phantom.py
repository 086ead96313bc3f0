"""The demo case: one procedural patient with a hepatocellular carcinoma in both phases, no third-party data."""

from __future__ import annotations

from dataclasses import replace

from core.simulate.cohort import draw_patients
from core.simulate.latents import MONTHS_BETWEEN_SESSIONS, Latent
from core.simulate.patient import SimulatedCase, simulate_patient

__all__ = ["DEMO_SEED", "SimulatedCase", "demo_case"]

DEMO_SPACING_MM = (1.5, 1.5, 3.0)
DEMO_SEED = 15
"""A patient with tumour thrombus, several tumours and a partial response."""


def demo_case(seed: int = DEMO_SEED) -> SimulatedCase:
    """Upper abdomen of 1.5 x 1.5 x 3 mm voxels, mask with lesions, complete record; the same for the same seed."""
    latent = _suitable(seed)
    sessions = latent.clinical.haic_sessions or 1
    since = round((sessions - 1) * (MONTHS_BETWEEN_SESSIONS + 0.2) + 1.0, 1)
    latent = replace(latent, clinical=replace(latent.clinical, months_since_first_haic=since))
    return simulate_patient(latent, DEMO_SPACING_MM)


def _suitable(seed: int) -> Latent:
    """A patient of centre 0 who lived through the treatment, with a tumour that leaves liver to be seen."""
    for latent in draw_patients(40, 0, seed):
        lived = (latent.time_months or 0) > 12
        if latent.centre == 0 and lived and 6.0 < latent.look.size_cm < 12.0:
            return latent
    return draw_patients(1, 0, seed)[0]
