from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.case import ClinicalRecord
from core.errors import ArtefactError
from core.findings import ImageEvidence, ScoreOrigin
from core.fusion import ClinicalModel, ClinicalTerm, DlrMap, FusionModel, PartWeights
from core.fusion.log_odds import log_odds
from core.fusion.model import never_rising

CLINICAL = ClinicalModel(
    intercept=-1.0,
    terms=(
        ClinicalTerm("afp_ng_ml", 100.0, None, 1.5, 0.35),
        ClinicalTerm("sex", None, "male", -0.5, 0.88),
    ),
    covariance=((0.3, 0.0, 0.0), (0.0, 0.09, 0.0), (0.0, 0.0, 0.17)),
)
WEIGHTS = PartWeights(
    intercept=0.4,
    weight={"network": 0.6, "radiomics": 0.3, "clinical": 0.1},
    centre={"network": 0.2, "radiomics": 0.1, "clinical": -0.5},
)
MODEL = FusionModel(CLINICAL, WEIGHTS, DlrMap((0.2, 0.5, 0.8), (0.1, 0.7, 0.95), "by hand"), "1.0.0")
HEADS = np.array([[0.7, 0.8, 0.6, 0.65, 0.4]])
EVIDENCE = ImageEvidence(HEADS, np.array([0.6]))
RECORD = ClinicalRecord(afp_ng_ml=500.0, sex="male")

probability = st.floats(0.001, 0.999)


def logit(p: float) -> float:
    return math.log(p / (1 - p))


