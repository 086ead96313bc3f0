"""A light for each criterion of the study, and the way to the fields that would settle an unknown one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from core.findings import Criterion
from dashboard import session
from dashboard.texts import study as words
from dashboard.widgets import clinical_form


def lights(criteria: Sequence[Criterion], answers: Mapping[str, str], settling: Mapping[str, Sequence[str]]) -> None:
    """Draw them in the order of the study.

    Args:
        criteria: each met, not met or unknown.
        answers: what the record says on each, by name; "" where it says nothing.
        settling: fields that would settle an unknown one, by its name.
    """
    names = clinical_form.labels()
    for place, criterion in enumerate(criteria):
        with st.container(key=f"criterion-{place}"):
            _light(criterion, answers.get(criterion.name, ""))
            if fields := settling.get(criterion.name, ()):
                _links(place, fields, names)


def _light(criterion: Criterion, answer: str) -> None:
    state = criterion.state
    said = f"{answer}; wanted: {criterion.expected}" if answer else f"wanted: {criterion.expected}"
    st.html(
        f'<div class="light"><i class="{state.replace(" ", "-")}" aria-hidden="true">{words.LIGHTS[state]}</i>'
        f"<span><strong>{escape(criterion.name)}</strong><small>{escape(said)}</small></span><b>{state}</b></div>"
    )


def _links(place: int, fields: Sequence[str], names: Mapping[str, str]) -> None:
    """A button for each field; pressed, the page Case opens at it."""
    with st.container(key=f"settle-{place}", horizontal=True, vertical_alignment="center", gap="small"):
        for name in fields:
            label = words.SETTLE.format(field=names[name])
            if st.button(label, key=f"settle.{place}.{name}", type="tertiary", icon=":material/edit:"):
                clinical_form.send_to(name)
                st.switch_page(session.page("Case"))
