"""Arrays as references: small ones stand in the document, large ones are kept by content."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import InputError

Array = npt.NDArray[Any]
Json = dict[str, Any]
SMALL_BYTES = 4096
DTYPES = frozenset({"<i2", "|u1", "<f2", "<f4", "<f8", "<i8", "|b1"})
MOST_BYTES = 2**34
_DAMAGED = "saved case: expected a description of an array, got something else"


class ArraysOut:
    """Takes the arrays of one document; `kept` are the large ones by the sha256 of their bytes."""

    def __init__(self) -> None:
        self.kept: dict[str, memoryview] = {}
        self._seen: dict[int, tuple[Array, Json]] = {}  # with the array, so that its id is not used again

    def reference(self, array: Array) -> Json:
        """What stands in the document in place of `array`; little-endian, in the array's own order of axes."""
        if id(array) not in self._seen:
            self._seen[id(array)] = array, self._put(array)
        return self._seen[id(array)][1]

    def _put(self, array: Array) -> Json:
        order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
        plain = np.ascontiguousarray(array.T if order == "F" else array)
        plain = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
        content = plain.reshape(-1).view(np.uint8).data
        described = {"dtype": plain.dtype.str, "shape": list(array.shape), "order": order}
        if len(content) <= SMALL_BYTES:
            return {**described, "base64": base64.b64encode(content).decode("ascii")}
        digest = sha256(content).hexdigest()
        self.kept[digest] = content
        return {**described, "sha256": digest}


class ArraysIn:
    """Gives the arrays of one document, each of them once.

    Args:
        read: the bytes by sha256 and size.
    """

    def __init__(self, read: Callable[[str, int], bytes]) -> None:
        self._read, self._made = read, dict[tuple[Any, ...], Array]()

    def array(self, reference: object) -> Array:
        """The array behind a reference, read-only.

        Raises:
            InputError: the reference or what it names is damaged.
        """
        if not isinstance(reference, dict):
            raise InputError(_DAMAGED)
        dtype, shape, order = _described(reference)
        size = math.prod(shape) * dtype.itemsize
        digest = reference.get("sha256")
        if digest is None:
            return _shaped(_inline(reference, size), dtype, shape, order)
        if not isinstance(digest, str):
            raise InputError(_DAMAGED)
        key = (digest, dtype.str, shape, order)
        if key not in self._made:
            self._made[key] = _shaped(self._read(digest, size), dtype, shape, order)
        return self._made[key]


def _described(reference: Json) -> tuple[np.dtype[Any], tuple[int, ...], str]:
    dtype, shape, order = reference.get("dtype"), reference.get("shape"), reference.get("order")
    if not isinstance(dtype, str) or dtype not in DTYPES or order not in ("C", "F") or not isinstance(shape, list):
        raise InputError(_DAMAGED)
    if not all(type(n) is int and n >= 0 for n in shape) or math.prod(shape) * 8 > MOST_BYTES:
        raise InputError(_DAMAGED)
    return np.dtype(dtype), tuple(shape), order


def _inline(reference: Json, size: int) -> bytes:
    try:
        content = base64.b64decode(str(reference.get("base64")), validate=True)
    except ValueError as error:
        raise InputError(_DAMAGED) from error
    if len(content) != size:
        raise InputError(_DAMAGED)
    return content


def _shaped(content: bytes, dtype: np.dtype[Any], shape: tuple[int, ...], order: str) -> Array:
    flat: Array = np.frombuffer(content, dtype)
    return flat.reshape(shape[::-1]).T if order == "F" else flat.reshape(shape)
