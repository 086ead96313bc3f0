"""The printed figures, against the shipped nomogram and its card."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.studies import published_figures as printed
from tests.core.studies.paper import nomograms


@pytest.mark.parametrize(("model", "term"), [*printed.HAZARD_RATIO])
def test_hazard_ratios_are_those_of_the_nomogram(model: str, term: str) -> None:
    of_term = {one.name: one.hazard_ratio for one in nomograms()[model].terms}[term]
    assert of_term.value == printed.HAZARD_RATIO[model, term].value
    assert of_term.tag == "published"


def test_table_3_agrees_with_the_nomograms_card(root: Path) -> None:
    card = json.loads((root / "weights/nomogram/1.0.0/card.json").read_text(encoding="utf-8"))
    on_card = [metric["value"] for metric in card["metrics"] if "AUC" in metric["name"]]
    ours = [printed.auc(model, cohort)[0].value for model in printed.MODELS for cohort in printed.COHORT_SIZE]
    assert ours == on_card


def test_both_auc_of_the_nomograms_are_kept_where_the_paper_prints_two() -> None:
    assert [one.value for one in printed.auc("pre", "external")] == [0.6484, 0.74]
    assert [one.value for one in printed.auc("post", "training")] == [0.8553, 0.84]
    assert [one.value for one in printed.auc("post", "external")] == [0.7921, 0.79, 0.83]
    assert len(printed.auc("hklc", "internal")) == 1


def test_p_values_that_are_limits_say_so() -> None:
    clinical, clip = printed.de_long_p("clinical_post", "training"), printed.de_long_p("clip", "training")
    assert clinical is not None
    assert (clinical.value, clinical.below) == (0.001, True)
    assert clip is not None
    assert (clip.value, clip.below) == (0.088, False)
    assert printed.de_long_p("pre", "training") is None


def test_deaths_of_the_external_cohort_are_printed_twice() -> None:
    assert [round(one.value, 3) for one in printed.DEATH_SHARE["external"]] == [0.645, 0.355]


def test_survival_of_groups_falls_with_time_and_risk() -> None:
    for model in printed.MODELS:
        low, high = ([one.value for one in printed.GROUP_SURVIVAL[model, group]] for group in ("low", "high"))
        assert low == sorted(low, reverse=True)
        assert high == sorted(high, reverse=True)
        assert all(a > b for a, b in zip(low, high, strict=True))
