"""The linked viewer: NiiVue in a component of our own, both phases on one crosshair, zoom and window.

The volumes go to the browser as files that the server keeps in this session's memory only, under names without meaning;
the scripts come from the server itself. What is painted comes back stroke by stroke.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from streamlit.runtime import Runtime

from core.case import LiverMask, Phase, Volume
from core.findings import Assessment, Heatmap
from core.imaging.mask_edit import Tissue
from dashboard import held, session, signin, texts
from dashboard.downloads import OWNERS
from dashboard.draft import Draft
from dashboard.figures import sent, slices
from dashboard.figures.heat import heat_colours
from dashboard.widgets import viewer
from dashboard.widgets.component import registered

PHASES = (Phase.ARTERIAL, Phase.PORTAL_VENOUS)
BINARY = "application/octet-stream"
HEAT_STOPS = 5


@dataclass(eq=False)
class Shipment:
    """What one session's viewer was sent, so that each file is made once.

    Attributes:
        volumes: the two phases it was made from.
        part: what part of their grid.
        token: names this shipment; strokes on another one are not taken.
        files: the phases as sent.
        heats: heatmaps as sent, by head, with the map each was made from.
        mask: the mask last sent, its labels as sent, and where its largest lesion is.
        taken: number of the last stroke taken.
    """

    volumes: tuple[Volume, Volume]
    part: sent.Sent
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    files: dict[Phase, bytes] = field(default_factory=dict)
    heats: dict[str, tuple[Heatmap, sent.Heat | None]] = field(default_factory=dict)
    mask: LiverMask | None = None
    labels: sent.Labels | None = None
    lesion: tuple[int, int, int] | None = None
    taken: int = 0


def show(assessment: Assessment, head: str | None, tissue: Tissue | None, undo: Callable[[], None]) -> None:
    """Both phases, the head's heatmap over them; with a `tissue` its voxels can be painted and erased."""
    mount = st.components.v2.component(registered("linked"), js="viewer.js", css="viewer.css")
    shipment = _kept(assessment)
    ahead = st.empty()  # always there, so that the viewer keeps its place on the page
    if shipment is None:
        with ahead:  # the browser makes its graphics ready while the volumes are packed
            mount(key="linked.ahead", data=None)
        shipment = _ship(assessment)
    key = f"linked.{shipment.token}"
    mount(
        key=key,
        data=_data(shipment, assessment, head, tissue),
        on_strokes_change=partial(_take, shipment, key),
        on_undo_change=undo,
        on_fault_change=partial(_fall_back, key),
    )


def take(now: Draft, shipment: Shipment, payload: object) -> None:
    """Put the strokes of `payload` that were not taken yet into the draft's mask, each a step that can be undone.

    Args:
        payload: {"token": the shipment's, "strokes": [{"number": 1 upwards, ...as `sent.painted`}]}.
    """
    if not isinstance(payload, Mapping) or payload.get("token") != shipment.token:
        return
    for stroke in payload.get("strokes") or ():
        number = stroke.get("number") if isinstance(stroke, Mapping) else None
        if isinstance(number, int) and number > shipment.taken:
            shipment.taken = number
            now.edit(partial(sent.painted, sent=shipment.part, stroke=stroke))


def _take(shipment: Shipment, key: str) -> None:
    take(session.draft(), shipment, getattr(held.get(key), "strokes", None))


def _fall_back(key: str) -> None:
    """The slice pictures in place of a viewer that cannot draw."""
    fault = getattr(held.get(key), "fault", None)
    if fault in texts.viewer.FAULTS:
        view = session.draft().view
        view["kind"], view["fault"] = texts.viewer.SLICES, fault
        held.put(viewer.PREFIX + "kind", texts.viewer.SLICES)


def _kept(assessment: Assessment) -> Shipment | None:
    """What was sent of these images already."""
    kept, volumes = session.draft().shipment, (assessment.arterial, assessment.portal_venous)
    same = isinstance(kept, Shipment) and all(a is b for a, b in zip(kept.volumes, volumes, strict=True))
    return kept if same else None  # type: ignore[return-value]


def _ship(assessment: Assessment) -> Shipment:
    volumes = (assessment.arterial, assessment.portal_venous)
    made = Shipment(volumes, sent.part_to_send(assessment.portal_venous, assessment.liver_mask))
    with ThreadPoolExecutor(len(volumes)) as pool:
        packed = pool.map(partial(sent.ct, sent=made.part), volumes)
        made.files.update(zip(PHASES, packed, strict=True))
    session.draft().shipment = made
    return made


