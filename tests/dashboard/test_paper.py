"""What can be saved from the page Prognosis: the same numbers as on it, made only when asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.case import ClinicalRecord
from core.findings import Score, Scores
from core.io.report_content import content_of, content_sha256
from core.io.report_pictures import report_pictures
from core.report.case import document, figure_files
from core.survival.prognoses import prognoses
from dashboard import texts
from dashboard.outlook import Outlook, reported
from dashboard.widgets import paper
from tests.core.report.case.pdfs import text_of
from tests.dashboard import builders

OpenPage = Callable[..., AppTest]


def outlook_of(made: Any) -> Outlook:
    return Outlook(made.clinical, made.scores, made.pre, made.post, made.criteria, made.warnings)


def shown(page: AppTest) -> str:
    """The words of the page's HTML."""
    bodies = " ".join(block.proto.body for block in page.get("html"))
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", bodies)).split())


def labels(page: AppTest) -> list[str]:
    return [button.proto.label for button in page.get("download_button")]


def test_the_report_says_what_the_page_says(open_page: OpenPage) -> None:
    made = builders.assessment()
    assert made.post is not None
    words = shown(open_page("prognosis", made))
    text = text_of(paper._report(outlook_of(made), made, builders.models(), "Case 7T"))  # type: ignore[arg-type]
    said = [texts.lead_sentence(made.post.os[36], 36), texts.risk_sentence(made.post, -0.26, -1.25)]
    said += [" ".join(texts.percent(reading)) for reading in made.post.os.values()]
    said += [f"{made.post.total_points:.0f} points", texts.widest_source(made.post)]
    for sentence in said:
        assert sentence in words
        assert sentence in text
    assert "Case 7T" in text


def test_nothing_is_made_before_it_is_asked_for(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_early(*_: Any, **__: Any) -> bytes:
        raise AssertionError("made before it was asked for")

    monkeypatch.setattr(document, "case_report", too_early)
    monkeypatch.setattr(figure_files, "nomogram_svg", too_early)
    monkeypatch.setattr(figure_files, "nomogram_pdf", too_early)
    page = open_page("prognosis", builders.assessment())
    assert not page.exception
    assert sorted(labels(page)) == ["Save as PDF", "Save as SVG", texts.paper.AS_PAGE, texts.paper.REPORT]


def test_without_a_patient_the_axes_can_be_saved(open_page: OpenPage) -> None:
    page = open_page("prognosis")
    assert not page.exception
    assert {"Save as SVG", "Save as PDF"} <= set(labels(page))
    assert all(toggle.label != texts.paper.WITH_MARKS for toggle in page.toggle)


def test_the_content_is_that_of_an_assessment_with_the_values_as_they_stand() -> None:
    made = builders.assessment()
    content, pictures = reported(outlook_of(made), made, builders.models(), made.case_id)  # type: ignore[arg-type]
    slices, same = report_pictures(made)
    assert content_sha256(content) == content_sha256(content_of(made, slices))
    assert pictures.keys() == same.keys()


def test_scores_by_hand_need_no_images() -> None:
    clinical = ClinicalRecord(pvtt=False)
    scores = Scores(dlr=Score.manual(0.8))
    pre, post, notices = prognoses(builders.models().pre, builders.models().post, clinical, scores)
    found = Outlook(clinical, scores, pre, post, (), notices)
    content, pictures = reported(found, None, builders.models(), "Case 7T")  # type: ignore[arg-type]
    assert pictures == {}
    assert content.sources is None
    assert pre is not None
    text = text_of(paper._report(found, None, builders.models(), "Case 7T"))  # type: ignore[arg-type]
    assert texts.lead_sentence(pre.os[36], 36) in text
