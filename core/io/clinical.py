"""clinical.json: one patient's values through a strict door.

The model is built from ClinicalRecord itself, so that a field, its type and its range are written in one place only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import Field, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from core.case import ClinicalRecord, choices
from core.errors import InputError
from core.io.atomic import write_text
from core.io.bounded import read_bounded
from core.io.number_words import number_words

if TYPE_CHECKING:
    from pydantic import BaseModel

ROLE = "clinical record"
MAX_BYTES = 1_000_000


def read_clinical(path: Path) -> ClinicalRecord:
    """The record in a clinical.json.

    Raises:
        InputError: not a UTF-8 JSON object of at most 1 MB, a repeated or unknown key, a value of wrong type or range.
    """
    return parse_clinical_text(read_bounded(path, ROLE, MAX_BYTES))


def parse_clinical_text(content: bytes) -> ClinicalRecord:
    """The record in the bytes of a clinical.json; errors as in `read_clinical`."""
    if len(content) > MAX_BYTES:
        raise InputError(f"{ROLE}: expected at most {MAX_BYTES} bytes of JSON, got more")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{ROLE}: expected JSON in UTF-8, got other bytes") from error
    try:
        values = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except InputError:
        raise
    except (ValueError, RecursionError) as error:
        position = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(f"{ROLE}: expected a JSON object, got text that is not valid JSON{position}") from error
    if not isinstance(values, dict):
        raise InputError(f"{ROLE}: expected a JSON object, got {_kind(values)}")
    return parse_clinical(values)


def parse_clinical(values: Mapping[str, Any]) -> ClinicalRecord:
    """A record from values by name; None and absent are unknown.

    Raises:
        InputError: the first problem in one sentence.
    """
    from pydantic import ValidationError

    known = {f.name for f in fields(ClinicalRecord)}
    for position, name in enumerate(values, start=1):
        if name not in known:
            raise InputError(f"{ROLE}: unknown key at position {position}, expected one of the documented keys")
    try:
        checked = _model().model_validate(dict(values)).model_dump()
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise InputError(f"{ROLE}, {name}: expected {_expected(name)}, got {_kind(values[name])}") from None
    try:
        return ClinicalRecord(**checked)
    except InputError as error:
        raise InputError(f"{ROLE}, {error}") from error


def write_clinical(record: ClinicalRecord, path: Path) -> None:
    """The known values as clinical.json; what is unknown is left out."""
    write_text(path, json.dumps(record.known(), indent=2, allow_nan=False) + "\n")


@cache
def _model() -> type[BaseModel]:
    from pydantic import ConfigDict, create_model

    hints = get_type_hints(ClinicalRecord)
    config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
    definitions: dict[str, Any] = {f.name: (hints[f.name], _limits(f)) for f in fields(ClinicalRecord)}
    model: type[BaseModel] = create_model("ClinicalJson", __config__=config, **definitions)
    return model


def _limits(field: Field[Any]) -> Any:
    from pydantic import Field as Limits

    return Limits(default=None, ge=field.metadata.get("low"), le=field.metadata.get("high"))


def _expected(name: str) -> str:
    field = next(f for f in fields(ClinicalRecord) if f.name == name)
    hint = get_type_hints(ClinicalRecord)[name]
    if "low" in field.metadata:
        whole = "a whole number " if hint == int | None else ""
        return f"{whole}{field.metadata['low']:.9g}-{field.metadata['high']:.9g}"
    return f"one of {', '.join(choices(hint))}" if choices(hint) else "true or false"


def _kind(value: object) -> str:
    """What came, in words; short numbers are echoed, text is not."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_words(value)
    names: dict[type, str] = {str: "text", list: "a list", dict: "an object", type(None): "null"}
    return names.get(type(value), "another kind of value")


def _number_words(value: float) -> str:
    words = number_words(value)
    return f"{words}.0" if isinstance(value, float) and words.lstrip("-").isdigit() and value.is_integer() else words


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for position, (name, value) in enumerate(pairs, start=1):
        if name in seen:
            raise InputError(f"{ROLE}: expected each key once, got the key at position {position} a second time")
        seen[name] = value
    return seen


def _no_constant(_: str) -> float:
    raise InputError(f"{ROLE}: expected finite numbers, got NaN or Infinity")
