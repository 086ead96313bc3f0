"""Simulated patients with stages."""

from __future__ import annotations

import numpy as np
import pytest

from core.studies.staged_patients import AT_ONCE, SYSTEMS, simulate_staged

STAGED = simulate_staged(6000, 4)
DEAD = STAGED.patients.follow_up.event


def test_every_patient_has_a_stage_in_every_system() -> None:
    assert tuple(STAGED.stages) == SYSTEMS
    for stage in STAGED.stages.values():
        assert stage.shape == (6000,)
        assert np.isfinite(stage).all()


def test_tumours_over_5_cm_exclude_the_earliest_stages() -> None:
    assert STAGED.stages["ajcc8"].min() >= 1  # IA is a single tumour of at most 2 cm
    assert STAGED.stages["bclc"].min() >= 1
    assert STAGED.stages["hklc"].min() >= 2  # over 5 cm is intermediate at least


def test_pvtt_is_bclc_c_and_a_clip_point() -> None:
    pvtt = STAGED.patients.baseline.pvtt
    assert (STAGED.stages["bclc"][pvtt] == 3).all()
    assert (STAGED.stages["clip"][pvtt] >= 1).all()


def test_nodal_stages_know_the_outcome_as_table_2_does() -> None:
    """Metastasis of lymph nodes, lung, adrenal gland or bone, drawn one by one at the shares of Table 2."""
    beyond = STAGED.stages["ajcc8"] >= 5
    assert beyond[~DEAD].mean() == pytest.approx(1 - 0.778 * 0.873 * 0.989 * 0.975, abs=0.04)
    assert beyond[DEAD].mean() == pytest.approx(1 - 0.648 * 0.889 * 0.990 * 0.987, abs=0.04)


def test_the_same_seed_gives_the_same_patients() -> None:
    one, two, other = simulate_staged(300, 1), simulate_staged(300, 1), simulate_staged(300, 2)
    for system in SYSTEMS:
        np.testing.assert_array_equal(one.stages[system], two.stages[system])
    np.testing.assert_array_equal(one.patients.follow_up.time, two.patients.follow_up.time)
    assert not np.array_equal(one.patients.follow_up.time, other.patients.follow_up.time)


def test_progress_is_told_portion_by_portion() -> None:
    told: list[float] = []
    assert len(simulate_staged(AT_ONCE + 1, 3, told.append)) == AT_ONCE + 1
    assert told == [0.0, 0.5]


def test_positions_may_repeat() -> None:
    drawn = STAGED.of(np.array([7, 7, 2]))
    assert drawn.stages["clip"].tolist() == STAGED.stages["clip"][[7, 7, 2]].tolist()
    assert drawn.patients.baseline.dlr[0] == drawn.patients.baseline.dlr[1] == STAGED.patients.baseline.dlr[7]
