"""The fusion as an artefact: fusion.json, its card and a golden input."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.artefacts import Golden, ModelCard, Training, write_artefact
from core.case import ClinicalRecord
from core.findings import HEADS, ImageEvidence
from core.fusion import PARTS, FusionModel
from core.model_card import INTENDED_USE
from core.train.card_facts import CardFacts, golden
from core.train.fit_clinical import ClinicalFit
from core.train.fit_fusion import FusionFit


def write_fusion(fit: FusionFit, clinical: ClinicalFit, weights_dir: Path, facts: CardFacts) -> Path:
    """Write weights/fusion/VERSION: fusion.json and the card.

    Raises:
        ValueError: if the facts name another version than the model.
    """
    if fit.model.version != facts.version:
        raise ValueError(f"version: expected {fit.model.version}, got {facts.version}")
    model = fit.model
    card = ModelCard(
        name="fusion",
        version=facts.version,
        architecture={
            "mtm": "weighted sum of log odds, weights not negative",
            "weights": dict(model.weights.weight),
            "ridge_c": fit.ridge_c,
            "dlr": "not trained" if model.dlr is None else model.dlr.method,
            "clinical_cohort": f"{clinical.n} patients, {clinical.positives} with MTM",
            "clinical_cut_offs": clinical.sources,
        },
        inputs={"parts": list(PARTS), "clinical": [term.field for term in model.clinical.terms], "heads": list(HEADS)},
        outputs={
            "mtm": "probability of the macrotrabecular-massive subtype, 0..1",
            "dlr": "DLR score, 0..1, higher is better",
        },
        training=Training(facts.cohort, fit.fitted, fit.positives, facts.dates),
        intended_use=INTENDED_USE,
        licence=facts.licence,
        attribution="; ".join(filter(None, (facts.attribution, clinical.attribution))),
        commit=facts.commit,
        golden=_golden(model),
        simulated=facts.simulated,
        provenance=facts.provenance,
        metrics=fit.metrics,
    )
    return write_artefact(weights_dir, card, {"fusion.json": model.to_json()})


def _golden(model: FusionModel) -> Golden:
    heads = [0.7, 0.8, 0.6, 0.5, 0.4]
    made_of = {"heads": heads, "radiomics": [0.6], "afp_ng_ml": 500.0}
    evidence = ImageEvidence(np.array([heads]), np.array([0.6]))
    scores, _, _ = model.scores(evidence, ClinicalRecord(afp_ng_ml=500.0))
    expected = {name: score.value for name, score in (("mtm", scores.mtm), ("dlr", scores.dlr)) if score is not None}
    return golden("one row of heads, one radiomics probability, AFP 500 ng/mL, all else unknown", made_of, expected)
