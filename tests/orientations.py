"""The same volume as it would be stored with other index axes."""

from __future__ import annotations

from itertools import permutations, product
from typing import Any

import numpy as np
import numpy.typing as npt

from core.geometry import Geometry

OPPOSITE = {"L": "R", "P": "A", "S": "I"}
ALL = tuple(
    "".join(letter if keep else OPPOSITE[letter] for letter, keep in zip(order, kept, strict=True))
    for order in permutations("LPS")
    for kept in product((True, False), repeat=3)
)
"""All 48, each as the letters of what the index axes I, J and K run to."""


def stored_as(values: npt.NDArray[Any], geometry: Geometry, letters: str) -> tuple[npt.NDArray[Any], Geometry]:
    """`values` on an LPS grid and its geometry, with every voxel where it was in the patient.

    Args:
        letters: what the new index axes run to, such as "ASR".
    """
    order, steps = [], []
    for letter in letters:
        forward = letter in OPPOSITE
        order.append("LPS".index(letter if forward else {v: k for k, v in OPPOSITE.items()}[letter]))
        steps.append(1 if forward else -1)
    turned = values.transpose(order)[tuple(slice(None, None, step) for step in steps)]
    affine = np.eye(4)
    start = np.zeros(3)
    for column, (axis, step) in enumerate(zip(order, steps, strict=True)):
        affine[:3, column] = step * geometry.affine_lps[:3, axis]
        start[axis] = 0 if step > 0 else geometry.shape[axis] - 1
    affine[:3, 3] = geometry.affine_lps[:3, :3] @ start + geometry.affine_lps[:3, 3]
    return np.ascontiguousarray(turned), Geometry(turned.shape, affine)
