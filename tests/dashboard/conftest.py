"""Fixtures of the dashboard's tests: pages without trained weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.findings import Assessment
from core.registry.place import DATABASE_VARIABLE, FOLDER_VARIABLE
from dashboard import session, texts
from dashboard.draft import Draft
from tests.dashboard import builders

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


@pytest.fixture(autouse=True)
def fixed_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages use the published nomograms and a fusion that always answers the same."""
    monkeypatch.setattr(session, "models", builders.models)
    monkeypatch.delenv(session.DEMO_VARIABLE, raising=False)


@pytest.fixture(autouse=True)
def own_cases(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Saved cases of the test alone."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cases"))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    return tmp_path / "cases"


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """A function that runs one page alone, with or without an assessment in the session.

    The image page opens with the slice pictures, unless asked otherwise: the linked viewer is drawn in a browser only.
    """

    def run(name: str, assessment: Assessment | None = None, kind: str = texts.viewer.SLICES) -> AppTest:
        page = AppTest.from_string(f"from dashboard.views import {name}\n{name}.show()\n", default_timeout=30)
        draft = Draft("Case 7T", view={"kind": kind})
        if assessment is not None:
            draft.assessment, draft.clinical = assessment, assessment.clinical.known()
        page.session_state["draft"] = draft
        return page.run()

    return run
