from __future__ import annotations

import pytest

from core.errors import ArtefactError
from core.radiomics.selected import SelectedFeatures, join_phases, split_names


def test_names_are_split_and_joined_by_phase():
    selected = split_names(["pvp_b", "ap_a", "pvp_ap_c"])
    assert selected == SelectedFeatures(("a",), ("b", "ap_c"))
    assert selected.prefixed == ("ap_a", "pvp_b", "pvp_ap_c")
    assert split_names(selected.prefixed) == selected
    assert join_phases({"a": 1.0}, {"b": 2.0}) == {"ap_a": 1.0, "pvp_b": 2.0}


def test_a_name_of_no_phase_is_refused():
    with pytest.raises(ArtefactError, match="got 1 others"):
        split_names(["ap_a", "delayed_b"])
