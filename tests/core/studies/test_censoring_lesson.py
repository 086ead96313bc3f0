"""One simulated cohort whose deaths are all known, with patients lost."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.studies.censoring_lesson import WAYS, censoring_lesson


def test_nobody_lost_makes_all_ways_one() -> None:
    lesson = censoring_lesson(1e9, 1, sicker_first=False)
    assert lesson.lost_before == 0
    assert {way.survival for way in lesson.ways} == {lesson.way("truth").survival}


def test_the_naive_ways_bracket_the_truth_and_kaplan_meier_finds_it() -> None:
    lesson = censoring_lesson(24, 2, sicker_first=False)
    truth = lesson.way("truth").survival
    assert tuple(way.name for way in lesson.ways) == WAYS
    for name in ("left_out", "as_dead"):
        assert lesson.way(name).high < truth  # type: ignore[arg-type]
    assert lesson.way("as_alive").low > truth
    assert lesson.way("kaplan_meier").low <= truth <= lesson.way("kaplan_meier").high


def test_kaplan_meier_is_unbiased_unless_the_sicker_are_lost_first() -> None:
    """Mean difference from the truth in 20 draws against its standard error."""
    for sicker, low, high in ((False, -3.0, 3.0), (True, 10.0, np.inf)):
        lessons = [censoring_lesson(24, seed, sicker_first=sicker) for seed in range(1, 21)]
        gap = np.array([lesson.way("kaplan_meier").survival - lesson.way("truth").survival for lesson in lessons])
        assert low < gap.mean() / (gap.std(ddof=1) / np.sqrt(len(gap))) < high


def test_counts() -> None:
    lesson = censoring_lesson(12, 3, sicker_first=False, n=500)
    assert lesson.way("left_out").n == 500 - lesson.lost_before
    assert lesson.way("kaplan_meier").events < lesson.way("truth").events
    assert lesson.way("truth").at_risk == round(500 * lesson.way("truth").survival)
    assert lesson.way("kaplan_meier").at_risk < lesson.way("truth").at_risk


def test_refused() -> None:
    with pytest.raises(InputError, match="half are lost"):
        censoring_lesson(0, 1, sicker_first=False)
