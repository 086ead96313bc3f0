"""The model card: what an artefact is, from whom it was made, how good it is and what it must not be used for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from core.errors import ArtefactError

INTENDED_USE = "Research and education. Not a medical device, not for clinical decisions."

_STRICT: dict[str, Any] = {"extra": "forbid", "strict": True, "allow_inf_nan": False}


@dataclass(frozen=True)
class Training:
    """Who the model was made from.

    Attributes:
        cohort: name of the cohort in words.
        n, events: patients (or scans) and deaths (or positives); None where that has no meaning.
        dates: when they were seen, or "simulated".
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    cohort: str
    n: int | None
    events: int | None
    dates: str


@dataclass(frozen=True)
class Metric:
    """A measured quality with its 95 % interval; n is the number of patients (or scans) behind it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None


@dataclass(frozen=True)
class Golden:
    """One input and what the artefact must make of it.

    Attributes:
        input: how the input is made, in words.
        input_sha256: of the input's bytes.
        expected: output name -> number.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    input: str
    input_sha256: str
    expected: Mapping[str, float]


@dataclass(frozen=True)
class ModelCard:
    """What an artefact is, in the form shown to its user.

    Attributes:
        name, version: as in the folder's path.
        architecture: arguments from which the model is built.
        inputs: the input contract (phases, spacing, HU window, orientation, shape, or the terms of a nomogram).
        outputs: output name -> unit.
        training: the cohort.
        metrics: measured qualities.
        intended_use, licence, attribution: sentences.
        commit: of the code that made it.
        golden: one input with its expected output.
        simulated: True if it was made from simulated patients or images.
        provenance: the sentence shown with every number that it makes.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    name: str
    version: str
    architecture: Mapping[str, Any]
    inputs: Mapping[str, Any]
    outputs: Mapping[str, str]
    training: Training
    intended_use: str
    licence: str
    attribution: str
    commit: str
    golden: Golden
    simulated: bool
    provenance: str
    metrics: tuple[Metric, ...] = field(default=())

    @classmethod
    def from_json(cls, data: bytes) -> ModelCard:
        """Read card.json strictly: no unknown, missing or mistyped field.

        Raises:
            ArtefactError: naming the first field at fault where it is one of ours.
        """
        from pydantic import TypeAdapter, ValidationError

        try:
            return TypeAdapter(cls).validate_json(data)
        except ValidationError as error:
            first = str(next(iter(error.errors()[0]["loc"]), ""))
            where = f"field {first}" if first in cls.__dataclass_fields__ else "the document"
            raise ArtefactError(f"model card: expected the fields of a model card, got a fault in {where}") from None

    def to_json(self) -> bytes:
        """card.json as bytes."""
        return (json.dumps(asdict(self), indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
