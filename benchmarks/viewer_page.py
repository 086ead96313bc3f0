"""The image page with a pair of 512 x 512 x 130 voxels made up here; bench_viewer.py serves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from core.case import LiverMask, MaskOrigin, Phase, Volume
from core.findings import Heatmap, HeatmapReliability
from core.geometry import Geometry
from dashboard import session
from dashboard.widgets import linked_viewer, mask_tools

SHAPE = (512, 512, 130)
SPACING_MM = (0.75, 0.75, 2.5)
NOISE_HU = 14.0
NOISE_SLICES = 8


@dataclass(eq=False)
class Images:
    """What the viewer needs of an assessment."""

    arterial: Volume
    portal_venous: Volume
    liver_mask: LiverMask
    heatmaps: dict[str, Heatmap] = field(default_factory=dict)


def pair() -> Images:
    """A noisy body with a liver in two phases, and a heatmap in it."""
    grid = Geometry.from_spacing(SHAPE, SPACING_MM, (-192.0, -192.0, 0.0))
    i, j, k = (
        np.arange(n, dtype=np.float32).reshape([-1 if a == axis else 1 for a in range(3)])
        for axis, n in enumerate(SHAPE)
    )
    body = ((i - 256) / 215) ** 2 + ((j - 256) / 155) ** 2 < 1
    distance = ((i - 170) / 100) ** 2 + ((j - 240) / 95) ** 2 + ((k - 75) / 38) ** 2
    labels = (distance < 1).astype(np.uint8)
    labels[distance < 0.06] = 2
    noise = np.random.default_rng(0).normal(0, NOISE_HU, (*SHAPE[:2], NOISE_SLICES)).astype(np.int16)

    def phase(liver: int, lesion: int, name: Phase) -> Volume:
        tissue = np.array([40, liver, lesion], dtype=np.int16)
        hu = np.where(body, tissue[labels], np.int16(-1000))
        for slice_number in range(SHAPE[2]):
            hu[:, :, slice_number] += np.roll(noise[:, :, slice_number % NOISE_SLICES], 7 * slice_number, axis=0)
        return Volume(hu, grid, name, str(name), simulated=True)

    heat = np.where(labels > 0, np.exp(-3 * distance), 0).astype(np.float16)
    reliability = HeatmapReliability("reliable", 0.3, 0.1, ())
    return Images(
        phase(70, 130, Phase.ARTERIAL),
        phase(110, 80, Phase.PORTAL_VENOUS),
        LiverMask(labels, grid, MaskOrigin.MODEL),
        {"mtm": Heatmap(heat, 0.8, 75, reliability)},
    )


@st.cache_resource
def images() -> Any:
    """The pair, once for the server."""
    return pair()


def main() -> None:
    """A button, then the viewer, so that the time between them is the viewer's own."""
    st.set_page_config(layout="wide")
    made = images()
    session.draft().assessment = made
    if st.toggle("Show"):
        linked_viewer.show(made, "mtm", None, mask_tools.undo)


if __name__ == "__main__":
    main()
