from dataclasses import replace

import pytest

from core.case import ClinicalRecord
from core.findings import Prognosis, Score, ScoreOrigin, Scores
from core.survival.bands import conditional_band
from core.survival.model import Nomogram
from core.survival.own_file import read_own
from core.survival.prognoses import model_inputs, prognoses, prognosis
from tests import own_files, r_answers

RECORD = ClinicalRecord(pvtt=True, response="SD", haic_sessions=6, months_since_first_haic=4.0)
SCORES = Scores(Score.manual(1.0), Score.manual(0.85))


def _codes(notices: tuple[object, ...]) -> list[str]:
    return [getattr(notice, "code") for notice in notices]  # noqa: B009


def test_both_models_answer(pre: Nomogram, post: Nomogram) -> None:
    before, after, notices = prognoses(pre, post, RECORD, SCORES)
    assert isinstance(before, Prognosis)
    assert isinstance(after, Prognosis)
    assert notices == ()
    assert (before.model, after.model) == ("pre", "post")
    assert after.linear_predictor == pytest.approx(-1.9475361617064013, abs=1e-12)
    assert after.os[36].value == pytest.approx(0.33127539552690133, abs=1e-9)
    assert (after.os[36].low, after.os[36].high) == pytest.approx((0.1605657207048828, 0.513072911683199), abs=1e-9)
    assert list(after.points) == ["pvtt", "response", "haic_sessions", "mtm", "dlr"]
    assert after.total_points == pytest.approx(sum(after.points.values()))
    assert (before.risk_group, after.risk_group) == ("low", "low")
    assert after.widest_source == "baseline"
    assert before.os_conditional is None


def test_curve_runs_from_the_start_to_the_end_of_follow_up(pre: Nomogram, post: Nomogram) -> None:
    _, after, _ = prognoses(pre, post, RECORD, SCORES)
    assert after is not None
    times = [point.time_months for point in after.curve]
    assert (times[0], times[1], times[-1], len(times)) == (0.0, 0.5, 60.0, 121)
    assert after.curve[0].survival.low == 1.0
    at = {point.time_months: point.survival for point in after.curve}
    assert all(at[float(month)].value == pytest.approx(after.os[month].value, abs=1e-12) for month in (12, 36, 60))


def test_conditional_survival(pre: Nomogram, post: Nomogram) -> None:
    _, after, notices = prognoses(pre, post, replace(RECORD, months_since_first_haic=13.2), SCORES)
    assert after is not None
    assert notices == ()
    assert after.os_conditional is not None
    assert list(after.os_conditional) == [36, 60]
    expected = conditional_band(post, [1, 0, 4, 1, 0.85], 36.0, 13.2)
    assert after.os_conditional[36].low == pytest.approx(float(expected.low))
    assert after.os_conditional[36].value > after.os[36].value
    first, last = after.conditional_curve[0], after.conditional_curve[-1]
    assert (first.time_months, first.survival.value, last.time_months) == (13.2, 1.0, 60.0)
    assert after.conditional_curve[1].time_months == 13.5
    assert after.months_since_first_haic == 13.2


def test_unknown_time_origin_is_said(pre: Nomogram, post: Nomogram) -> None:
    _, after, notices = prognoses(pre, post, replace(RECORD, months_since_first_haic=None), SCORES)
    assert after is not None
    assert after.os_conditional is None
    assert after.conditional_curve == ()
    assert _codes(notices) == ["immortal_time"]


@pytest.mark.parametrize("months", [60.0, 75.0])
def test_nothing_is_said_past_the_follow_up(pre: Nomogram, post: Nomogram, months: float) -> None:
    _, after, notices = prognoses(pre, post, replace(RECORD, months_since_first_haic=months), SCORES)
    assert after is not None
    assert after.os_conditional is None
    assert _codes(notices) == ["beyond_follow_up"]


@pytest.mark.parametrize(
    ("clinical", "scores", "missing_pre", "missing_post"),
    [
        (ClinicalRecord(), Scores(), "pvtt, dlr", "pvtt, response, haic_sessions, mtm, dlr"),
        (ClinicalRecord(pvtt=False), Scores(dlr=Score.manual(0.4)), None, "response, haic_sessions, mtm"),
        (replace(RECORD, pvtt=None), SCORES, "pvtt", "pvtt"),
        (RECORD, Scores(dlr=SCORES.dlr), None, "mtm"),
    ],
)
def test_what_is_unknown_is_named(
    pre: Nomogram,
    post: Nomogram,
    clinical: ClinicalRecord,
    scores: Scores,
    missing_pre: str | None,
    missing_post: str,
) -> None:
    before, after, notices = prognoses(pre, post, clinical, scores)
    assert (before is None) == (missing_pre is not None)
    assert after is None
    expected = [("pre", missing_pre)] if missing_pre else []
    expected.append(("post", missing_post))
    assert _codes(notices) == ["missing_input"] * len(expected)
    for notice, (model, names) in zip(notices, expected, strict=True):
        assert notice.text.startswith(f"The {model}-HAIC nomogram needs {names}:")


