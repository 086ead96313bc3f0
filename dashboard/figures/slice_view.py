"""A slice picture as a figure that can be zoomed, with orientation letters."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from dashboard.figures.slices import LETTERS, Plane

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT = 520
BACKGROUND = "#000000"
STROKE = "#ffd166"
WRITING = "#f2f5f6"
LOWER_LEFT: dict[str, Any] = {"x": 0.012, "y": 0.012, "xanchor": "left", "yanchor": "bottom"}
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "scrollZoom": False,
    "responsive": True,
    "modeBarButtons": [["zoom2d", "pan2d", "resetScale2d"]],
}


def slice_view(rgb: npt.NDArray[np.uint8], plane: Plane, remark: str = "", *, drawing: bool = False) -> go.Figure:
    """The picture `rgb` (rows, columns, 3) at true aspect; `remark` is written into it, such as "Simulated phase".

    Args:
        drawing: dragging draws a closed line around a region in place of moving the picture.
    """
    import plotly.graph_objects as go

    height, width = rgb.shape[:2]
    figure = go.Figure(go.Scatter(x=[0, width], y=[0, height], mode="markers", marker={"opacity": 0}, hoverinfo="skip"))
    figure.add_layout_image(
        source=data_uri(rgb),
        xref="x",
        yref="y",
        x=0,
        y=0,
        sizex=width,
        sizey=height,
        sizing="stretch",
        layer="below",
    )
    figure.update_xaxes(visible=False, range=[0, width], constrain="domain")
    figure.update_yaxes(visible=False, range=[height, 0], scaleanchor="x", scaleratio=1, constrain="domain")
    figure.update_layout(
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        paper_bgcolor=BACKGROUND,
        plot_bgcolor=BACKGROUND,
        showlegend=False,
        dragmode="lasso" if drawing else "pan",
        newselection={"line": {"color": STROKE, "width": 2, "dash": "solid"}},
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": "#9fb0b5", "activecolor": WRITING},
        uirevision=plane,
    )
    _letters(figure, plane)
    if remark:
        _write(figure, f"<b>{remark}</b>", size=14, colour="#ffd166", align="left", **LOWER_LEFT)
    return figure


def data_uri(rgb: npt.NDArray[np.uint8]) -> str:
    """The picture as a PNG in a data URI; lossless, quick rather than small."""
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, format="PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _letters(figure: go.Figure, plane: Plane) -> None:
    left, right, top, bottom = LETTERS[plane]
    _write(figure, left, x=0.012, y=0.5, xanchor="left", yanchor="middle")
    _write(figure, right, x=0.988, y=0.5, xanchor="right", yanchor="middle")
    _write(figure, top, x=0.5, y=0.988, xanchor="center", yanchor="top")
    _write(figure, bottom, x=0.5, y=0.012, xanchor="center", yanchor="bottom")


def _write(figure: go.Figure, text: str, *, size: int = 18, colour: str = WRITING, **place: Any) -> None:
    figure.add_annotation(
        text=text,
        showarrow=False,
        xref="paper",
        yref="paper",
        font={"size": size, "color": colour, "family": '"Source Sans", sans-serif'},
        bgcolor="rgba(0,0,0,0.45)",
        **place,
    )
