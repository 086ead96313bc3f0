"""The simulated cohort against its sources: the golden law (tests/golden/r), Table 2 of the paper, the signs of MTM.

Every tolerance is four standard errors: of the sample drawn and, where the source is a sample itself, of the source.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from core.simulate import latents
from core.simulate.cohort import Latent, draw_patients
from core.studies.simulated_cohorts import simulate_patients
from core.survival.delong import roc_auc
from tests import r_answers

Numbers = npt.NDArray[np.float64]

PARAMETERS = Path(r_answers.FOLDER).parent / "r" / "sim_params.csv"
PAPER_N, MANY = 752, 4.0
COHORT = draw_patients(4000, 1500, seed=21)
HAIC = [p for p in COHORT if p.cohort == "haic"]
RESECTED = [p for p in COHORT if p.cohort == "resection"]
LAW = simulate_patients(100_000, np.random.default_rng(3))


def _agrees(found: Iterable[bool], share: float, source_n: float = np.inf) -> None:
    """A share, within MANY standard errors of both samples."""
    values = np.array(list(found), dtype=np.float64)
    error = np.sqrt(share * (1 - share) * (1 / values.size + 1 / source_n))
    assert abs(values.mean() - share) < MANY * error, (values.mean(), share, error)


def _mean_agrees(found: Iterable[float], mean: float, sd: float, source_n: float = np.inf) -> None:
    values = np.array(list(found), dtype=np.float64)
    error = sd * np.sqrt(1 / values.size + 1 / source_n)
    assert abs(values.mean() - mean) < MANY * error, (values.mean(), mean, error)


def test_constants_are_those_of_the_golden_law() -> None:
    golden = pd.read_csv(PARAMETERS, float_precision="round_trip").set_index("name")["value"]
    ours = {
        "w1": latents.LOW_SHARE,
        "a1": latents.LOW_BETA[0],
        "b1": latents.LOW_BETA[1],
        "a2": latents.HIGH_BETA[0],
        "b2": latents.HIGH_BETA[1],
        "dmean": latents.DLR_MEAN,
        "dsd": latents.DLR_SD,
        "l_pv": latents.PVTT_LOGIT[0],
        "s_pv": latents.PVTT_LOGIT[1],
        "l_or": latents.RESPONSE_LOGIT[0],
        "s_or": latents.RESPONSE_LOGIT[1],
        "l_mt": latents.MTM_LOGIT[0],
        "s_mt": latents.MTM_LOGIT[1],
        "rho": latents.SESSIONS_RHO,
        "orr": latents.RESPONSE_RATE,
        "cens_scale": latents.CENSOR_SCALE,
        "cens_shape": latents.CENSOR_SHAPE,
        "LPref_post": latents.POST_REFERENCE,
        "Hpost12": latents.POST_HAZARD[0],
        "Hpost36": latents.POST_HAZARD[1],
        "Hpost60": latents.POST_HAZARD[2],
    }
    assert {name: golden[name] for name in ours} == ours


def _law(drawn: list[Latent]) -> dict[str, Numbers]:
    return {
        "PVTT": np.array([p.look.pvtt for p in drawn], dtype=float),
        "OR": np.array([bool(p.clinical.objective_response) for p in drawn], dtype=float),
        "MTM": np.array([p.mtm for p in drawn], dtype=float),
        "DLR": np.array([p.dlr for p in drawn]),
        "status": np.array([bool(p.event) for p in drawn], dtype=float),
    }


def _golden_law() -> dict[str, Numbers]:
    return {name: r_answers.cohort()[name].to_numpy(dtype=float) for name in ("PVTT", "OR", "MTM", "DLR", "status")}


@pytest.mark.parametrize("name", ["PVTT", "OR", "MTM", "DLR", "status"])
def test_marginals_are_those_of_a_cohort_drawn_by_r(name: str) -> None:
    ours, golden = _law(HAIC)[name], _golden_law()[name]
    _mean_agrees(ours, float(golden.mean()), float(golden.std()), golden.size)


@pytest.mark.parametrize("pair", [("PVTT", "DLR"), ("OR", "DLR"), ("MTM", "DLR"), ("PVTT", "OR"), ("MTM", "PVTT")])
def test_correlations_are_those_of_the_law_drawn_at_once(pair: tuple[str, str]) -> None:
    ours = _law(HAIC)
    base = LAW.baseline
    law = {"PVTT": base.pvtt, "OR": base.response, "MTM": base.mtm, "DLR": base.dlr}
    found, expected = (np.corrcoef(columns[pair[0]], columns[pair[1]])[0, 1] for columns in (ours, law))
    assert abs(found - expected) < MANY * np.sqrt(1 / len(HAIC) + 1 / len(LAW))


def test_responders_get_more_sessions_at_the_golden_shares() -> None:
    golden = r_answers.cohort()
    for response in (0, 1):
        theirs = golden.loc[golden["OR"] == response, "sess4"]
        mine = LAW.planned[LAW.baseline.response == bool(response)]
        for sessions in (1, 2, 3, 4):
            _agrees(theirs == sessions, float(np.mean(np.minimum(mine, 4) == sessions)), mine.size)


def test_sessions_received_never_outlast_survival_and_keep_the_published_shares_but_for_that() -> None:
    received = np.array([p.clinical.haic_sessions for p in HAIC])
    months = np.array([p.time_months for p in HAIC])
    assert ((received - 1) * latents.MONTHS_BETWEEN_SESSIONS <= months).all()
    # Table 2, training cohort: 75, 109, 66 and 239 of 489; up to .03 have fewer than planned because they died
    for sessions, count in ((1, 75), (2, 109), (3, 66), (4, 239)):
        share = float(np.mean(np.minimum(received, 4) == sessions))
        published = count / 489
        error = np.sqrt(published * (1 - published) * (1 / len(HAIC) + 1 / 489))
        assert abs(share - published) < 0.03 + MANY * error


@pytest.mark.parametrize("name", list(latents.SIGN_FREQUENCY))
@pytest.mark.parametrize("mtm", [False, True])
def test_signs_have_their_published_frequency_in_both_cohorts(name: str, mtm: bool) -> None:
    for group in (HAIC, RESECTED):
        seen = [getattr(p.look.signs, name) for p in group if p.mtm is mtm]
        _agrees(seen, latents.SIGN_FREQUENCY[name][mtm])


def test_afp_of_400_by_subtype_and_over_all() -> None:
    for mtm in (False, True):
        _agrees((p.clinical.afp_ng_ml >= 400 for p in HAIC if p.mtm is mtm), latents.AFP_HIGH_FREQUENCY[mtm])
    _agrees((p.clinical.afp_ng_ml >= 400 for p in HAIC), 482 / PAPER_N, PAPER_N)


def test_the_ideal_reader_reaches_93_and_no_more() -> None:
    """DeLong's interval of 30,000 patients lies within .92-.94, and the cohorts drawn agree with .93."""
    rng = np.random.default_rng(9)
    dlr = latents.draw_dlr(30_000, rng)
    mtm = rng.random(dlr.size) < latents.chance(latents.MTM_LOGIT, dlr)
    logit = latents.mtm_prior(latents.MTM_LOGIT, dlr) + latents.draw_evidence(mtm, rng).log_likelihood_ratio
    interval = roc_auc(mtm, logit).interval()
    assert interval is not None
    assert 0.92 < interval[0] < interval[1] < 0.94
    for group in (HAIC, RESECTED):
        drawn = roc_auc(np.array([p.mtm for p in group]), np.array([p.true_mtm_logit for p in group]))
        assert abs(drawn.value - 0.93) < 0.005 + MANY * float(np.sqrt(drawn.variance or 0.0))


