"""Readers of the tumour board and the model, over the cases they read blind: agreement, and calibration of survival.

Counted is each reader's first reading of a case, committed before the case was shown (`BoardRecord.blind`). Below
`FEWEST` cases no figure is given but counts and shares: it would be noise. The model calls MTM from a score of one half
on. Histology is known where a case's latest save has MTM given by hand as 0 or 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import Literal

import numpy as np

from core.findings import ScoreOrigin
from core.registry.board_nouns import ASKED_MONTHS, BoardReading
from core.registry.nouns import FollowUp as LastSeen
from core.registry.nouns import Reading
from core.studies.agreement import Agreement, agreement
from core.studies.fleiss import fleiss_kappa
from core.studies.intraclass import Intraclass, icc_agreement
from core.studies.reader_nouns import BoardStudy, Calibration, ReaderFigures, Said, Together, Truth
from core.survival.calibration import Estimate
from core.survival.follow_up import FollowUp
from core.survival.intervals import z_of
from core.survival.kaplan_meier import kaplan_meier

FEWEST = 10
MODEL_CUT = 0.5
MODEL = "Model"
Against = Literal["model", "histology", "survival"]


def truth_of(read: Reading, latest: Reading, last_seen: LastSeen | None) -> Truth:
    """What is known: the model's answer in the save that was read, histology in the latest save of the case."""
    score, given = read.scores.mtm, latest.scores.mtm
    by_model = score is not None and score.origin is ScoreOrigin.MODEL
    by_hand = given is not None and given.origin is ScoreOrigin.MANUAL and given.value in (0.0, 1.0)
    prognosis = read.post or read.pre  # as the report leads
    ahead = {} if prognosis is None else prognosis.os_conditional or prognosis.os
    return Truth(
        model_mtm=score.value if by_model and score is not None else None,
        model_alive={months: ahead[months].value for months in ASKED_MONTHS if months in ahead},
        histology=bool(given.value) if by_hand and given is not None else None,
        last_seen=None if last_seen is None else (last_seen.time_months, last_seen.event),
    )


def study_readers(readings: Sequence[BoardReading], truths: Mapping[str, Truth]) -> BoardStudy:
    """The figures of every reader and of the model.

    Args:
        readings: those that count, at most one of a reader and case.
        truths: by key of the save that was read.
    """
    said: dict[str, list[Said]] = {MODEL: []}
    for one in sorted(readings, key=lambda reading: reading.at):
        truth = truths[one.save]
        if one.case not in [answer.case for answer in said[MODEL]]:
            call = None if truth.model_mtm is None else truth.model_mtm >= MODEL_CUT
            said[MODEL].append(Said(one.case, one.at, call, truth.model_alive, truth))
        said.setdefault(one.reader, []).append(Said(one.case, one.at, one.call.mtm, one.call.alive, truth))
    names = [MODEL, *sorted(name for name in said if name != MODEL)]
    pairs = tuple((a, b, _pair(said[a], said[b])) for a, b in combinations(names[1:], 2))
    figures = tuple(_figures(name, said[name]) for name in names if said[name])
    return BoardStudy(figures, pairs, _together(said), {name: tuple(said[name]) for name in names})


def running(said: Sequence[Said], against: Against) -> list[tuple[datetime, int, float]]:
    """How a reader fares over time: (when, answers so far, figure so far).

    The figure is the share 0..1 of MTM calls that agree with the model or with histology, or the mean squared error of
    the estimates of 3-year survival where the status then is known.
    """
    judge: Callable[[Said], float | None] = {"model": _as_model, "histology": _as_histology, "survival": _error_at_3}[
        against
    ]
    judged = [(one.at, value) for one in said if (value := judge(one)) is not None]
    values = np.array([value for _, value in judged])
    return [(at, n, float(values[:n].mean())) for n, (at, _) in enumerate(judged, start=1)]


def status_at(truth: Truth, months: float) -> bool | None:
    """True if the patient was alive at `months`, None if that is not known."""
    if truth.last_seen is None:
        return None
    time, died = truth.last_seen
    if died:
        return time > months
    return True if time >= months else None


