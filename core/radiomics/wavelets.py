"""Bands of the stationary wavelet transform, only those that are wanted.

Equal to PyRadiomics, which has PyWavelets compute all eight bands of a level over the whole image (G. Nason, B.
Silverman, The stationary wavelet transform, 1995): along each axis the values are convolved, going round at the ends,
with the low- or the high-pass filter; an odd side is made even by repeating its first plane at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core.geometry import FloatArray
from core.imaging.crop import Box
from core.radiomics.settings import RadiomicsSettings, wavelet_prefix

Filters = dict[str, FloatArray]
"""Filter taps by letter: "L" low pass, "H" high pass."""


def wavelet_images(
    values: FloatArray, box: Box, settings: RadiomicsSettings, wanted: Sequence[str]
) -> Iterator[tuple[str, FloatArray]]:
    """The wanted images, level by level.

    Args:
        values: float64 (I, J, K), the region with its margin. box: the part to return.
        wanted: names such as "wavelet-LLH" or "wavelet2-LLL"; the letters belong to the axes I, J, K.

    Yields:
        (name, float64 of the box's shape).
    """
    filters = _filters(settings.wavelet)
    data = np.pad(values, [(0, count % 2) for count in values.shape], mode="wrap")
    whole: Box = (slice(0, data.shape[0]), slice(0, data.shape[1]), slice(0, data.shape[2]))
    last = max(level for level in range(1, settings.wavelet_levels + 1) if _bands(wanted, level))
    for level in range(1, last + 1):
        for band, image in _split(data, box, filters, _bands(wanted, level)):
            yield wavelet_prefix(level) + band, image
        if level < last:
            data = next(image for _, image in _split(data, whole, filters, ["LLL"]))


def _bands(wanted: Sequence[str], level: int) -> list[str]:
    prefix = wavelet_prefix(level)
    return [name.removeprefix(prefix) for name in wanted if name.startswith(prefix)]


def _filters(wavelet: str) -> Filters:
    import pywt

    found = pywt.Wavelet(wavelet)
    return {"L": np.array(found.dec_lo), "H": np.array(found.dec_hi)}


def _split(data: FloatArray, box: Box, filters: Filters, bands: Sequence[str]) -> Iterator[tuple[str, FloatArray]]:
    """Axis by axis, so that bands share what they have in common; each axis is cut to the box as it is done."""
    for first in sorted({band[0] for band in bands}):
        along_i = _convolved(data, filters[first], 0, box[0])
        for second in sorted({band[1] for band in bands if band[0] == first}):
            along_j = _convolved(along_i, filters[second], 1, box[1])
            for band in bands:
                if band[:2] == first + second:
                    yield band, _convolved(along_j, filters[band[2]], 2, box[2])


def _convolved(data: FloatArray, taps: FloatArray, axis: int, part: slice) -> FloatArray:
    """Along one axis and going round at its ends, at the indices of `part` only; a matrix product is fastest."""
    count = data.shape[axis]
    at = np.arange(part.start, part.stop)
    matrix = np.zeros((at.size, count))
    for number, tap in enumerate(taps):
        np.add.at(matrix, (at - part.start, (at + len(taps) // 2 - number) % count), tap)
    if axis == 2:
        return data @ matrix.T
    if axis == 1:
        return matrix @ data
    return (matrix @ data.reshape(count, -1)).reshape(at.size, *data.shape[1:])