def test_the_true_logit_is_calibrated() -> None:
    for group in (HAIC, RESECTED):
        logit, mtm = np.array([p.true_mtm_logit for p in group]), np.array([p.mtm for p in group])
        for low, high in ((-1.5, -0.5), (-0.5, 0.5), (0.5, 1.5)):
            here = (logit > low) & (logit < high)
            _agrees(mtm[here], float(np.mean(1 / (1 + np.exp(-logit[here])))))


def test_size_and_number_of_table_2() -> None:
    size = [p.look.size_cm for p in HAIC]
    _mean_agrees(size, 8332.5 / PAPER_N, 3.5, PAPER_N)
    assert np.std(size) == pytest.approx(3.5, abs=0.25)
    assert min(size) > 5
    for number, count in ((1, 214), (2, 42), (3, 18)):
        _agrees((p.look.count == number for p in HAIC), count / PAPER_N, PAPER_N)
    _agrees((p.look.count > 3 for p in HAIC), 478 / PAPER_N, PAPER_N)


def test_number_and_subtype_of_table_1() -> None:
    _agrees((p.mtm for p in RESECTED), 118 / 159, 159)
    _agrees((p.look.count == 1 for p in RESECTED), 78 / 159, 159)
    _agrees((p.look.count > 3 for p in RESECTED), 73 / 159, 159)


