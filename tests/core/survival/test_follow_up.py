"""Times and events: ties made exact as R's survival does (aeqSurv, survival 3.5.3), bad ones refused by row."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.survival.follow_up import FollowUp


def test_times_that_differ_by_rounding_are_one() -> None:
    follow_up = FollowUp(np.array([0.1 + 0.2, 0.3, 1.0, 1.0 + 1e-12, 2.0]), np.ones(5))
    assert follow_up.time.tolist() == [0.3, 0.3, 1.0, 1.0, 2.0]
    far = FollowUp(np.array([1.0, 1.00001]), np.ones(2))
    assert len(set(far.time)) == 2


def test_deaths_come_first_at_one_time() -> None:
    follow_up = FollowUp(np.array([2.0, 1, 2, 1]), np.array([0, 0, 1, 1]))
    assert follow_up.order.tolist() == [3, 1, 2, 0]
    assert (len(follow_up), follow_up.events) == (4, 2)
    assert follow_up.reversed().event.tolist() == [True, True, False, False]
    assert follow_up.of(np.array([0, 0, 2])).time.tolist() == [2, 2, 2]


def test_arrays_are_its_own_and_read_only() -> None:
    time = np.array([1.0, 2])
    follow_up = FollowUp(time, np.array([True, False]))
    time[0] = 9
    assert follow_up.time[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        follow_up.time[0] = 3


@pytest.mark.parametrize(
    ("time", "event", "text"),
    [
        ([1.0, -2], [1, 0], "row 2, time: expected 0 or more, got -2"),
        ([np.nan, 2], [1, 0], "row 1, time: expected 0 or more, got nan"),
        ([1.0, 2], [1, 2], "row 2, event: expected 0 or 1, got 2"),
        ([1.0, 2], [1], "follow-up: expected one event for each"),
        ([], [], "follow-up: expected one event for each of at least one time"),
    ],
)
def test_bad_input_is_refused_by_row(time: list[float], event: list[int], text: str) -> None:
    with pytest.raises(InputError, match=text):
        FollowUp(np.array(time), np.array(event))
