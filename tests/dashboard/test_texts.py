from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.case import Notice, Phase
from core.errors import InputError
from core.findings import HeatmapCheck, HeatmapReliability, Score, Survival, Verdict
from core.survival.own_file import read_own
from core.survival.prognoses import prognosis
from dashboard import texts
from tests import own_files
from tests.dashboard import builders

shares = st.floats(0, 1)


@given(shares)
def test_alive_and_dead_add_up_to_100(value: float) -> None:
    alive, dead = texts.out_of_100(Survival(value, 0.0, 1.0))
    assert alive + dead == 100
    assert 0 <= alive <= 100


def test_lead_sentence_is_the_natural_frequency() -> None:
    assert texts.lead_sentence(Survival(0.38, 0.27, 0.5), 36) == (
        "Of 100 people like this, about 38 are alive at 3 years (range 27–50) and 62 have died."
    )


def test_lead_sentence_at_the_ends() -> None:
    assert texts.lead_sentence(Survival(0.001, 0.0, 0.01), 60) == (
        "Of 100 people like this, fewer than 1 is alive at 5 years (range 0–1) and more than 99 have died."
    )
    assert texts.lead_sentence(Survival(0.999, 0.99, 1.0), 12).endswith("and fewer than 1 has died.")
    assert "about 1 is alive at 1 year " in texts.lead_sentence(Survival(0.01, 0.0, 0.02), 12)


def test_survival_so_far_is_a_condition() -> None:
    sentence = texts.lead_sentence(Survival(0.5, 0.4, 0.6), 36, alive_at=14.5)
    assert sentence.startswith("Of 100 people like this who are alive 14.5 months after the first HAIC, about 50 are")


def test_time_origin_is_stated_and_immortal_time_named() -> None:
    made = builders.assessment()
    assert made.pre is not None
    assert made.post is not None
    assert "counted from the first HAIC" in texts.time_origin(made.pre)
    assert "known later" in texts.time_origin(made.post)


def test_risk_sentence_prints_both_cut_offs() -> None:
    post = builders.assessment().post
    assert post is not None
    sentence = texts.risk_sentence(replace(post, risk_group="indeterminate", linear_predictor=-0.7), -0.26, -1.25)
    assert "−0.70, between −1.25 and −0.26" in sentence
    assert "−0.26 as published" in sentence


def test_scores_say_where_they_come_from() -> None:
    assert texts.score_value(None) == "unknown"
    assert texts.score_value(Score.manual(1.0)) == "1.00"
    assert texts.score_value(builders.MTM) == "0.62 (0.47–0.75)"


def test_one_decimal_is_the_same_number() -> None:
    survival = Survival(0.384, 0.271, 0.502)
    assert texts.percent(survival) == ("38 %", "27–50 %")
    assert texts.percent(survival, 1) == ("38.4 %", "27.1–50.2 %")


def test_refused_inputs_speak_the_words_of_the_form() -> None:
    refused = InputError("pvtt: expected true or unknown where ecog is 4, got false")
    said = "Portal vein tumour thrombus (PVTT): expected yes or unknown where ECOG performance status is 4, got no"
    assert texts.plain(refused) == said


def test_remarks_on_a_series_name_its_phase() -> None:
    found = texts.of_phase([Notice("a", "image series: cut"), Notice("b", "Moved.")], Phase.PORTAL_VENOUS)
    assert [notice.text for notice in found] == ["portal-venous series: cut", "Moved."]


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_a_heatmap_says_what_it_is_and_whether_to_trust_it(verdict: Verdict) -> None:
    sentence = texts.reliability.sentence("mtm", builders.heatmap(verdict=verdict))
    assert texts.HEAT_CAVEAT in sentence
    assert texts.reliability.SENTENCES[verdict] in sentence
    assert "83 % of the heat lay inside the liver outline, 30 % would by chance" in sentence
    assert texts.reliability.badge("mtm", builders.reliability(verdict)) == (
        "MTM",
        f"{texts.reliability.SIGNS[verdict]} {verdict}",
    )


