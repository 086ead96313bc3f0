"""Undo and redo of changes to a mask, in bounded memory."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.case import LiverMask, MaskOrigin
from core.errors import InputError

LIMIT_BYTES = 2**26
_LEVEL = 1


@dataclass(frozen=True)
class _Change:
    """What differs between two masks: labels xor labels in a box, packed, and the origins on both sides."""

    low: tuple[int, int, int]
    shape: tuple[int, int, int]
    packed: bytes
    before: MaskOrigin
    after: MaskOrigin


@dataclass(frozen=True, eq=False)
class MaskHistory:
    """A mask and the way to its earlier and later states; each step returns another history.

    Attributes:
        mask: the present state.
        limit_bytes: how much the packed changes may hold together; beyond, the oldest are forgotten.
    """

    mask: LiverMask
    limit_bytes: int = LIMIT_BYTES
    _past: tuple[_Change, ...] = ()
    _future: tuple[_Change, ...] = ()

    @property
    def can_undo(self) -> bool:
        """True if an earlier state is known."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """True if a step was undone and nothing changed since."""
        return bool(self._future)

    @property
    def held_bytes(self) -> int:
        """How much the packed changes hold, without the present mask."""
        return sum(len(change.packed) for change in (*self._past, *self._future))

    def edited(self, mask: LiverMask) -> MaskHistory:
        """With `mask` as the present state; steps that were undone are gone. An equal mask is no step.

        Raises:
            InputError: a mask on another grid.
        """
        if not mask.geometry.same_grid(self.mask.geometry):
            raise InputError("liver mask: expected the grid of the mask that is edited, got another")
        change = _change(self.mask, mask)
        if change is None:
            return self
        return replace(self, mask=mask, _past=_newest((*self._past, change), self.limit_bytes), _future=())

    def undo(self) -> MaskHistory:
        """The state before the last step, the same history if none is known."""
        if not self._past:
            return self
        *past, change = self._past
        mask = _changed(self.mask, change, change.before)
        return replace(self, mask=mask, _past=tuple(past), _future=(*self._future, change))

    def redo(self) -> MaskHistory:
        """The state before the last `undo`, the same history if there is none."""
        if not self._future:
            return self
        *future, change = self._future
        mask = _changed(self.mask, change, change.after)
        return replace(self, mask=mask, _past=(*self._past, change), _future=tuple(future))


def _change(before: LiverMask, after: LiverMask) -> _Change | None:
    """None if both masks have the same labels."""
    differs = before.labels != after.labels
    if not differs.any():
        return None
    low, high = [], []
    for axis in range(3):
        where = np.flatnonzero(differs.any(axis=tuple(other for other in range(3) if other != axis)))
        low.append(int(where[0]))
        high.append(int(where[-1]) + 1)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    part: npt.NDArray[np.uint8] = before.labels[box] ^ after.labels[box]
    packed = zlib.compress(np.ascontiguousarray(part).tobytes(), _LEVEL)
    i, j, k = part.shape
    return _Change((low[0], low[1], low[2]), (i, j, k), packed, before.origin, after.origin)


def _changed(mask: LiverMask, change: _Change, origin: MaskOrigin) -> LiverMask:
    labels = mask.labels.copy()
    box = tuple(slice(start, start + count) for start, count in zip(change.low, change.shape, strict=True))
    labels[box] ^= np.frombuffer(zlib.decompress(change.packed), np.uint8).reshape(change.shape)
    return LiverMask(labels, mask.geometry, origin)


def _newest(changes: tuple[_Change, ...], limit_bytes: int) -> tuple[_Change, ...]:
    """As many of the last changes as fit."""
    held = np.cumsum([len(change.packed) for change in changes[::-1]])
    kept = int(np.searchsorted(held, limit_bytes, side="right"))
    return changes[len(changes) - kept :]
