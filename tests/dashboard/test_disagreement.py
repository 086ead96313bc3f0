"""A contradiction between images and nomogram is said wherever the result goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from core.case import ClinicalRecord, Notice
from core.findings import Assessment, ImageEvidence, Scores
from core.io.assessment_files import assessment_document
from core.io.report_content import content_of
from core.pipeline import update
from core.report.case.document import case_report
from core.survival.disagreement import CODES
from dashboard import session
from tests.core.report.case.pdfs import text_of
from tests.dashboard import builders
from tests.dashboard.test_views import html

OpenPage = Callable[..., AppTest]


@dataclass(frozen=True)
class Contradicting:
    """Heads far under the nomogram, and parts of the MTM score on both sides."""

    def scores(
        self, evidence: ImageEvidence, clinical: ClinicalRecord
    ) -> tuple[Scores, Mapping[str, float], tuple[Notice, ...]]:
        mtm = replace(builders.MTM, parts={"network": 0.9, "radiomics": 0.7, "clinical": 0.2})
        return Scores(mtm, builders.DLR), {"os1": 0.2, "os2": 0.1, "os3": 0.05, "os_gt3": 0.02}, ()


@pytest.fixture
def contradicting(monkeypatch: pytest.MonkeyPatch) -> Assessment:
    models = replace(builders.models(), fusion=Contradicting())  # type: ignore[arg-type]
    monkeypatch.setattr(session, "models", lambda: models)
    return update(builders.assessment(), models, builders.CLINICAL)  # type: ignore[arg-type]


def texts_of(assessment: Assessment) -> list[str]:
    return [notice.text for notice in assessment.warnings if notice.code in CODES]


def test_document_and_pdf_carry_it(contradicting: Assessment) -> None:
    told = texts_of(contradicting)
    assert len(told) == 2
    document = assessment_document(contradicting)
    assert [one["text"] for one in document["warnings"] if one["code"] in CODES] == told
    models = {"pre": builders.models().pre, "post": builders.models().post}
    printed = text_of(case_report(content_of(contradicting), {}, models))
    assert all(sentence in printed for sentence in told)


@pytest.mark.parametrize("name", ["images", "prognosis"])
def test_pages_carry_it(open_page: OpenPage, contradicting: Assessment, name: str) -> None:
    shown = unescape(html(open_page(name, contradicting)))
    assert all(sentence in shown for sentence in texts_of(contradicting))


@pytest.mark.parametrize("name", ["images", "prognosis"])
def test_agreement_is_not_remarked(open_page: OpenPage, name: str) -> None:
    agreeing = builders.assessment()
    assert texts_of(agreeing) == []
    assert "disagree" not in html(open_page(name, agreeing))
