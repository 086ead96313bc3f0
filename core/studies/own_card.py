"""The model card of a centre's own nomogram: from whom, how good, and what it must not be used for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.model_card import INTENDED_USE, Metric, ModelCard, Training
from core.survival.model import Nomogram
from core.survival.own_file import golden


@dataclass(frozen=True)
class CardFacts:
    """What is known beyond the figures.

    Attributes:
        cohort: name of the cohort in words, "" if not said.
        dates: when its patients were seen, "" if not said.
        n, events: patients and deaths.
        version: of this software.
        made: "fitted to" or how the model was changed, for the provenance.
        attribution: whose coefficients they were, "" for the centre's own.
    """

    cohort: str
    dates: str
    n: int
    events: int
    version: str
    made: str = "fitted to"
    attribution: str = ""


def own_card(nomogram: Nomogram, facts: CardFacts, metrics: Sequence[Metric]) -> ModelCard:
    """The card of `nomogram`."""
    cohort = facts.cohort or "a cohort whose name was not given"
    return ModelCard(
        name="own_nomogram",
        version="1.0.0",
        architecture={"kind": "Cox proportional hazards", "terms": list(nomogram.names), "model": nomogram.model},
        inputs={term.name: {"range": list(term.range), "coding": term.coding.value} for term in nomogram.terms},
        outputs={f"os_{months:.10g}": "probability of survival, 0-1" for months in nomogram.readings_months},
        training=Training(cohort=cohort, n=facts.n, events=facts.events, dates=facts.dates or "not given"),
        intended_use=INTENDED_USE,
        licence="as its centre decides",
        attribution=facts.attribution or f"the centre of {cohort}",
        commit=f"haic-nomogram {facts.version}",
        golden=golden(nomogram),
        simulated=False,
        provenance=f"Own nomogram, {facts.made} {cohort}, n = {facts.n}, events = {facts.events}.",
        metrics=tuple(metrics),
    )
