"""A reproduction as a file: every figure of `reproduce`, so that pages can show it without simulating anew.

`reproduced.json` beside this module is the `figures.json` that `haic-nomogram reproduce` writes with its default
arguments. Figures have six digits; None stands for what is not a number.
"""

from __future__ import annotations

import hashlib
import json
import pkgutil
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from core.errors import ArtefactError
from core.studies.contradictions import contradictions
from core.studies.ranges import Ranged
from core.studies.reproduce import CohortFigures, LandmarkFigures, Reproduction
from core.survival.model import Nomogram
from core.survival.step_function import FloatArray

FORMAT = "haic-nomogram reproduction 1"
SHIPPED = "reproduced.json"
_DIGITS = 6


def reproduction_text(reproduction: Reproduction) -> str:
    """`reproduction` as JSON, one line for each figure or array of figures."""
    document = {
        "format": FORMAT,
        "nomograms_sha256": _fingerprint(reproduction.nomograms),
        "patients": reproduction.patients,
        "cohorts": reproduction.cohorts,
        "seed": reproduction.seed,
        "figures": {cohort: _packed(found) for cohort, found in reproduction.figures.items()},
        "landmark": _packed(reproduction.landmark),
    }
    return _lines(document) + "\n"


def read_reproduction(content: bytes, nomograms: Mapping[str, Nomogram]) -> Reproduction | None:
    """The reproduction of a figures.json; None if it was made from other nomograms than these.

    Raises:
        ArtefactError: for anything else than such a file.
    """
    try:
        document = json.loads(content)
        if document["format"] != FORMAT:
            raise ValueError
        if document["nomograms_sha256"] != _fingerprint(nomograms):
            return None
        return Reproduction(
            patients=int(document["patients"]),
            cohorts=int(document["cohorts"]),
            seed=int(document["seed"]),
            nomograms=dict(nomograms),
            figures={name: CohortFigures(**_unpacked(found)) for name, found in document["figures"].items()},
            landmark=LandmarkFigures(**_unpacked(document["landmark"])),
            contradictions=contradictions(),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ArtefactError("reproduction: expected the figures.json of reproduce, got something else") from None


def shipped_reproduction(nomograms: Mapping[str, Nomogram]) -> Reproduction | None:
    """The one that came with the software; None if `nomograms` are not those it was made from.

    Raises:
        ArtefactError: if it was not installed with the package, or was changed into something else.
    """
    return read_reproduction(pkgutil.get_data("core.studies", SHIPPED) or b"", nomograms)


def _fingerprint(nomograms: Mapping[str, Nomogram]) -> str:
    figures = {name: asdict(nomogram) for name, nomogram in nomograms.items()}
    return hashlib.sha256(json.dumps(figures, sort_keys=True).encode()).hexdigest()


def _packed(found: CohortFigures | LandmarkFigures) -> dict[str, Any]:
    return {
        member.name: {part: _plain(getattr(getattr(found, member.name), part)) for part in ("value", "low", "high")}
        for member in fields(found)
    }


def _unpacked(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Ranged]:
    return {
        name: Ranged(**{part: np.array(values, dtype=np.float64) for part, values in parts.items()})
        for name, parts in found.items()
    }


def _plain(values: FloatArray) -> Any:
    if values.ndim:
        return [_plain(row) for row in values]
    return float(f"{values:.{_DIGITS}g}") if np.isfinite(values) else None


def _lines(value: Any, depth: int = 0) -> str:
    """JSON with line breaks between keys, none inside lists."""
    if not isinstance(value, dict):
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    inner = ",\n".join(f"{' ' * (depth + 1)}{json.dumps(key)}: {_lines(one, depth + 1)}" for key, one in value.items())
    return f"{{\n{inner}\n{' ' * depth}}}"
