"""The clinical form, made from the metadata of ClinicalRecord; every field can be unknown, and says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import Field, fields
from functools import cache
from typing import Any, get_args, get_type_hints

import streamlit as st

from core.case import ClinicalRecord, choices
from dashboard import held, session, texts

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
WANTED = "form.wanted"
"""Of the draft's view: the field that another page sent the reader to, and a number that tells the sendings apart."""
_NAME = "haic_nomogram_wanted_field"
_SHOW = """
export default function ({ data }) {
  if (window.haicSending === data.sending) return;
  window.haicSending = data.sending;
  let tries = 40;
  const look = () => {
    const field = document.querySelector(data.field);
    if (!field) { if (tries--) setTimeout(look, 100); return; }
    field.scrollIntoView({ block: "center" });
    field.querySelector("input")?.focus({ preventScroll: true });
  };
  look();
}
"""


def clinical_form() -> None:
    """Draw the form; its values go to the session's draft."""
    wanted, sending = session.draft().view.get(WANTED, (None, 0))
    _rows([_field(name) for name in ESSENTIAL])
    for group, heading in GROUPS.items():
        members = [f for f in fields(ClinicalRecord) if f.metadata["group"] == group and f.name not in ESSENTIAL]
        if members:
            known = sum(session.draft().clinical.get(f.name) is not None for f in members)
            open_ = any(f.name == wanted for f in members)
            with st.expander(f"{heading} · {known} of {len(members)} known", open_, key=f"group.{group}"):
                _rows(members)
    if wanted is not None and session.draft().clinical.get(wanted) is None:
        _show(wanted, sending)


def send_to(name: str) -> None:
    """Have the form open at the field `name` when it is drawn next."""
    view = session.draft().view
    view[WANTED] = (name, view.get(WANTED, ("", 0))[1] + 1)


def _show(name: str, sending: int) -> None:
    """Bring a field into sight and the cursor into it, once a sending; it stays marked until it is known."""
    css = f".st-key-{PREFIX.replace('.', '-')}{name}"
    st.html(
        f"<style>{css} {{ outline: 2px solid var(--patient); outline-offset: 4px; border-radius: 0.4rem; }}</style>"
    )
    show = st.components.v2.component(_NAME, js=_SHOW)  # the policy lets no script in between the page's words
    with st.container(key="form-wanted"):
        show(key="form.shown", data={"field": css, "sending": f"{session.draft().case_id} {sending}"})


def known_count() -> tuple[int, int]:
    """(fields with a value, all fields), as the form stands now."""
    values = session.draft().clinical
    held.take_over(PREFIX, values)
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
    key = held.prime(PREFIX + member.name, values.get(member.name))
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
