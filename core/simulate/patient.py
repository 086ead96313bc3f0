"""The images of one simulated patient, over procedural or over real anatomy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.case import ClinicalRecord, LiverMask, MaskOrigin, Phase, Volume
from core.simulate.anatomy import Anatomy, build_anatomy
from core.simulate.clinical import tumour_volume_ml
from core.simulate.fields import Mask, axes_mm, is_any
from core.simulate.latents import Latent
from core.simulate.phases import draw_scanner, render_phase
from core.simulate.real import RealAnatomy, real_anatomy, render_on_real
from core.simulate.tissues import Tissue, cirrhotic, draw_enhancement
from core.simulate.tumour import Site, grow_tumours, label_lesions
from core.simulate.tumour_texture import Levels

__all__ = ["RealAnatomy", "SimulatedCase", "real_anatomy", "simulate_patient"]

Spacing = tuple[float, float, float]

_DISPLACED = [
    Tissue.FAT,
    Tissue.LIVER,
    Tissue.PORTAL_VEIN,
    Tissue.HEPATIC_VEIN,
    Tissue.HEPATIC_ARTERY,
    Tissue.GALLBLADDER,
    Tissue.STOMACH_WALL,
    Tissue.FLUID,
    Tissue.GAS,
    Tissue.BOWEL_WALL,
    Tissue.STOOL,
    Tissue.PANCREAS,
    Tissue.ASCITES,
]


@dataclass(frozen=True, eq=False)
class SimulatedCase:
    """One simulated patient.

    Attributes:
        arterial, portal_venous: both phases on one grid.
        mask: 1 liver, 2 tumour, as drawn.
        clinical: the record.
        latent: what is true of the patient.
    """

    arterial: Volume
    portal_venous: Volume
    mask: LiverMask
    clinical: ClinicalRecord
    latent: Latent


def simulate_patient(
    latent: Latent, spacing_mm: Spacing = (2.5, 2.5, 3.0), anatomy: RealAnatomy | None = None
) -> SimulatedCase:
    """Both phases, the mask and the record of one patient; deterministic by (latent.seed, latent.index).

    Args:
        latent: from `draw_patients`.
        spacing_mm: voxels along left, posterior, superior; not used over real anatomy, which has its own grid.
        anatomy: None for a procedural body; else the tumours are drawn into this one.
    """
    rng = np.random.default_rng([latent.seed, latent.index, 7])
    scanner = draw_scanner(latent.centre, rng)
    if anatomy is not None:
        arterial, portal_venous, mask = render_on_real(latent, anatomy, scanner, rng)
        return SimulatedCase(arterial, portal_venous, mask, latent.clinical, latent)
    body = build_anatomy(
        int(rng.integers(2**31)),
        spacing_mm,
        liver_ml=float(np.clip(rng.uniform(1080, 1450) + 0.8 * tumour_volume_ml(latent.look), 1100, 3000)),
        cirrhosis=latent.cirrhosis,
        ascites_mm=latent.ascites_mm,
    )
    delays = {Phase.ARTERIAL: scanner.arterial_delay_s, Phase.PORTAL_VENOUS: scanner.portal_delay_s}
    enhancement = {
        phase: cirrhotic(draw_enhancement(phase, delay, rng), phase, latent.cirrhosis)
        for phase, delay in delays.items()
    }
    levels = Levels(enhancement[Phase.ARTERIAL].of(Tissue.LIVER), enhancement[Phase.PORTAL_VENOUS].of(Tissue.LIVER))
    lesions = grow_tumours(latent.look, _site(body, levels), rng)
    tumour = label_lesions(lesions, body.geometry.shape)
    arterial, portal_venous = (render_phase(body, lesions, enhancement[p], p, scanner, rng) for p in enhancement)
    labels = (body.liver | tumour).astype(np.uint8) + tumour
    mask = LiverMask(labels.astype(np.uint8), body.geometry, MaskOrigin.GIVEN)
    return SimulatedCase(arterial, portal_venous, mask, latent.clinical, latent)


def _site(body: Anatomy, levels: Levels) -> Site:
    allowed: Mask = is_any(body.tissue, _DISPLACED) & (body.wall_distance < -1.5)
    return Site(
        liver=body.liver,
        distance=body.liver_distance,
        allowed=allowed,
        coordinates=body.coordinates,
        axes=axes_mm(body.geometry),
        portal_tree=body.portal_tree,
        levels=levels,
    )
