from __future__ import annotations

from dataclasses import replace
from typing import get_args

from hypothesis import given

from core.case import ClinicalRecord
from core.staging.ajcc8 import AjccStage
from core.staging.bclc import BclcStage
from core.staging.document import stage_all
from core.staging.hklc import HklcStage
from core.staging.severity import _AJCC8, _BCLC, _CLIP, _HKLC, CLASSES, disagreements, severities
from tests.core.staging.records import values_of_records


def test_every_stage_has_a_class_and_none_falls_from_one_stage_to_the_next() -> None:
    for table, stages in ((_BCLC, BclcStage), (_HKLC, HklcStage), (_AJCC8, AjccStage)):
        assert tuple(table) == get_args(stages)
        assert list(table.values()) == sorted(table.values())
        assert set(table.values()) <= set(range(len(CLASSES)))
    assert len(_CLIP) == 7
    assert list(_CLIP) == sorted(_CLIP)


def test_systems_that_part_are_named_with_their_direction() -> None:
    found = stage_all(ClinicalRecord())
    apart = replace(
        found,
        bclc=replace(found.bclc, stage="B"),
        clip=replace(found.clip, score=1),
        hklc=replace(found.hklc, stage="IIIb"),
        ajcc8=replace(found.ajcc8, stage="IIIA"),
    )
    assert disagreements(apart) == {"clip": "milder", "hklc": "graver"}


def test_the_gravest_of_a_system_without_a_terminal_class_agrees_with_bclc_d() -> None:
    found = stage_all(ClinicalRecord())
    terminal = replace(
        found,
        bclc=replace(found.bclc, stage="D"),
        clip=replace(found.clip, score=5),
        hklc=replace(found.hklc, stage="Vb"),
        ajcc8=replace(found.ajcc8, stage="IVA"),
    )
    assert disagreements(terminal) == {}
    assert disagreements(replace(terminal, clip=replace(found.clip, score=2))) == {"clip": "milder"}


@given(values_of_records())
def test_what_is_unknown_disagrees_with_nothing(values: dict[str, object]) -> None:
    stages = stage_all(ClinicalRecord(**values))  # type: ignore[arg-type]
    known = severities(stages)
    found = disagreements(stages)
    assert all(known[name] is not None for name in found)
    assert known["bclc"] is not None or not found
