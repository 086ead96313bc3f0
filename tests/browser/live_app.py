"""The Prognosis page, or that of an own nomogram, on a made-up case, without trained weights.

Query: page, prognosis or own; unknown, an input of the published nomograms that is not known.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard import session
from dashboard.draft import Draft
from dashboard.views import own, prognosis
from dashboard.widgets import frame
from tests import own_files
from tests.dashboard import builders

PAGES = {"prognosis": prognosis, "own": own}


def begin() -> None:
    """What the session works on."""
    unknown = st.query_params.get("unknown", "")
    clinical = replace(builders.CLINICAL, **({unknown: None} if unknown else {}))
    assessment = builders.assessment(clinical)
    st.session_state["draft"] = Draft("Case TEST", assessment=assessment, clinical=clinical.known())
    if st.query_params.get("page") == "own":
        session.put_own(own_files.lung())


def main() -> None:
    """One run of the page."""
    models: Any = builders.models
    session.models = models
    st.set_page_config(layout="wide")
    if "draft" not in st.session_state:
        begin()
    st.html(frame.STYLE)
    PAGES[st.query_params.get("page", "prognosis")].show()


if __name__ == "__main__":
    main()
