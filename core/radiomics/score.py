"""The radiomics score: boosted trees on the selected features, one booster per cross-validation fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.artefacts import Artefact
from core.errors import ArtefactError, InputError
from core.geometry import FloatArray, Geometry
from core.radiomics.extract import extract_phases
from core.radiomics.selected import SelectedFeatures
from core.radiomics.settings import RadiomicsSettings

if TYPE_CHECKING:
    import xgboost


@dataclass(frozen=True, eq=False)
class RadiomicsScore:
    """What the boosters say of one patient.

    Attributes:
        value: probability of MTM, from the mean of the boosters' calibrated log odds.
        sd: standard deviation of the boosters' probabilities. They share most of their training patients, so it is a
            lower bound of the true uncertainty.
        probabilities: float64 (boosters,), calibrated.
        contributions: log odds of MTM contributed by each feature, by prefixed name: exact Shapley values of the trees,
            mean of the boosters (S. Lundberg et al., Nature Machine Intelligence 2020;2:56).
        baseline: log odds without them, those of the training cohort; with the contributions they add up to those of
            `value`.
    """

    value: float
    sd: float
    probabilities: FloatArray
    contributions: Mapping[str, float]
    baseline: float


@dataclass(frozen=True, eq=False)
class RadiomicsModel:
    """Boosters with the features they read.

    Attributes:
        settings: how features are computed.
        selected: which features, by phase.
        boosters: one per fold, columns in the order of `selected.prefixed`.
        slope, intercept: Platt calibration of the boosters' log odds.
    """

    settings: RadiomicsSettings
    selected: SelectedFeatures
    boosters: Sequence[xgboost.Booster]
    slope: float
    intercept: float

    @classmethod
    def load(cls, artefact: Artefact) -> RadiomicsModel:
        """Build from the card; the boosters' bytes have been checked against the manifest.

        Raises:
            ArtefactError: if boosters and card do not fit.
        """
        architecture = artefact.card.architecture
        try:
            settings = RadiomicsSettings.from_dict(artefact.card.inputs["settings"])
            selected = SelectedFeatures(tuple(architecture["selected"]["ap"]), tuple(architecture["selected"]["pvp"]))
            slope, intercept = (float(architecture["calibration"][key]) for key in ("slope", "intercept"))
            files = [str(name) for name in architecture["boosters"]]
        except (KeyError, TypeError, ValueError) as error:
            raise ArtefactError(
                "radiomics: the card lacks settings, selected features, boosters or calibration"
            ) from error
        boosters = [load_booster(artefact.read_bytes(name), selected.prefixed) for name in files]
        return cls(settings, selected, boosters, slope, intercept)

    def features(
        self,
        arterial_hu: npt.NDArray[np.int16],
        portal_venous_hu: npt.NDArray[np.int16],
        liver: npt.NDArray[np.bool_],
        geometry: Geometry,
    ) -> dict[str, float]:
        """The selected features of both phases, by prefixed name.

        Args:
            arterial_hu, portal_venous_hu: int16 (I, J, K), both on the portal-venous grid `geometry`.
            liver: bool (I, J, K).

        Raises:
            InputError: if the liver is too small.
        """
        return extract_phases((arterial_hu, portal_venous_hu), liver, geometry, self.settings, self.selected)

    def read(
        self,
        arterial_hu: npt.NDArray[np.int16],
        portal_venous_hu: npt.NDArray[np.int16],
        liver: npt.NDArray[np.bool_],
        geometry: Geometry,
    ) -> tuple[FloatArray, Mapping[str, float]]:
        """Each booster's calibrated probability of MTM, and the features' contributions, from both phases.

        A liver too small or too uniform for texture gives no probability, shape (0,): the fusion then names the part as
        missing.
        """
        try:
            score = self.predict(self.features(arterial_hu, portal_venous_hu, liver, geometry))
        except InputError:
            return np.empty(0), {}
        return score.probabilities, score.contributions

    def predict(self, features: Mapping[str, float]) -> RadiomicsScore:
        """The score of one patient.

        Raises:
            InputError: if a feature is missing or not finite, as in a region of one single grey level.
        """
        import xgboost

        columns = self.selected.prefixed
        row = np.array([[features.get(name, np.nan) for name in columns]], dtype=np.float64)
        if not np.isfinite(row).all():
            raise InputError(f"radiomics: expected {len(columns)} finite features, got {int(np.isfinite(row).sum())}")
        matrix = xgboost.DMatrix(row, feature_names=list(columns), nthread=1)
        shares = np.array(
            [booster.predict(matrix, pred_contribs=True)[0] for booster in self.boosters], dtype=np.float64
        )
        log_odds = self.slope * shares.sum(axis=1) + self.intercept
        probabilities = 1 / (1 + np.exp(-log_odds))
        contributions = self.slope * shares[:, :-1].mean(axis=0)
        return RadiomicsScore(
            value=float(1 / (1 + np.exp(-log_odds.mean()))),
            sd=float(probabilities.std(ddof=1)) if len(probabilities) > 1 else 0.0,
            probabilities=probabilities,
            contributions=dict(zip(columns, contributions.tolist(), strict=True)),
            baseline=float(self.slope * shares[:, -1].mean() + self.intercept),
        )


def load_booster(data: bytes, columns: Sequence[str]) -> Any:
    """A booster from the bytes of a .ubj file.

    Raises:
        ArtefactError: if the bytes are no booster, or it reads other features.
    """
    import xgboost

    if not data.startswith(b"{"):  # its reader ends the process on no bytes at all
        raise ArtefactError("radiomics: expected a booster in UBJSON, got something else")
    booster = xgboost.Booster({"nthread": 1})
    try:
        booster.load_model(bytearray(data))
    except xgboost.core.XGBoostError as error:
        raise ArtefactError("radiomics: expected a booster in UBJSON, got something else") from error
    try:
        names = tuple(booster.feature_names or ())
    except UnicodeDecodeError as error:
        raise ArtefactError("radiomics: expected a booster of the selected features, got a damaged one") from error
    if names != tuple(columns):
        raise ArtefactError("radiomics: expected a booster of the selected features, got another")
    return booster
