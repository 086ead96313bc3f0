"""From tissues to a CT of one phase: enhancement, blur of the kernel and the slice, correlated noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.case import Phase, Volume
from core.geometry import Geometry
from core.io.hounsfield import sha256_of
from core.simulate.anatomy import Anatomy
from core.simulate.arterial import simulate_arterial
from core.simulate.fields import Field, axes_mm, smooth_noise
from core.simulate.tissues import Enhancement
from core.simulate.tumour import Lesion, blend_lesions

__all__ = ["CENTRES", "Scanner", "draw_scanner", "finish", "render_phase", "simulate_arterial"]


@dataclass(frozen=True)
class Scanner:
    """How a centre scans.

    Attributes:
        noise_hu: standard deviation of the noise in soft tissue at 1.5 x 1.5 x 3 mm, HU.
        grain_mm: standard deviation of the Gaussian that correlates the noise in plane.
        kernel_mm: full width at half maximum of the in-plane blur.
        thickness_mm: slice thickness.
        arterial_delay_s, portal_delay_s: how late the phases are against 35 s and 70 s.
    """

    noise_hu: float
    grain_mm: float
    kernel_mm: float
    thickness_mm: float
    arterial_delay_s: float
    portal_delay_s: float


CENTRES = (
    Scanner(10.0, 1.2, 2.0, 3.0, 0.0, 0.0),
    Scanner(14.0, 0.9, 1.5, 5.0, 5.0, 6.0),
    Scanner(9.0, 1.9, 3.2, 2.5, -4.5, -5.0),
)
"""Centre 0 trains; 1 (sharp kernel, thick slices, late) and 2 (smooth kernel, thin slices, early) are external."""


def draw_scanner(centre: int, rng: np.random.Generator) -> Scanner:
    """A scan of `centre` (0, 1 or 2): its habits with their variation from patient to patient."""
    usual = CENTRES[centre]
    return Scanner(
        noise_hu=usual.noise_hu * float(rng.uniform(0.8, 1.3)),
        grain_mm=usual.grain_mm,
        kernel_mm=usual.kernel_mm * float(rng.uniform(0.9, 1.1)),
        thickness_mm=usual.thickness_mm,
        arterial_delay_s=usual.arterial_delay_s + float(np.clip(rng.normal(0, 1.5), -3, 3)),
        portal_delay_s=usual.portal_delay_s + float(np.clip(rng.normal(0, 3), -6, 6)),
    )


def render_phase(
    anatomy: Anatomy,
    lesions: list[Lesion],
    enhancement: Enhancement,
    phase: Phase,
    scanner: Scanner,
    rng: np.random.Generator,
) -> Volume:
    """The CT of one phase; deterministic by the state of `rng`."""
    hu = enhancement.mean[anatomy.tissue]
    axes = axes_mm(anatomy.geometry)
    grain = 0.75 * smooth_noise(rng, axes, 7.0) + 0.65 * smooth_noise(rng, axes, 16.0)
    hu += enhancement.texture[anatomy.tissue] * grain
    blend_lesions(hu, lesions, arterial=phase is Phase.ARTERIAL)
    return finish(hu, anatomy.geometry, phase, scanner, rng)


def finish(hu: Field, geometry: Geometry, phase: Phase, scanner: Scanner, rng: np.random.Generator) -> Volume:
    """Blur by kernel and slice, add noise, round: the scanner's part. `hu` float32 (I, J, K)."""
    from scipy.ndimage import gaussian_filter1d

    sx, sy, sz = geometry.spacing_mm
    kernel = scanner.kernel_mm / 2.355
    slab = np.sqrt(max(scanner.thickness_mm**2 - sz**2, 0.0) / 12) + 0.25
    for axis, sigma in enumerate((kernel / sx, kernel / sy, slab / sz)):
        if sigma > 0.2:
            hu = gaussian_filter1d(hu, sigma, axis=axis, truncate=3.0, mode="nearest")
    noise = rng.standard_normal(hu.shape, dtype=np.float32)
    for axis, spacing in enumerate((sx, sy)):
        if scanner.grain_mm / spacing > 0.2:
            noise = gaussian_filter1d(noise, scanner.grain_mm / spacing, axis=axis, truncate=3.0, mode="wrap")
    # quanta per voxel go with its volume, so does the variance of the noise, less what a reconstruction smooths
    level = scanner.noise_hu * float((1.5 * 1.5 * 3.0 / (sx * sy * max(sz, scanner.thickness_mm))) ** 0.25)
    hu += noise * np.float32(level / float(noise[::3, ::3, ::3].std()))
    rounded = np.clip(np.rint(hu), -1024, 3071).astype(np.int16)
    return Volume(rounded, geometry, phase, sha256_of(rounded, geometry), simulated=True)
