"""The cohort along the axes, against what is published and against drawn patients."""

from __future__ import annotations

import numpy as np
import pytest

from core.artefacts import read_artefact
from core.simulate import latents
from core.simulate.distribution import Distribution, axis_distribution
from core.survival.model import Nomogram
from core.survival.own_file import read_own
from core.survival.questions import questions
from tests import own_files
from tests.conftest import ROOT

DOCUMENT = read_artefact(ROOT / "weights", "nomogram").read_json("nomogram.json")
POST = Nomogram.from_dict(DOCUMENT["post"])


def found(nomogram: Nomogram) -> dict[str, Distribution | None]:
    return {question.name: axis_distribution(nomogram, question) for question in questions(nomogram)}


def shares(distribution: Distribution | None) -> list[float]:
    assert distribution is not None
    return [bar.share for bar in distribution.bars]


def test_sessions_are_those_of_table_2() -> None:
    sessions = found(POST)["haic_sessions"]
    assert sessions is not None
    assert sessions.tag == "published"
    assert shares(sessions) == pytest.approx(np.array([13 + 62, 35 + 74, 34 + 32, 108 + 131]) / 489)


def test_scores_are_those_of_drawn_patients() -> None:
    rng = np.random.default_rng(7)
    dlr = latents.draw_dlr(200_000, rng)
    mtm = rng.random(200_000) < latents.chance(latents.MTM_LOGIT, dlr)
    drawn, _ = np.histogram(dlr, bins=25, range=(0, 1))
    assert shares(found(POST)["dlr"]) == pytest.approx(drawn / 200_000, abs=0.005)
    assert shares(found(POST)["mtm"]) == pytest.approx([1 - mtm.mean(), mtm.mean()], abs=0.005)


def test_every_axis_of_the_published_nomogram_says_where_from() -> None:
    tags = {name: distribution.tag for name, distribution in found(POST).items() if distribution is not None}
    assert tags == {
        "pvtt": "assumed", "response": "assumed", "haic_sessions": "published", "mtm": "derived", "dlr": "derived",
    }  # fmt: skip
    assert all(sum(shares(distribution)) == pytest.approx(1) for distribution in found(POST).values())


def test_an_own_nomogram_tells_of_its_own_cohort_alone() -> None:
    nomogram = read_own(own_files.category()).nomogram
    stage, dlr = found(nomogram)["stage"], found(nomogram)["DLR"]
    assert dlr is None
    assert stage is not None
    assert stage.tag == "fitted"
    assert shares(stage)[1:] == [term.reference.value for term in nomogram.terms if term.factor == "stage"]
    assert sum(shares(stage)) == pytest.approx(1)
