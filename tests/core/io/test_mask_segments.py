"""Which segment is the liver, by words and codes."""

from __future__ import annotations

import pytest

from core.errors import InputError
from core.io.mask_segments import Segment, choose, is_lesion, is_liver

LIVERS = ["Liver", "liver", "LIVER_v2", "whole liver", "Liver segmentation", "Leber", "Foie", "Hepar", "FOIE (auto)"]
LESIONS = [
    "HCC",
    "hcc_1",
    "Liver tumour",
    "Tumor-3",
    "Lesion",
    "Läsion",
    "lésion",
    "Mass",
    "masses",
    "liver_metastasis",
]
LESIONS += ["hepatocellular carcinoma", "nodule 2", "GTV", "gtv_1", "Lebertumor"]
NEITHER = ["spleen", "Segment_1", "hepatic vein", "Portal vein", "liver_vessels", "left liver lobe", "Liver segment 4"]
NEITHER += [
    "liver_segment_iv",
    "Liver-GTV",
    "Liver minus GTV",
    "non-tumour liver",
    "Liver without lesions",
    "PTV liver",
]
NEITHER += ["gallbladder", "massive", "background", "", "Lebervene", "kidney_cyst", "foie sans tumeur"]


@pytest.mark.parametrize("name", LIVERS)
def test_livers(name: str) -> None:
    assert is_liver(Segment(1, (name,)))
    assert not is_lesion(Segment(1, (name,)))


@pytest.mark.parametrize("name", LESIONS)
def test_lesions(name: str) -> None:
    assert is_lesion(Segment(1, (name,)))
    assert not is_liver(Segment(1, (name,)))


@pytest.mark.parametrize("name", NEITHER)
def test_neither(name: str) -> None:
    assert not is_liver(Segment(1, (name,)))
    assert not is_lesion(Segment(1, (name,)))


@pytest.mark.parametrize("code", [("SCT", "10200004"), ("SRT", "T-62000"), ("99SDM", "T-62000"), ("FMA", "7197")])
def test_liver_codes(code: tuple[str, str]) -> None:
    assert is_liver(Segment(1, ("Segment_1",), frozenset({code})))
    assert not is_liver(Segment(1, ("Liver tumour",), frozenset({code})))
    assert not is_liver(Segment(1, ("left lobe",), frozenset({code})))
    assert not is_liver(Segment(1, ("Segment_1",), frozenset({("OTHER", code[1])})))


@pytest.mark.parametrize("code", ["4147007", "52988006", "108369006", "86049000", "25370001"])
def test_lesion_codes(code: str) -> None:
    assert is_lesion(Segment(1, ("Segment_2",), frozenset({("SCT", code)})))


def named(*names: str) -> list[Segment]:
    return [Segment(n, (name,)) for n, name in enumerate(names, start=1)]


def test_the_plain_name_wins_over_longer_ones() -> None:
    chosen = choose(named("liver raw", "Liver", "liver 2", "HCC 1", "HCC 2"), None)
    assert chosen.liver == 2
    assert chosen.lesions == (4, 5)
    assert chosen.labels == {2: 1, 4: 2, 5: 2}


def test_two_livers_are_told_apart_by_number_only() -> None:
    with pytest.raises(InputError, match="got 3 segments, 2 of them named as liver and 0 as lesion"):
        choose(named("liver a", "liver b", "spleen"), None)
    assert choose(named("liver a", "liver b", "spleen"), 2).liver == 2


def test_the_only_segment_and_the_wanted_one_may_have_any_name() -> None:
    assert choose(named("x"), None).notices
    assert choose(named("Liver"), None).notices == ()
    chosen = choose(named("Tumour", "x", "HCC"), 1)
    assert chosen.labels == {1: 1, 3: 2}
    with pytest.raises(InputError, match="got none"):
        choose([], None)
