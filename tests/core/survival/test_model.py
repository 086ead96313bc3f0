import copy
import csv
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.artefacts import read_artefact
from core.errors import ArtefactError, InputError
from core.survival.model import Nomogram, read_nomogram

COLUMNS = {"pre": ("PVTT", "DLR"), "post": ("PVTT", "OR", "sess4", "MTM", "DLR")}


@pytest.fixture
def document(root: Path) -> dict[str, Any]:
    return read_artefact(root / "weights", "nomogram").read_json("nomogram.json")


@pytest.mark.parametrize("model", ["pre", "post"])
def test_shipped_figures_are_the_given_ones(models: dict[str, Nomogram], golden: Path, model: str) -> None:
    given = json.loads((golden / "constants.json").read_text(encoding="utf-8"))[model]
    nomogram, terms = models[model], COLUMNS[model]
    assert nomogram.beta.tolist() == [given["beta"][name] for name in terms]
    assert [term.hazard_ratio.value for term in nomogram.terms] == [given["HR_published"][name] for name in terms]
    assert nomogram.reference.tolist() == [given["cov_ref"][name] for name in terms]
    assert nomogram.lp_reference.value == given["LP_ref"]
    assert list(nomogram.cumulative_hazard.value) == given["H_ref"]
    assert list(nomogram.sd_structural.value) == given["sd_struct_logH"]
    assert (nomogram.cut_published.value, nomogram.cut_effective.value) == (given["cut"], given["cut_effective"])
    covariance = np.genfromtxt(golden / f"cov_{model}.csv", delimiter=",", skip_header=1)[:, 1:]
    assert (nomogram.covariance_array == covariance).all()


@pytest.mark.parametrize("model", ["pre", "post"])
def test_tags_tell_published_from_derived_and_assumed(models: dict[str, Nomogram], model: str) -> None:
    nomogram = models[model]
    assert {term.hazard_ratio.tag for term in nomogram.terms} == {"published"}
    assert {term.beta.tag for term in nomogram.terms} == {"derived"}
    assert (nomogram.cut_published.tag, nomogram.cut_effective.tag) == ("published", "derived")
    assert nomogram.follow_up_months.tag == "assumed"


def test_baseline_curve(models: dict[str, Nomogram], golden: Path) -> None:
    table = np.genfromtxt(golden / "baseline_curve.csv", delimiter=",", skip_header=1)
    for column, model in ((1, "post"), (3, "pre")):
        nomogram = models[model]
        np.testing.assert_allclose(nomogram.reference_hazard(table[:, 0]), table[:, column], atol=1e-9)
        survival = nomogram.survival(table[:, 0], nomogram.lp_reference.value)
        np.testing.assert_allclose(survival, table[:, column + 1], atol=1e-9)


def test_linear_predictor_of_the_examples(models: dict[str, Nomogram], golden: Path) -> None:
    with (golden / "band_examples.csv").open() as file:
        for row in csv.DictReader(file):
            nomogram = models[row["model"]]
            lp = nomogram.linear_predictor([float(row[name]) for name in COLUMNS[row["model"]]])
            assert lp == pytest.approx(float(row["lp"]), abs=1e-12)
            group = "indeterminate" if row["grey"] == "grey" else row["group_literal"]
            if row["model"] == "post":
                assert nomogram.risk_groups(lp) == group


@pytest.mark.parametrize("model", ["pre", "post"])
def test_risk_group_at_and_between_the_cuts(models: dict[str, Nomogram], model: str) -> None:
    nomogram = models[model]
    low, high = nomogram.cuts
    lps = [low - 1, low, np.nextafter(low, 9), high, np.nextafter(high, 9)]
    assert nomogram.risk_groups(lps).tolist() == ["low", "low", "indeterminate", "indeterminate", "high"]
    assert {low, high} == ({-1.4, -1.15} if model == "pre" else {-1.25, -0.26})