def test_checks_are_told_with_figure_limit_and_chance() -> None:
    told = {row[0]: row[2:] for row in texts.reliability.rows(builders.reliability("doubtful"))}
    assert told["Heat inside the liver"] == ("83 %", "at least 36 % (30 % by chance)", "✓ passed")
    assert told["Heat inside tumours"] == ("31 %", texts.reliability.NO_LIMIT, "no limit")
    assert told["Likeness to an untrained network's map"] == ("0.12", "under 0.50", "✓ passed")
    assert told["Repeats when mirrored"] == ("0.20", "at least 0.50", "✕ failed")


def test_a_check_without_heat_has_no_figure() -> None:
    empty = HeatmapReliability("failed", 0.3, None, (HeatmapCheck("noise", None, 0.5, False),))
    assert texts.reliability.rows(empty)[0][2:] == (texts.reliability.NOT_MEASURABLE, "at least 0.50", "✕ failed")


@pytest.mark.parametrize(
    ("months", "span", "survival"),
    [
        (12, "1 year", "1-year survival"),
        (36, "3 years", "3-year survival"),
        (365 / 30.4375, "1 year", "1-year survival"),
        (3650 / 30.4375, "10 years", "10-year survival"),
        (1, "1 month", "1-month survival"),
        (6.0, "6 months", "6-month survival"),
        (18, "18 months", "18-month survival"),
        (180 / 30.4375, "5.9 months", "5.9-month survival"),
        (7 / 30.4375, "0.23 months", "0.23-month survival"),
    ],
)
def test_horizons_in_words(months: float, span: str, survival: str) -> None:
    assert texts.time_span(months) == span
    assert texts.survival_at(months) == survival


def test_two_horizons_never_read_alike() -> None:
    assert texts.time_spans([12, 36]) == {12: "1 year", 36: "3 years"}
    assert len(set(texts.time_spans([3.29, 3.32]).values())) == 2


def test_lead_sentence_at_any_horizon() -> None:
    assert "are alive at 5.9 months (range" in texts.lead_sentence(Survival(0.38, 0.27, 0.5), 5.9138)


def test_one_cut_off_is_one_sentence() -> None:
    nomogram = read_own(own_files.sim()).nomogram
    found = prognosis(nomogram, dict.fromkeys(nomogram.names, 1.0), {})
    sentence = texts.own.risk_sentence(found, nomogram)
    assert sentence.count("cut-off") == 1
    assert sentence.count(texts.signed(nomogram.cut_published.value)) == 1
    assert "indeterminate" not in sentence
    assert "median" in sentence


def test_the_published_model_brought_up_to_date_says_what_is_fitted() -> None:
    post = builders.models().post
    refitted = replace(post, cumulative_hazard=replace(post.cumulative_hazard, tag="fitted"))
    assert texts.own.where_from(refitted).startswith("Published: coefficients")
    assert "Fitted: baseline survival." in texts.own.where_from(refitted)
    made = builders.assessment().post
    assert made is not None
    assert "those of the published model" in texts.own.risk_sentence(made, post)
    assert "known later" in texts.own.time_origin(post)


@pytest.mark.parametrize("text", ["ph.ecog", "age_years", "-30", "0.5", "stage=B", "Alpha-fetoprotein (ng/mL)"])
def test_plain_names_stay_as_they_are(text: str) -> None:
    assert texts.literal(text) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("**b**", r"\*\*b\*\*"),
        ("![x](y)", r"\!\[x\](y)"),
        ("_x_ a_b", r"\_x\_ a_b"),
        ("<b>", r"\<b\>"),
        ("12. x", r"12\. x"),
        ("- x", r"\- x"),
        (":a:", "\\:\u2060a\\:"),
        ("http://a", "http\\:\u2060//a"),
        ("www.a@b", "www.\u2060a@\u2060b"),
        ("two\n\nlines", "two lines"),
    ],
)
def test_marks_are_escaped(text: str, escaped: str) -> None:
    assert texts.literal(text) == escaped
