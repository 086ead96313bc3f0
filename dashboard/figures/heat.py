"""The colours of heat, and heat laid over a slice."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

# Black-red-orange-yellow with rising lightness, read in order with any colour vision.
_STOPS = np.array([[60, 10, 90], [150, 30, 90], [225, 80, 40], [250, 160, 30], [255, 245, 140]], dtype=np.float32)
# Heat of a map that failed its checks: without colour, so that it is not taken for a finding.
_GREY_STOPS = np.array([[70, 76, 80], [105, 112, 116], [140, 147, 151], [170, 177, 181], [200, 206, 210]], np.float32)


def heat_colours(values: npt.NDArray[Any], *, grey: bool = False) -> npt.NDArray[np.float32]:
    """RGB (..., 3) of heat 0..1."""
    colours = _GREY_STOPS if grey else _STOPS
    stops = np.linspace(0, 1, len(colours))
    channels = [np.interp(values, stops, colours[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def lay_heat(
    rgb: npt.NDArray[np.float32], heat: npt.NDArray[np.float32], opacity: float, *, grey: bool = False
) -> None:
    """Lays heat (rows, columns) 0..1 over the picture (rows, columns, 3) in place; the faintest stays invisible."""
    heat = np.clip(heat, 0, 1)
    alpha = (opacity * np.clip((heat - 0.1) / 0.5, 0, 1))[:, :, None]
    rgb *= 1 - alpha
    rgb += alpha * heat_colours(heat, grey=grey)
