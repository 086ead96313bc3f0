"""Key-slice pictures: arterial and portal-venous side by side at each head's hottest slice.

Radiological convention: the patient's right on the picture's left, anterior up.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.case import Volume
from core.findings import Assessment, Heatmap
from core.geometry import Geometry
from core.io.atomic import whole_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEAD_TITLES = {
    "mtm": "MTM subtype",
    "os1": "survival at 12 months",
    "os2": "survival at 24 months",
    "os3": "survival at 36 months",
    "os_gt3": "survival at 48 months",
}
NOT_A_DEVICE = "Research and education. Not a medical device."
INFLUENCE = "Heat shows influence on the score, not tumour boundary or cause."
WINDOW_HU = (-110.0, 190.0)
_PHASES = {"arterial": "Arterial", "portal_venous": "Portal venous", "native": "Native", "delayed": "Delayed"}
VERDICTS = {
    "reliable": "This map passed its checks of reliability.",
    "doubtful": "This map is doubtful: it failed a check of reliability.",
    "failed": "This map failed its checks of reliability: do not read it.",
}
_FAINTEST_HEAT = 0.1


def write_key_slices(assessment: Assessment, out: Path) -> None:
    """Writes key_slice_{head}.png for every heatmap; the pictures bear no name, date or identifier."""
    for head, heatmap in assessment.heatmaps.items():
        figure = key_slice_figure(assessment, head, heatmap)
        with whole_file(out / f"key_slice_{head}.png") as stream:
            figure.savefig(stream, format="png", facecolor="black", metadata={"Software": None})


def key_slice_figure(assessment: Assessment, head: str, heatmap: Heatmap) -> Figure:
    """The figure of one head at its hottest slice."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 5.8), dpi=100, facecolor="black")
    FigureCanvasAgg(figure)
    geometry, index = assessment.portal_venous.geometry, heatmap.hottest_slice
    verdict = heatmap.reliability.verdict
    heat = axial_view(heatmap.values, geometry, index)[0]
    labels = None if assessment.liver_mask is None else axial_view(assessment.liver_mask.labels, geometry, index)[0]
    for place, volume in enumerate((assessment.arterial, assessment.portal_venous)):
        axes = figure.add_axes((0.01 + 0.495 * place, 0.09, 0.485, 0.82))
        _draw_phase(axes, volume, geometry, index)
        _draw_overlays(axes, heat, labels, "gray" if verdict == "failed" else "inferno")
    count = geometry.shape[geometry.superior_axis]
    title = f"Heatmap for {HEAD_TITLES.get(head, 'one head')}, slice {index + 1} of {count}"
    figure.text(0.5, 0.955, title, color="white", ha="center", va="center", fontsize=12)
    words = f"{VERDICTS[verdict]}\n{NOT_A_DEVICE} {INFLUENCE}"
    figure.text(0.5, 0.04, words, color="0.8", ha="center", va="center", fontsize=9)
    return figure


def axial_view(values: npt.NDArray[Any], geometry: Geometry, index: int) -> tuple[npt.NDArray[Any], float]:
    """Slice `index` along the superior axis, rows to posterior, columns to the left; and its row / column spacing."""
    across = [axis for axis in range(3) if axis != geometry.superior_axis]
    direction = geometry.direction_cosines
    column_axis = max(across, key=lambda axis: abs(direction[0, axis]))
    row_axis = next(axis for axis in across if axis != column_axis)
    plane = np.take(values, index, axis=geometry.superior_axis)
    plane = plane.T if column_axis < row_axis else plane
    if direction[1, row_axis] < 0:
        plane = plane[::-1]
    if direction[0, column_axis] < 0:
        plane = plane[:, ::-1]
    return plane, geometry.spacing_mm[row_axis] / geometry.spacing_mm[column_axis]


def _draw_phase(axes: Axes, volume: Volume, geometry: Geometry, index: int) -> None:
    picture, aspect = axial_view(volume.hu, geometry, index)
    low, high = WINDOW_HU
    axes.imshow(picture, cmap="gray", vmin=low, vmax=high, aspect=aspect, interpolation="bilinear")
    axes.set_axis_off()
    label = _PHASES.get(str(volume.phase), "") + (" (simulated)" if volume.simulated else "")
    for x, y, text, align in ((0.02, 0.97, label, "left"), (0.01, 0.5, "R", "left"), (0.99, 0.5, "L", "right")):
        axes.text(x, y, text, color="white", fontsize=11, ha=align, va="center", transform=axes.transAxes)


def _draw_overlays(axes: Axes, heat: npt.NDArray[Any], labels: npt.NDArray[Any] | None, colours: str) -> None:
    shown = np.asarray(heat, dtype=np.float32)
    opacity = np.where(shown > _FAINTEST_HEAT, 0.15 + 0.4 * shown, 0.0)
    axes.imshow(
        shown, cmap=colours, vmin=0.0, vmax=1.0, alpha=opacity, aspect=axes.get_aspect(), interpolation="nearest"
    )
    if labels is None:
        return
    for level, colour in ((1, "#4fc3f7"), (2, "#ffb300")):
        inside = labels >= level
        if inside.any() and not inside.all():
            axes.contour(inside.astype(np.float32), levels=[0.5], colors=[colour], linewidths=1.0)
