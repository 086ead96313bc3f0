"""clinical.json: a strict door with one sentence for the first problem."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.case import ClinicalRecord
from core.errors import InputError
from core.io.clinical import parse_clinical, parse_clinical_text, read_clinical, write_clinical

FULL = {
    "age_years": 61,
    "sex": "male",
    "ecog": 1,
    "ascites": "none",
    "pvtt": True,
    "afp_ng_ml": 512.5,
    "response": "PR",
}


def refusal(content: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        parse_clinical_text(content.encode() if isinstance(content, str) else content)
    text = str(caught.value)
    assert text.startswith("clinical record")
    assert "Jane" not in text
    return text


def test_a_record_comes_back_as_written(tmp_path: Path) -> None:
    record = parse_clinical(FULL)
    write_clinical(record, tmp_path / "clinical.json")
    assert read_clinical(tmp_path / "clinical.json") == record
    assert json.loads((tmp_path / "clinical.json").read_text(encoding="utf-8")) == FULL


def test_null_absent_and_byte_order_mark() -> None:
    record = parse_clinical_text(b'\xef\xbb\xbf{"age_years": null, "ecog": 0}')
    assert record == ClinicalRecord(ecog=0)


def test_every_field_has_a_place() -> None:
    assert parse_clinical({f.name: None for f in fields(ClinicalRecord)}) == ClinicalRecord()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('{"age_years": 430}', "clinical record, age_years: expected 0-120, got 430"),
        ('{"age_years": "Jane"}', "clinical record, age_years: expected 0-120, got text"),
        ('{"age_years": true}', "clinical record, age_years: expected 0-120, got true"),
        ('{"age_years": 1e999}', "clinical record, age_years: expected 0-120, got a number that is not finite"),
        ('{"pvtt": "true"}', "clinical record, pvtt: expected true or false, got text"),
        ('{"pvtt": 1}', "clinical record, pvtt: expected true or false, got 1"),
        ('{"ecog": 1.5}', "clinical record, ecog: expected a whole number 0-4, got 1.5"),
        ('{"ecog": 1.0}', "clinical record, ecog: expected a whole number 0-4, got 1.0"),
        ('{"haic_sessions": 0}', "clinical record, haic_sessions: expected a whole number 1-50, got 0"),
        ('{"sex": "Jane"}', "clinical record, sex: expected one of female, male, got text"),
        ('{"response": []}', "clinical record, response: expected one of CR, PR, SD, PD, got a list"),
        ('{"bmi_kg_m2": {}}', "clinical record, bmi_kg_m2: expected 8-80, got an object"),
        (
            '{"pvtt": true, "macrovascular_invasion": false}',
            "clinical record, macrovascular_invasion: expected true or unknown where pvtt is true, got false",
        ),
        (
            '{"ecog": 1, "JaneDoe": 2}',
            "clinical record: unknown key at position 2, expected one of the documented keys",
        ),
        (
            '{"ecog": 1, "ecog": 2}',
            "clinical record: expected each key once, got the key at position 2 a second time",
        ),
        ('{"age_years": NaN}', "clinical record: expected finite numbers, got NaN or Infinity"),
        ('["Jane"]', "clinical record: expected a JSON object, got a list"),
        ("null", "clinical record: expected a JSON object, got null"),
    ],
)
def test_the_first_problem_in_one_sentence(content: str, text: str) -> None:
    assert refusal(content) == text


@pytest.mark.parametrize(
    "content", [b"", b"Jane Doe", b'{"age_years": 6', b"[" * 100_000, b'{"ecog": ' + b"9" * 6000 + b"}"]
)
def test_what_is_not_json_is_said(content: bytes) -> None:
    assert "expected a JSON object, got text that is not valid JSON" in refusal(content)


@pytest.mark.parametrize("number", ["447700900461", "-48190273", "48190273.5", "0.447700900461", "4.4770090046e11"])
@pytest.mark.parametrize("name", ["haic_sessions", "bmi_kg_m2", "pvtt", "sex"])
def test_no_number_long_enough_to_be_somebodys_is_repeated(name: str, number: str) -> None:
    text = refusal(f'{{"{name}": {number}}}')
    assert "4819" not in text
    assert "447700900" not in text
    assert text.endswith(("got a number far outside", "got 0.447701"))


def test_other_bytes_and_sizes(tmp_path: Path) -> None:
    assert "in UTF-8" in refusal(b"\xff\xfe\x00J")
    assert "at most 1000000 bytes" in refusal(b" " * 1_000_001)
    with pytest.raises(InputError, match="got no readable file"):
        read_clinical(tmp_path / "absent.json")


@given(st.binary(max_size=60))
def test_any_bytes_give_a_record_or_one_sentence(content: bytes) -> None:
    text = ""
    try:
        parse_clinical_text(content)
    except InputError as error:
        text = str(error)
    assert "\n" not in text


@given(
    st.dictionaries(
        st.sampled_from([f.name for f in fields(ClinicalRecord)]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=5)
        | st.lists(st.integers(), max_size=2),
    )
)
def test_any_values_give_a_record_in_range_or_one_sentence(values: dict[str, object]) -> None:
    try:
        record = parse_clinical(values)
    except InputError:
        return
    for field in fields(ClinicalRecord):
        value = getattr(record, field.name)
        if value is not None and "low" in field.metadata:
            assert field.metadata["low"] <= value <= field.metadata["high"]
