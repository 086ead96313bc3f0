"""Snapshots to save, and what it means for two of them to be the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from core.case import Case, ClinicalRecord, LiverMask, MaskOrigin, Notice
from core.findings import Assessment, Scores
from core.registry.nouns import Reading, Snapshot
from core.survival.prognoses import prognoses
from tests.dashboard import builders


def snapshot(clinical: ClinicalRecord = builders.CLINICAL, shift_hu: int = 0) -> Snapshot:
    """A case with images; another `shift_hu` gives other images."""
    made = builders.assessment(clinical)
    arterial = replace(made.arterial, hu=made.arterial.hu + np.int16(shift_hu))
    late = replace(made.portal_venous, hu=made.portal_venous.hu + np.int16(shift_hu))
    result = replace(made, arterial=arterial, portal_venous=late)
    given = LiverMask(builders.labels(), builders.GRID, MaskOrigin.GIVEN)
    notes = (Notice("thick_slices", "The slices are 8 mm thick."),)
    return Snapshot(result, Case("Case 7T", arterial, late, clinical, given, None, 0.25, notes))


def without_images(clinical: ClinicalRecord = builders.CLINICAL, dlr: float = 0.4) -> Snapshot:
    """A case of values alone, its scores given by hand."""
    made = builders.assessment(clinical)
    from core.findings import Score

    scores = Scores(Score.manual(1.0), Score.manual(dlr))
    pre, post, notices = prognoses(builders.models().pre, builders.models().post, clinical, scores)
    by_hand = {"mtm": 1.0, "dlr": dlr}
    return Snapshot(
        Reading(clinical, scores, pre, post, made.criteria, notices, made.versions, made.provenance, by_hand)
    )


def assert_same(first: Any, second: Any, where: str = "") -> None:
    """Equal to the last bit: every field, type, key order, array and its dtype."""
    if isinstance(first, np.ndarray):
        assert first.dtype == second.dtype, where
        assert first.shape == second.shape, where
        assert first.tobytes() == second.tobytes(), where
    elif is_dataclass(first):
        assert type(first) is type(second), where
        for field in fields(first):
            assert_same(getattr(first, field.name), getattr(second, field.name), f"{where}.{field.name}")
    elif isinstance(first, Mapping):
        assert [(type(key), key) for key in first] == [(type(key), key) for key in second], where
        for key in first:
            assert_same(first[key], second[key], f"{where}[{key!r}]")
    elif isinstance(first, tuple | list):
        assert len(first) == len(second), where
        for number, (one, other) in enumerate(zip(first, second, strict=True)):
            assert_same(one, other, f"{where}[{number}]")
    else:
        assert type(first) is type(second), where
        assert first == second, where


def images(found: Snapshot) -> Assessment:
    """The assessment of a snapshot with images."""
    assert isinstance(found.result, Assessment)
    return found.result
