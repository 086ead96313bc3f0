"""The shift from before to after treatment: exact, complete, and by another formula."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.artefacts import read_artefact
from core.errors import InputError
from core.survival.model import Nomogram
from core.survival.shift import shapley_shares, shift
from tests.conftest import ROOT

DOCUMENT = read_artefact(ROOT / "weights", "nomogram").read_json("nomogram.json")
PRE, POST = Nomogram.from_dict(DOCUMENT["pre"]), Nomogram.from_dict(DOCUMENT["post"])
INPUTS = st.fixed_dictionaries(
    {
        "pvtt": st.sampled_from([0.0, 1.0]),
        "response": st.sampled_from([0.0, 1.0]),
        "haic_sessions": st.sampled_from([1.0, 2.0, 3.0, 4.0]),
        "mtm": st.floats(0, 1),
        "dlr": st.floats(0, 1),
    }
)
PATIENT = {"pvtt": 1.0, "response": 1.0, "haic_sessions": 4.0, "mtm": 0.2, "dlr": 0.35}


def survival(nomogram: Nomogram, x: np.ndarray) -> float:
    return float(np.exp(-nomogram.reference_hazard(36) * np.exp(x @ nomogram.beta - nomogram.lp_reference.value)))


@given(INPUTS, st.sampled_from([12.0, 36.0, 60.0]))
def test_all_parts_add_up_to_the_shift(inputs: dict[str, float], months: float) -> None:
    found = shift(PRE, POST, inputs, months)
    assert found.model + sum(share.moved for share in found.shares) == pytest.approx(found.total, abs=1e-12)
    assert [share.name for share in found.shares] == ["pvtt", "response", "haic_sessions", "mtm", "dlr"]


@given(INPUTS)
def test_shares_are_the_means_over_all_orders(inputs: dict[str, float]) -> None:
    x, p = np.array([inputs[name] for name in POST.names]), len(POST.names)
    expected = np.zeros(p)
    for order in permutations(range(p)):
        now = POST.reference.copy()
        for term in order:
            before = survival(POST, now)
            now[term] = x[term]
            expected[term] += survival(POST, now) - before
    assert shapley_shares(POST, x) == pytest.approx(expected / 120, abs=1e-12)


@given(st.floats(0, 1), st.floats(0, 1))
def test_two_inputs_have_the_closed_form(pvtt: float, dlr: float) -> None:
    ref = PRE.reference
    none, first, second, both = (
        survival(PRE, np.array(x)) for x in ([*ref], [pvtt, ref[1]], [ref[0], dlr], [pvtt, dlr])
    )
    half = [(first - none + both - second) / 2, (second - none + both - first) / 2]
    assert shapley_shares(PRE, [pvtt, dlr]) == pytest.approx(half, abs=1e-14)


def test_an_input_of_the_average_patient_moves_nothing() -> None:
    x = POST.reference.copy()
    x[4] = 0.1
    shares = shapley_shares(POST, x)
    assert shares[:4] == pytest.approx([0, 0, 0, 0], abs=1e-15)
    assert shares[4] < -0.1


def test_parts_are_those_of_the_published_figures() -> None:
    found = shift(PRE, POST, PATIENT)
    by_name = {share.name: share for share in found.shares}
    # S_ref of constants.json, at its LP_ref rounded to two places
    assert found.model == pytest.approx(0.4812 - 0.4581, abs=0.01)
    assert by_name["response"].pre == by_name["haic_sessions"].pre == by_name["mtm"].pre == 0
    assert all(by_name[name].moved > 0 for name in ("response", "haic_sessions", "mtm"))
    assert by_name["dlr"].post < 0
    assert by_name["dlr"].pre < 0


def test_what_is_missing_or_past_the_follow_up_is_refused() -> None:
    with pytest.raises(InputError, match="post nomogram: expected every input, got none for term 4"):
        shift(PRE, POST, {name: value for name, value in PATIENT.items() if name != "mtm"})
    with pytest.raises(InputError, match="follow-up"):
        shift(PRE, POST, PATIENT, 61)
    with pytest.raises(InputError, match="at most 16 terms"):
        shapley_shares(replace(POST, terms=POST.terms * 4), np.zeros(20))
