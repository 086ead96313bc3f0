"""Memory layout: the same values, the other way round."""

from __future__ import annotations

import numpy as np
import pytest

from core.imaging.layout import reversed_axes


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_axes_are_reversed_and_contiguous(dtype: type) -> None:
    values = np.arange(5 * 7 * 3).reshape(5, 7, 3).astype(dtype)
    turned = reversed_axes(values)
    np.testing.assert_array_equal(turned, values.T)
    assert turned.flags.c_contiguous
    np.testing.assert_array_equal(reversed_axes(turned), values)
    assert np.shares_memory(reversed_axes(np.asfortranarray(values)), values) is False
    fortran = np.asfortranarray(values)
    assert np.shares_memory(reversed_axes(fortran), fortran)
