"""The report of a case: its text is what assess and the page say, to the digit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import date
from functools import cache
from typing import Any

import pypdfium2
import pytest

from core.case import ClinicalRecord, Notice, choices
from core.findings import Prognosis, Score, Scores
from core.io.report_content import Content, KeySlice, content_of, content_sha256
from core.io.report_pictures import Pictures, report_pictures
from core.report.case.document import case_report
from core.report.sentences import NOT_FOR_CLINICAL_USE, lead_sentence, percent, risk_sentence, time_origin
from core.survival.scenarios import scenarios
from tests.core.report.case.pdfs import reader, text_of
from tests.dashboard import builders

DAY = date(2026, 3, 4)


def models() -> dict[str, Any]:
    return {"pre": builders.models().pre, "post": builders.models().post}


def made(clinical: ClinicalRecord = builders.CLINICAL, **changes: Any) -> tuple[Content, Pictures]:
    """The content of a small case, with some of it changed."""
    slices, pictures = _pictures()
    return content_of(replace(builders.assessment(clinical), **changes), slices), pictures


@cache
def _pictures() -> tuple[tuple[KeySlice, ...], Pictures]:
    return report_pictures(builders.assessment())


@pytest.fixture(scope="module")
def report() -> tuple[Content, bytes]:
    content, pictures = made()
    return content, case_report(content, pictures, models(), DAY)


def post(content: Content) -> Prognosis:
    assert content.post is not None
    return content.post


def test_it_says_what_the_prognosis_says(report: tuple[Content, bytes]) -> None:
    content, data = report
    text, found = text_of(data), post(content)
    assert lead_sentence(found.os[36], 36) in text
    assert time_origin(found) in text
    for months, name in ((12, "1 year"), (36, "3 years"), (60, "5 years")):
        assert content.pre is not None
        before = percent(content.pre.os[months])
        assert f"{name} {' '.join(percent(found.os[months]))} {before[0]} ({before[1]})" in text
    nomogram = builders.models().post
    assert risk_sentence(found, nomogram.cut_published.value, nomogram.cut_effective.value) in text
    assert f"{found.total_points:.0f} points" in text
    for points in found.points.values():
        assert f"· {points:.0f} points" in text
    worst = scenarios(found.curve).worst
    assert f"1 in 10 live less than {worst:.0f} months" in text


def test_it_says_where_everything_comes_from(report: tuple[Content, bytes]) -> None:
    content, data = report
    text = text_of(data)
    assert content_sha256(content) in text
    assert "2026-03-04" in text
    assert "Case 7T" in text
    for name, version in content.versions.items():
        assert f"{name} {version}" in text
    for sentence in content.provenance.values():
        assert sentence in text
    for notice in content.warnings:
        assert notice.text in text
    assert "0.62 (0.47–0.75)" in text
    assert "0.81 (0.72–0.88)" in text
    assert "✓ reliable" in text
    assert "BCLC 2022 C" in text
    assert "1280 ng/mL" in text
    assert "16 µmol/L" in text
    assert "Unknown: body mass index" in text
    assert "Portal venous" in text
    assert "Arterial (simulated)" in text


def test_every_page_says_what_it_is_not_and_is_numbered(report: tuple[Content, bytes]) -> None:
    pages = reader(report[1]).pages
    assert len(pages) == 2
    for number, page in enumerate(pages, start=1):
        text = page.extract_text()
        assert NOT_FOR_CLINICAL_USE in text
        assert f"page {number}" in text
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx((595.28, 841.89), abs=0.01)


def test_the_metadata_name_nobody(report: tuple[Content, bytes]) -> None:
    content, data = report
    metadata = reader(data).metadata or {}
    words = " ".join(str(value) for value in metadata.values())
    assert content.case_id not in words
    assert metadata["/Title"] == "HAIC nomogram: case report"
    assert "2026" not in words


def test_the_same_input_gives_the_same_bytes(report: tuple[Content, bytes]) -> None:
    content, first = report
    pictures = made()[1]
    assert case_report(content, pictures, models(), DAY) == first
    assert case_report(content, pictures, models(), date(2026, 3, 5)) != first


def test_many_at_once_do_not_mix() -> None:
    cases = [made(replace(builders.CLINICAL, age_years=float(age)))[0] for age in (41, 52, 63, 74)]
    pictures = made()[1]
    alone = [case_report(content, pictures, models(), DAY) for content in cases]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda content: case_report(content, pictures, models(), DAY), cases))
    assert together == alone


def test_pictures_are_sharp_in_print_and_fonts_are_carried(report: tuple[Content, bytes]) -> None:
    document = pypdfium2.PdfDocument(report[1])
    images = [one for page in document for one in page.get_objects(max_depth=4) if one.type == 3]
    assert len(images) == 4
    assert all(image.get_metadata().horizontal_dpi >= 300 for image in images)
    fonts: dict[str, Any] = {}
    for page in reader(report[1]).pages:
        fonts |= {
            str(font["/BaseFont"]): font for font in (o.get_object() for o in page["/Resources"]["/Font"].values())
        }
    drawn = {name: font for name, font in fonts.items() if "DejaVu" in name}
    assert drawn
    assert all("/FontFile2" in font["/FontDescriptor"] and "/ToUnicode" in font for font in drawn.values())


def everything_known() -> ClinicalRecord:
    """Every field at its widest."""
    values: dict[str, Any] = {}
    for field in fields(ClinicalRecord):
        words = choices(field.type) if not isinstance(field.type, str) else ()
        high = field.metadata.get("high")
        values[field.name] = high if high is not None else words or True
    values |= {"ascites": "moderate_severe", "response": "PD", "sex": "female", "months_since_first_haic": 5.9}
    return ClinicalRecord(**values)


def test_a_full_record_with_many_warnings_still_is_two_pages() -> None:
    warnings = tuple(Notice("x", f"Warning number {number}: {'a long sentence ' * 9}.") for number in range(5))
    content, pictures = made(everything_known(), warnings=warnings)
    data = case_report(content, pictures, models(), DAY)
    assert len(reader(data).pages) == 2
    text = text_of(data)
    assert all(f"Warning number {number}" in text for number in range(5))
    assert "alive 5.9 months after the first HAIC" in text
    assert "From first HAIC" in text
    assert "10⁹/L" in text


def test_more_warnings_than_fit_go_on_and_none_is_lost() -> None:
    warnings = tuple(Notice("x", f"Warning number {number}: {'a long sentence ' * 20}.") for number in range(60))
    data = case_report(*made(warnings=warnings), models(), DAY)
    text = text_of(data)
    assert all(f"Warning number {number}:" in text for number in range(60))
    assert f"of {len(reader(data).pages)}" in text


def test_without_a_prognosis_it_says_what_is_missing() -> None:
    unknown = replace(builders.CLINICAL, pvtt=None)
    text = text_of(case_report(*made(unknown), models(), DAY))
    assert "For a prognosis this model still needs: PVTT." in text
    assert "Risk group" not in text


def test_without_images_it_is_the_nomogram_with_scores_by_hand() -> None:
    whole, _ = made()
    by_hand = replace(
        whole, scores=Scores(Score.manual(1.0), Score.manual(0.7)), liver=None, registration=None, os_heads=None,
        maps=None, simulated=None, sources=None, slices=(),
    )  # fmt: skip
    text = text_of(case_report(by_hand, {}, models()))
    assert "No images were assessed" in text
    assert text.count("Given by hand, taken as exact.") == 2
    assert "Image scores: " not in text.split("Of 100")[0]
    assert "made 20" not in text


def test_markup_in_a_value_is_shown_as_it_stands() -> None:
    warnings = (Notice("x", "a < b & <b>c</b> &amp; λ ≥ ≤ µ − ⁹"),)
    text = text_of(case_report(*made(warnings=warnings), models()))
    assert "a < b & <b>c</b> &amp; λ ≥ ≤ µ − ⁹" in text


def test_a_picture_that_is_missing_is_our_fault() -> None:
    content, pictures = made()
    with pytest.raises(ValueError, match="pictures"):
        case_report(content, dict(list(pictures.items())[1:]), models())


def test_the_model_that_the_reader_chose_leads_and_is_named() -> None:
    content, pictures = made()
    assert content.pre is not None
    by_itself, chosen = (
        text_of(case_report(replace(content, leads=leads), pictures, models(), DAY)) for leads in (None, "pre")
    )
    assert by_itself.split("Model: ")[1].startswith("after response. Time is counted")
    assert lead_sentence(post(content).os[36], 36) in by_itself
    assert chosen.split("Model: ")[1].startswith("before treatment, as chosen by the reader. Time is counted")
    assert lead_sentence(content.pre.os[36], 36) in chosen
    assert "Nomogram: before treatment" in chosen
    assert percent(post(content).os[36])[0] in chosen
    assert content_sha256(replace(content, leads="pre")) != content_sha256(content)


def test_a_chosen_model_that_lacks_an_input_does_not_lead() -> None:
    content, pictures = made(replace(builders.CLINICAL, haic_sessions=None))
    assert content.post is None
    text = text_of(case_report(replace(content, leads="post"), pictures, models(), DAY))
    assert "Model: before treatment. Time is counted" in text
