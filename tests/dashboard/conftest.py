"""Fixtures of the dashboard's tests: pages without trained weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.case import Case
from core.findings import Assessment
from core.jobs.assessing import demo
from core.registry.place import DATABASE_VARIABLE, FOLDER_VARIABLE
from dashboard import session, signin, texts, work
from dashboard.draft import Draft
from dashboard.runs import DEMO_ID, Run
from tests.dashboard import builders, people

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


def assess_here(case: Case | None) -> Run:
    """In the place of `dashboard.work.assess`: a thread of this process, without Dask and without trained weights."""
    run = Run(case=case or demo(DEMO_ID), shared=case is None)

    def work() -> None:
        from core import pipeline

        try:
            result = pipeline.assess(run.case, builders.models(), run.progress)  # type: ignore[arg-type]
        except Exception as error:
            run.future.set_exception(error)
        else:
            run.future.set_result(result)

    Thread(target=work, daemon=True).start()
    return run


@pytest.fixture(autouse=True)
def assessed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page test starts a worker process."""
    monkeypatch.setattr(work, "assess", assess_here)


@pytest.fixture
def sign_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A function that signs somebody in at every page of the test."""
    monkeypatch.setattr(signin, "_ENDED", {})
    monkeypatch.setattr(signin, "settings", people.settings)

    def become(user: str, **claims: Any) -> None:
        said = people.claims(user) | claims
        monkeypatch.setattr(signin, "claims", lambda: said)

    become("clinician-b")
    return become


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
