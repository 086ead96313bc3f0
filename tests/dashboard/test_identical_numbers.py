"""One case, one set of survival figures: the same in all that shows them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.cli import main
from core.findings import Assessment
from core.io.assessment_files import assessment_document, document_text
from core.io.report_content import content_of
from core.pipeline import update
from core.report.case.document import case_report
from tests.core.report.case.pdfs import text_of
from tests.dashboard import builders
from tests.dashboard.test_views import html

OpenPage = Callable[..., AppTest]
MTM, DLR = 0.4, 0.75
SPANS = {12: "1 year", 36: "3 years", 60: "5 years"}
Readings = dict[int, tuple[float, float, float]]


@dataclass(frozen=True)
class Kind:
    """Which model leads, and the months lived so far."""

    model: str
    months: float | None

    def assessment(self) -> Assessment:
        response = "SD" if self.model == "post" else None
        record = replace(builders.CLINICAL, response=response, haic_sessions=3, months_since_first_haic=self.months)
        return update(builders.assessment(record), builders.models(), record, MTM, DLR)  # type: ignore[arg-type]


KINDS = [Kind(model, months) for model in ("pre", "post") for months in (None, 14.0)]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.model}-{kind.months}")


def readings(document: Mapping[str, Any], model: str) -> Readings:
    """What a JSON document leads with: value, low, high by month."""
    found = document[model].get("os_conditional", document[model]["os"])
    return {int(month): (one["value"], one["low"], one["high"]) for month, one in found.items()}


def printed(kind: Kind, folder: Path, capsys: pytest.CaptureFixture[str]) -> Readings:
    """What the command `nomogram` prints."""
    record = folder / "clinical.json"
    record.write_text(json.dumps(kind.assessment().clinical.known()), encoding="utf-8")
    assert main(["nomogram", "--clinical", str(record), "--mtm", str(MTM), "--dlr", str(DLR)]) == 0
    return readings(json.loads(capsys.readouterr().out), kind.model)


def opened(open_page: OpenPage, kind: Kind) -> AppTest:
    """The page; it is to be run before it is read."""
    page = open_page("prognosis", kind.assessment())
    now = page.session_state["draft"]
    now.mtm, now.dlr = MTM, DLR
    now.view["live.model"] = kind.model
    return page


def at(page: AppTest, months: int, view: str) -> AppTest:
    """The page at one horizon and in one view."""
    page.session_state["draft"].view.update({"live.months": months, "live.survival": view})
    return page.run()


def text(markup: str) -> str:
    """HTML as it is read."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def lead(page: AppTest) -> str:
    found = re.search(r'<p class="lead"[^>]*>(.*?)</p>', html(page))
    assert found
    return unescape(found[1])


def in_sentence(sentence: str) -> tuple[int, ...]:
    """Alive, low, high, died."""
    found = re.search(r"about (\d+) are alive at .* \(range (\d+)–(\d+)\) and (\d+) have died", sentence)
    assert found
    return tuple(map(int, found.groups()))


def in_array(page: AppTest) -> tuple[int, ...]:
    """The same, counted from the figures of the array."""
    array = re.search(r'<div class="people".*?</div>', html(page))
    assert array
    figures = counted(array[0])
    alive, dead = (sum(name.startswith(kind) for name in figures) for kind in ("alive", "dead"))
    return alive, figures.count("alive"), 100 - figures.count("dead"), dead


def counted(array: str) -> list[str]:
    """The kind of each figure."""
    return [kind for kind, n in re.findall(r'<i class="([a-z ]+)" style="--n:(\d+)">', array) for _ in range(int(n))]


def in_table(page: AppTest) -> dict[str, tuple[str, str]]:
    """Survival and range by horizon, as they are written."""
    table = re.search(r'<table class="readings">.*?</table>', html(page))
    assert table
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr.*?</tr>", table[0])]
    return {row[0]: (row[1], row[2]) for row in rows if row}


def in_curve(page: AppTest) -> tuple[dict[float, tuple[float, ...]], str]:
    """Per cent alive with its range by month as the chart has them, and the number written beside the mark."""
    figure = json.loads(page.get("plotly_chart")[0].proto.spec)
    line = next(trace for trace in figure["data"] if trace["name"] == "alive")
    points = zip(line["x"], line["y"], line["customdata"], strict=True)
    return {x: (y, *limits) for x, y, limits in points}, figure["layout"]["annotations"][-1]["text"]


