from __future__ import annotations

import pytest

from core.pipeline import STEPS
from dashboard import texts
from dashboard.pace import USUAL_SECONDS, seconds_left, share_done

WHOLE = sum(USUAL_SECONDS.values())


def test_every_step_has_its_usual_time() -> None:
    assert tuple(USUAL_SECONDS) == STEPS


def test_before_the_first_step_everything_is_left() -> None:
    assert seconds_left([]) == pytest.approx(WHOLE)
    assert share_done([]) == 0.0


def test_a_machine_half_as_fast_takes_twice_as_long() -> None:
    done = [(step, 2 * USUAL_SECONDS[step]) for step in ("liver", "registration", "image checks")]
    coming = sum(USUAL_SECONDS[step] for step in ("network", "heatmaps", "radiomics", "prognosis"))
    assert seconds_left([*done, ("network", 0.0)]) == pytest.approx(2 * coming)


def test_a_step_that_was_skipped_says_nothing_of_the_pace() -> None:
    left = seconds_left([("liver", 0.01), ("registration", 0.0)])
    assert left == pytest.approx(WHOLE - USUAL_SECONDS["liver"])


def test_a_step_that_takes_longer_than_usual_leaves_the_others() -> None:
    coming = sum(USUAL_SECONDS[step] for step in STEPS[1:])
    assert seconds_left([("liver", 500.0)]) == pytest.approx(coming)
    assert share_done([("prognosis", 500.0)]) == 0.99


def test_what_is_done_never_falls_at_a_steady_pace() -> None:
    shares, begun = [], []
    for step in STEPS:
        begun.append((step, USUAL_SECONDS[step] / 2))
        shares.append(share_done(begun))
        begun[-1] = (step, USUAL_SECONDS[step])
        shares.append(share_done(begun))
    assert shares == sorted(shares)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "almost done"),
        (1.0, "about 5 s left"),
        (11.0, "about 15 s left"),
        (119.0, "about 2 min left"),
        (7200.0, "about 2 h left"),
    ],
)
def test_time_left_in_words(seconds: float, said: str) -> None:
    assert texts.work.left(seconds) == said
