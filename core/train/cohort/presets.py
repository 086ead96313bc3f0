"""How much is trained: a quick preset for two cores and an evening, a full one for a GPU or a night."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from core.radiomics.settings import FULL as FULL_RADIOMICS
from core.radiomics.settings import RadiomicsSettings
from core.train.fit_network import NetworkTraining
from core.train.fit_radiomics import RadiomicsTraining


@dataclass(frozen=True)
class CohortPreset:
    """Settings of a whole training; all of them go into the report and, by artefact, into the cards.

    Attributes:
        folds: each training patient's network score comes from a network that did not see his fold.
        fold_network: of these networks, whose answers fusion is fitted on.
        network: of the one that is kept.
        retested: training patients measured again after changes of outline and noise; features that do not come back
            are not used. 0 to skip it.
        fewest: patients of each kind (MTM; alive and dead at a horizon) without which a training is refused.
        seed: of the folds.
    """

    name: str
    folds: int = 3
    network: NetworkTraining = field(default_factory=NetworkTraining)
    fold_network: NetworkTraining = field(default_factory=NetworkTraining)
    radiomics: RadiomicsSettings = field(default_factory=RadiomicsSettings)
    radiomics_training: RadiomicsTraining = field(default_factory=RadiomicsTraining)
    retested: int = 20
    fewest: int = 5
    seed: int = 23

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


QUICK = CohortPreset("quick", network=NetworkTraining(epochs=10, members=2), fold_network=NetworkTraining(epochs=10))
FULL = CohortPreset(
    "full",
    folds=5,
    network=NetworkTraining(epochs=80, members=3),
    fold_network=NetworkTraining(epochs=80),
    radiomics=FULL_RADIOMICS,
    retested=30,
)
PRESETS = {preset.name: preset for preset in (QUICK, FULL)}
