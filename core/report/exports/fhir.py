"""The registry as a FHIR R4 bundle: a RiskAssessment for each model and horizon, a DocumentReference for each report.

HL7 FHIR R4 (4.0.1), https://hl7.org/fhir/R4/riskassessment.html and documentreference.html. There,
RiskAssessment.prediction.probability[x] is in per cent (invariants ras-1 and ras-2), for decimals as for ranges.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from core.findings import Survival
from core.report.exports.gathered import Kept, month
from core.report.sentences import MODEL_NAMES, NOT_FOR_CLINICAL_USE

Json = dict[str, Any]
UCUM = "http://unitsofmeasure.org"
RESEARCH = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HRESCH",
    "display": "healthcare research",
}
"""Purpose of use, as a security label: nothing else is meant."""


def bundle(cases: Iterable[Kept], reports: Mapping[str, bytes], registry: str) -> Json:
    """A bundle of the type collection.

    Args:
        cases: as gathered.
        reports: PDF by key of the save; cases without one have no DocumentReference.
        registry: the registry's id, 32 hexadecimal digits; pseudonyms are unique within it.
    """
    home = UUID(hex=registry)
    entries: list[Json] = []
    for one in cases:
        entries += [_entry(home, resource) for resource in _risks(one, home)]
        if (pdf := reports.get(one.row.latest.key)) is not None:
            entries.append(_entry(home, _document(one, home, pdf)))
    return {"resourceType": "Bundle", "type": "collection", "meta": {"security": [RESEARCH]}, "entry": entries}


def bundle_bytes(found: Json) -> bytes:
    """UTF-8; an empty list of entries is left out, as FHIR wants it."""
    plain = {name: value for name, value in found.items() if value != []}
    return (json.dumps(plain, indent=1, allow_nan=False, ensure_ascii=False) + "\n").encode()


def _entry(home: UUID, resource: Json) -> Json:
    """Its id stays the same in every export, and says nothing."""
    name = str(uuid5(home, resource.pop("id")))
    return {
        "fullUrl": f"urn:uuid:{name}",
        "resource": {"resourceType": resource["resourceType"], "id": name, **resource},
    }


def _subject(one: Kept, home: UUID) -> Json:
    """By pseudonym only; there is no Patient in the bundle, and none is to be looked for."""
    return {"type": "Patient", "identifier": {"system": f"urn:uuid:{home}", "value": one.row.pseudonym}}


def _common(one: Kept, home: UUID, kind: str, name: str) -> Json:
    return {
        "resourceType": kind,
        "id": f"{one.row.latest.key} {name}",
        "meta": {"security": [RESEARCH]},
        "language": "en-GB",
        "subject": _subject(one, home),
    }


def _risks(one: Kept, home: UUID) -> list[Json]:
    found = []
    for prognosis in (one.reading.pre, one.reading.post):
        if prognosis is None:
            continue
        since = prognosis.months_since_first_haic
        for kind, survivals, start in (
            ("os", prognosis.os, 0.0),
            ("after", prognosis.os_conditional or {}, since or 0.0),
        ):
            for months, survival in sorted(survivals.items()):
                risk = _common(one, home, "RiskAssessment", f"{prognosis.model} {kind} {months:g}")
                risk |= {
                    "status": "final",
                    "method": {"text": _method(one, prognosis.model)},
                    "code": {"text": "Overall survival after hepatic arterial infusion chemotherapy (HAIC) for HCC"},
                    "occurrenceDateTime": month(one.row.latest.saved_at),
                    "prediction": _predictions(survival, (start, float(months)), prognosis.risk_group),
                    "note": [{"text": text} for text in _caveats(one)],
                }
                found.append(risk)
    return found


def _method(one: Kept, model: str) -> str:
    version = one.reading.versions.get("nomogram", "")
    return f"{MODEL_NAMES.get(model, model)}: HAIC nomogram {version}, He et al. 2023".replace("  ", " ")


def _caveats(one: Kept) -> list[str]:
    simulated = ["Images computed, no patient behind them."] if one.row.latest.simulated else []
    return [NOT_FOR_CLINICAL_USE, *dict.fromkeys(one.reading.provenance.values()), *simulated]


def _predictions(survival: Survival, span: tuple[float, float], group: str) -> list[Json]:
    """The figure, and beside it its 95 % range: an element can hold but one of them."""
    start, end = span
    given = f", given alive at {start:g} months" if start else ""
    common = {
        "qualitativeRisk": {"text": f"{group} risk group"},
        "whenRange": {"low": _quantity(start, "months", "mo"), "high": _quantity(end, "months", "mo")},
    }
    outcome = f"Alive at {end:g} months after the first HAIC{given}"
    low, high = (_quantity(_per_cent(value), "%", "%") for value in (survival.low, survival.high))
    return [
        {"outcome": {"text": outcome}, "probabilityDecimal": _per_cent(survival.value), **common},
        {"outcome": {"text": f"{outcome}: 95 % range"}, "probabilityRange": {"low": low, "high": high}, **common},
    ]


def _quantity(value: float, unit: str, code: str) -> Json:
    return {"value": value, "unit": unit, "system": UCUM, "code": code}


def _per_cent(share: float) -> float:
    """Exactly a hundred times the decimal that stands in assessment.json."""
    return float(Decimal(repr(float(share))) * 100)


def _document(one: Kept, home: UUID, pdf: bytes) -> Json:
    attachment = {
        "contentType": "application/pdf",
        "language": "en-GB",
        "data": base64.b64encode(pdf).decode("ascii"),
        "size": len(pdf),
        "hash": base64.b64encode(hashlib.sha1(pdf, usedforsecurity=False).digest()).decode("ascii"),
        "title": "HAIC nomogram: case report (research use)",
    }
    return {
        **_common(one, home, "DocumentReference", "report"),
        "status": "current",
        "type": {"text": "Prognosis report, research use"},
        "description": NOT_FOR_CLINICAL_USE,
        "securityLabel": [{"coding": [RESEARCH], "text": "research use"}],
        "content": [{"attachment": attachment}],
    }
