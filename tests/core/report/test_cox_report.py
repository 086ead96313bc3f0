"""The reports of `cox` and `validate`: they stand alone, escape a hospital's names and show what the studies found."""

from __future__ import annotations

import json
import re
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.artefacts import read_artefact
from core.io.cohort_table import read_cohort_table
from core.io.selection import select
from core.report.cox_report import cox_report
from core.report.tripod import AUTHORS, ITEMS
from core.report.validation_report import validation_report
from core.report.wording import by_horizon, interval, p_text, range_of
from core.studies.cox_document import cox_metrics
from core.studies.cox_study import CoxSettings, CoxStudy, study_cox
from core.studies.own_card import CardFacts, own_card
from core.studies.validation import NewCohort, validate_nomogram
from core.survival.model import read_nomogram
from tests import r_answers
from tests.core.studies.cohorts import golden_selection, inputs, survivors, write

SECTIONS = (
    "nomogram", "patients", "effects", "groups", "discrimination", "calibration", "decision", "classification",
    "internal", "model", "tripod", "card", "methods",
)  # fmt: skip


def report_of(study: CoxStudy, cohort: str = "Centre A") -> str:
    facts = CardFacts(cohort, "", study.fit.n, study.fit.events, "1.0.0")
    return cox_report(study, own_card(study.nomogram, facts, cox_metrics(study)))


@cache
def golden_study() -> CoxStudy:
    settings = CoxSettings((12, 36, 60), resamples=10)
    return study_cox(golden_selection(r_answers.POST), settings, lambda *_: None)


@cache
def golden_page() -> str:
    return report_of(golden_study())


def words(page: str) -> str:
    """What a reader sees."""
    text = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", text))


def drawn(page: str) -> list[dict[str, Any]]:
    """The figures' data."""
    return [json.loads(data) for data in re.findall(r'px"></div><script type="application/json">(.*?)</script>', page)]


def test_it_asks_nothing_of_a_network_and_draws_once() -> None:
    page = golden_page()
    without = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)\s*=", page)
    assert not re.search(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//""", without)
    assert page.count("plotly.js v") == 1
    assert "default-src 'none'" in page


def test_every_section_and_the_statement_are_there() -> None:
    page = golden_page()
    assert re.findall(r'<section id="([a-z]+)"', page) == list(SECTIONS)
    assert "Research and education. Not a medical device, not for clinical decisions." in words(page)


def test_figures_hold_the_study() -> None:
    study, figures = golden_study(), drawn(golden_page())
    names = [[trace.get("name", "") for trace in figure["data"]] for figure in figures]
    groups = next(figure for figure, named in zip(figures, names, strict=True) if any("low risk" in n for n in named))
    curve = study.performance.groups[0].curve
    low = next(trace for trace in groups["data"] if "low risk" in trace.get("name", ""))
    assert low["y"][-1] == pytest.approx(curve.survival[-1], abs=1e-5)
    assert low["x"][-1] == pytest.approx(curve.time[-1], abs=1e-5)
    decision = [figure for figure, named in zip(figures, names, strict=True) if "treat all" in named]
    assert len(decision) == 3
    model = next(trace for trace in decision[0]["data"] if trace["name"] == "model")
    np.testing.assert_allclose(
        [np.nan if y is None else y for y in model["y"]], study.performance.decision[0].net_benefit["model"], atol=1e-5
    )
    calibration = [figure for figure, named in zip(figures, names, strict=True) if "fifths of patients" in named]
    assert [sum("corrected" in trace.get("name", "") for trace in figure["data"]) for figure in calibration] == [
        1,
        1,
        1,
    ]


def test_text_has_the_figures_with_intervals() -> None:
    text = " ".join(words(golden_page()).split())
    assert "489 of 489 rows; 299 deaths" in text
    assert "0.742 (0.712 to 0.773)" in text  # Harrell's C
    assert "Number at risk" in text
    assert "Log-rank chi-square" in text
    for name in ("Accuracy", "Sensitivity", "Specificity", "PPV", "NPV"):
        assert f"{name}, %" in text


def test_checklist_is_whole_and_claims_nothing_unknown() -> None:
    page = golden_page()
    tripod = page[page.index('<section id="tripod"') :].split("</section>")[0]
    rows = re.findall(r'<tr><th scope="row">(\w+)</th>', tripod)
    assert rows == list(ITEMS)
    assert len(ITEMS) == 52
    assert tripod.count(AUTHORS) > 15
    for number in ("17", "18a", "18b", "18d", "19", "25"):
        assert re.search(rf'<th scope="row">{number}</th><td>[^<]*</td><td>{re.escape(AUTHORS)}</td>', tripod)


def test_hostile_names_are_escaped(tmp_path: Path) -> None:
    table = r_answers.cohort()
    evil = "<img src=x onerror=alert(1)>"
    table[evil] = np.random.default_rng(0).choice(["</script><script>alert(2)</script>", "b&b"], len(table))
    selection = select(read_cohort_table(write(table, tmp_path)), "time", "status", ["DLR", evil])
    page = report_of(study_cox(selection, CoxSettings((12, 36), resamples=0), lambda *_: None), "<b>Centre</b>")
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert "<b>Centre" not in page
    assert "onerror=alert(1)>" in words(page)
    assert "not corrected for optimism" in words(page)


def test_a_large_cohort_gives_a_page_of_normal_size(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    n = 30_000
    x = rng.normal(size=n)
    death = 40 * rng.exponential(size=n) / np.exp(x)
    lost = rng.exponential(60, n)
    table = pd.DataFrame({"x": x, "t": np.minimum(death, lost), "d": (death <= lost).astype(int)})
    selection = select(read_cohort_table(write(table, tmp_path)), "t", "d", ["x"])
    study = study_cox(selection, CoxSettings((12, 36)), lambda *_: None)
    assert study.internal is None
    assert any(notice.code == "not_corrected" for notice in study.notices)
    assert len(report_of(study)) - len(golden_page()) < 200_000


def test_validation_page(root: Path) -> None:
    post = read_nomogram(read_artefact(root / "weights", "nomogram").read_json("nomogram.json"), "post")
    x = inputs(600, 2)
    stages = {"BCLC 2022": np.random.default_rng(0).integers(0, 3, 600)}
    cohort = NewCohort(survivors(post, post.linear_predictor(x), 2, faster=1.7), x, stages, 610, {"dlr": 10})
    study = validate_nomogram(post, cohort, (5, 1), lambda *_: None)
    card = own_card(study.changed, CardFacts("Centre B", "", 600, cohort.follow_up.events, "1.0.0"), [])
    page = validation_report(study, card)
    text = " ".join(words(page).split())
    assert study.recalibration.recommended != "none"
    assert study.recalibration.reason in text
    assert "10 of 610 rows were left out" in text
    assert "new baseline and slope" in text
    assert "BCLC 2022" in page
    assert "which flatters them" in text
    assert page.count("plotly.js v") == 1


def test_wording() -> None:
    assert interval(0.7424, 0.712, 0.7728) == "0.742 (0.712 to 0.773)"
    assert range_of(None, float("nan")) == "not known to not known"
    assert [p_text(p) for p in (0.0004, 0.0312, 1.0, None)] == ["p < .001", "p = .031", "p = 1.000", "p not known"]
    assert by_horizon(365.25, "days") == "365.25 days"
