"""The whole dashboard on a small made-up case, without trained models; served by the tests of the survival views.

Query: case=1 puts the case into the session; a reload without it has what the browser kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from core.case import Case
from dashboard import session
from dashboard.app import main
from dashboard.draft import Draft
from tests.dashboard import builders

models: Any = builders.models
session.models = models
if "draft" not in st.session_state and "case" in st.query_params:
    made = builders.assessment(replace(builders.CLINICAL, months_since_first_haic=3.8))
    case = Case("Case 7T", made.arterial, made.portal_venous, made.clinical)
    st.session_state["draft"] = Draft("Case 7T", assessment=made, assessed=case, clinical=made.clinical.known())
main()
