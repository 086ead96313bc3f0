"""Records for the staging tests."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from core.case import ClinicalRecord

LIVER: dict[str, dict[str, Any]] = {
    "A": {
        "bilirubin_umol_l": 10.0,
        "albumin_g_l": 44.0,
        "inr": 1.0,
        "ascites": "none",
        "encephalopathy_grade": 0,
    },
    "B": {
        "bilirubin_umol_l": 40.0,
        "albumin_g_l": 33.0,
        "inr": 1.5,
        "ascites": "mild",
        "encephalopathy_grade": 0,
    },
    "C": {
        "bilirubin_umol_l": 90.0,
        "albumin_g_l": 25.0,
        "inr": 2.5,
        "ascites": "mild",
        "encephalopathy_grade": 1,
    },
}
FINDINGS = (
    "pvtt",
    "macrovascular_invasion",
    "intrahepatic_venous_invasion",
    "extrahepatic_spread",
    "lymph_node_metastasis",
    "metastasis_lung",
    "metastasis_adrenal",
    "metastasis_bone",
    "liver_involvement_over_half",
    "massive_or_diffuse",
    "extrahepatic_vascular_invasion",
    "major_vein_invasion",
    "adjacent_organ_invasion",
    "peritoneal_perforation",
    "transplant_candidate",
)
# A value of every class of every system, the limits among them.
VALUES: dict[str, tuple[Any, ...]] = {
    "ecog": (0, 1, 2, 3, 4),
    "tumour_count": (1, 2, 3, 4),
    "largest_tumour_cm": (2.0, 2.01, 3.0, 3.01, 5.0, 5.01),
    "afp_ng_ml": (399.9, 400.0),
    "bilirubin_umol_l": (34.19, 34.2, 51.31),
    "albumin_g_l": (35.1, 35.0, 27.9),
    "inr": (1.69, 1.7, 2.31),
    "ascites": ("none", "mild", "moderate_severe"),
    "encephalopathy_grade": (0, 1, 3),
    **dict.fromkeys(FINDINGS, (False, True)),
}
NEVER_BLOCKING = ("lymph_node_metastasis", "peritoneal_perforation")


def record(liver: str = "A", **values: Any) -> ClinicalRecord:
    """A small single tumour, nothing else found, with changes; no value is unknown."""
    base: dict[str, Any] = {"ecog": 0, "tumour_count": 1, "largest_tumour_cm": 1.8, "afp_ng_ml": 100.0}
    return ClinicalRecord(**(base | dict.fromkeys(FINDINGS, False) | LIVER[liver] | values))


def consistent(values: dict[str, Any]) -> dict[str, Any]:
    """Without the contradictions that are refused."""
    values = dict(values)
    if values["pvtt"]:
        for name in ("macrovascular_invasion", "intrahepatic_venous_invasion"):
            values[name] = values[name] or None
    if values["metastasis_lung"] or values["metastasis_adrenal"] or values["metastasis_bone"]:
        values["extrahepatic_spread"] = values["extrahepatic_spread"] or None
    return values


def values_of_records() -> st.SearchStrategy[dict[str, Any]]:
    """Consistent values by name, each known or unknown."""
    columns = {name: st.none() | st.sampled_from(known) for name, known in VALUES.items()}
    return st.fixed_dictionaries(columns).map(consistent)


def examples(golden: Path, system: str) -> list[dict[str, str]]:
    """Rows of the worked examples."""
    with (golden / "staging_examples.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["system"] == system]
    assert rows
    return rows


def arguments(row: dict[str, str]) -> list[Any]:
    """The tuple at the end of an example's input: numbers, truth values and quoted words."""
    inside = row["input"].rpartition("(")[2].rstrip(")")
    return [_value(part.strip()) for part in inside.split(",")]


def _value(word: str) -> Any:
    if word in ("True", "False"):
        return word == "True"
    return word.strip("'") if word.startswith("'") else float(word)
