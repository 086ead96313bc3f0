"""A centre's own nomogram from its cohort; single statistics are tested against R in tests/core/survival."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.io.cohort_table import read_cohort_table
from core.io.selection import Selection, select
from core.studies.cox_document import cox_document, cox_metrics
from core.studies.cox_study import CoxSettings, CoxStudy, study_cox
from core.studies.own_card import CardFacts, own_card
from core.survival.nomogram import total_points
from core.survival.own_file import own_text, read_own
from tests import r_answers
from tests.core.studies.cohorts import golden_selection, write


def quiet(step: str, share: float) -> None:
    assert step
    assert 0 <= share <= 1


@pytest.fixture(scope="module")
def study() -> CoxStudy:
    return study_cox(golden_selection(r_answers.POST), CoxSettings((12, 36, 60), resamples=30), quiet)


def test_document_has_the_answers_of_r(study: CoxStudy) -> None:
    document = json.loads(json.dumps(cox_document(study), allow_nan=False))
    expected, scalars = r_answers.read("cox_post.csv").set_index("term"), r_answers.scalars("sim")
    for name, row in document["coefficients"].items():
        assert row["coef"] == pytest.approx(expected.loc[name, "coef_efron"], rel=1e-8)
        assert row["se"] == pytest.approx(expected.loc[name, "se"], rel=1e-8)
        assert (row["low"], row["high"]) == pytest.approx(tuple(expected.loc[name, ["HR_lo", "HR_hi"]]), rel=1e-8)
    assert document["log_likelihood"] == pytest.approx(scalars["post_loglik1"], rel=1e-9)
    assert document["concordance"]["harrell"]["value"] == pytest.approx(scalars["post_C_n"], rel=1e-9)
    assert document["concordance"]["uno"]["se"] ** 2 == pytest.approx(scalars["post_C_var_n/G2"], rel=1e-8)
    baseline = r_answers.read("basehaz_post.csv")
    assert [step["time"] for step in document["baseline"]] == baseline["time"].tolist()
    np.testing.assert_allclose(
        [step["cumulative_hazard"] for step in document["baseline"]], baseline["H0_uncentred"], rtol=1e-8
    )
    auc = r_answers.read("score_auc.csv").query("model == 'post'").set_index("times")
    brier = r_answers.read("score_brier.csv").query("model == 'post'").set_index("times")
    for months in (12, 36, 60):
        assert document["auc"][str(months)]["value"] == pytest.approx(auc.loc[months, "AUC"], rel=1e-8)
        assert document["auc"][str(months)]["se"] == pytest.approx(auc.loc[months, "se"], rel=1e-8)
        assert document["brier"][str(months)] == pytest.approx(brier.loc[months, "Brier"], rel=1e-8)
    zph = r_answers.read("coxzph_km_post.csv").set_index("term")
    assert document["proportional_hazards"]["global"]["chisq"] == pytest.approx(zph.loc["GLOBAL", "chisq"], rel=1e-8)
    assert document["proportional_hazards"]["DLR"]["p"] == pytest.approx(zph.loc["DLR", "p"], rel=1e-8)
    axes = r_answers.read("nomogram_axes_post.csv")
    points = [tick["points"] for ticks in document["nomogram"]["axes"].values() for tick in ticks]
    np.testing.assert_allclose(points, axes["points"], rtol=1e-9, atol=1e-9)
    lp = r_answers.read("nomogram_lp_axis_post.csv")
    np.testing.assert_allclose([t["total_points"] for t in document["nomogram"]["lp_axis"]], lp["total_points"])
    assert document["nomogram"]["center"] == pytest.approx(scalars["post_cph_center"], rel=1e-9)


def test_corrected_figures_are_a_little_lower(study: CoxStudy) -> None:
    assert study.internal is not None
    assert 0 < study.harrell.value - study.internal.concordance < 0.01
    assert 0.9 < study.internal.slope < 1
    assert study.internal.brier.mean() > study.performance.brier.estimates.value[1].mean()
    assert {metric.n for metric in cox_metrics(study)} == {489}


def test_cut_is_the_median_and_groups_differ(study: CoxStudy) -> None:
    low, high = study.performance.groups
    assert abs(low.n - high.n) <= 2
    assert study.performance.log_rank is not None
    assert study.performance.log_rank.p is not None
    assert study.performance.log_rank.p < 1e-10
    assert study.cut == pytest.approx(np.median(study.linear_predictor))


def test_nomogram_file_reads_back(study: CoxStudy) -> None:
    facts = CardFacts("Test cohort", "2019-2021", study.fit.n, study.fit.events, "1.0.0")
    card = own_card(study.nomogram, facts, cox_metrics(study))
    text = own_text(study.nomogram, card)
    again = read_own(text.encode())
    assert again.nomogram == study.nomogram
    assert again.card == card
    assert again.card.provenance == "Own nomogram, fitted to Test cohort, n = 489, events = 299."
    x = study.selection.x[:5]
    np.testing.assert_allclose(total_points(again.nomogram, x), total_points(study.nomogram, x))


def _spoilt(change: Callable[[dict], None], study: CoxStudy) -> bytes:
    card = own_card(study.nomogram, CardFacts("", "", 489, 299, "1.0.0"), [])
    document = json.loads(own_text(study.nomogram, card))
    change(document)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda d: d.update(format="another"), "expected a nomogram.json written by cox or validate"),
        (lambda d: d.update(extra=1), "expected a nomogram.json written by cox or validate"),
        (lambda d: d["card"].pop("licence"), "model card"),
        (lambda d: d["nomogram"].update(model="other"), "a fault in model"),
        (lambda d: d["nomogram"]["cumulative_hazard"]["value"].pop(), "contradiction in cumulative_hazard"),
        (
            lambda d: d["nomogram"]["lp_reference"].update(value=d["nomogram"]["lp_reference"]["value"] + 0.1),
            "expected figures that give the card's golden output",
        ),
    ],
)
def test_spoilt_files_are_refused(study: CoxStudy, change: Callable[[dict], None], text: str) -> None:
    with pytest.raises(InputError, match=text):
        read_own(_spoilt(change, study))


def test_a_file_that_is_no_json_is_refused() -> None:
    for data in (b"", b"PK\x03\x04", b"[]", b"[" * 100_000):
        with pytest.raises(InputError, match=r"nomogram file: expected a nomogram\.json"):
            read_own(data)


def _rows(selection: Selection, chosen: np.ndarray) -> Selection:
    from dataclasses import replace

    return replace(
        selection,
        time=selection.time[chosen],
        event=selection.event[chosen],
        x=selection.x[chosen],
        rows=selection.rows[chosen],
    )


def test_few_deaths_are_refused_unless_forced() -> None:
    whole = golden_selection(r_answers.PRE)
    deaths, alive = np.flatnonzero(whole.event)[:15], np.flatnonzero(~whole.event)[:40]
    few = _rows(whole, np.concatenate([deaths, alive]))
    with pytest.raises(InputError, match="expected at least 20 deaths for a model, got 15; --force"):
        study_cox(few, CoxSettings((12, 36)), quiet)
    forced = study_cox(few, CoxSettings((12,), force=True, resamples=5), quiet)
    codes = [notice.code for notice in forced.notices]
    assert {"few_events", "few_events_per_coefficient"} <= set(codes)


def test_under_a_hundred_deaths_it_warns() -> None:
    whole = golden_selection(r_answers.PRE)
    few = _rows(whole, np.arange(130))
    study = study_cox(few, CoxSettings((12, 36), resamples=0), quiet)
    assert study.follow_up.events < 100
    assert any(notice.code == "few_events" and str(study.follow_up.events) in notice.text for notice in study.notices)
    assert study.internal is None


def test_categories_and_missing_values(tmp_path: object) -> None:
    table = r_answers.cohort()
    rng = np.random.default_rng(4)
    table["stage"] = rng.choice(["A", "B", "C"], len(table))
    table.loc[:9, "DLR"] = np.nan
    path = write(table, tmp_path)  # type: ignore[arg-type]
    selection = select(read_cohort_table(path), "time", "status", ["DLR", "stage"])
    document = cox_document(study_cox(selection, CoxSettings((12, 36), resamples=0), quiet))
    assert (document["n_read"], document["n"]) == (489, 479)
    assert document["missing"]["DLR"] == 10
    assert set(document["coefficients"]) == {"DLR", "stage=B", "stage=C"}
    assert [tick["level"] for tick in document["nomogram"]["axes"]["stage"]] == ["A", "B", "C"]
    assert document["proportional_hazards"]["stage"]["df"] == 2


def test_baseline_table_against_closed_forms(study: CoxStudy) -> None:
    rows = {(row.variable, row.level): row for row in study.baseline}
    table = r_answers.cohort()
    dead = int(((table["PVTT"] == 1) & (table["status"] == 1)).sum())
    assert rows["PVTT", "1"].cells[1] == f"{dead} ({100 * dead / 299:.1f} %)"
    # chi-square of a 2 x 2 table with Yates' correction
    a, b, c, d = pd.crosstab(table["PVTT"], table["status"]).to_numpy().ravel()
    n = a + b + c + d
    yates = n * (abs(a * d - b * c) - n / 2) ** 2 / ((a + b) * (c + d) * (a + c) * (b + d))
    from scipy.stats import chi2

    assert rows["PVTT", "0"].p == pytest.approx(chi2.sf(yates, 1), rel=1e-9)
    assert rows["DLR", ""].test == "Kruskal-Wallis"
    # of two groups Kruskal-Wallis is the square of the rank-sum test's normal score
    from scipy.stats import rankdata, tiecorrect

    ranks = rankdata(table["DLR"])
    n1 = int(table["status"].sum())
    n0 = len(table) - n1
    mean = n1 * (n + 1) / 2
    variance = n1 * n0 * (n + 1) / 12 * tiecorrect(ranks)
    statistic = (ranks[table["status"] == 1].sum() - mean) ** 2 / variance
    assert rows["DLR", ""].p == pytest.approx(chi2.sf(statistic, 1), rel=1e-9)
