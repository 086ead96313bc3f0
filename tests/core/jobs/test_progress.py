"""How far a batch is and how long it will take, as it is told."""

from __future__ import annotations

import pytest

from core.jobs.progress import ProgressLine, spoken


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (89, "89 s"),
        (90, "2 min"),
        (5369, "89 min"),
        (5400, "1 h 30 min"),
        (3 * 86400 + 3600, "3 days 1 h"),
    ],
)
def test_durations_are_said_as_people_do(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


def test_time_left_counts_this_run_only_and_lines_are_not_near() -> None:
    now, said = [0.0], []
    line = ProgressLine(total=100, done=80, tell=said.append, clock=lambda: now[0], failed=1)
    for step in range(20):
        now[0] += 2.0
        line.step(failed=step == 19)
    assert said[0] == " 81%  81 of 100 patients, 1 without scores, about 38 s left"
    assert said[1] == " 84%  84 of 100 patients, 1 without scores, about 32 s left"
    assert said[-1] == "100%  100 of 100 patients, 2 without scores"
    assert len(said) == 8
