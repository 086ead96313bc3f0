"""Tissues and their attenuation by contrast phase.

Assumed round values, set to look like abdominal CT at 120 kVp, late arterial phase at 35 s, portal venous at 70 s.
They were not taken row by row from publications; spread between patients, change with delay and texture are assumed
too.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from core.case import Phase


class Tissue(IntEnum):
    """Labels of a procedural anatomy; uint8."""

    AIR = 0
    TABLE = 1
    SKIN = 2
    FAT = 3
    MUSCLE = 4
    BONE_CORTEX = 5
    BONE_MARROW = 6
    DISC = 7
    SPINAL_CANAL = 8
    LUNG = 9
    HEART = 10
    AORTA = 11
    IVC = 12
    LIVER = 13
    PORTAL_VEIN = 14
    HEPATIC_VEIN = 15
    HEPATIC_ARTERY = 16
    SPLEEN = 17
    KIDNEY_CORTEX = 18
    KIDNEY_MEDULLA = 19
    GALLBLADDER = 20
    STOMACH_WALL = 21
    FLUID = 22
    GAS = 23
    BOWEL_WALL = 24
    STOOL = 25
    PANCREAS = 26
    ASCITES = 27
    TABLE_CORE = 28


@dataclass(frozen=True)
class Attenuation:
    """Attenuation of one tissue.

    Attributes:
        arterial, portal_venous: mean at 35 s and 70 s, HU.
        arterial_slope, portal_slope: change per second of later timing, HU/s.
        spread: standard deviation between patients, HU; less in a phase with less enhancement.
        texture: standard deviation of the tissue's own coarse texture, HU.
    """

    arterial: float
    portal_venous: float
    arterial_slope: float = 0.0
    portal_slope: float = 0.0
    spread: float = 0.0
    texture: float = 0.0


ATTENUATION: dict[Tissue, Attenuation] = {
    Tissue.AIR: Attenuation(-1000, -1000),
    Tissue.TABLE: Attenuation(-150, -150),
    Tissue.TABLE_CORE: Attenuation(-900, -900),
    Tissue.SKIN: Attenuation(-5, 5, spread=4),
    Tissue.FAT: Attenuation(-105, -103, spread=3, texture=6),
    Tissue.MUSCLE: Attenuation(58, 64, 0.1, 0.0, spread=3, texture=8),
    Tissue.BONE_CORTEX: Attenuation(480, 485, spread=40, texture=60),
    Tissue.BONE_MARROW: Attenuation(160, 168, spread=22, texture=28),
    Tissue.DISC: Attenuation(85, 88, spread=5, texture=5),
    Tissue.SPINAL_CANAL: Attenuation(28, 34, spread=4),
    Tissue.LUNG: Attenuation(-850, -845, spread=15, texture=25),
    Tissue.HEART: Attenuation(190, 140, -3.0, -0.5, spread=15, texture=18),
    Tissue.AORTA: Attenuation(315, 155, -5.0, -0.7, spread=18),
    Tissue.IVC: Attenuation(88, 138, 2.5, 0.2, spread=10, texture=8),
    Tissue.LIVER: Attenuation(65, 109, 1.3, -0.1, spread=5, texture=3),
    Tissue.PORTAL_VEIN: Attenuation(104, 169, 5.0, -0.6, spread=10),
    Tissue.HEPATIC_VEIN: Attenuation(62, 158, 1.0, -0.2, spread=8),
    Tissue.HEPATIC_ARTERY: Attenuation(270, 140, -4.0, -0.6, spread=15),
    Tissue.SPLEEN: Attenuation(128, 122, 1.0, -0.3, spread=8, texture=4),
    Tissue.KIDNEY_CORTEX: Attenuation(178, 182, 1.5, -0.2, spread=12, texture=5),
    Tissue.KIDNEY_MEDULLA: Attenuation(68, 142, 1.5, 0.8, spread=8, texture=5),
    Tissue.GALLBLADDER: Attenuation(9, 9, spread=4),
    Tissue.STOMACH_WALL: Attenuation(72, 82, 0.3, 0.0, spread=6, texture=8),
    Tissue.FLUID: Attenuation(12, 12, spread=6, texture=6),
    Tissue.GAS: Attenuation(-960, -960),
    Tissue.BOWEL_WALL: Attenuation(78, 92, 0.5, 0.0, spread=6, texture=8),
    Tissue.STOOL: Attenuation(30, 32, spread=10, texture=35),
    Tissue.PANCREAS: Attenuation(108, 96, 0.5, -0.3, spread=8, texture=12),
    Tissue.ASCITES: Attenuation(8, 9, spread=3),
}


CIRRHOTIC_FALL_HU, CIRRHOTIC_TEXTURE_HU = 16.0, 3.0


@dataclass(frozen=True, eq=False)
class Enhancement:
    """One patient's attenuation in one phase.

    Attributes:
        mean: float32 (number of tissues,), HU by label.
        texture: float32 of the same length, HU.
    """

    mean: npt.NDArray[np.float32]
    texture: npt.NDArray[np.float32]

    def of(self, tissue: Tissue) -> float:
        """Mean of `tissue`, HU."""
        return float(self.mean[tissue])


def draw_enhancement(phase: Phase, delay_s: float, rng: np.random.Generator) -> Enhancement:
    """One patient's attenuation in `phase` (arterial or portal venous), scanned `delay_s` seconds late."""
    mean = np.zeros(len(Tissue), dtype=np.float32)
    texture = np.zeros(len(Tissue), dtype=np.float32)
    for tissue, row in ATTENUATION.items():
        arterial = phase is Phase.ARTERIAL
        level, slope = (row.arterial, row.arterial_slope) if arterial else (row.portal_venous, row.portal_slope)
        # spread goes with enhancement: what has lost most of its contrast agent differs less
        spread = row.spread * min(1.0, level / row.arterial)
        mean[tissue] = level + slope * delay_s + spread * float(np.clip(rng.standard_normal(), -1.6, 1.6))
        texture[tissue] = row.texture
    return Enhancement(mean, texture)


def cirrhotic(enhancement: Enhancement, phase: Phase, cirrhosis: float) -> Enhancement:
    """The same patient with `cirrhosis` 0..1: less portal enhancement of the liver, and a coarser parenchyma.

    At 1 the liver enhances 16 HU less in the portal-venous phase: 56 HU without, 40 with cirrhosis (Naruo et al.,
    Radiat Med 2007;25:106-112). The texture is assumed.
    """
    mean, texture = enhancement.mean.copy(), enhancement.texture.copy()
    if phase is Phase.PORTAL_VENOUS:
        mean[Tissue.LIVER] -= CIRRHOTIC_FALL_HU * cirrhosis
    texture[Tissue.LIVER] += CIRRHOTIC_TEXTURE_HU * cirrhosis
    return Enhancement(mean, texture)
