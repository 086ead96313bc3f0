"""Readers of a board against the model, histology and follow-up; figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from core.findings import Score, Scores
from core.registry.board_nouns import BoardReading, Call
from core.registry.nouns import FollowUp, Reading
from core.studies.agreement import agreement
from core.studies.board_readers import FEWEST, MODEL, running, status_at, study_readers, truth_of
from core.studies.fleiss import fleiss_kappa
from core.studies.intraclass import icc_agreement
from core.studies.reader_nouns import BoardStudy, ReaderFigures, Truth
from core.survival.follow_up import FollowUp as Followed
from core.survival.kaplan_meier import kaplan_meier
from tests.core.registry.snapshots import without_images
from tests.dashboard import builders

START = datetime(2026, 1, 5, tzinfo=UTC)
MODELS = [0.9, 0.8, 0.7, 0.6, 0.55, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.45]
TIMES = [4.0, 10.0, 50.0, 40.0, 36.0, 20.0, 61.0, 12.0, 37.0, 30.0, 45.0, 60.0]
DIED = [True, True, False, True, True, False, False, True, False, True, False, False]
R1 = [0.1, 0.2, 0.7, 0.5, 0.4, 0.3, 0.9, 0.2, 0.6, 0.3, 0.8, 0.7]


def truth(n: int) -> Truth:
    histology = None if n > 9 else n < 4
    return Truth(MODELS[n], {12: 0.8, 36: 0.5, 60: 0.3}, histology, (TIMES[n], DIED[n]))


def reading(n: int, reader: str, mtm: bool, alive: float, hour: int = 0) -> BoardReading:
    at = START + timedelta(days=n, hours=hour)
    return BoardReading(n, f"case {n}", f"save {n}", reader, at, Call(mtm, 0.5, {36: alive}), "", "")


def study(cases: int = 12) -> BoardStudy:
    """R1 calls the first five MTM, R2 every second case, R3 all but the last two."""
    readings = []
    for n in range(cases):
        readings += [
            reading(n, "R1", n < 5, R1[n]),
            reading(n, "R2", n % 2 == 0, min(R1[n] + 0.1, 1), 1),
            reading(n, "R3", n < 10, 0.5, 2),
        ]
    return study_readers(list(reversed(readings)), {f"save {n}": truth(n) for n in range(cases)})


def of(found: BoardStudy, name: str) -> ReaderFigures:
    return next(one for one in found.figures if one.name == name)


def test_agreement_with_the_model_and_with_histology() -> None:
    found = study()
    assert [one.name for one in found.figures] == [MODEL, "R1", "R2", "R3"]
    first = of(found, "R1")  # the model calls the first six MTM: from one half on
    assert (first.cases, first.with_model.n, first.with_model.agreed) == (12, 12, 11)
    assert first.with_model == agreement([1] * 5 + [0] * 7, [1] * 6 + [0] * 6, 2)
    assert first.with_model.kappa is not None
    assert first.with_model.kappa.value == pytest.approx((11 / 12 - 0.5) / 0.5)
    assert (first.with_histology.n, first.with_histology.agreed) == (10, 9)
    model = of(found, MODEL)
    assert (model.with_model.n, model.with_histology.n, model.with_histology.agreed) == (0, 10, 8)


def test_pairs_and_all_together() -> None:
    found = study()
    assert [(a, b, one.n) for a, b, one in found.pairs] == [("R1", "R2", 12), ("R1", "R3", 12), ("R2", "R3", 12)]
    calls = np.array([[n < 5, n % 2 == 0, n < 10] for n in range(12)])
    positive = calls.sum(axis=1)
    assert found.together.readers == ("R1", "R2", "R3")
    assert found.together.kappa == fleiss_kappa(np.stack([positive, 3 - positive], axis=1))
    estimates = [[R1[n], min(R1[n] + 0.1, 1), 0.5] for n in range(12)]
    icc, expected = found.together.survival[36], icc_agreement(estimates)
    assert icc is not None
    assert expected is not None
    assert (icc.n, icc.k, icc.value, icc.low) == pytest.approx((12, 3, expected.value, expected.low))
    assert (found.together.survival[12], found.together.survival[60]) == (None, None)


def test_brier_score_over_patients_whose_status_is_known() -> None:
    first = of(study(), "R1").horizons[36]
    # alive at 20 months and not seen since: unknown; dead at 36 months: dead by then
    alive = [0, 0, 1, 1, 0, None, 1, 0, 1, 0, 1, 1]
    errors = [(estimate - status) ** 2 for estimate, status in zip(R1, alive, strict=True) if status is not None]
    assert first.known == 11
    assert first.brier is not None
    assert first.brier.value == pytest.approx(np.mean(errors))
    assert first.brier.se == pytest.approx(np.std(errors, ddof=1) / np.sqrt(11))
    assert first.brier.high == pytest.approx(first.brier.value + 1.959964 * first.brier.se)


def test_mean_estimate_against_what_was_observed() -> None:
    found = study()
    first = of(found, "R1").horizons[36]
    curve = kaplan_meier(Followed(np.array(TIMES), np.array(DIED)))
    assert (first.followed, first.mean) == (12, pytest.approx(np.mean(R1)))
    read = curve.at(36.0)
    assert first.observed == (float(read.survival), float(read.low), float(read.high))
    assert of(found, "R1").horizons[12].followed == 0  # not asked for a year
    model = of(found, MODEL).horizons[60]
    assert model.mean == pytest.approx(0.3)


def test_too_few_is_no_number() -> None:
    found = study(FEWEST - 1)
    first = of(found, "R1")
    assert first.with_model.n == FEWEST - 1
    assert first.with_model.share is not None
    assert first.with_model.kappa is None
    at_3 = first.horizons[36]
    assert (at_3.brier, at_3.mean, at_3.observed) == (None, None, None)
    assert found.together.readers == ()
    assert set(found.together.survival.values()) == {None}


def test_nobody_has_read() -> None:
    found = study_readers([], {})
    assert (found.figures, found.pairs, found.together.cases) == ((), (), 0)


def test_a_reader_over_time() -> None:
    said = study().said["R1"]
    with_model = running(said, "model")
    assert [(at - START).days for at, _, _ in with_model] == list(range(12))
    assert [share for _, _, share in with_model[:6]] == pytest.approx([1, 1, 1, 1, 1, 5 / 6])
    assert [n for _, n, _ in running(said, "histology")] == list(range(1, 11))
    errors = running(said, "survival")
    assert len(errors) == 11
    assert errors[1][2] == pytest.approx((0.1**2 + 0.2**2) / 2)
    assert running(study().said[MODEL], "survival")[-1][2] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("last_seen", "expected"),
    [(None, None), ((35.9, False), None), ((36.0, False), True), ((36.0, True), False), ((36.1, True), True)],
)
def test_status_at_three_years(last_seen: tuple[float, bool] | None, expected: bool | None) -> None:
    assert status_at(replace(truth(0), last_seen=last_seen), 36) is expected


def test_what_is_known_of_a_save() -> None:
    result = builders.assessment()
    read = Reading(result.clinical, result.scores, result.pre, result.post, (), (), {}, {})
    by_hand = without_images().result
    latest = Reading(by_hand.clinical, by_hand.scores, None, None, (), (), {}, {})
    found = truth_of(read, latest, FollowUp(1, 14.0, True))
    assert result.post is not None
    alive = {months: result.post.os[months].value for months in (12, 36, 60)}
    assert found == Truth(0.62, alive, True, (14.0, True))
    assert truth_of(read, read, None) == Truth(0.62, alive, None, None)
    assert truth_of(latest, latest, None).model_mtm is None
    unsure = replace(latest, scores=Scores(Score.manual(0.5)))
    assert truth_of(read, unsure, None).histology is None
    before = replace(read, post=None)
    assert result.pre is not None
    assert truth_of(before, before, None).model_alive[36] == result.pre.os[36].value
