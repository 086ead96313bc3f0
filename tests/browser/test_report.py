"""The interactive nomogram of a report, in Chromium, without any program behind the page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.report.cox_report import cox_report
from core.studies.cox_study import CoxSettings, CoxStudy, study_cox
from core.studies.own_card import CardFacts, own_card
from core.survival.bands import survival_band
from core.survival.nomogram import total_points, total_range
from tests import r_answers
from tests.core.studies.cohorts import golden_selection

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def study() -> CoxStudy:
    return study_cox(golden_selection(r_answers.POST), CoxSettings((12, 36, 60), resamples=0), lambda *_: None)


def answer(page: Any) -> dict[str, list[float]]:
    """Numbers by row of the answer."""
    rows = page.locator("#nomogram-answer tr")
    texts = [rows.nth(at).locator("td").all_inner_texts() for at in range(rows.count())]
    return {name: [float(number) for number in re.findall(r"\d+\.\d+", value)] for name, value in texts}


def test_inputs_move_points_survival_and_marks(chromium: Any, study: CoxStudy, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    card = own_card(study.nomogram, CardFacts("", "", study.fit.n, study.fit.events, "1.0.0"), [])
    file.write_text(cox_report(study, card), encoding="utf-8")
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    asked: list[str] = []
    faults: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(file.as_uri())
    for patient in ([0.0, 1.0, 4.0, 0.0, 0.9], [1.0, 0.0, 1.0, 1.0, 0.25]):
        for position, value in enumerate(patient[:4]):
            page.locator(f"#input-{position}").select_option(index=int(value) - (position == 2))
        page.locator("#input-4").fill(str(patient[4]))
        found = answer(page)
        x = np.array(patient)
        assert found["Total"][0] == pytest.approx(float(total_points(study.nomogram, x)), abs=0.06)
        band = survival_band(study.nomogram, x, np.array([12.0, 36.0, 60.0]))
        for at, months in enumerate((12, 36, 60)):
            expected = [100 * float(part[at]) for part in (band.value, band.low, band.high)]
            assert found[f"Alive at {months} months"] == pytest.approx(expected, abs=0.06)
        places = page.evaluate("document.querySelector('[data-name=nomogram]').data.at(-1).x")
        assert places[0] is None
        assert places[-1] == pytest.approx(found["Total"][0] / total_range(study.nomogram)[1], abs=0.001)
        assert len(set(places[6:])) == 1
    page.locator("#input-4").fill("7")
    assert "Give a value within its range: DLR" in page.locator("#nomogram-answer").inner_text()
    context.close()
    assert faults == []
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []
