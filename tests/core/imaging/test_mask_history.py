"""Undo and redo: exact, pure, in bounded memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.case import LiverMask, MaskOrigin
from core.errors import InputError
from core.geometry import Geometry
from core.imaging.mask_edit import Disc, Slice, erase, paint
from core.imaging.mask_history import MaskHistory

GRID = Geometry.from_spacing((30, 25, 10), (1.0, 1.2, 3.0))


def empty(geometry: Geometry = GRID) -> LiverMask:
    return LiverMask(np.zeros(geometry.shape, np.uint8), geometry, MaskOrigin.MODEL)


def disc(seed: int) -> Disc:
    random = np.random.default_rng(seed)
    return Disc(Slice(2, int(random.integers(10))), tuple(random.uniform(0, 25, 2)), float(random.uniform(1.5, 9)))


@given(st.lists(st.one_of(st.integers(0, 1000), st.sampled_from(["undo", "redo"])), max_size=25))
def test_any_walk_is_that_of_a_list_of_masks(walk: list[int | str]) -> None:
    history, states, at = MaskHistory(empty()), [empty()], 0
    for step in walk:
        if step == "undo":
            history, at = history.undo(), max(at - 1, 0)
        elif step == "redo":
            history, at = history.redo(), min(at + 1, len(states) - 1)
        else:
            act = erase if int(step) % 3 == 0 else paint
            mask = act(history.mask, disc(int(step)), "lesion" if int(step) % 2 else "liver")
            if (mask.labels != states[at].labels).any():
                states, at = [*states[: at + 1], mask], at + 1
            history = history.edited(mask)
        np.testing.assert_array_equal(history.mask.labels, states[at].labels)
        assert history.mask.origin == states[at].origin
        assert history.can_undo == (at > 0)
        assert history.can_redo == (at < len(states) - 1)


def test_a_history_is_never_changed_and_an_equal_mask_is_no_step() -> None:
    first = MaskHistory(empty())
    second = first.edited(paint(first.mask, disc(1)))
    assert not first.mask.labels.any()
    assert not first.can_undo
    assert second.edited(second.mask) is second
    assert second.undo().undo().mask.origin == "model"
    assert not second.mask.labels.flags.writeable


def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    noise = np.random.default_rng(0)
    history = MaskHistory(empty(), limit_bytes=20_000)
    states = []
    for _ in range(40):
        states.append(history.mask)
        values = noise.integers(0, 3, GRID.shape).astype(np.uint8)
        history = history.edited(LiverMask(values, GRID, MaskOrigin.EDITED))
        assert history.held_bytes <= 20_000
    steps = 0
    while history.can_undo:
        history, steps = history.undo(), steps + 1
        np.testing.assert_array_equal(history.mask.labels, states[-steps].labels)
    assert 2 < steps < 40
    assert history.held_bytes <= 20_000


def test_a_change_too_large_to_keep_is_made_but_cannot_be_undone() -> None:
    history = MaskHistory(empty(), limit_bytes=10).edited(paint(empty(), disc(3)))
    assert history.mask.labels.any()
    assert not history.can_undo


def test_a_stroke_on_a_large_mask_costs_little() -> None:
    grid = Geometry.from_spacing((256, 256, 60), (1.0, 1.0, 2.0))
    history = MaskHistory(empty(grid))
    history = history.edited(paint(history.mask, Disc(Slice(2, 30), (128, 128), 20.0)))
    assert history.held_bytes < 1000


def test_another_grid_is_refused() -> None:
    with pytest.raises(InputError, match="grid of the mask that is edited"):
        MaskHistory(empty()).edited(empty(Geometry.from_spacing(GRID.shape, (1.0, 1.2, 3.1))))
