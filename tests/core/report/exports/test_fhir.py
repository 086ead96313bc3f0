"""The bundle of FHIR R4, held against the standard's own types and by hand."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any
from uuid import UUID

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.documentreference import DocumentReference
from fhir.resources.R4B.riskassessment import RiskAssessment
from pydantic import ValidationError

from core.registry.store import Registry
from core.report.exports.fhir import bundle, bundle_bytes
from core.report.exports.gathered import gather
from core.report.exports.reports import reports
from tests.core.report.case.pdfs import text_of
from tests.core.report.exports.conftest import PLANTED
from tests.core.report.exports.test_tables import DAY, documents
from tests.dashboard import builders

Json = dict[str, Any]


@pytest.fixture(scope="module")
def written(registry: Registry) -> bytes:
    """The bundle of all three cases."""
    cases = gather(registry, "FHIR")
    pdfs = reports(cases, registry, builders.models())  # type: ignore[arg-type]
    return bundle_bytes(bundle(cases, pdfs, registry.audit.registry_id))


@pytest.fixture
def made(written: bytes) -> Json:
    """The bundle as it is read by somebody else."""
    found: Json = json.loads(written)
    return found


def resources(made: Json, kind: str, pseudonym: str = "") -> list[Json]:
    every = [entry["resource"] for entry in made["entry"] if entry["resource"]["resourceType"] == kind]
    return [one for one in every if pseudonym in ("", one["subject"]["identifier"]["value"])]


def test_it_validates_as_a_whole_and_each_resource_alone(made: Json) -> None:
    assert Bundle.model_validate(made).type == "collection"
    for entry in made["entry"]:
        kind = {"RiskAssessment": RiskAssessment, "DocumentReference": DocumentReference}
        kind[entry["resource"]["resourceType"]].model_validate(entry["resource"])
        assert entry["fullUrl"] == f"urn:uuid:{UUID(entry['resource']['id'])}"
    names = [entry["fullUrl"] for entry in made["entry"]]
    assert len(set(names)) == len(names)


def test_the_validator_refuses_what_is_no_fhir(made: Json) -> None:
    made["entry"][0]["resource"]["prediction"][0]["probability"] = 0.5
    with pytest.raises(ValidationError):
        Bundle.model_validate(made)


def test_each_horizon_has_the_figures_of_assessment_json_in_per_cent(made: Json, registry: Registry) -> None:
    compared = 0
    for pseudonym, document in documents(registry).items():
        found = {
            (one["method"]["text"].split(":")[0], part, months): one["prediction"]
            for one in resources(made, "RiskAssessment", pseudonym)
            for part, months in [_span(one)]
        }
        for model, name in (("pre", "Before treatment"), ("post", "After response")):
            for part in ("os", "os_conditional"):
                for months, survival in ((document[model] or {}).get(part) or {}).items():
                    value, ends = found.pop((name, part, months))
                    assert value["probabilityDecimal"] / 100 == pytest.approx(survival["value"], rel=1e-14)
                    assert ends["probabilityRange"]["low"]["value"] / 100 == pytest.approx(survival["low"], rel=1e-14)
                    assert ends["probabilityRange"]["high"]["value"] / 100 == pytest.approx(survival["high"], rel=1e-14)
                    compared += 1
        assert found == {}
    assert compared >= 14


def _span(one: Json) -> tuple[str, str]:
    span = one["prediction"][0]["whenRange"]
    assert [span[end]["code"] for end in ("low", "high")] == ["mo", "mo"]
    assert span["low"]["system"] == "http://unitsofmeasure.org"
    return "os_conditional" if span["low"]["value"] else "os", f"{span['high']['value']:g}"


def test_rules_of_the_standard_that_types_do_not_hold(made: Json) -> None:
    for one in resources(made, "RiskAssessment"):
        value, ends = one["prediction"]
        assert 0 <= value["probabilityDecimal"] <= 100  # ras-2
        for end in ends["probabilityRange"].values():  # ras-1
            assert (end["code"], end["system"]) == ("%", "http://unitsofmeasure.org")
            assert 0 <= end["value"] <= 100
        low, high = (value["whenRange"][end]["value"] for end in ("low", "high"))
        assert low < high  # rng-2
        assert one["status"] == "final"


def test_a_subject_is_a_pseudonym_and_nothing_else(made: Json, registry: Registry) -> None:
    kinds = {entry["resource"]["resourceType"] for entry in made["entry"]}
    assert kinds == {"RiskAssessment", "DocumentReference"}
    home = f"urn:uuid:{UUID(hex=registry.audit.registry_id)}"
    for entry in made["entry"]:
        subject = entry["resource"]["subject"]
        assert set(subject) == {"type", "identifier"}
        assert subject["identifier"]["system"] == home
        assert re.fullmatch(r"Case \d", subject["identifier"]["value"])


def test_research_use_is_coded_and_said(made: Json) -> None:
    for entry in made["entry"]:
        one = entry["resource"]
        assert [label["code"] for label in one["meta"]["security"]] == ["HRESCH"]
        said = one.get("description") or " ".join(note["text"] for note in one["note"])
        assert "Not a medical device, not for clinical decisions." in said
    risks = resources(made, "RiskAssessment", "Case 2")
    assert all(any("emonstration weights" in note["text"] for note in one["note"]) for one in risks)


def test_no_day_and_no_free_text_is_in_it(made: Json) -> None:
    for document in resources(made, "DocumentReference"):
        document["content"][0]["attachment"].pop("data")
    for entry in made["entry"]:  # random digits may look like a day
        entry.pop("fullUrl")
        entry["resource"].pop("id")
        entry["resource"]["subject"]["identifier"].pop("system")
    text = json.dumps(made, ensure_ascii=False)
    text = re.sub(r'"(?:value|probabilityDecimal|size)": [0-9.e+-]+|"hash": "[^"]+"', "", text)
    assert not any(words in text for words in PLANTED)
    assert DAY.search(text) is None
    assert {one["occurrenceDateTime"][4:5] for one in resources(made, "RiskAssessment")} == {"-"}
    assert {len(one["occurrenceDateTime"]) for one in resources(made, "RiskAssessment")} == {7}


def test_a_report_is_whole_and_holds_no_day_no_note_and_no_high_age(made: Json, registry: Registry) -> None:
    found = resources(made, "DocumentReference")
    assert [one["subject"]["identifier"]["value"] for one in found] == ["Case 1", "Case 2", "Case 3"]
    for one in found:
        attachment = one["content"][0]["attachment"]
        pdf = base64.b64decode(attachment["data"])
        assert pdf.startswith(b"%PDF-")
        assert len(pdf) == attachment["size"]
        assert hashlib.sha1(pdf).digest() == base64.b64decode(attachment["hash"])
        text = text_of(pdf)
        assert "Not a medical device" in text
        assert not any(words in text for words in PLANTED)
        assert re.search(r"\b(?:19|20)\d\d-\d\d-\d\d\b", text) is None
        assert "97" not in re.findall(r"Age\D{0,12}(\d+)", text)


def test_the_same_registry_gives_the_same_bundle(written: bytes, registry: Registry) -> None:
    cases = gather(registry, "FHIR")
    pdfs = reports(cases, registry, builders.models())  # type: ignore[arg-type]
    assert bundle_bytes(bundle(cases, pdfs, registry.audit.registry_id)) == written


def test_no_cases_are_a_bundle_without_entries() -> None:
    found = json.loads(bundle_bytes(bundle([], {}, "0f" * 16)))
    assert "entry" not in found
    Bundle.model_validate(found)