def _data(shipment: Shipment, assessment: Assessment, head: str | None, tissue: Tissue | None) -> dict[str, Any]:
    part, mask = shipment.part, session.draft().shown_mask
    shipment.lesion = None if mask is None else shipment.lesion
    heatmap = assessment.heatmaps.get(head) if head else None
    failed = heatmap is not None and heatmap.reliability.verdict == "failed"
    heat = None if heatmap is None or head is None else _heat(shipment, head, heatmap)
    return {
        "token": shipment.token,
        "shape": part.shape,
        "columns": part.grid.affine_lps[:3, :3].T.tolist(),
        "planes": [_plane(part, plane) for plane in slices.PLANES],
        "windows": _windows(),
        "lowest": sent.LOWEST_HU,
        "highest": sent.HIGHEST_HU,
        "volumes": [_volume(shipment, phase, failed) for phase in PHASES],
        "heat": None if heat is None else _heat_data(heat, failed),
        "mask": None if mask is None else _mask(shipment, mask),
        "lesion": shipment.lesion,
        "start": _start(part, heat, mask),
        "colours": {"liver": slices.OUTLINE_RGB, "lesion": slices.LESION_RGB},
        "tissue": tissue,
        "words": texts.viewer.WORDS,
    }


def _plane(part: sent.Sent, plane: slices.Plane) -> dict[str, Any]:
    first, step = part.numbers(plane)
    return {
        "key": plane,
        "name": texts.viewer.PLANE_NAMES[plane],
        "letters": slices.LETTERS[plane],
        "count": slices.count(part.geometry, plane),
        "first": first,
        "step": step,
    }


def _windows() -> list[dict[str, Any]]:
    """The windows that lie within what is sent."""
    found = {name: (w.level - w.width / 2, w.level + w.width / 2) for name, w in slices.WINDOWS.items()}
    return [
        {"name": name, "low": low, "high": high}
        for name, (low, high) in found.items()
        if low >= sent.LOWEST_HU and high <= sent.HIGHEST_HU
    ]


def _volume(shipment: Shipment, phase: Phase, failed: bool) -> dict[str, Any]:
    volume = shipment.volumes[PHASES.index(phase)]
    remark = texts.picture_remarks(phase, simulated=volume.simulated, failed=failed).replace("<br>", " ")
    return {
        "url": _url(str(phase), shipment.files[phase]),
        "name": texts.PHASE_NAMES[phase],
        "grid": texts.on_which_grid(phase),
        "remark": remark,
    }


def _heat(shipment: Shipment, head: str, heatmap: Heatmap) -> sent.Heat | None:
    kept = shipment.heats.get(head)
    if kept is None or kept[0] is not heatmap:
        kept = shipment.heats[head] = (heatmap, sent.heat(heatmap.values, shipment.part))
    return kept[1]


def _heat_data(heat: sent.Heat, failed: bool) -> dict[str, Any]:
    colours = heat_colours(np.linspace(0, 1, HEAT_STOPS), grey=failed) / 255
    return {
        "url": _url("heat", heat.content),
        "shape": heat.shape,
        "low": heat.low,
        "size": heat.size,
        "hottest": heat.hottest,
        "colours": colours.ravel().tolist(),
    }


def _mask(shipment: Shipment, mask: LiverMask) -> dict[str, Any]:
    if shipment.mask is not mask or shipment.labels is None:
        shipment.mask, shipment.labels = mask, sent.labels(mask, shipment.part)
        shipment.lesion = sent.largest_lesion(mask, shipment.part)
    found = shipment.labels
    return {"url": _url("mask", found.content), "low": found.low, "shape": found.shape, "taken": shipment.taken}


def _start(part: sent.Sent, heat: sent.Heat | None, mask: LiverMask | None) -> tuple[int, ...]:
    """Where the crosshair is at first: the hottest slices, or those with the most liver, or the middle."""
    if heat is not None:
        return heat.hottest
    if mask is not None:
        return sent.most_liver(mask, part)
    return tuple(n // 2 for n in part.shape)


def _url(name: str, content: bytes) -> str:
    """Where this session's browser fetches `content`, and no other sign-in; the server forgets it with the session.

    Noted at every draw: a draft that was kept may come back to a new sign-in, with what its viewer was sent.
    """
    me = signin.me()
    if me.signed_in:
        OWNERS.note(content, me.login)
    return Runtime.instance().media_file_mgr.add(content, BINARY, f"linked.{name}")
