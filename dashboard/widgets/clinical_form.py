"""The clinical form, made from the metadata of ClinicalRecord; every field can be unknown, and says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import Field, fields
from functools import cache
from typing import Any, get_args, get_type_hints

import streamlit as st

from core.case import ClinicalRecord, choices
from dashboard import session, texts

PREFIX = "clinical."
ESSENTIAL = (
    "pvtt",
    "response",
    "haic_sessions",
    "afp_ng_ml",
    "largest_tumour_cm",
    "age_years",
    "months_since_first_haic",
    "ecog",
    "sex",
)
GROUPS = {
    "patient": "Patient",
    "liver": "Liver function",
    "blood": "Blood",
    "tumour": "Tumour",
    "history": "History",
    "treatment": "After HAIC",
}
COLUMNS = 3


def clinical_form() -> None:
    """Draw the form; its values go to the session's draft."""
    _rows([_field(name) for name in ESSENTIAL])
    for group, heading in GROUPS.items():
        members = [f for f in fields(ClinicalRecord) if f.metadata["group"] == group and f.name not in ESSENTIAL]
        if members:
            known = sum(session.draft().clinical.get(f.name) is not None for f in members)
            with st.expander(f"{heading} · {known} of {len(members)} known", key=f"group.{group}"):
                _rows(members)


def known_count() -> tuple[int, int]:
    """(fields with a value, all fields), as the form stands now."""
    values = session.draft().clinical
    session.take_over(PREFIX, values)
    return sum(values.get(f.name) is not None for f in fields(ClinicalRecord)), len(fields(ClinicalRecord))


@cache
def kind(name: str) -> type:
    """bool, int, float, or str for a choice of words."""
    inner = [part for part in get_args(_hints()[name]) if part is not type(None)]
    return next((part for part in inner if part in (bool, int, float)), str)


@cache
def words(name: str) -> tuple[str, ...]:
    """The allowed words of a field, () for other kinds."""
    return choices(_hints()[name])


def labels() -> dict[str, str]:
    """Every field's name with its unit, by key."""
    return {member.name: label(member.metadata) for member in fields(ClinicalRecord)}


def label(metadata: Any) -> str:
    """The field's name with its unit."""
    unit = metadata.get("unit", "")
    said = unit in ("", "count", "ratio", "0-4") or metadata["label"].startswith(unit.capitalize())
    return str(metadata["label"]) if said else f"{metadata['label']} ({unit})"


@cache
def _hints() -> dict[str, Any]:
    return get_type_hints(ClinicalRecord)


def _field(name: str) -> Field[Any]:
    return ClinicalRecord.__dataclass_fields__[name]


def _rows(members: Sequence[Field[Any]]) -> None:
    for start in range(0, len(members), COLUMNS):
        for column, member in zip(st.columns(COLUMNS), members[start : start + COLUMNS], strict=False):
            with column:
                _one(member)


def _one(member: Field[Any]) -> None:
    values = session.draft().clinical
    key = session.settle(PREFIX + member.name, values.get(member.name))
    draw = {bool: _yes_no, int: _number, float: _number, str: _choice}[kind(member.name)]
    values[member.name] = draw(member, key)


def _number(member: Field[Any], key: str) -> float | int | None:
    cast = kind(member.name)
    low, high = member.metadata["low"], member.metadata["high"]
    value: float | int | None = st.number_input(
        label(member.metadata),
        min_value=cast(low),
        max_value=cast(high),
        value=None,
        step=cast(1),
        format="%d" if cast is int else "%g",
        placeholder=texts.unknown_between(low, high),
        key=key,
    )
    return value


def _yes_no(member: Field[Any], key: str) -> bool | None:
    return _one_of(member, key, [False, True], texts.yes_no)


def _choice(member: Field[Any], key: str) -> str | None:
    return _one_of(member, key, list(words(member.name)), texts.word)


def _one_of(member: Field[Any], key: str, options: list[Any], words_for: Callable[[Any], str]) -> Any:
    return st.selectbox(
        label(member.metadata),
        [None, *options],
        index=None,
        format_func=words_for,
        placeholder=texts.UNKNOWN,
        key=key,
    )
