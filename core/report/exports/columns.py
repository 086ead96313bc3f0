"""One saved case as one row: the figures of assessment.json, flat, with the unit in each name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any

from core.case import ClinicalRecord
from core.io.assessment_files import nomogram_document
from core.report.exports.gathered import Kept, month
from core.report.sentences import NOT_FOR_CLINICAL_USE

Cell = str | float | int | bool | None
MODELS, MONTHS, ENDS = ("pre", "post"), (12, 36, 60), ("value", "low", "high")
OLDEST_YEARS = 90.0
"""Older patients are so few that their age may name them; 90 stands for 90 and over."""

_ABOUT: dict[str, type] = {
    "pseudonym": str,
    "save_number": int,
    "saved_month_utc": str,
    "board_month": str,
    "board_state": str,
    "with_images": bool,
    "simulated": bool,
}
_SCORES: dict[str, type] = {
    f"{name}_{part}": kind
    for name in ("mtm", "dlr")
    for part, kind in (
        ("score_fraction", float),
        ("score_low_fraction", float),
        ("score_high_fraction", float),
        ("origin", str),
    )
}
_AFTER: dict[str, type] = {
    "liver_volume_ml": float,
    "lesion_volume_ml": float,
    "largest_lesion_mm": float,
    "follow_up_months": float,
    "died": bool,
    "warning_codes": str,
    "versions": str,
    "provenance": str,
    "use": str,
}


def _survival_name(model: str, months: int, end: str, condition: str = "") -> str:
    return f"{model}_os{condition}_{months}_months_{'' if end == 'value' else end + '_'}fraction"


def _of_model(model: str) -> dict[str, type]:
    names = [f"{model}_linear_predictor", f"{model}_total_points"]
    names += [_survival_name(model, months, end) for months in MONTHS for end in ENDS]
    if model == "post":
        names += [_survival_name(model, months, end, "_conditional") for months in MONTHS for end in ENDS]
    return {**dict.fromkeys(names, float), f"{model}_risk_group": str}


def _kind_of(hint: str) -> type:
    """The type of a clinical field by its annotation."""
    return {"float": float, "int": int, "bool": bool}.get(hint.split(" ")[0], str)


COLUMNS: Mapping[str, type] = {
    **_ABOUT,
    **{one.name: _kind_of(str(one.type)) for one in fields(ClinicalRecord)},
    **_SCORES,
    **_of_model("pre"),
    **_of_model("post"),
    **_AFTER,
}
"""Type by column, in order. A fraction is 0..1; what is unknown is empty."""


def cells(kept: Kept) -> dict[str, Cell]:
    """The row of a case by column; None is unknown."""
    row, read = kept.row, kept.reading
    found: dict[str, Cell] = dict.fromkeys(COLUMNS)
    found |= {"pseudonym": row.pseudonym, "save_number": row.latest.number, "board_state": row.state}
    found |= {"saved_month_utc": month(row.latest.saved_at), "board_month": month(row.board_on)}
    found |= {"with_images": row.latest.with_images, "simulated": row.latest.simulated}
    found |= _clinical(read.clinical)
    document = nomogram_document(read.pre, read.post, read.scores, read.criteria, read.warnings, read.versions)
    for name in ("mtm", "dlr"):
        found |= _score(name, document["scores"][name])
    for model in MODELS:
        found |= _prognosis(model, document[model])
    if (liver := read.liver) is not None:
        found |= {"liver_volume_ml": liver.volume_ml, "lesion_volume_ml": liver.lesion_volume_ml}
        found |= {"largest_lesion_mm": liver.largest_lesion_mm}
    if (later := row.follow_up) is not None:
        found |= {"follow_up_months": later.time_months, "died": later.event}
    found["warning_codes"] = " ".join(dict.fromkeys(one["code"] for one in document["warnings"]))
    found["versions"] = ", ".join(f"{name} {version}" for name, version in sorted(read.versions.items()))
    found["provenance"] = " ".join(dict.fromkeys(read.provenance.values()))
    found["use"] = NOT_FOR_CLINICAL_USE
    return found


def _clinical(record: ClinicalRecord) -> dict[str, Cell]:
    known = {name: str(value) if isinstance(value, StrEnum) else value for name, value in record.known().items()}
    if record.age_years is not None:
        known["age_years"] = min(float(record.age_years), OLDEST_YEARS)
    return known


def _score(name: str, score: dict[str, Any] | None) -> dict[str, Cell]:
    if score is None:
        return {}
    values = {f"{name}_score_{'' if end == 'value' else end + '_'}fraction": score[end] for end in ENDS}
    return {**values, f"{name}_origin": score["origin"]}


def _prognosis(model: str, found: dict[str, Any] | None) -> dict[str, Cell]:
    if found is None:
        return {}
    values: dict[str, Cell] = {f"{model}_{name}": found[name] for name in ("linear_predictor", "total_points")}
    for part, condition in (("os", ""), ("os_conditional", "_conditional")):
        for months, survival in found.get(part, {}).items():
            values |= {_survival_name(model, int(float(months)), end, condition): survival[end] for end in ENDS}
    values[f"{model}_risk_group"] = found["risk_group"]
    return {name: value for name, value in values.items() if name in COLUMNS}
