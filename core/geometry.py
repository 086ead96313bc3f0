"""Where voxels lie in the patient.

Inside the project every coordinate is LPS (x to the patient's Left, y to Posterior, z to Superior), in mm, as in DICOM
and ITK. NIfTI files are RAS; they are turned at the NIfTI door and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import InputError

# NIfTI's RAS and our LPS differ by the sign of x and y: affine_lps = RAS_TO_LPS @ affine_ras, and the same back.
RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Geometry:
    """The grid of a volume.

    Attributes:
        shape: voxels along the three index axes (I, J, K).
        affine_lps: 4x4 float64; maps the index (i, j, k, 1) of a voxel's centre to LPS mm.
    """

    shape: tuple[int, int, int]
    affine_lps: FloatArray

    def __post_init__(self) -> None:
        affine = np.array(self.affine_lps, dtype=np.float64)
        if affine.shape != (4, 4) or not np.isfinite(affine).all():
            raise InputError("image geometry: expected a finite 4x4 affine")
        if abs(np.linalg.det(affine[:3, :3])) < 1e-9:
            raise InputError("image geometry: expected three independent axes, got a singular affine")
        affine.setflags(write=False)
        object.__setattr__(self, "affine_lps", affine)
        object.__setattr__(self, "shape", (int(self.shape[0]), int(self.shape[1]), int(self.shape[2])))

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance between voxel centres along I, J and K, mm."""
        norms = np.linalg.norm(self.affine_lps[:3, :3], axis=0)
        return float(norms[0]), float(norms[1]), float(norms[2])

    @property
    def direction_cosines(self) -> FloatArray:
        """3x3; column n is the unit vector of index axis n in LPS (no unit)."""
        direction: FloatArray = self.affine_lps[:3, :3] / np.asarray(self.spacing_mm)
        return direction

    @property
    def origin_mm(self) -> tuple[float, float, float]:
        """LPS mm of the centre of voxel (0, 0, 0)."""
        x, y, z = self.affine_lps[:3, 3]
        return float(x), float(y), float(z)

    @property
    def voxel_volume_ml(self) -> float:
        """Volume of one voxel, mL."""
        return float(abs(np.linalg.det(self.affine_lps[:3, :3])) / 1000.0)

    @property
    def superior_axis(self) -> int:
        """The index axis (0, 1 or 2) that runs most nearly along the patient's long axis."""
        return int(np.argmax(np.abs(self.direction_cosines[2])))

    def same_grid(self, other: Geometry, tolerance_mm: float = 0.01) -> bool:
        """True if both grids put every voxel centre in the same place, within `tolerance_mm` at the corners."""
        if self.shape != other.shape:
            return False
        corners = np.array(np.meshgrid(*[(0, n - 1) for n in self.shape], [1.0])).reshape(4, -1)
        return bool(np.abs((self.affine_lps - other.affine_lps) @ corners).max() <= tolerance_mm)

    @classmethod
    def from_spacing(
        cls,
        shape: tuple[int, int, int],
        spacing_mm: tuple[float, float, float],
        origin_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> Geometry:
        """An axis-aligned grid: I to the left, J to posterior, K to superior."""
        affine = np.diag([*spacing_mm, 1.0])
        affine[:3, 3] = origin_mm
        return cls(shape, affine)
