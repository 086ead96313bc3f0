"""The image page on a small made-up case, without models; served by the tests of the linked viewer.

Query: orientation, three letters for what the index axes run to, such as LPS (the builders' own) or ASR.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from core.case import LiverMask, Volume
from core.findings import Assessment, Heatmap
from dashboard import session
from dashboard.draft import Draft
from dashboard.views import images
from dashboard.widgets import frame
from tests.dashboard import builders
from tests.orientations import stored_as

MARKER = np.s_[16:19, 12:15, 24:27]  # in the body: right, anterior, superior


def case(letters: str) -> Assessment:
    """The builders' assessment as it would be had the images been stored in another orientation."""
    made = builders.assessment()

    def volume(found: Volume) -> Volume:
        marked = found.hu.copy()
        marked[MARKER] = 300
        hu, geometry = stored_as(marked, found.geometry, letters)
        return replace(found, hu=hu, geometry=geometry)

    def heatmap(found: Heatmap) -> Heatmap:
        values, geometry = stored_as(found.values, made.portal_venous.geometry, letters)
        axis = geometry.superior_axis
        index = found.hottest_slice
        if geometry.affine_lps[2, axis] < 0:
            index = geometry.shape[axis] - 1 - index
        return replace(found, values=values, hottest_slice=index)

    mask = made.liver_mask
    assert mask is not None
    labels, geometry = stored_as(mask.labels, mask.geometry, letters)
    return replace(
        made,
        arterial=volume(made.arterial),
        portal_venous=volume(made.portal_venous),
        liver_mask=LiverMask(labels, geometry, mask.origin),
        heatmaps={head: heatmap(found) for head, found in made.heatmaps.items()},
    )


def main() -> None:
    """One run of the page."""
    models: Any = builders.models
    session.models = models
    st.set_page_config(layout="wide")
    if "draft" not in st.session_state:
        assessment = case(st.query_params.get("orientation", "LPS"))
        st.session_state["draft"] = Draft("Case 7T", assessment=assessment, clinical=assessment.clinical.known())
    st.html(frame.STYLE)
    images.show()


if __name__ == "__main__":
    main()
