"""Model cards in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from core.model_card import Metric, ModelCard
from dashboard.texts import labels

NAMES = {
    "segmenter": "Liver segmenter",
    "network": "Multitask network",
    "radiomics": "Radiomics model",
    "fusion": "Clinical model and fusion",
    "nomogram": "Nomograms",
    "own": "Own nomogram",
}
METRICS_HEAD = ("Quality", "Value", "Range", "n")
RANGES = "Ranges are 95 % intervals unless the name says otherwise; none where it says none."
NO_METRICS = "The card holds no measured quality."
NONE, NOT_MEANT = "none stated", "not applicable"
SIMULATED = "Made from simulated patients; not valid for patients."
INPUTS, OUTPUTS, BUILT = "What goes in", "What comes out", "How it is built"
OWN = "A nomogram of your own centre"
NO_OWN = "Made by the command cox or validate; once loaded it is used on the pages Prognosis and Own nomogram."
LONGEST = 400  # characters of one value: longer lists are in card.json


def facts(card: ModelCard) -> list[tuple[str, str]]:
    """Who it was made from, for what, by whom, and how it is checked."""
    training = card.training
    return [
        ("Version", card.version),
        ("Trained on", training.cohort),
        ("Patients or scans", _count(training.n)),
        ("Deaths or positives", _count(training.events)),
        ("Dates", training.dates),
        ("Intended use", card.intended_use),
        ("Licence", card.licence),
        ("Attribution", card.attribution or NONE),
        ("Made by the code of", card.commit),
        ("Checked with", f"{card.golden.input}; expected {_plain(card.golden.expected)}"),
    ]


def metric_row(metric: Metric) -> tuple[str, str, str, str]:
    """As in METRICS_HEAD."""
    limits = "none" if metric.low is None or metric.high is None else f"{metric.low:.3f} to {metric.high:.3f}"
    return metric.name[:1].upper() + metric.name[1:], f"{metric.value:.3f}", limits, _count(metric.n)


def details(part: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A part of the card, name and value; long lists are cut."""
    return [(_words(name), _cut(value)) for name, value in _flat(part)]


def _flat(part: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in part.items():
        whole = f"{above}, {name}" if above else name
        if isinstance(value, dict) and value and all(not isinstance(inner, dict | list) for inner in value.values()):
            yield whole, _plain(value)
        elif isinstance(value, dict):
            yield from _flat(value, whole)
        else:
            yield whole, value


def _cut(value: Any) -> str:
    words = value if isinstance(value, str) else _plain(value)
    return words if len(words) <= LONGEST else f"{words[:LONGEST].rsplit(', ', 1)[0]}, … (the rest is in card.json)"


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{_words(name)} {_plain(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    if isinstance(value, float):
        return f"{value:.4g}".replace("-", "−")
    return str(value) if isinstance(value, str | int) else json.dumps(value)


def _words(name: str) -> str:
    known = labels.HEAD_NAMES.get(name)
    return known or name.replace("_", " ")


def _count(number: int | None) -> str:
    return NOT_MEANT if number is None else str(number)
