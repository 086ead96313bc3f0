"""The page Learn, without a browser."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from string import Formatter

import pytest
from streamlit.testing.v1 import AppTest

from core.studies.contradictions import contradictions
from core.studies.teaching_cases import teaching_cases
from core.studies.teaching_outlook import TeachingOutlook, teaching_outlook
from core.survival.model import Nomogram
from dashboard import texts
from dashboard.figures.growing_nomogram import rows_of
from dashboard.figures.nomogram_drawing import lay_out
from dashboard.lesson import EXAMPLE, Lesson
from dashboard.texts import learn, quiz, quiz_constructed, reading
from tests.dashboard import builders
from tests.dashboard.test_views import by_label, draft, html

OpenPage = Callable[..., AppTest]
LAST = len(learn.STEPS) - 1
PATIENTS = (
    {"pvtt": "yes", "response": "SD", "haic_sessions": "2", "mtm": 1.0, "dlr": 0.35},
    {"pvtt": "no", "response": "PR", "haic_sessions": "> 3", "mtm": 0.25, "dlr": 0.9},
)


def lesson(page: AppTest) -> Lesson:
    found: Lesson = page.session_state["lesson"]
    return found


def go(page: AppTest, part: str, **chosen: object) -> AppTest:
    lesson(page).chosen.update({"part": part, **chosen})
    return page.run()


def outlook(number: int) -> TeachingOutlook:
    return teaching_outlook(teaching_cases()[number - 1], builders.models().pre, builders.models().post)


@pytest.mark.parametrize("part", learn.PARTS)
def test_every_part_opens(open_page: OpenPage, part: str) -> None:
    page = go(open_page("learn"), part)
    assert not page.exception
    assert learn.INTRODUCTION[part].replace("'", "&#x27;") in html(page)


def test_the_page_opens_without_the_simulations() -> None:
    look = (
        "import sys; sys.path.insert(0, '.'); from dashboard.views import learn; "
        "print(*(m for m in sys.modules if m.startswith(('core.simulate', 'core.studies', 'scipy', 'torch'))))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("model", ["pre", "post"])
@pytest.mark.parametrize("patient", PATIENTS, ids=["worse", "better"])
def test_the_result_is_that_of_the_page_prognosis(
    open_page: OpenPage, model: str, patient: dict[str, str | float]
) -> None:
    """The same answers given to both pages by their own inputs: the same sentence, points and readings."""
    prognosis = open_page("prognosis")
    for name in ("pvtt", "response", "haic_sessions"):
        by_label(prognosis.button_group, texts.INPUT_LABELS[name]).set_value(patient[name])
    for name in ("mtm", "dlr"):
        by_label(prognosis.button_group, texts.INPUT_LABELS[name]).set_value("By hand")
    prognosis.run()
    for name in ("mtm", "dlr"):
        by_label(prognosis.slider, texts.AXIS_NAMES[name]).set_value(patient[name])
    draft(prognosis).view.update({"live.model": model, "live.decimal": True})
    prognosis.run()

    page = go(open_page("learn"), "build", **{"build.model": model, "build.step": LAST})
    words = {"SD": "SD or PD", "PR": "CR or PR"}
    for name in builders.models().post.names if model == "post" else builders.models().pre.names:
        group = page.slider if name in ("mtm", "dlr") else page.button_group
        by_label(group, texts.AXIS_NAMES[name]).set_value(words.get(str(patient[name]), patient[name]))
    page.run()

    assert not page.exception
    found, shown = html(page), html(prognosis)
    lead = [block.split("</p>")[0] for block in found.split('<p class="lead" role="status">')[1:]]
    assert len(lead) == 1
    assert lead[0].startswith("Of 100 people like this")
    assert lead[0] in shown
    readings = found.split('<table class="readings"><thead>')[1].split("</table>")[0]
    assert readings in shown
    total = found.split("<b>Total points</b><em>")[1].split("</em>")[0]
    assert f"<b>Total points</b><em>{total}</em>" in shown


def test_the_numbers_of_the_last_step_are_those_of_the_readings(open_page: OpenPage) -> None:
    page = go(open_page("learn"), "build", **{"build.step": LAST})
    shown = html(page)
    for months in (12, 36, 60):
        row = shown.split(f"<tr><td>{texts.time_span(months)}</td>")[1].split("</tr>")[0]
        alive = row.split('<td class="number">')[-1].split("</td>")[0]
        readings = shown.split('<table class="readings"><thead>')[1]
        assert f'<td>{texts.time_span(months)}</td><td class="number">{alive}</td>' in readings


def test_the_steps_follow_each_other_and_the_axes_grow(open_page: OpenPage) -> None:
    page = go(open_page("learn"), "build")
    rows = []
    for step in range(len(learn.STEPS)):
        assert learn.FORMULAS[step] in html(page).replace("<sub>ref</sub>", "_ref")
        rows.append(html(page).count('<div class="axis">'))
        forward = next(button for button in page.button if button.label == learn.NEXT)
        assert forward.disabled == (step == LAST)
        if step < LAST:
            forward.click().run()
    assert rows == [6, 6, 6, 6, 7, 10]


@pytest.mark.parametrize("nomogram", [builders.models().pre, builders.models().post], ids=["pre", "post"])
def test_moving_and_stretching_leaves_every_mark_where_it_is(nomogram: Nomogram) -> None:
    """Step 4 is step 3 with another ruler."""
    from core.survival.derivation import derive
    from core.survival.prognoses import prognosis

    found, answer = derive(nomogram, EXAMPLE), prognosis(nomogram, EXAMPLE, {})
    finished = lay_out(nomogram, answer, texts.AXIS_NAMES, {})
    moved, points = (rows_of(step, found, finished, texts.AXIS_NAMES) for step in (2, 3))
    for before, after in zip(moved[1:], points[1:], strict=True):
        assert before.mark == pytest.approx(after.mark, abs=1e-9)
        assert before.span == pytest.approx(after.span, abs=1e-9)
    for step in range(4):
        assert "−0" not in [label for row in rows_of(step, found, finished, texts.AXIS_NAMES) for _, label in row.ticks]
        for row in rows_of(step, found, finished, texts.AXIS_NAMES):
            assert row.mark is None or -1e-9 <= row.mark <= 1 + 1e-9


def test_values_of_the_case_are_taken_and_the_case_is_left_alone(open_page: OpenPage) -> None:
    assessment = builders.assessment()
    page = go(open_page("learn", assessment), "build", **{"build.step": LAST})
    next(button for button in page.button if button.label == learn.FROM_CASE).click().run()
    assert lesson(page).inputs == pytest.approx(
        {"pvtt": 1.0, "response": 1.0, "haic_sessions": 4.0, "mtm": builders.MTM.value, "dlr": builders.DLR.value}
    )
    assert assessment.post is not None
    assert texts.lead_sentence(assessment.post.os[36], 36) in html(page)
    assert "trained on simulated tumours" in html(page).split('class="origin"')[1]
    by_label(page.slider, texts.AXIS_NAMES["dlr"]).set_value(0.2).run()
    assert draft(page).dlr is None
    assert lesson(page).spread == {"mtm": builders.MTM.sd}


def test_an_empty_case_offers_nothing(open_page: OpenPage) -> None:
    page = go(open_page("learn"), "build")
    assert next(button for button in page.button if button.label == learn.FROM_CASE).disabled
    assert lesson(page).inputs == EXAMPLE


def test_every_case_has_two_questions_with_a_source() -> None:
    assert Counter(q.case for q in quiz_constructed.QUESTIONS) == dict.fromkeys(range(1, 13), 2)
    assert len({q.name for q in quiz_constructed.QUESTIONS}) == 24
    for question in quiz_constructed.QUESTIONS:
        assert 0 <= question.right < len(question.options)
        assert any(name in question.source for name in ("He et al. 2023", "Reig et al."))
    rights = Counter(question.right for question in quiz_constructed.QUESTIONS)
    assert max(rights.values()) < 12  # no place of an option gives the answer away


@pytest.mark.parametrize("question", quiz_constructed.QUESTIONS, ids=lambda question: question.name)
def test_the_numbers_of_a_question_are_there_and_its_options_differ(question: quiz.Question) -> None:
    found = quiz.facts(outlook(question.case))
    filled = question.filled(found)
    assert len(set(filled.options)) == len(filled.options)
    assert "{" not in filled.ask + filled.why + "".join(filled.options)


# what core says to the questions that have a number or a group for an answer
COMPUTED: dict[str, Callable[[TeachingOutlook], str]] = {
    "1.2": lambda o: str(round(100 * o.main.os[36].value)),
    "2.1": lambda o: texts.GROUP_NAMES[o.main.risk_group],
    "5.1": lambda o: f"The assumed DLR score ({max(o.main.points.values()):.0f})",
    "6.2": lambda o: f"No: about {round(100 * o.main.os[36].value)} of 100 do, and this may be one of them",
    "7.2": lambda o: str(sum(criterion.state == "met" for criterion in o.criteria)),
    "10.1": lambda o: str(round(100 * (o.main.os_conditional or {})[36].value)),
    "11.1": lambda o: str(sum(criterion.state == "not met" for criterion in o.criteria)),
    "12.1": lambda o: str(o.stages.bclc.stage),
}


@pytest.mark.parametrize("name", COMPUTED)
def test_right_options_are_what_core_says(name: str) -> None:
    question = next(question for question in quiz_constructed.QUESTIONS if question.name == name)
    found = outlook(question.case)
    assert question.filled(quiz.facts(found)).options[question.right] == COMPUTED[name](found)


def test_what_the_explanations_claim_of_the_model() -> None:
    first, second, third, fourth, fifth = (outlook(number).main for number in range(1, 6))
    assert first.os == third.os  # 5 and 6 sessions are one class, age is none
    assert -1.25 < second.linear_predictor < -0.26
    assert pytest.approx(1.83, abs=0.006) == 0.74**-2
    assert pytest.approx(0.72, abs=0.006) == 1 / 1.38
    assert fourth.points["haic_sessions"] == 0
    assert fifth.points["response"] == 0
    assert min(fifth.points["dlr"] - fifth.points[name] for name in ("pvtt", "haic_sessions")) > 5
    nine = outlook(9).main
    assert nine.os[36].value < 0.10


def test_templates_name_known_facts_only() -> None:
    for question in quiz_constructed.QUESTIONS:
        found = quiz.facts(outlook(question.case))
        for text in (question.ask, question.why, *question.options):
            named = {name for _, name, _, _ in Formatter().parse(text) if name}
            assert named <= set(found)
            assert "None" not in [found[name] for name in named]


def test_a_question_is_answered_once_explained_and_counted(open_page: OpenPage) -> None:
    page = go(open_page("learn"), "cases")
    question = quiz_constructed.QUESTIONS[0]
    radio = page.radio[0]
    assert "DLR" in quiz_constructed.QUESTIONS[0].options[question.right]
    assert question.why.split("{")[0] not in html(page)
    radio.set_value(0).run()
    next(button for button in page.button if button.label == quiz_constructed.CHECK).click().run()
    assert not page.exception
    assert lesson(page).answers == {"1.1": 0}
    shown = html(page)
    assert quiz_constructed.score(0, 1, 24) in shown
    assert 'class="verdict wrong"' in shown
    assert "Figure 4, legend" in shown
    assert page.radio[0].disabled
    lesson(page).answer("1.1", question.right)
    assert lesson(page).answers == {"1.1": 0}
    go(page, "cases", case=2)
    go(page, "cases", case=1)
    assert page.radio[0].disabled
    assert page.radio[0].value == 0
    next(button for button in page.button if button.label == quiz_constructed.AGAIN).click().run()
    assert quiz_constructed.score(0, 0, 24) in html(page)
    assert not page.radio[0].disabled


def test_cases_say_what_is_printed_and_what_is_assumed(open_page: OpenPage) -> None:
    page = go(open_page("learn"), "cases", case=4)
    shown = html(page)
    assert "<dd>63</dd>" in shown
    assert "<dd>0.80, assumed</dd>" in shown
    assert "<dd>MTM, as printed</dd>" in shown
    assert "<img" not in shown
    page = go(page, "cases", case=11)
    assert "<dd>MTM, as printed</dd>" not in html(page)
    assert "Made up for teaching" in html(page)


@pytest.mark.slow
def test_pictures_are_made_when_asked_for_and_marked_as_simulated(open_page: OpenPage) -> None:
    page = go(open_page("learn"), "cases", case=2)
    page.run(timeout=120)
    button = next(button for button in page.button if button.label == quiz_constructed.PICTURES)
    button.click().run(timeout=120)
    assert not page.exception
    shown = html(page)
    assert shown.count('<img src="data:image/png;base64,') == 2
    assert shown.count("<b>Simulated<br>") == 2
    assert "Not the patient, not the pictures of the paper" in shown
    assert set(lesson(page).pictures) == {2}


def test_every_contradiction_has_a_kind() -> None:
    assert set(reading.KIND_OF) == {row.number for row in contradictions()}
    assert set(reading.KIND_OF.values()) == set(reading.KINDS)


def test_a_contradiction_is_read_before_it_is_revealed(open_page: OpenPage) -> None:
    page = go(open_page("learn"), "reading", place=3)
    row = contradictions()[2]
    assert row.printed in html(page)
    assert row.read_as not in html(page)
    page.text_area[0].set_value("50 are the survivors").run()
    page.radio[0].set_value(reading.PLACES).run()
    next(button for button in page.button if button.label == reading.REVEAL).click().run()
    assert not page.exception
    shown = html(page)
    assert row.read_as in shown
    assert str(row.against) in shown
    assert reading.score(1, 1, 37) in shown
    go(page, "reading", place=4)
    assert page.text_area[0].value == ""
    assert contradictions()[3].read_as not in html(page)
    go(page, "reading", place=3)
    assert page.text_area[0].value == "50 are the survivors"


@pytest.mark.parametrize("sicker", [False, True])
def test_censoring_shows_every_way_with_n_and_interval(open_page: OpenPage, sicker: bool) -> None:
    page = go(open_page("learn"), "censoring", **{"censoring.who": sicker, "censoring.half": 12})
    shown = html(page)
    assert not page.exception
    assert len(page.get("plotly_chart")) == 1
    assert shown.split("<tbody>")[1].count("<tr>") == 5
    assert '<td class="number">1000</td>' in shown
    assert ("healthier ones" in shown) is sicker
    assert "no treatment effect is shown" in shown


def test_immortal_time_never_shows_a_ratio_without_saying_that_a_session_does_nothing(open_page: OpenPage) -> None:
    page = go(open_page("learn"), "immortal", **{"immortal.weeks": 8})
    shown = html(page)
    assert not page.exception
    assert "a session does nothing" in shown
    assert "seems to lower the hazard" in shown
    assert "is not the effect of a session" in shown
    assert len(page.get("plotly_chart")) == 1
    before = shown
    next(button for button in page.button if button.label == "Draw other patients").click().run()
    assert html(page) != before


def test_the_score_outlives_the_case(open_page: OpenPage) -> None:
    from dashboard.draft import Draft

    page = go(open_page("learn"), "cases")
    lesson(page).answer("1.1", 2)
    page.session_state["draft"] = Draft("Case NEW")
    page.run()
    assert quiz_constructed.score(1, 1, 24) in html(page)