def expit(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_clinical_model_in_closed_form():
    found, unknown = CLINICAL.log_odds(RECORD)
    assert unknown == ()
    assert found.mean == pytest.approx(-1.0 + 1.5 - 0.5)
    assert found.sd == pytest.approx(math.sqrt(0.3 + 0.09 + 0.17))


def test_the_cut_off_itself_is_no():
    found, _ = CLINICAL.log_odds(ClinicalRecord(afp_ng_ml=100.0, sex="female"))
    assert found.mean == pytest.approx(-1.0)


def test_an_unknown_predictor_takes_the_mean_and_widens_the_range():
    found, unknown = CLINICAL.log_odds(ClinicalRecord(sex="male"))
    assert unknown == ("afp_ng_ml",)
    assert found.mean == pytest.approx(-1.0 + 1.5 * 0.35 - 0.5)
    parameters = 0.3 + 0.35**2 * 0.09 + 0.17
    assert found.sd == pytest.approx(math.sqrt(parameters + 1.5**2 * 0.35 * 0.65))


def test_fused_score_in_closed_form():
    score, notices = MODEL.mtm_score(EVIDENCE, RECORD)
    assert notices == ()
    mean = 0.4 + 0.6 * (logit(0.7) - 0.2) + 0.3 * (logit(0.6) - 0.1) + 0.1 * (0.0 + 0.5)
    sd = 0.1 * math.sqrt(0.56)
    assert score.value == pytest.approx(expit(mean))
    assert (score.low, score.high) == pytest.approx((expit(mean - 1.96 * sd), expit(mean + 1.96 * sd)))
    assert score.sd == pytest.approx((score.high - score.low) / 3.92)
    assert score.parts == pytest.approx({"network": 0.7, "radiomics": 0.6, "clinical": 0.5})
    assert (score.origin, score.model, score.version) == (ScoreOrigin.MODEL, "fusion", "1.0.0")


def test_without_clinical_values_the_other_weights_grow_and_it_is_said():
    score, notices = MODEL.mtm_score(EVIDENCE, ClinicalRecord())
    grow = 1.0 / 0.9
    assert score.value == pytest.approx(expit(0.4 + grow * (0.6 * (logit(0.7) - 0.2) + 0.3 * (logit(0.6) - 0.1))))
    assert set(score.parts) == {"network", "radiomics"}
    assert [notice.code for notice in notices] == ["clinical_model_missing"]
    assert "without its clinical part" in notices[0].text
    assert "Alpha-fetoprotein" in notices[0].text


def test_a_partly_unknown_record_is_named():
    score, notices = MODEL.mtm_score(EVIDENCE, ClinicalRecord(sex="male"))
    assert "clinical" in score.parts
    assert [notice.code for notice in notices] == ["clinical_model_missing"]
    assert notices[0].text.endswith("for: Alpha-fetoprotein.")


def test_without_radiomics_it_is_said():
    score, notices = MODEL.mtm_score(ImageEvidence(HEADS, np.empty(0)), RECORD)
    assert set(score.parts) == {"network", "clinical"}
    assert [notice.code for notice in notices] == ["radiomics_missing"]


def test_a_part_without_weight_alone_gives_no_score():
    weights = PartWeights(0.0, {"network": 0.0, "radiomics": 1.0, "clinical": 0.0}, WEIGHTS.centre)
    model = FusionModel(CLINICAL, weights, MODEL.dlr)
    score, notices = model.mtm_score(ImageEvidence(HEADS, np.empty(0)), ClinicalRecord())
    assert score is None
    assert len(notices) == 2


def test_dlr_score_and_ordered_heads():
    scores, heads, _ = MODEL.scores(EVIDENCE, RECORD)
    mean = (0.8 + 0.6 + 0.65 + 0.4) / 4
    assert scores.dlr.value == scores.dlr.low == pytest.approx(0.7 + (mean - 0.5) / 0.3 * 0.25)
    assert scores.dlr.sd == 0
    assert heads == pytest.approx({"os1": 0.8, "os2": 0.625, "os3": 0.625, "os_gt3": 0.4})


def test_dlr_spread_comes_from_the_variants():
    rows = np.tile(HEADS[:, 1:], (4, 1)) + np.array([[-0.02], [0.0], [0.01], [0.03]])
    score = MODEL.dlr_score(rows)
    logits = np.log(rows.mean(axis=1) / (1 - rows.mean(axis=1)))
    low = expit(logits.mean() - 1.96 * logits.std(ddof=1))
    assert score.low == pytest.approx(MODEL.dlr(low))
    assert score.low < score.value < score.high


@given(st.lists(probability, min_size=1, max_size=6))
def test_never_rising_keeps_the_mean(values):
    found = never_rising(np.array(values))
    assert np.diff(found).max(initial=0.0) <= 1e-12
    assert found.mean() == pytest.approx(np.mean(values))


@given(st.lists(st.tuples(*[probability] * 5), min_size=1, max_size=8), st.lists(probability, max_size=5))
def test_scores_stay_within_their_range(heads, radiomics):
    scores, os_heads, _ = MODEL.scores(ImageEvidence(np.array(heads), np.array(radiomics)), RECORD)
    for score in (scores.mtm, scores.dlr):
        assert 0 <= score.low <= score.value + 1e-12
        assert score.value <= score.high + 1e-12 <= 1 + 1e-9
        assert score.sd >= 0
    assert list(os_heads.values()) == sorted(os_heads.values(), reverse=True)


@given(probability, probability)
def test_a_higher_part_never_lowers_the_score(first, second):
    low, high = sorted((first, second))
    values = [MODEL.mtm_score(ImageEvidence(HEADS, np.array([value])), RECORD)[0].value for value in (low, high)]
    assert values[0] <= values[1]


def test_certainty_has_an_end():
    assert log_odds(np.array([1.0])).mean == pytest.approx(logit(1 - 1e-4))
    assert log_odds(np.empty(0)) is None


def test_the_document_survives_and_is_read_strictly():
    data = MODEL.to_json()
    again = FusionModel.from_json(data)
    assert again.to_json() == data
    assert again.mtm_score(EVIDENCE, RECORD) == MODEL.mtm_score(EVIDENCE, RECORD)
    document = json.loads(data)
    for change in ({"more": 1}, {"weights": {}}, {"version": 1}):
        with pytest.raises(ArtefactError, match="faults in it"):
            FusionModel.from_json(json.dumps({**document, **change}).encode())


@pytest.mark.parametrize(
    "build",
    [
        lambda: DlrMap((0.2, 0.2), (0.1, 0.2), ""),
        lambda: DlrMap((0.2, 0.4), (0.3, 0.2), ""),
        lambda: DlrMap((0.2,), (0.3,), ""),
        lambda: DlrMap((0.2, 0.4), (0.3, 1.2), ""),
        lambda: PartWeights(0.0, {**WEIGHTS.weight, "network": -0.1}, WEIGHTS.centre),
        lambda: PartWeights(0.0, {"network": 1.0}, WEIGHTS.centre),
        lambda: ClinicalTerm("afp", 1.0, None, 1.0, 0.5),
        lambda: ClinicalTerm("sex", 1.0, "male", 1.0, 0.5),
        lambda: ClinicalModel(0.0, CLINICAL.terms, ((1.0,),)),
    ],
)
def test_faulty_parts_are_refused(build):
    with pytest.raises(ArtefactError):
        build()
