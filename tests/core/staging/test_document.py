import json
from typing import Any

from hypothesis import given

from core.case import ClinicalRecord
from core.staging.document import stage_all, stages_document
from tests.core.staging.records import record, values_of_records

KEYS = {
    "albi": {"score", "grade", "malbi"},
    "child_pugh": {"points", "class"},
    "bclc": {"stage"},
    "clip": {"score"},
    "hklc": {"stage"},
    "ajcc8": {"t", "stage"},
}


def test_values_of_a_typical_patient() -> None:
    found = stages_document(
        record(
            "B",
            tumour_count=2,
            largest_tumour_cm=10.6,
            afp_ng_ml=820.0,
            pvtt=True,
            macrovascular_invasion=None,
            intrahepatic_venous_invasion=None,
        )
    )
    values = {system: {key: part[key] for key in KEYS[system]} for system, part in found.items()}
    assert values == {
        "albi": {"score": found["albi"]["score"], "grade": 2, "malbi": "2b"},
        "child_pugh": {"points": 8, "class": "B"},
        "bclc": {"stage": "C"},
        "clip": {"score": 4},
        "hklc": {"stage": "IIIb"},
        "ajcc8": {"t": "T3", "stage": "IIIA"},
    }
    assert abs(found["albi"]["score"] + 1.7476) < 5e-5
    assert found["bclc"]["reasons"] == {"pvtt": "true: stage C"}


def test_nothing_known() -> None:
    found = stages_document(ClinicalRecord())
    for system, keys in KEYS.items():
        assert [found[system][key] for key in keys] == [None] * len(keys)
        assert found[system]["reasons"] == {}
        assert found[system]["missing"]
    assert found["clip"]["missing"] == [
        "bilirubin_umol_l",
        "albumin_g_l",
        "inr",
        "ascites",
        "encephalopathy_grade",
        "tumour_count",
        "liver_involvement_over_half",
        "massive_or_diffuse",
        "afp_ng_ml",
        "pvtt",
    ]


@given(values_of_records())
def test_any_record_gives_strict_json_of_one_shape(values: dict[str, Any]) -> None:
    found = stages_document(ClinicalRecord(**values))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert {system: set(part) - {"reasons", "missing"} for system, part in found.items()} == KEYS


@given(values_of_records())
def test_the_document_says_what_the_systems_say(values: dict[str, Any]) -> None:
    clinical = ClinicalRecord(**values)
    found, systems = stages_document(clinical), stage_all(clinical)
    assert found["child_pugh"]["class"] == systems.child_pugh.class_
    assert found["ajcc8"]["t"] == systems.ajcc8.t
    for system in KEYS:
        assert found[system]["missing"] == list(getattr(systems, system).missing)
