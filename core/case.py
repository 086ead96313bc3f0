"""What comes in: images, a liver mask, a clinical record, together a Case."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.geometry import Geometry

Ascites = Literal["none", "mild", "moderate_severe"]
Response = Literal["CR", "PR", "SD", "PD"]
Sex = Literal["female", "male"]


class Phase(StrEnum):
    """Contrast phase of a CT series."""

    NATIVE = "native"
    ARTERIAL = "arterial"
    PORTAL_VENOUS = "portal_venous"
    DELAYED = "delayed"


class MaskOrigin(StrEnum):
    """Where a liver mask came from."""

    MODEL = "model"
    EDITED = "edited"
    GIVEN = "given"


def _read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    view = array.view()
    view.setflags(write=False)
    return view


@dataclass(frozen=True, eq=False)
class Volume:
    """One CT series.

    Attributes:
        hu: int16 (I, J, K), Hounsfield units, read-only.
        geometry: the grid.
        phase: contrast phase, as confirmed by the user (or as proposed, until then).
        source_sha256: of the voxels and geometry as read; a key without identity.
        simulated: True if the image was computed, not scanned; shown wherever the image is.
    """

    hu: npt.NDArray[np.int16]
    geometry: Geometry
    phase: Phase
    source_sha256: str
    simulated: bool = False

    def __post_init__(self) -> None:
        if self.hu.dtype != np.int16 or self.hu.shape != self.geometry.shape:
            raise InputError(
                f"{self.phase} series: expected int16 HU of shape {self.geometry.shape}, "
                f"got {self.hu.dtype} {self.hu.shape}"
            )
        object.__setattr__(self, "hu", _read_only(self.hu))


@dataclass(frozen=True, eq=False)
class LiverMask:
    """Labels on the portal-venous grid.

    Attributes:
        labels: uint8 (I, J, K): 0 background, 1 liver, 2 lesion (lesions belong to the liver), read-only.
        geometry: the grid.
        origin: model, edited or given.
    """

    labels: npt.NDArray[np.uint8]
    geometry: Geometry
    origin: MaskOrigin

    def __post_init__(self) -> None:
        if self.labels.dtype != np.uint8 or self.labels.shape != self.geometry.shape:
            raise InputError(
                f"liver mask: expected uint8 labels of shape {self.geometry.shape}, got {self.labels.shape}"
            )
        object.__setattr__(self, "labels", _read_only(self.labels))

    @property
    def liver(self) -> npt.NDArray[np.bool_]:
        """Liver with its lesions, bool (I, J, K)."""
        return self.labels > 0

    @property
    def volume_ml(self) -> float:
        """Liver volume including lesions, mL."""
        return float(np.count_nonzero(self.labels)) * self.geometry.voxel_volume_ml

    @property
    def has_lesions(self) -> bool:
        """True if label 2 occurs."""
        return bool((self.labels == 2).any())


def _number(label: str, unit: str, low: float, high: float, group: str) -> Any:
    return field(default=None, metadata={"label": label, "unit": unit, "low": low, "high": high, "group": group})


def _other(label: str, group: str) -> Any:
    return field(default=None, metadata={"label": label, "unit": "", "group": group})


@dataclass(frozen=True)
class ClinicalRecord:
    """The clinical values of one patient; None is unknown, never zero.

    The metadata of each field (label, unit, plausible range, form group) is the one source for the door that validates
    clinical.json, for the cohort table and for the form on the page. Numbers are closed ranges.
    """

    age_years: float | None = _number("Age", "years", 0, 120, "patient")
    sex: Sex | None = _other("Sex", "patient")
    bmi_kg_m2: float | None = _number("Body mass index", "kg/m²", 8, 80, "patient")
    ecog: int | None = _number("ECOG performance status", "0-4", 0, 4, "patient")
    comorbidity: bool | None = _other("Comorbidity", "patient")
    hbv: bool | None = _other("Hepatitis B", "patient")
    ascites: Ascites | None = _other("Ascites", "liver")
    encephalopathy_grade: int | None = _number("Encephalopathy grade", "0-4", 0, 4, "liver")
    albumin_g_l: float | None = _number("Albumin", "g/L", 5, 80, "liver")
    bilirubin_umol_l: float | None = _number("Total bilirubin", "µmol/L", 0.5, 1500, "liver")
    inr: float | None = _number("INR", "ratio", 0.5, 20, "liver")
    prothrombin_time_s: float | None = _number("Prothrombin time", "s", 5, 200, "liver")
    ast_u_l: float | None = _number("AST", "U/L", 1, 20000, "liver")
    alt_u_l: float | None = _number("ALT", "U/L", 1, 20000, "liver")
    platelets_1e9_l: float | None = _number("Platelets", "10⁹/L", 1, 3000, "blood")
    creatinine_umol_l: float | None = _number("Creatinine", "µmol/L", 5, 3000, "blood")
    crp_mg_l: float | None = _number("C-reactive protein", "mg/L", 0, 1000, "blood")
    neutrophils_1e9_l: float | None = _number("Neutrophils", "10⁹/L", 0, 200, "blood")
    lymphocytes_1e9_l: float | None = _number("Lymphocytes", "10⁹/L", 0, 500, "blood")
    afp_ng_ml: float | None = _number("Alpha-fetoprotein", "ng/mL", 0, 1e8, "tumour")
    tumour_count: int | None = _number("Number of tumours", "count", 1, 1000, "tumour")
    largest_tumour_cm: float | None = _number("Largest tumour", "cm", 0.1, 40, "tumour")
    pvtt: bool | None = _other("Portal vein tumour thrombus (PVTT)", "tumour")
    macrovascular_invasion: bool | None = _other("Macrovascular invasion", "tumour")
    extrahepatic_spread: bool | None = _other("Extrahepatic spread", "tumour")
    lymph_node_metastasis: bool | None = _other("Lymph node metastasis", "tumour")
    metastasis_lung: bool | None = _other("Lung metastasis", "tumour")
    metastasis_adrenal: bool | None = _other("Adrenal metastasis", "tumour")
    metastasis_bone: bool | None = _other("Bone metastasis", "tumour")
    liver_involvement_over_half: bool | None = _other("Over half of the liver involved", "tumour")
    massive_or_diffuse: bool | None = _other("Massive or diffuse tumour", "tumour")
    intrahepatic_venous_invasion: bool | None = _other("Intrahepatic venous invasion", "tumour")
    extrahepatic_vascular_invasion: bool | None = _other("Extrahepatic vascular invasion", "tumour")
    major_vein_invasion: bool | None = _other("Major portal or hepatic vein branch invaded", "tumour")
    adjacent_organ_invasion: bool | None = _other("Adjacent organ invaded", "tumour")
    peritoneal_perforation: bool | None = _other("Perforation of the visceral peritoneum", "tumour")
    transplant_candidate: bool | None = _other("Transplant candidate", "history")
    other_malignancy: bool | None = _other("Other malignancy", "history")
    prior_treatment: bool | None = _other("Prior treatment of the HCC", "history")
    concurrent_tace: bool | None = _other("Simultaneous TACE", "history")
    response: Response | None = _other("Response (mRECIST)", "treatment")
    haic_sessions: int | None = _number("HAIC sessions", "count", 1, 50, "treatment")
    months_since_first_haic: float | None = _number("Months since the first HAIC", "months", 0, 600, "treatment")
    sequential_surgery: bool | None = _other("Then surgery", "treatment")
    sequential_ablation: bool | None = _other("Then ablation", "treatment")
    sequential_sbrt: bool | None = _other("Then SBRT", "treatment")
    sequential_pd1: bool | None = _other("Then PD-1 inhibitor", "treatment")
    sequential_tki: bool | None = _other("Then tyrosine kinase inhibitor", "treatment")

    def __post_init__(self) -> None:
        for finding, implied in IMPLIED:
            if getattr(self, finding) is True and getattr(self, implied) is False:
                raise InputError(f"{implied}: expected true or unknown where {finding} is true, got false")

    @property
    def objective_response(self) -> bool | None:
        """True for CR or PR by mRECIST, False for SD or PD, None if not assessed."""
        return None if self.response is None else self.response in ("CR", "PR")

    def known(self) -> dict[str, Any]:
        """The values that are known, by name."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name)) is not None}


