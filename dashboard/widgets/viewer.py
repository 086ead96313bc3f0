"""The controls of the image page; they return how to look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from core.findings import HEADS, Assessment, Heatmap
from core.registry.audit_chain import Act
from dashboard import held, session, signin, texts
from dashboard.figures import slices
from dashboard.widgets import blocks

PREFIX = "view."
NO_HEATMAP = "none"


@dataclass(frozen=True)
class Sliced:
    """How the slice pictures are looked at."""

    section: slices.Section
    look: slices.Look


@dataclass(frozen=True)
class Chosen:
    """What the controls say.

    Attributes:
        head: whose heatmap is shown, None for none.
        correcting: whether the tools to change the mask are shown.
        sliced: how the slice pictures are looked at, None for the linked viewer.
    """

    head: str | None
    correcting: bool
    sliced: Sliced | None


def controls(assessment: Assessment) -> Chosen:
    """Draw the controls above the pictures."""
    with st.container(key="look", horizontal=True, vertical_alignment="bottom", gap="medium"):
        drawn = [head for head in HEADS if head in assessment.heatmaps]
        name = partial(texts.reliability.marked, heatmaps=assessment.heatmaps)
        picked = _kept("Heatmap", [*drawn, NO_HEATMAP], name, "head")
        kind = _kept(texts.viewer.PICTURES, list(texts.viewer.KINDS), texts.viewer.KINDS.__getitem__, "kind")
        linked = kind == texts.viewer.LINKED
        looks = None if linked else _looks()
        there = assessment.liver_mask is not None and signin.may(Act.ASSESSED)
        correcting = st.toggle(texts.CORRECT_MASK, key=_prime("correcting", False), disabled=not there)
    _remember("correcting", correcting)
    head = None if picked == NO_HEATMAP else picked
    if assessment.heatmaps:
        blocks.badges(assessment.heatmaps, head)
    fault = session.draft().view.get("fault")
    if fault is not None and not linked:
        blocks.note(texts.viewer.FAULTS[fault])
    sliced = None if looks is None else _sliced(assessment, head, *looks)
    return Chosen(head, correcting and there, sliced)


def _looks() -> tuple[slices.Plane, str, bool]:
    """Plane, name of the window and outline of the slice pictures."""
    plane = _kept("Plane", list(slices.PLANES), str.capitalize, "plane")
    window = _kept("Window", list(slices.WINDOWS), str, "window")
    outline = st.toggle("Liver outline", key=_prime("outline", True))
    _remember("outline", outline)
    return plane, window, outline


def _sliced(assessment: Assessment, head: str | None, plane: slices.Plane, window: str, outline: bool) -> Sliced:
    """The slider and the opacity of the slice pictures."""
    with st.container(key="move", horizontal=True, vertical_alignment="bottom", gap="medium"):
        position = _slice(assessment, plane, head)
        opacity = st.slider(
            "Heatmap opacity",
            0,
            100,
            step=5,
            format="%d %%",
            key=_prime("opacity", 60),
            disabled=head is None,
            width=220,
        )
    _remember("opacity", opacity)
    section = slices.Section(assessment.portal_venous.geometry, plane, position)
    return Sliced(section, slices.Look(slices.WINDOWS[window], opacity / 100, outline))


def _kept(label: str, options: list[Any], words: Callable[[Any], str], name: str) -> Any:
    """A choice that the session remembers; never none."""
    chosen = st.segmented_control(
        label, options, format_func=words, key=_prime(name, options[0]), required=True, wrap=True
    )
    _remember(name, chosen)
    return chosen


def _prime(name: str, default: object) -> str:
    return held.prime(PREFIX + name, session.draft().view.get(name, default))


def _remember(name: str, value: object) -> None:
    session.draft().view[name] = value


def _slice(assessment: Assessment, plane: slices.Plane, head: str | None) -> int:
    """The slice slider of the plane, with the jumps; positions are remembered by plane."""
    geometry = assessment.portal_venous.geometry
    total = slices.count(geometry, plane)
    name = f"slice.{plane}"
    if name not in session.draft().view:
        _remember(name, _first_position(assessment, plane, head))
    key = _prime(name, 0)
    heat = assessment.heatmaps.get(head) if head else None
    mask = assessment.liver_mask
    if heat is not None:
        st.button(
            "Hottest slice",
            on_click=_jump_to_heat,
            args=(assessment, heat, plane, key),
            icon=":material/local_fire_department:",
        )
    if mask is not None and mask.has_lesions:
        st.button(
            "Largest lesion", on_click=_jump_to_lesion, args=(assessment, plane, key), icon=":material/my_location:"
        )
    position = (
        st.slider(f"Slice ({texts.DIRECTIONS[plane]})", 1, total, key=key, format=f"%d of {total}", disabled=total < 2)
        if total > 1
        else 1
    )
    _remember(name, position)
    return position - 1


def _first_position(assessment: Assessment, plane: slices.Plane, head: str | None) -> int:
    """1-based: the hottest slice where there is a heatmap, else the one with most liver, else the middle."""
    heat = assessment.heatmaps.get(head) if head else None
    if heat is not None:
        return hottest(assessment, heat, plane) + 1
    geometry = assessment.portal_venous.geometry
    if assessment.liver_mask is not None:
        return int(slices.amount_by_slice(assessment.liver_mask.liver, geometry, plane).argmax()) + 1
    return slices.count(geometry, plane) // 2 + 1


def hottest(assessment: Assessment, heat: Heatmap, plane: slices.Plane) -> int:
    """Position of the slice with the most heat in the liver."""
    geometry = assessment.portal_venous.geometry
    if plane == "axial":
        return slices.position_of(geometry, plane, heat.hottest_slice)
    inside = heat.values
    if assessment.liver_mask is not None:
        inside = np.where(assessment.liver_mask.liver, heat.values, 0)
    return int(slices.amount_by_slice(inside, geometry, plane).argmax())


def _jump_to_heat(assessment: Assessment, heat: Heatmap, plane: slices.Plane, key: str) -> None:
    held.put(key, hottest(assessment, heat, plane) + 1)


def _jump_to_lesion(assessment: Assessment, plane: slices.Plane, key: str) -> None:
    if assessment.liver_mask is not None:
        labels, geometry = assessment.liver_mask.labels, assessment.portal_venous.geometry
        held.put(key, slices.largest_lesion_position(labels, geometry, plane) + 1)
