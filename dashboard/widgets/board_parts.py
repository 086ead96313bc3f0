"""Parts of the projector page: title, pictures, the patient in a line, stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.case import ClinicalRecord, Phase
from core.findings import Assessment
from core.registry.nouns import Save, WorklistRow
from dashboard import session, texts
from dashboard.figures.board_pictures import HeatSlices, Pair, PlainSlices, heat_slices, plain_slices
from dashboard.texts import board as words
from dashboard.widgets import blocks, stages
from dashboard.widgets.choice import one_of

if TYPE_CHECKING:
    from core.registry.store import Registry

PICTURES, SLICE, HEAD = "board.pictures", "board.slice", "board.head"


def title(row: WorklistRow, number: int, total: int) -> None:
    """Which case it is."""
    told = [words.place(number, total), words.day_of(row.board_on)]
    small = " · ".join(part for part in told if part)
    st.html(
        f'<h2 class="board-title"><b>{escape(row.pseudonym)}</b> <span>{escape(small)}</span></h2>', width="content"
    )


def plain_pictures(registry: Registry, save: Save) -> int:
    """Slices of both phases to leaf through; returns how many there are."""
    if not save.with_images:
        blocks.note(words.NO_IMAGES)
        return 0
    found: PlainSlices = _pictures(registry, save, "plain", plain_slices)
    _leaf(save, found)
    return len(found.pairs)


@st.fragment
def _leaf(save: Save, found: PlainSlices) -> None:
    numbers = [pair.number for pair in found.pairs]
    start = numbers[found.start]
    chosen = start
    if len(numbers) > 1:
        key = session.recall(f"{SLICE}.{save.key}", start, numbers)
        chosen = st.select_slider(words.SLICE, numbers, key=key, on_change=session.remember, args=(key,))
    pair = found.pairs[numbers.index(chosen)]
    _draw(pair, "")
    blocks.note(f"{words.SLICES_OF}: {words.slice_words(pair.number, pair.count)}.")


def heat_of(registry: Registry, save: Save) -> HeatSlices:
    """The slices with heat; none of a save without images."""
    if not save.with_images:
        return HeatSlices({}, {})
    found: HeatSlices = _pictures(registry, save, "heat", heat_slices)
    return found


def heat_pictures(save: Save, slices: HeatSlices) -> None:
    """Both phases at the hottest slice of a head, with heat and outlines."""
    found = slices.pairs
    if not found:
        blocks.note(words.NO_IMAGES if not save.with_images else words.NO_HEAT)
        return
    with st.container(key="board-heat", horizontal=True, vertical_alignment="center", gap="small"):
        head = _head(list(found))
        blocks.heat_scale(grey=slices.reliability[head].verdict == "failed")
    _draw(found[head], head)


def _head(offered: Sequence[str]) -> str:
    names = {name: f"{words.HEAT_OF}: {texts.HEAD_NAMES[name]}" for name in offered}
    chosen: str = one_of(words.HEAT_OF, HEAD, names)
    return chosen


def clinical(record: ClinicalRecord) -> None:
    """The patient in a line, and the stages as a strip."""
    st.html(f'<p class="board-patient">{escape(words.one_liner(record))}</p>')
    stages.strip(record)


def _pictures(registry: Registry, save: Save, kind: str, make: Callable[[Assessment], Any]) -> Any:
    """The pictures of a save, made once and kept with the session's draft; the volumes are let go."""
    view = session.draft().view
    kept: Mapping[tuple[str, str], Any] = view.get(PICTURES, {})
    if (save.key, kind) not in kept:
        result = registry.snapshot(save.key).result
        made = make(result) if isinstance(result, Assessment) else None
        others = {key: value for key, value in kept.items() if key[0] == save.key}
        view[PICTURES] = {**others, (save.key, kind): made}
    return view[PICTURES][save.key, kind]


def _draw(pair: Pair, head: str) -> None:
    parts = "".join(_picture(pair, phase, source, head) for phase, source in pair.sources.items())
    st.html(f'<div class="key-slices board-slices">{parts}</div>')


def _picture(pair: Pair, phase: Phase, source: str, head: str) -> str:
    name = texts.PHASE_NAMES[phase]
    alt = words.picture_alt(name, pair.number, pair.count, texts.HEAD_NAMES.get(head, ""))
    remark = f"<b>{words.SIMULATED}</b>" if phase in pair.simulated else ""
    return (
        f'<figure><img src="{source}" alt="{escape(alt)}">{remark}'
        f'<i class="left" aria-hidden="true">R</i><i class="right" aria-hidden="true">L</i>'
        f"<figcaption>{escape(words.caption(name, pair.number, pair.count))}</figcaption></figure>"
    )
