"""A fitted nomogram, its points against rms 6.5.0 (nomogram), its bands against survival 3.5.3, R 4.2.2."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.survival.bands import survival_band
from core.survival.cox_curves import cox_curves
from core.survival.model import Nomogram
from core.survival.nomogram import (
    axes,
    axis_names,
    axis_points,
    linear_predictor_at,
    lp_axis,
    points_per_unit,
    survival_at,
    total_for_survival,
    total_points,
    total_range,
)
from core.survival.own import Readings, TermDesign, fitted_terms, own_nomogram
from tests import r_answers
from tests.core.survival.test_cox import MODELS, fit_of

HORIZONS = (12.0, 36.0, 60.0)


def own(table: pd.DataFrame, names: list[str], horizons: tuple[float, ...] = HORIZONS, unit: float = 1.0) -> Nomogram:
    fit = fit_of(table, names)
    x = table[names].to_numpy(dtype=float)
    terms = fitted_terms(fit, x, [TermDesign(name, (position,)) for position, name in enumerate(names)])
    return own_nomogram(fit, terms, (0.0, 0.0), Readings(horizons, unit))


@pytest.mark.parametrize("tag", ["post", "pre", "lung"])
def test_axes_and_linear_predictor_axis(tag: str) -> None:
    table = r_answers.lung() if tag == "lung" else r_answers.cohort()
    names = MODELS.get(tag, r_answers.LUNG)
    nomogram = own(table, names, (180.0, 365.0, 730.0) if tag == "lung" else HORIZONS)
    expected = r_answers.read(f"nomogram_axes_{tag}.csv")
    ticks = [(axis.name, tick.value, tick.points) for axis in axes(nomogram) for tick in axis.ticks]
    assert [name for name, _, _ in ticks] == expected["axis"].tolist()
    np.testing.assert_allclose([value for _, value, _ in ticks], expected["level"].astype(float), rtol=1e-12)
    np.testing.assert_allclose([points for _, _, points in ticks], expected["points"], rtol=1e-9, atol=1e-9)
    lp = table[names].to_numpy(dtype=float) @ nomogram.beta - nomogram.lp_reference.value
    axis = np.array(lp_axis(nomogram, lp.min(), lp.max()))
    rms = r_answers.read(f"nomogram_lp_axis_{tag}.csv")
    np.testing.assert_allclose(axis[:, 0], rms["lp"], atol=1e-12)
    np.testing.assert_allclose(axis[:, 1], rms["total_points"], rtol=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_patients_points_and_survival(model: str) -> None:
    nomogram = own(r_answers.cohort(), MODELS[model])
    patients = r_answers.read("newdata_grid.csv")[MODELS[model]].to_numpy(dtype=float)
    expected = r_answers.read(f"nomogram_patients_{model}.csv")
    points = axis_points(nomogram, patients)
    np.testing.assert_allclose(points, expected[[f"pts_{n}" for n in MODELS[model]]], rtol=1e-9, atol=1e-9)
    total = total_points(nomogram, patients)
    np.testing.assert_allclose(total, expected["total"], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(nomogram.linear_predictor(patients), expected["lp_raw"], rtol=1e-9)
    for months in HORIZONS:
        np.testing.assert_allclose(survival_at(nomogram, months, total), expected[f"S{months:g}"], rtol=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_total_points_to_survival(model: str) -> None:
    nomogram, scalars = own(r_answers.cohort(), MODELS[model]), r_answers.scalars("sim")
    expected = r_answers.read(f"nomogram_total_to_survival_{model}.csv")
    # the scale ends where the drawn axes end, R's table at the sum of their lengths
    total = np.minimum(expected["total"], total_range(nomogram)[1])
    lp = linear_predictor_at(nomogram, total) - nomogram.lp_reference.value
    np.testing.assert_allclose(lp, expected["lp_centred"], rtol=1e-8, atol=1e-9)
    for months in HORIZONS:
        np.testing.assert_allclose(survival_at(nomogram, months, total), expected[f"S{months:g}"], rtol=1e-8)
    assert points_per_unit(nomogram) == pytest.approx(scalars[f"{model}_points_per_lp_unit"], rel=1e-10)
    assert points_per_unit(nomogram) == pytest.approx(scalars[f"{model}_nomogram_info_sc"], rel=1e-10)
    assert lp[0] == pytest.approx(scalars[f"{model}_nomogram_info_Intercept"], rel=1e-9)
    assert linear_predictor_at(nomogram, 0.0) == pytest.approx(scalars[f"{model}_lp_at_zero_points"], rel=1e-9)
    assert 1 / points_per_unit(nomogram) == pytest.approx(scalars[f"{model}_lp_per_point"], rel=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_survival_ticks_of_rms_interpolate_ours(model: str) -> None:
    """rms reads ticks off 1000 points of the linear predictor; the exact inverse is within 4e-4 points of them."""
    nomogram = own(r_answers.cohort(), MODELS[model])
    rms_lp = r_answers.read(f"nomogram_lp_axis_{model}.csv")["lp"]
    lp = np.linspace(rms_lp.min(), rms_lp.max(), 1000)
    start = linear_predictor_at(nomogram, 0.0) - nomogram.lp_reference.value
    expected = r_answers.read(f"nomogram_fun_axes_{model}.csv")
    for months in HORIZONS:
        ticks = expected[expected["axis"] == f"S{months:g}"]
        survival = nomogram.survival(months, lp + nomogram.lp_reference.value)
        interpolated = np.interp(ticks["value"], survival[::-1], lp[::-1])
        np.testing.assert_allclose(
            (interpolated - start) * points_per_unit(nomogram), ticks["total_points"], rtol=1e-8, atol=1e-7
        )
        np.testing.assert_allclose(
            total_for_survival(nomogram, months, ticks["value"]), ticks["total_points"], atol=5e-4
        )


@pytest.mark.parametrize("tag", ["post", "pre", "lung"])
def test_bands_are_those_of_the_fit(tag: str) -> None:
    table = r_answers.lung() if tag == "lung" else r_answers.cohort()
    names = MODELS.get(tag, r_answers.LUNG)
    horizons = (180.0, 365.0, 730.0) if tag == "lung" else HORIZONS
    patients = table[names].to_numpy(dtype=float)[:40]
    band = survival_band(own(table, names, horizons), patients[:, None, :], np.array(horizons))
    fit = cox_curves(fit_of(table, names)).band(patients, horizons, kind="log-log")
    np.testing.assert_allclose(band.value, fit.value, rtol=1e-9)
    # 1.96 stands for the normal quantile 1.959964 in the bands of a nomogram
    np.testing.assert_allclose(band.low, fit.low, atol=2e-5)
    np.testing.assert_allclose(band.high, fit.high, atol=2e-5)


def test_days_become_months() -> None:
    table = r_answers.lung()
    nomogram = own(table, r_answers.LUNG, (180.0, 365.0), 1 / 30.4375)
    assert nomogram.readings_months == pytest.approx((180 / 30.4375, 365 / 30.4375))
    lp = nomogram.lp_reference.value
    in_days = own(table, r_answers.LUNG, (180.0, 365.0))
    np.testing.assert_allclose(nomogram.survival(365 / 30.4375, lp), in_days.survival(365, lp), rtol=1e-12)


def test_written_and_read_again() -> None:
    nomogram = own(r_answers.cohort(), r_answers.POST)
    from dataclasses import asdict

    again = Nomogram.from_dict(json.loads(json.dumps(asdict(nomogram))))
    assert again == nomogram
    assert again.model == "own"


def test_a_category_is_one_axis() -> None:
    rng = np.random.default_rng(2)
    table = r_answers.cohort()
    stage = rng.integers(0, 3, len(table))
    table["stage=B"], table["stage=C"] = (stage == 1).astype(float), (stage == 2).astype(float)
    names = ["DLR", "stage=B", "stage=C"]
    fit = fit_of(table, names)
    x = table[names].to_numpy(dtype=float)
    terms = fitted_terms(fit, x, [TermDesign("DLR", (0,)), TermDesign("stage", (1, 2), ("A", "B", "C"))])
    nomogram = own_nomogram(fit, terms, (0.0, 0.0), Readings(HORIZONS))
    assert axis_names(nomogram) == ("DLR", "stage")
    axis = axes(nomogram)[1]
    assert [tick.label for tick in axis.ticks] == ["A", "B", "C"]
    effects = np.array([0.0, *fit.beta[1:]])
    points = points_per_unit(nomogram) * (effects - effects.min())
    np.testing.assert_allclose([tick.points for tick in axis.ticks], points, atol=1e-9)
    for level in range(3):
        inputs = [0.5, float(level == 1), float(level == 2)]
        assert axis_points(nomogram, inputs)[1] == pytest.approx(points[level])
    spans = np.ptp(effects) + abs(fit.beta[0])
    assert total_range(nomogram)[1] == pytest.approx(points_per_unit(nomogram) * spans)


@pytest.mark.parametrize(
    ("horizons", "text"),
    [
        ((12.0, 200.0), "horizons: expected times over 0 and up to 105"),
        ((36.0, 12.0), "horizons: expected ascending times"),
        ((0.1, 12.0), "horizon 0.1: expected a death before it, got none"),
    ],
)
def test_horizons_are_checked(horizons: tuple[float, ...], text: str) -> None:
    with pytest.raises(InputError, match=text):
        own(r_answers.cohort(), r_answers.PRE, horizons)


def test_no_death_between_two_horizons_is_a_flat_curve() -> None:
    table = r_answers.cohort()
    between = (table["time"] > 40) & (table["time"] <= 50)
    table.loc[between, "status"] = 0
    nomogram = own(table, r_answers.PRE, (12.0, 40.0, 50.0))
    lp = nomogram.lp_reference.value
    survival = nomogram.survival(np.array([0.0, 12, 40, 45, 50]), lp)
    assert survival[0] == 1
    assert survival[2] == survival[3] == survival[4] < survival[1]
    fit = cox_curves(fit_of(table, r_answers.PRE))
    np.testing.assert_allclose(survival[[1, 2, 4]], fit.survival(fit.mean, [12.0, 40, 50]), rtol=1e-9)
