from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.studies.recorded_stages import concordance_of, joined, stage_checks, survival_by
from core.survival.follow_up import FollowUp
from tests.core.studies.tace_tables import cohort

LABELS = tuple("abcdef")


def test_small_groups_join_their_better_neighbour() -> None:
    group = np.repeat([0, 1, 2, 4, 5], [6, 4, 5, 2, 3])
    position, names = joined(group, LABELS)
    assert names == ("a-b", "c-f")
    assert np.bincount(position).tolist() == [10, 10]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60))
def test_joined_groups_keep_the_order_and_are_large_but_for_the_first(drawn: list[int]) -> None:
    group = np.array(drawn)
    position, names = joined(group, LABELS)
    assert (np.diff(position[np.argsort(group)]) >= 0).all()
    counts = np.bincount(position)
    assert len(counts) == len(names)
    assert (counts[1:] >= 5).all()


def test_survival_by_group_leaves_out_empty_labels() -> None:
    follow_up = FollowUp(np.array([10.0, 20.0, 30.0, 80.0]), np.array([1, 1, 1, 0]))
    found = survival_by(follow_up, np.array([0, 0, 2, 2]), LABELS)
    assert [(g.group, g.n, g.events) for g in found.groups] == [("a", 2, 2), ("c", 2, 1)]
    np.testing.assert_allclose(found.groups[1].curve.at([12.0, 36.0, 60.0]).survival, [1, 0.5, 0.5])
    assert found.test.df == 1
    with pytest.raises(InputError, match="at least two"):
        survival_by(follow_up, np.zeros(4, dtype=np.intp), LABELS)


def test_concordance_is_kept_within_its_range() -> None:
    follow_up = FollowUp(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 1, 1, 1]))
    assert concordance_of(follow_up, [4.0, 3.0, 2.0, 1.0]).high == 1
    one_pair_wrong = concordance_of(follow_up, [4.0, 3.0, 1.0, 2.0])
    assert one_pair_wrong.value == pytest.approx(5 / 6, rel=1e-12)
    assert one_pair_wrong.high == 1


def test_each_system_is_checked_on_its_full_scale() -> None:
    stages = {"CLIP_Score": ("Stage_0", "Stage_1"), "BCLC": ("Stage-A", "Stage-D"), "TNM": ("Stage-I", "Stage-IVB"),
              "Okuda": ("Stage I", "Stage II"), "CPS": ("A", "B")}  # fmt: skip
    found = stage_checks(
        cohort(*({name: words[i % 2] for name, words in stages.items()} | {"OS": 200.0 - 10 * i} for i in range(12)))
    )
    assert [x.system for x in found] == ["CLIP", "BCLC (1999)", "TNM (AJCC 7)", "Okuda", "Child-Pugh"]
    # of two patients the later in the row dies first: 36 pairs of unlike stage, 21 of them with the worse stage later
    expected = (21 + 30 / 2) / 66
    assert all(x.concordance.value == pytest.approx(expected, rel=1e-12) for x in found)
    assert [g.group for g in found[2].survival.groups] == ["I", "IVB"]
