"""The reproduction that comes with the software is the one that `reproduce` computes."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from core.errors import ArtefactError
from core.studies.calibration_figures import calibration
from core.studies.group_survival import group_survival
from core.studies.ranges import Ranged
from core.studies.reproduce import COHORTS, MORE_FOR_GROUPS, PATIENTS, CohortFigures, LandmarkFigures, Reproduction
from core.studies.reproduced import read_reproduction, reproduction_text, shipped_reproduction
from core.studies.reproduction_document import reproduce_document
from core.studies.simulated_cohorts import simulate_patients
from tests.core.studies.paper import ROOT, nomograms, small

PARTS = ("value", "low", "high")


@cache
def shipped() -> Reproduction:
    found = shipped_reproduction(nomograms())
    assert found is not None
    return found


def _all(found: Reproduction) -> Iterator[tuple[str, Ranged]]:
    for cohort, figures in found.figures.items():
        for member in fields(CohortFigures):
            yield f"{cohort} {member.name}", getattr(figures, member.name)
    for member in fields(LandmarkFigures):
        yield f"landmark {member.name}", getattr(found.landmark, member.name)


def test_written_and_read_it_is_the_same_to_six_digits() -> None:
    back = read_reproduction(reproduction_text(small()).encode(), nomograms())
    assert back is not None
    assert (back.patients, back.cohorts, back.seed) == (small().patients, small().cohorts, small().seed)
    for (name, one), (_, other) in zip(_all(small()), _all(back), strict=True):
        for part in PARTS:
            assert getattr(other, part) == pytest.approx(getattr(one, part), rel=1e-5, abs=1e-12, nan_ok=True), name
    assert back.contradictions == small().contradictions


def test_it_belongs_to_the_nomograms_it_was_made_from() -> None:
    other = dict(nomograms())
    other["pre"] = replace(other["pre"], cut_effective=replace(other["pre"].cut_effective, value=-1.0))
    assert shipped_reproduction(other) is None


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format": "another"}', b"\xff"])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(ArtefactError, match=r"expected the figures\.json of reproduce"):
        read_reproduction(content, nomograms())


def test_a_figure_that_is_missing_is_refused() -> None:
    document = json.loads(reproduction_text(small()))
    del document["figures"]["training"]["auc"]
    with pytest.raises(ArtefactError):
        read_reproduction(json.dumps(document).encode(), nomograms())


def test_the_shipped_one_was_made_with_the_default_arguments() -> None:
    assert (shipped().patients, shipped().cohorts, shipped().seed) == (PATIENTS, COHORTS, 1)


def test_the_shipped_one_has_every_figure_in_the_shape_of_a_fresh_one() -> None:
    for (name, one), (_, fresh) in zip(_all(shipped()), _all(small()), strict=True):
        assert one.value.shape == fresh.value.shape, name


@pytest.mark.parametrize(
    ("figure", "tolerance"),
    [("auc", 0.06), ("auc_over_time", 0.08), ("concordance", 0.03), ("net_benefit", 0.1), ("died", 0.03)],
)
def test_a_small_fresh_one_is_near_the_shipped_one(figure: str, tolerance: float) -> None:
    one, fresh = (getattr(found.figures["training"], figure).value for found in (shipped(), small()))
    usual = np.abs(one) < 1.0  # net benefit falls without limit where everybody is acted on
    assert np.nanmax(np.abs(one - fresh)[usual]) < tolerance


@pytest.mark.slow
def test_group_survival_and_calibration_are_those_of_a_fresh_computation() -> None:
    everyone = simulate_patients(MORE_FOR_GROUPS * PATIENTS, np.random.default_rng([1, 1]))
    fresh = {
        **{name: value for name, value in group_survival(everyone, nomograms()).items() if name != "log_rank_p"},
        **calibration(everyone.of(slice(0, PATIENTS)), nomograms()),
    }
    for name, value in fresh.items():
        one = getattr(shipped().figures["training"], name).value
        assert one == pytest.approx(value, rel=1e-5, abs=1e-7, nan_ok=True), name


def _maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reproduction", ROOT / "docs" / "make_reproduction.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_documentation_prints_the_same_figures() -> None:
    text = Path(ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    assert _maker().page(text, reproduce_document(shipped())) == text