def in_cases(page: AppTest) -> list[str]:
    """The three cases in words."""
    cases = re.search(r'<dl class="cases">(.*?)</dl>', html(page))
    assert cases
    return [f"{name} {words}" for name, words in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", cases[1])]


def report_text(assessment: Assessment) -> str:
    models: dict[str, Any] = {"pre": builders.models().pre, "post": builders.models().post}
    return text_of(case_report(content_of(assessment), {}, models, date(2026, 3, 4)))


@each_kind
def test_survival_is_the_same_everywhere(
    kind: Kind, open_page: OpenPage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = readings(json.loads(document_text(assessment_document(kind.assessment()))), kind.model)
    on_paper, page = report_text(kind.assessment()), opened(open_page, kind)
    assert found == printed(kind, tmp_path, capsys)
    assert set(found) == ({36, 60} if kind == Kind("post", 14.0) else {12, 36, 60})
    for month, (value, low, high) in found.items():
        whole = [round(100 * share) for share in (value, low, high)]
        at(page, month, "100 people")
        assert in_sentence(lead(page)) == (*whole, 100 - whole[0]) == in_array(page)
        assert f"{whole[0]} alive at {SPANS[month]}" in text(html(page))
        assert f"{100 - whole[0]} have died" in text(html(page))
        written = (f"{whole[0]} %", f"{whole[1]}–{whole[2]} %")
        assert in_table(page)[SPANS[month]] == written
        assert f"{SPANS[month]} {' '.join(written)}" in on_paper
        assert (lead(page) in on_paper) == (month == 36)  # the report speaks of three years
        at(page, month, "Curve")
        points, number = in_curve(page)
        assert points[month] == tuple(round(100 * share, 2) for share in (value, low, high))
        assert number == f"<b>{whole[0]} %</b>"
        assert f"{SPANS[month]} {whole[0]} %" in page.get("plotly_chart")[0].proto.alt
        assert in_sentence(lead(page)) == (*whole, 100 - whole[0])


@each_kind
def test_the_three_cases_are_those_of_the_curve_and_of_the_report(kind: Kind, open_page: OpenPage) -> None:
    page = opened(open_page, kind)
    told, on_paper = in_cases(at(page, 36, "Scenarios")), report_text(kind.assessment())
    assert [case.split(" ")[0] for case in told] == ["Worst", "Typical", "Best"]
    assert all(case in on_paper for case in told)
    points, _ = in_curve(at(page, 36, "Curve"))
    months, shares = np.array(list(points)), np.array([value for value, *_ in points.values()])
    wanted = [float(np.interp(-share, -shares, months)) for share in (90, 75, 25, 10) if share > shares[-1]]
    numbers = [int(number) for case in told for number in re.findall(r"(?<!over )\b(\d+)(?= to| months)", case)]
    assert numbers == pytest.approx(wanted, abs=0.6)
    assert ("beyond follow-up" in " ".join(told)) == (len(wanted) < 4)


@each_kind
def test_one_decimal_is_the_same_number(kind: Kind, open_page: OpenPage) -> None:
    found = readings(assessment_document(kind.assessment()), kind.model)
    page = at(opened(open_page, kind), 36, "100 people")
    page.toggle[0].set_value(True)
    page.run()
    for month, shares in found.items():
        value, low, high = (f"{100 * share:.1f}" for share in shares)
        assert in_table(page)[SPANS[month]] == (f"{value} %", f"{low}–{high} %")


def test_the_model_that_does_not_lead_is_the_same_on_page_and_paper(open_page: OpenPage) -> None:
    made = Kind("post", None).assessment()
    page = open_page("prognosis", made)
    now = page.session_state["draft"]
    now.mtm, now.dlr = MTM, DLR
    now.view["live.model"] = "pre"
    told = in_table(page.run())
    assert made.pre is not None
    assert told["3 years"][0] == f"{100 * made.pre.os[36].value:.0f} %"
    on_paper = report_text(made)
    assert all(f"{value} ({limits})" in on_paper for value, limits in told.values())