def test_more_sessions_than_time_is_a_notice_not_an_error(pre: Nomogram, post: Nomogram) -> None:
    _, after, notices = prognoses(pre, post, replace(RECORD, months_since_first_haic=1.0), SCORES)
    assert after is not None
    assert _codes(notices) == ["sessions_timing"]


def test_sessions_count_up_to_four() -> None:
    for sessions, expected in ((1, 1.0), (4, 4.0), (9, 4.0)):
        assert model_inputs(replace(RECORD, haic_sessions=sessions), SCORES)["haic_sessions"] == expected


@pytest.mark.parametrize(("response", "expected"), [("CR", 1.0), ("PR", 1.0), ("SD", 0.0), ("PD", 0.0), (None, None)])
def test_response_is_coded_as_published(response: object, expected: float | None) -> None:
    record = ClinicalRecord(response=response)  # type: ignore[arg-type]
    assert model_inputs(record, SCORES)["response"] == expected


def test_score_spread_widens_the_band_and_is_named(pre: Nomogram, post: Nomogram) -> None:
    unsure = Scores(SCORES.mtm, Score(0.85, 0.45, 1.0, 0.2, ScoreOrigin.MODEL))
    exact, _, _ = prognoses(pre, post, RECORD, SCORES)
    spread, after, _ = prognoses(pre, post, RECORD, unsure)
    assert exact is not None
    assert spread is not None
    assert after is not None
    assert spread.os[36].low < exact.os[36].low
    assert spread.os[36].high > exact.os[36].high
    assert spread.os[36].value == exact.os[36].value
    assert (spread.widest_source, after.widest_source) == ("image score", "image score")


LUNG = {"ph.ecog": 1.0, "age": 61.0, "sex": 2.0, "wt.loss": 4.0}
LUNG_MONTHS = [180 / 30.4375, 365 / 30.4375, 730 / 30.4375]


def test_readings_of_an_own_nomogram_are_those_of_r_at_exact_months() -> None:
    """R 4.2.2, survival 3.5.3: survfit of the first patient of survival::lung at 180, 365 and 730 days."""
    nomogram = read_own(own_files.lung()).nomogram
    patient = r_answers.lung()[r_answers.LUNG].iloc[0].to_dict()
    found = prognosis(nomogram, patient, {})
    expected = r_answers.read("survfit_pred_lung.csv")["surv"][:3]
    assert list(found.os) == pytest.approx(LUNG_MONTHS, rel=1e-12)
    assert [reading.value for reading in found.os.values()] == pytest.approx(list(expected), rel=1e-7)


def test_a_short_follow_up_has_a_curve_and_a_widest_source() -> None:
    nomogram = read_own(own_files.lung()).nomogram
    found = prognosis(nomogram, LUNG, {})
    assert nomogram.follow_up_months.value < 36
    assert (found.curve[0].time_months, found.curve[-1].time_months) == (0.0, nomogram.follow_up_months.value)
    assert len(found.curve) == 101
    assert found.curve[-1].survival == found.os[nomogram.follow_up_months.value]
    assert found.widest_source in ("coefficients", "baseline")


def test_whole_months_are_read_by_whole_numbers(post: Nomogram) -> None:
    inputs = {name: value for name, value in model_inputs(RECORD, SCORES).items() if value is not None}
    found = prognosis(post, inputs, {}, 14.0)
    assert found.os_conditional is not None
    assert [str(month) for month in found.os] == ["12", "36", "60"]
    assert [str(month) for month in found.os_conditional] == ["36", "60"]
    assert len(found.curve) == 121


def test_follow_up_of_an_own_nomogram_may_be_long() -> None:
    nomogram = read_own(own_files.renamed((("PVTT", "pvtt"), ("DLR", "score")), (6.0, 90.0))).nomogram
    found = prognosis(nomogram, {"pvtt": 1.0, "score": 0.7}, {})
    assert list(found.os) == [6, 90]
    assert found.curve[-1].time_months == 90
    assert found.risk_group in ("low", "high")
