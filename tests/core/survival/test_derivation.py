"""The nomogram worked out by hand against the code that draws and predicts, and against R's points."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.survival.derivation import derive
from core.survival.model import Nomogram
from core.survival.nomogram import axis_points, linear_predictor_at, points_per_unit, total_points
from core.survival.prognoses import prognosis
from tests.dashboard.builders import models

NOMOGRAMS = {"pre": models().pre, "post": models().post}
PATIENTS = st.fixed_dictionaries(
    {
        "pvtt": st.sampled_from((0.0, 1.0)),
        "response": st.sampled_from((0.0, 1.0)),
        "haic_sessions": st.sampled_from((1.0, 2.0, 3.0, 4.0)),
        "mtm": st.floats(0, 1),
        "dlr": st.floats(0, 1),
    }
)


@pytest.mark.parametrize("nomogram", NOMOGRAMS.values(), ids=NOMOGRAMS)
@given(inputs=PATIENTS)
def test_every_number_is_that_of_the_product(nomogram: Nomogram, inputs: dict[str, float]) -> None:
    found = derive(nomogram, inputs)
    x = np.array([inputs[name] for name in nomogram.names])
    shown = prognosis(nomogram, inputs, {})
    assert [term.points for term in found.terms] == pytest.approx(axis_points(nomogram, x), abs=1e-9)
    assert found.total_points == pytest.approx(float(total_points(nomogram, x)), abs=1e-9)
    assert found.points_per_unit == pytest.approx(points_per_unit(nomogram), rel=1e-12)
    assert found.linear_predictor == pytest.approx(shown.linear_predictor, abs=1e-12)
    back = found.lp_lowest + found.total_points / found.points_per_unit
    assert back == pytest.approx(float(linear_predictor_at(nomogram, found.total_points)), abs=1e-9)
    assert back == pytest.approx(found.linear_predictor, abs=1e-9)
    assert {h.months: h.survival for h in found.horizons} == pytest.approx(
        {months: reading.value for months, reading in shown.os.items()}, abs=1e-12
    )


def test_a_patient_worked_out_on_paper() -> None:
    """PVTT, response, 3 sessions, MTM, DLR .7: ln 1.38 + ln .54 + 3 ln .74 + ln 2.44 + .7 ln .10."""
    inputs = {"pvtt": 1.0, "response": 1.0, "haic_sessions": 3.0, "mtm": 1.0, "dlr": 0.7}
    found = derive(NOMOGRAMS["post"], inputs)
    lp = math.log(1.38 * 0.54 * 0.74**3 * 2.44 * 0.10**0.7)
    assert found.linear_predictor == pytest.approx(lp, abs=1e-12)
    assert found.longest.name == "dlr"
    assert found.longest.span == pytest.approx(math.log(10), abs=1e-12)
    assert [round(term.points, 1) for term in found.terms] == [14.0, 0.0, 13.1, 38.7, 30.0]
    assert found.horizons[1].survival == pytest.approx(math.exp(-0.7314 * math.exp(lp + 2.36)), abs=1e-12)


def test_refused() -> None:
    inputs = {"pvtt": 1.0, "dlr": 1.2}
    with pytest.raises(InputError, match="dlr"):
        derive(NOMOGRAMS["pre"], inputs)
    pre = NOMOGRAMS["pre"]
    levels = replace(pre, terms=(replace(pre.terms[0], factor="ward"), pre.terms[1]))
    with pytest.raises(InputError, match="categorical"):
        derive(levels, {"pvtt": 1.0, "dlr": 0.5})