def test_neither_size_nor_number_tells_the_subtype() -> None:
    for values in ([p.look.size_cm for p in HAIC], [float(p.look.count) for p in HAIC]):
        area = roc_auc(np.array([p.mtm for p in HAIC]), np.array(values))
        # both go with DLR a little, and so does the subtype
        assert abs(area.value - 0.5) < 0.03 + MANY * float(np.sqrt(area.variance or 0.0))


SHARES: dict[str, tuple[Callable[[Latent], bool], int]] = {
    "female": (lambda p: p.clinical.sex == "female", 80),
    "ecog 1": (lambda p: p.clinical.ecog == 1, 38),
    "comorbidity": (lambda p: bool(p.clinical.comorbidity), 101),
    "hepatitis B": (lambda p: bool(p.clinical.hbv), 688),
    "ascites": (lambda p: p.clinical.ascites != "none", 108),
}


@pytest.mark.parametrize("name", list(SHARES))
def test_clinical_shares_of_table_2(name: str) -> None:
    has, count = SHARES[name]
    _agrees(map(has, HAIC), count / PAPER_N, PAPER_N)


@pytest.mark.parametrize(
    ("name", "dead", "count", "of"),
    [
        ("lymph_node_metastasis", False, 61, 275),
        ("lymph_node_metastasis", True, 168, 477),
        ("metastasis_lung", False, 35, 275),
        ("metastasis_lung", True, 53, 477),
        ("sequential_pd1", False, 123, 275),
        ("sequential_tki", True, 101, 477),
    ],
)
def test_what_table_2_gives_by_outcome(name: str, dead: bool, count: int, of: int) -> None:
    _agrees((getattr(p.clinical, name) for p in HAIC if p.event is dead), count / of, of)


@pytest.mark.parametrize(
    ("name", "mean", "sd"),
    [("age_years", 51.3, 11.8), ("bmi_kg_m2", 21.7, 2.6), ("albumin_g_l", 39.7, 4.5), ("inr", 1.09, 0.11),
     ("prothrombin_time_s", 12.5, 1.3), ("creatinine_umol_l", 70.0, 16.0)],
)  # fmt: skip
def test_clinical_means_of_table_2(name: str, mean: float, sd: float) -> None:
    _mean_agrees((getattr(p.clinical, name) for p in HAIC), mean, sd, PAPER_N)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("ast_u_l", 66, 97), ("alt_u_l", 46, 52), ("bilirubin_umol_l", 15.0, 16.5), ("platelets_1e9_l", 199, 264),
     ("crp_mg_l", 13, 22)],
)  # fmt: skip
def test_clinical_medians_lie_among_those_of_table_2s_six_groups(name: str, low: float, high: float) -> None:
    assert low <= np.median([getattr(p.clinical, name) for p in HAIC]) <= high


def test_burden_and_spread_go_with_a_low_dlr() -> None:
    """Rank correlation with DLR is below zero by more than four standard errors for everything drawn of burden."""
    score = latents.dlr_normal_score(np.array([p.dlr for p in HAIC]))
    for values in (
        [p.look.size_cm for p in HAIC],
        [p.look.count for p in HAIC],
        [p.look.infiltration for p in HAIC],
        [p.cirrhosis for p in HAIC],
        [p.ascites_mm for p in HAIC],
    ):
        assert np.corrcoef(score, values)[0, 1] < -MANY / np.sqrt(len(HAIC))


def test_survival_of_the_cohort_is_that_of_its_linear_predictor() -> None:
    """Deaths by 12 months among patients not censored before: the nomogram's mean risk, sessions as received.

    Sessions are cut where death came first, so that risk given the received number is a little too high for the dead.
    """
    lp = np.array([p.lp_post for p in HAIC])
    time, event = np.array([p.time_months for p in HAIC]), np.array([bool(p.event) for p in HAIC])
    known = (time > 12) | event
    expected = 1 - np.exp(-latents.POST_HAZARD[0] * np.exp(lp[known] - latents.POST_REFERENCE))
    found = np.mean(time[known] <= 12)
    assert abs(found - expected.mean()) < 0.03 + MANY * np.sqrt(found * (1 - found) / known.sum())
