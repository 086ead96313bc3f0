"""The liver as TotalSegmentator finds it, where that package is installed: an engine to compare ours with.

J. Wasserthal et al., Radiol Artif Intell 2023;5:e230024. Called through its public `python_api` (as of 2.18). The
package is no dependency of ours. On first use it downloads its weights, and it counts its uses over the network unless
that is turned off in its own settings.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.case import LiverMask, MaskOrigin
from core.errors import InputError, NoLiverError
from core.geometry import RAS_TO_LPS, Geometry
from core.imaging.resample import resample

if TYPE_CHECKING:
    import nibabel

ROLE = "engine totalsegmentator"


def segment(hu: npt.NDArray[np.int16], geometry: Geometry) -> LiverMask:
    """The liver of TotalSegmentator's task "total" on the CT's own grid; tumours belong to it.

    Args:
        hu: int16 (I, J, K) of any spacing and orientation.

    Raises:
        InputError: if the package is not installed, or stops without a mask.
        NoLiverError: if it finds no liver.
    """
    import nibabel

    run = _function()
    image = nibabel.Nifti1Image(np.asarray(hu), RAS_TO_LPS @ geometry.affine_lps)
    try:
        with contextlib.redirect_stdout(sys.stderr):  # stdout is for our one line of JSON
            answer = run(image, None, task="total", roi_subset=["liver"], quiet=True)
    except (SystemExit, OSError, RuntimeError, ValueError) as error:
        raise InputError(f"{ROLE}: expected a mask, the package stopped with {type(error).__name__}") from error
    labels = _on_grid(answer, geometry)
    if not labels.any():
        raise NoLiverError("no liver found by the engine totalsegmentator")
    return LiverMask(labels, geometry, MaskOrigin.MODEL)


def _function() -> Callable[..., Any]:
    try:
        function: Callable[..., Any] = importlib.import_module("totalsegmentator.python_api").totalsegmentator
    except ImportError as error:
        raise InputError(
            f"{ROLE}: expected the package TotalSegmentator (pip install TotalSegmentator), got none installed"
        ) from error
    return function


def _on_grid(answer: nibabel.Nifti1Image, geometry: Geometry) -> npt.NDArray[np.uint8]:
    """Only the liver was asked for: every label but 0 is liver."""
    values = np.asanyarray(answer.dataobj)
    grid = Geometry((values.shape[0], values.shape[1], values.shape[2]), RAS_TO_LPS @ answer.affine)
    liver = (values > 0).astype(np.uint8)
    labels: npt.NDArray[np.uint8] = resample(liver, grid, geometry, interpolation="nearest", outside=0)
    return labels
