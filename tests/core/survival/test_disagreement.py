"""Heads against nomogram, and the parts of the MTM score against each other, with constructed values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.findings import CurvePoint, Prognosis, Score, ScoreOrigin, Survival
from core.survival.disagreement import CODES, MARGIN, Disagreement, disagreements, heads_notices, mtm_notices

YEAR, THREE = Survival(0.80, 0.72, 0.86), Survival(0.40, 0.20, 0.60)
shares = st.floats(0, 1)


def prognosis(model: str = "pre", year: Survival = YEAR, three: Survival = THREE, months: tuple[int, int] = (12, 36)):  # type: ignore[no-untyped-def]
    os = dict(zip(months, (year, three), strict=True))
    curve = tuple(CurvePoint(float(month), reading) for month, reading in os.items())
    return Prognosis(model, -1.0, {}, 0.0, os, curve, "low", "baseline")  # type: ignore[arg-type]


def mtm(**parts: float) -> Score:
    return Score(0.5, 0.4, 0.6, 0.05, ScoreOrigin.MODEL, parts, "fusion", "1.0.0")


def test_a_head_far_outside_the_band_is_told() -> None:
    assert disagreements({"os1": 0.45, "os3": 0.40}, [prognosis()]) == (Disagreement("pre", 12, 0.45, YEAR),)
    (notice,) = heads_notices({"os1": 0.45, "os3": 0.40}, [prognosis()])
    assert notice.code == "heads_disagree"
    assert "Alive at 12 months: network 45 %; nomogram before HAIC 80 % (72–86)." in notice.text
    assert "36 months" not in notice.text
    assert "assumed margin" in notice.text


def test_both_directions_both_horizons_and_both_models_are_one_notice() -> None:
    found = [prognosis("pre"), None, prognosis("post")]
    assert [(one.model, one.months) for one in disagreements({"os1": 0.99, "os3": 0.05}, found)] == [
        ("pre", 12), ("pre", 36), ("post", 12), ("post", 36)
    ]  # fmt: skip
    (notice,) = heads_notices({"os1": 0.99, "os3": 0.05}, found)
    assert "12 months: network 99 %; nomogram before HAIC 80 % (72–86), after HAIC 80 % (72–86)." in notice.text
    assert "36 months: network 5 %; nomogram before HAIC 40 % (20–60), after HAIC 40 % (20–60)." in notice.text


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (0.70, False),  # outside the band, close
        (0.65, False),  # at the margin
        (0.6499, True),
        (0.95, False),
        (0.9501, True),
    ],
)
def test_band_and_margin_must_both_be_passed_at_one_year(head: float, told: bool) -> None:
    assert bool(disagreements({"os1": head}, [prognosis()])) is told


@pytest.mark.parametrize(("head", "told"), [(0.21, False), (0.60, False), (0.19, True), (0.61, True)])
def test_a_wide_band_excuses_more_than_the_margin(head: float, told: bool) -> None:
    assert bool(disagreements({"os3": head}, [prognosis()])) is told


def test_no_images_no_prognosis_no_common_horizon_no_flag() -> None:
    assert heads_notices({}, [prognosis()]) == ()
    assert heads_notices({"os1": 0.0, "os3": 0.0}, [None, None]) == ()
    assert heads_notices({"os1": 0.0, "os3": 1.0}, [prognosis("own", months=(6, 24))]) == ()
    assert heads_notices({"os2": 0.0, "os_gt3": 0.0}, [prognosis()]) == ()


@given(shares, shares)
def test_a_head_that_equals_the_nomogram_is_never_flagged(year: float, three: float) -> None:
    exact = prognosis(year=Survival(year, year, year), three=Survival(three, three, three))
    assert heads_notices({"os1": year, "os3": three}, [exact]) == ()


@given(shares, shares, shares, shares)
def test_what_is_told_lies_outside_and_far(value: float, low: float, high: float, head: float) -> None:
    low, value, high = sorted((low, value, high))
    told = disagreements({"os1": head}, [prognosis(year=Survival(value, low, high))])
    beyond = max(low - head, head - high) > 0 and abs(head - value) > MARGIN.value
    assert bool(told) == beyond or abs(abs(head - value) - MARGIN.value) < 1e-8


def test_parts_on_both_sides_are_told_with_their_side() -> None:
    (notice,) = mtm_notices(mtm(network=0.81, radiomics=0.62, clinical=0.30))
    assert notice.code == "mtm_parts_disagree"
    assert "network 0.81, radiomics 0.62 for MTM, clinical 0.30 against it" in notice.text


@pytest.mark.parametrize(
    "parts",
    [
        {"network": 0.58, "radiomics": 0.61, "clinical": 0.71},
        {"network": 0.10, "radiomics": 0.45},
        {"network": 0.55, "radiomics": 0.45},  # on both sides, but close
        {"network": 0.90, "radiomics": 0.50},  # .5 is neither
        {"network": 0.90},
    ],
)
def test_parts_that_agree_or_are_close_are_not_told(parts: dict[str, float]) -> None:
    assert mtm_notices(mtm(**parts)) == ()


def test_scores_by_hand_or_unknown_have_no_parts() -> None:
    assert mtm_notices(None) == ()
    assert mtm_notices(Score.manual(1.0)) == ()


def test_the_codes_are_all() -> None:
    found = (*heads_notices({"os1": 0.0}, [prognosis()]), *mtm_notices(mtm(network=0.9, clinical=0.1)))
    assert tuple(notice.code for notice in found) == CODES