def _figures(name: str, said: Sequence[Said]) -> ReaderFigures:
    with_model = [] if name == MODEL else [(one.mtm, _model_call(one)) for one in said]
    with_histology = [(one.mtm, one.truth.histology) for one in said]
    horizons = {months: _calibration(said, months) for months in ASKED_MONTHS}
    return ReaderFigures(name, len(said), _agreeing(with_model), _agreeing(with_histology), horizons)


def _pair(one: Sequence[Said], other: Sequence[Said]) -> Agreement:
    calls = {answer.case: answer.mtm for answer in other}
    return _agreeing([(answer.mtm, calls[answer.case]) for answer in one if answer.case in calls])


def _agreeing(pairs: Sequence[tuple[bool | None, bool | None]]) -> Agreement:
    """Of pairs of calls that are both known; Cohen's kappa from FEWEST on, and where neither says the same of all."""
    both = [(int(one), int(other)) for one, other in pairs if one is not None and other is not None]
    found = agreement([one for one, _ in both], [other for _, other in both], 2)
    constant = any(len({pair[place] for pair in both}) < 2 for place in (0, 1))  # kappa is 0 then, whatever is said
    return Agreement(found.n, found.agreed, found.share, None) if found.n < FEWEST or constant else found


def _calibration(said: Sequence[Said], months: int) -> Calibration:
    given = [one for one in said if months in one.alive]
    known = [(one.alive[months], alive) for one in given if (alive := status_at(one.truth, months)) is not None]
    followed = [(one.alive[months], seen) for one in given if (seen := one.truth.last_seen) is not None]
    brier, mean, observed = None, None, None
    if len(known) >= FEWEST:
        brier = _mean(np.array([(estimate - alive) ** 2 for estimate, alive in known]))
    if len(followed) >= FEWEST:
        mean = float(np.mean([estimate for estimate, _ in followed]))
        curve = kaplan_meier(FollowUp(*(np.array(column) for column in zip(*(s for _, s in followed), strict=True))))
        if curve.known_at(months) is not None:
            read = curve.at(months)
            observed = float(read.survival), float(read.low), float(read.high)
    return Calibration(len(known), brier, len(followed), mean, observed)


def _mean(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Estimate:
    value, se = float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size))
    half = z_of(0.95) * se
    return Estimate(value, se, max(value - half, 0.0), min(value + half, 1.0))


def _together(said: Mapping[str, Sequence[Said]]) -> Together:
    readers = tuple(sorted(name for name, found in said.items() if name != MODEL and len(found) >= FEWEST))
    answers = {name: {one.case: one for one in said[name]} for name in readers}
    common = sorted(set.intersection(*(set(found) for found in answers.values()))) if readers else []
    kappa = None
    if len(readers) > 2 and len(common) >= FEWEST:
        positive = np.array([sum(bool(answers[name][case].mtm) for name in readers) for case in common])
        kappa = fleiss_kappa(np.stack([positive, len(readers) - positive], axis=1))
    survival = {months: _icc([answers[name] for name in readers], common, months) for months in ASKED_MONTHS}
    return Together(readers, len(common), kappa, survival)


def _icc(answers: Sequence[Mapping[str, Said]], common: Sequence[str], months: int) -> Intraclass | None:
    given = [case for case in common if all(months in found[case].alive for found in answers)]
    if len(answers) < 2 or len(given) < FEWEST:
        return None
    return icc_agreement([[found[case].alive[months] for found in answers] for case in given])


def _model_call(one: Said) -> bool | None:
    return None if one.truth.model_mtm is None else one.truth.model_mtm >= MODEL_CUT


def _as_model(one: Said) -> float | None:
    model = _model_call(one)
    return None if model is None or one.mtm is None else float(one.mtm is model)


def _as_histology(one: Said) -> float | None:
    return None if one.truth.histology is None or one.mtm is None else float(one.mtm is one.truth.histology)


def _error_at_3(one: Said) -> float | None:
    alive = status_at(one.truth, 36)
    return None if alive is None or 36 not in one.alive else (one.alive[36] - alive) ** 2