IMPLIED = (
    ("pvtt", "macrovascular_invasion"),
    ("pvtt", "intrahepatic_venous_invasion"),
    ("metastasis_lung", "extrahepatic_spread"),
    ("metastasis_adrenal", "extrahepatic_spread"),
    ("metastasis_bone", "extrahepatic_spread"),
)
"""A finding and what it implies: a record that denies it is refused."""


def choices(annotation: object) -> tuple[str, ...]:
    """The allowed words of a Literal field's annotation, () for any other kind."""
    words: list[str] = []
    for part in get_args(annotation):
        words.extend(word for word in (get_args(part) or (part,)) if isinstance(word, str))
    return tuple(words)


@dataclass(frozen=True, eq=False)
class Case:
    """One patient at one time.

    Attributes:
        case_id: a pseudonym.
        arterial, portal_venous: the two phases, each on its own grid; the portal-venous grid is the reference.
        liver_mask: given or edited labels on the portal-venous grid, None to let the segmenter find the liver.
        clinical: clinical values.
        mtm, dlr: scores given by hand (0..1); None to use the models.
        notes: what the reading of the images had to say, shown with the result.
    """

    case_id: str
    arterial: Volume
    portal_venous: Volume
    clinical: ClinicalRecord
    liver_mask: LiverMask | None = None
    mtm: float | None = None
    dlr: float | None = None
    notes: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        for name, value in (("mtm", self.mtm), ("dlr", self.dlr)):
            if value is not None and not 0.0 <= value <= 1.0:
                raise InputError(f"{name}: expected 0-1, got {value:g}")
        if self.liver_mask is not None and not self.liver_mask.geometry.same_grid(self.portal_venous.geometry):
            raise InputError("liver mask: expected the grid of the portal-venous series, got another")


@dataclass(frozen=True)
class Notice:
    """A warning that travels with a result: a stable code for programs, a sentence for people."""

    code: str
    text: str