@pytest.mark.parametrize(("months", "got"), [(60.5, "60.5"), (-1, "-1"), (float("nan"), "nan")])
def test_time_outside_the_follow_up_is_refused(post: Nomogram, months: float, got: str) -> None:
    with pytest.raises(InputError, match=f"months from the first HAIC, within the follow-up: expected 0-60, got {got}"):
        post.survival([12.0, months], -1.0)


@pytest.mark.parametrize(
    ("x", "text"),
    [
        ([1, 0, 4, 1, 1.2], "dlr: expected 0-1, got 1.2"),
        ([1, 0, 7, 1, 0.5], "haic_sessions: expected 1-4, got 7"),
        ([[1, 0, 4, 1, 0.5], [np.nan, 0, 4, 1, 0.5]], "pvtt: expected 0-1, got nan"),
        ([1, 0.5], "post nomogram: expected 5 inputs, got 2"),
        (1.0, "post nomogram: expected 5 inputs, got 0"),
    ],
)
def test_bad_inputs_are_named(post: Nomogram, x: Any, text: str) -> None:
    with pytest.raises(InputError, match=text):
        post.linear_predictor(x)


def test_golden_of_the_card(root: Path, models: dict[str, Nomogram]) -> None:
    golden = read_artefact(root / "weights", "nomogram").card.golden
    inputs = {"dlr": 0.85, "haic_sessions": 4, "mtm": 1, "pvtt": 1, "response": 0}
    assert sha256(json.dumps(inputs, sort_keys=True, separators=(",", ":")).encode()).hexdigest() == golden.input_sha256
    for name, nomogram in models.items():
        lp = nomogram.linear_predictor([inputs[term] for term in nomogram.names])
        assert lp == pytest.approx(golden.expected[f"lp_{name}"], abs=1e-12)
        for month in (12, 36, 60):
            expected = golden.expected[f"os{month}_{name}"]
            assert nomogram.survival(month, lp) == pytest.approx(expected, abs=1e-12)


def _unknown_key(model: dict[str, Any]) -> None:
    model["intercept"] = 0.0


def _text(model: dict[str, Any]) -> None:
    model["lp_reference"]["value"] = "-2.36"


def _unknown_tag(model: dict[str, Any]) -> None:
    model["lp_reference"]["tag"] = "guessed"


def _not_the_logarithm(model: dict[str, Any]) -> None:
    model["terms"][0]["beta"]["value"] = 1.38


def _falling_hazard(model: dict[str, Any]) -> None:
    model["cumulative_hazard"]["value"] = [0.7, 0.2, 1.5]


def _asymmetric(model: dict[str, Any]) -> None:
    model["covariance"]["value"][0][1] += 0.01


def _too_small(model: dict[str, Any]) -> None:
    model["covariance"]["value"].pop()


def _past_the_last_horizon(model: dict[str, Any]) -> None:
    model["follow_up_months"]["value"] = 72


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        (_unknown_key, "the document"),
        (_text, "lp_reference"),
        (_unknown_tag, "lp_reference"),
        (_not_the_logarithm, "terms, pvtt"),
        (_falling_hazard, "cumulative_hazard"),
        (_asymmetric, "covariance"),
        (_too_small, "covariance"),
        (_past_the_last_horizon, "follow_up_months"),
    ],
)
def test_file_is_read_strictly(document: dict[str, Any], spoil: Callable[[dict[str, Any]], None], where: str) -> None:
    model = copy.deepcopy(document["post"])
    spoil(model)
    with pytest.raises(ArtefactError, match=f"in {where}$"):
        Nomogram.from_dict(model)


@pytest.mark.parametrize("change", [{"format": "another"}, {"pre": None}])
def test_document_of_another_format_is_refused(document: dict[str, Any], change: dict[str, Any]) -> None:
    with pytest.raises(ArtefactError, match="expected the published nomogram's format"):
        read_nomogram({**document, **change}, "pre")


def test_swapped_models_are_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ArtefactError, match="expected the model pre in its place, got post"):
        read_nomogram({**document, "pre": document["post"]}, "pre")
