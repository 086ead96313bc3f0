"""nomogram.json of a centre: its own nomogram with the model card, in one file that checks itself.

    {"format": ..., "card": the ModelCard, "nomogram": the figures}

The card's golden input must give its expected output again: a file whose figures were changed is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from core.errors import ArtefactError, InputError
from core.model_card import Golden, ModelCard
from core.survival.model import Nomogram

OWN_FORMAT = "haic-nomogram own nomogram 1"
MAX_BYTES = 4 * 2**20


@dataclass(frozen=True)
class OwnNomogram:
    """A nomogram with its card."""

    nomogram: Nomogram
    card: ModelCard


def own_text(nomogram: Nomogram, card: ModelCard) -> str:
    """The file's content."""
    document = {"format": OWN_FORMAT, "card": asdict(card), "nomogram": asdict(nomogram)}
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read_own(data: bytes) -> OwnNomogram:
    """The nomogram in the bytes of a nomogram.json.

    Raises:
        InputError: in one sentence, whatever is wrong: it is a user's file, not a part of the installation.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"nomogram file: expected at most {MAX_BYTES} bytes, got {len(data)}")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or document.get("format") != OWN_FORMAT or len(document) != 3:
        raise InputError("nomogram file: expected a nomogram.json written by cox or validate, got something else")
    try:
        card = ModelCard.from_json(json.dumps(document.get("card")).encode())
        nomogram = Nomogram.from_dict(document.get("nomogram") or {})
    except ArtefactError as error:
        raise InputError(f"nomogram file: {error}") from None
    if _golden(nomogram) != card.golden.input_sha256 or not _agrees(golden(nomogram).expected, card.golden.expected):
        raise InputError("nomogram file: expected figures that give the card's golden output, got others")
    return OwnNomogram(nomogram, card)


def golden(nomogram: Nomogram) -> Golden:
    """The survival at the reference inputs: what the file must give again."""
    lp = float(nomogram.linear_predictor(_reference(nomogram)))
    survival = nomogram.survival(np.array(nomogram.readings_months), lp)
    expected = {f"os_{months:.10g}": float(s) for months, s in zip(nomogram.readings_months, survival, strict=True)}
    return Golden(
        input="the JSON object of the reference inputs, keys sorted, no spaces",
        input_sha256=_golden(nomogram),
        expected={"lp": lp, **expected},
    )


def _reference(nomogram: Nomogram) -> list[float]:
    return [min(max(term.reference.value, term.range[0]), term.range[1]) for term in nomogram.terms]


def _golden(nomogram: Nomogram) -> str:
    inputs = dict(zip(nomogram.names, _reference(nomogram), strict=True))
    return sha256(json.dumps(inputs, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _agrees(found: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    return found.keys() == expected.keys() and all(abs(found[key] - expected[key]) <= 1e-9 for key in found)
