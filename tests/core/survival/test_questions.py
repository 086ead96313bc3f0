"""What is asked for on each axis; nomograms are fitted by the command cox's own path to the cohorts of tests/golden."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.artefacts import read_artefact
from core.case import ClinicalRecord
from core.errors import InputError
from core.findings import Score, ScoreOrigin, Scores
from core.survival.model import Nomogram
from core.survival.nomogram import axis_names
from core.survival.own import FITTED, axis_values
from core.survival.own_file import read_own
from core.survival.questions import CaseAnswer, answered, case_answers, questions
from core.survival.tagged import Figure, Term
from tests import own_files

CASE_NAMES = (("PVTT", "pvtt"), ("OR", "response"), ("sess4", "haic_sessions"), ("DLR", "dlr"))


def nomogram(content: bytes) -> Nomogram:
    return read_own(content).nomogram


def with_terms(*changed: Term) -> Nomogram:
    made = nomogram(own_files.lung())
    return replace(made, terms=(*changed, *made.terms[len(changed) :]))


def number(values: np.ndarray, name: str = "x") -> Term:
    """The term that a fit makes of a column of numbers."""
    drawn = axis_values(values)
    first = nomogram(own_files.lung()).terms[0]
    levels = tuple((f"{value:.6g}", float(value)) for value in drawn)
    return replace(first, name=name, label=name, levels=levels, range=(levels[0][1], levels[-1][1]))


def levels_of(made: Nomogram, name: str) -> list[str]:
    return [label for label, _ in next(q for q in questions(made) if q.name == name).levels]


def test_few_values_are_a_choice_and_many_a_number() -> None:
    sim, lung = nomogram(own_files.sim()), nomogram(own_files.lung())
    assert levels_of(sim, "PVTT") == ["0", "1"]
    assert levels_of(sim, "sess4") == ["1", "2", "3", "4"]
    assert levels_of(sim, "DLR") == []
    assert levels_of(lung, "ph.ecog") == ["0", "1", "2", "3"]
    assert levels_of(lung, "sex") == ["1", "2"]
    assert levels_of(lung, "age") == levels_of(lung, "wt.loss") == []
    assert next(q for q in questions(lung) if q.name == "age").range == (35.0, 85.0)


def test_published_models_ask_for_scores_as_numbers_and_the_rest_by_name(golden: Path) -> None:
    document = read_artefact(golden.parents[1] / "weights", "nomogram").read_json("nomogram.json")
    post = Nomogram.from_dict(document["post"])
    assert [len(question.levels) for question in questions(post)] == [2, 2, 4, 0, 0]
    assert levels_of(post, "response") == ["SD or PD", "CR or PR"]


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e5), st.integers(11, 40))
def test_a_number_with_many_values_is_never_a_choice(low: float, width: float, count: int) -> None:
    term = number(low + width * np.linspace(0, 1, count))
    assert not questions(with_terms(term))[0].levels


@given(st.lists(st.integers(-3, 7), min_size=2, max_size=6, unique=True))
def test_few_whole_numbers_are_a_choice(values: list[int]) -> None:
    question = questions(with_terms(number(np.array(values, dtype=float))))[0]
    spaced = len(set(np.diff(sorted(values)))) == 1
    if not spaced or max(values) - min(values) < 7:
        assert [value for _, value in question.levels] == sorted(values)
    assert all(question.takes(value) for value in values)


def test_a_category_is_one_question_with_its_reference_first() -> None:
    made = nomogram(own_files.category())
    assert tuple(q.name for q in questions(made)) == axis_names(made) == ("stage", "DLR")
    assert questions(made)[0].levels == (("A", 0.0), ("B", 1.0), ("C", 2.0))
    assert answered(made, {"stage": 0.0}) == {"stage=B": 0.0, "stage=C": 0.0}
    assert answered(made, {"stage": 2.0, "DLR": 0.5}) == {"stage=B": 0.0, "stage=C": 1.0, "DLR": 0.5}


def test_the_case_answers_what_has_its_names() -> None:
    made = nomogram(own_files.renamed(CASE_NAMES))
    score = Score(0.81, 0.72, 0.88, 0.04, ScoreOrigin.MODEL)
    clinical = ClinicalRecord(pvtt=True, response="SD", haic_sessions=6)
    found = case_answers(made, clinical, Scores(dlr=score))
    assert found == {
        "pvtt": CaseAnswer(1.0),
        "response": CaseAnswer(0.0),
        "haic_sessions": CaseAnswer(6.0),
        "dlr": CaseAnswer(0.81, 0.04),
    }
    taken = {q.name: q.takes(found[q.name].value) for q in questions(made)}
    assert taken == {"pvtt": True, "response": True, "haic_sessions": False, "dlr": True}


def test_what_the_case_does_not_know_is_not_answered() -> None:
    made = nomogram(own_files.renamed(CASE_NAMES))
    assert case_answers(made, ClinicalRecord(), Scores()) == {}
    known = ClinicalRecord(pvtt=True, age_years=61.0)
    assert case_answers(nomogram(own_files.sim()), known, Scores(dlr=Score.manual(0.5))) == {}


def test_sessions_past_a_limit_are_the_last_level(golden: Path) -> None:
    document = read_artefact(golden.parents[1] / "weights", "nomogram").read_json("nomogram.json")
    post = Nomogram.from_dict(document["post"])
    assert case_answers(post, ClinicalRecord(haic_sessions=7), Scores()) == {"haic_sessions": CaseAnswer(4.0)}


def test_words_and_yes_or_no_answer_categories() -> None:
    sex = nomogram(own_files.category(("female", "male"), "sex"))
    assert case_answers(sex, ClinicalRecord(sex="male"), Scores()) == {"sex": CaseAnswer(1.0)}
    other = nomogram(own_files.category(("F", "M"), "sex"))
    assert case_answers(other, ClinicalRecord(sex="male"), Scores()) == {}
    pvtt = nomogram(own_files.category(("no", "yes"), "pvtt"))
    assert case_answers(pvtt, ClinicalRecord(pvtt=True), Scores()) == {"pvtt": CaseAnswer(1.0)}


def test_yes_and_no_are_not_guessed_under_another_coding() -> None:
    term = replace(number(np.array([1.0, 2.0])), name="pvtt")
    assert case_answers(with_terms(term), ClinicalRecord(pvtt=True), Scores()) == {}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"levels": []}, "expected ascending levels and a range in term 1"),
        ({"levels": [["a", 1.0], ["b", 0.0]]}, "expected ascending levels and a range in term 1"),
        ({"range": [0.0, 0.5]}, "expected ascending levels and a range in term 1"),
        ({"range": [-1e308, 1e308]}, "expected ascending levels and a range in term 1"),
        ({"factor": "stage"}, "expected ascending levels and a range in term 1"),
        ({"factor": "age", "levels": [["a", 0.0], ["b", 1.0]], "range": [0.0, 1.0]}, "expected one variable per axis"),
    ],
)
def test_axes_that_cannot_be_drawn_are_refused(changes: dict[str, Any], text: str) -> None:
    document = json.loads(json.dumps(asdict(nomogram(own_files.lung()))))
    document["terms"][0] |= changes
    with pytest.raises(InputError, match=text):
        questions(Nomogram.from_dict(document))


def test_a_nomogram_that_moves_nothing_is_refused() -> None:
    made = nomogram(own_files.lung())
    one, nothing = Figure(1.0, FITTED), Figure(0.0, FITTED)
    flat = tuple(replace(term, hazard_ratio=one, beta=nothing) for term in made.terms)
    with pytest.raises(InputError, match="expected a term with a hazard ratio other than 1"):
        questions(replace(made, terms=flat))
