"""What the trainer of a model knows and the fit does not: it goes into every card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from core.artefacts import Golden

DEMONSTRATION = "Demonstration weights, trained on simulated tumours; not valid for patients."
NAME_UNKNOWN, DATES_UNKNOWN = "a centre's own cohort", "dates not given"


@dataclass(frozen=True)
class CardFacts:
    """Facts about a training.

    Attributes:
        version: of the artefact, such as 1.0.0.
        cohort: name of the cohort in words.
        dates: when the patients were seen, or "simulated".
        simulated: True if images or patients were simulated.
        provenance: the sentence shown with every number of the model.
        licence, attribution: of the weights.
        commit: of the code that trained them.
    """

    version: str
    cohort: str
    dates: str = "simulated"
    simulated: bool = True
    provenance: str = DEMONSTRATION
    licence: str = "Apache-2.0"
    attribution: str = ""
    commit: str = ""


@dataclass(frozen=True)
class CohortName:
    """What a centre says of its cohort; empty where it says nothing."""

    name: str = ""
    dates: str = ""
    licence: str = ""
    attribution: str = ""
    version: str = "1.0.0"

    def facts(self, patients: int, simulated: bool, commit: str) -> CardFacts:
        """For the cards. A single simulated patient makes the label of demonstration weights permanent."""
        own = (NAME_UNKNOWN, DATES_UNKNOWN, "the centre's own")
        made = (f"{patients} simulated patients", "simulated", "Apache-2.0")
        name, dates, licence = made if simulated else own
        return CardFacts(
            version=self.version,
            cohort=self.name or name,
            dates=self.dates or dates,
            simulated=simulated,
            provenance=DEMONSTRATION if simulated else "",
            licence=self.licence or licence,
            attribution=self.attribution,
            commit=commit,
        )


def golden(described: str, made_of: Mapping[str, object], expected: Mapping[str, float]) -> Golden:
    """A golden input that is plain data: its hash is that of its sorted, compact JSON."""
    data = json.dumps(made_of, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    return Golden(input=described, input_sha256=sha256(data).hexdigest(), expected=dict(expected))
