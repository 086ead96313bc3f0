"""The page PACS: there only where one is set up; search, fetch and send against a real server."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from streamlit.testing.v1 import AppTest

from core.case import LiverMask, MaskOrigin, Phase
from core.errors import InputError
from core.io.pacs.connection import BrokenConnection
from core.io.pacs.fetch import Wanted
from core.io.pacs.search import FoundSeries, Study
from core.io.pacs.send import Outcome
from dashboard import exchange
from dashboard.draft import Draft
from dashboard.texts import pacs as words
from dashboard.views import pacs as view
from tests import pacs_server
from tests.core.io.dicom_factory import IDENTITY, STUDY, write_series
from tests.dashboard import builders
from tests.dashboard.test_views import by_label, draft, html

OpenPage = Callable[..., AppTest]
SERIES = {Phase.ARTERIAL: "1.2.3.4.11", Phase.PORTAL_VENOUS: "1.2.3.4.12"}


@pytest.fixture(scope="module")
def pacs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pacs_server.Pacs]:
    if reason := pacs_server.why_not():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("images")
    with pacs_server.running() as running:
        for phase, series in SERIES.items():
            tags = {"SeriesInstanceUID": series, "SeriesDescription": str(phase), "SeriesNumber": int(series[-2:])}
            hu = np.asarray(builders.volume(phase).hu)
            for path in write_series(folder / phase, hu, builders.GRID.affine_lps, StudyDescription="CT liver", **tags):
                running.post(path.read_bytes())
        yield running


@pytest.fixture
def configured(pacs: pacs_server.Pacs, monkeypatch: pytest.MonkeyPatch) -> pacs_server.Pacs:
    for name, value in pacs.environment.items():
        monkeypatch.setenv(name, value)
    return pacs


def test_the_page_is_there_only_where_a_pacs_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    app = str(Path(__file__).resolve().parents[2] / "dashboard" / "app.py")
    monkeypatch.delenv("HAIC_NOMOGRAM_PACS", raising=False)
    without = AppTest.from_file(app, default_timeout=30).run()
    monkeypatch.setenv("HAIC_NOMOGRAM_PACS", "https://pacs.example/dicom-web")
    with_one = AppTest.from_file(app, default_timeout=30).run()
    assert not without.exception
    assert not with_one.exception
    assert [_links(page).count("PACS") for page in (without, with_one)] == [0, 1]


def _links(page: AppTest) -> list[str]:
    return [str(one.proto.label) for one in page.get("page_link")]


@pytest.mark.slow
def test_search_fetch_and_send(configured: pacs_server.Pacs, open_page: OpenPage) -> None:
    page = open_page("pacs")
    assert words.NOTHING_TO_SEND in html(page)
    by_label(page.button, words.SEARCH).click()
    page.run()
    assert by_label(page.selectbox, words.STUDY).options == ["2020-01-02 · CT · CT liver · 2 series"]
    count = builders.GRID.shape[2]
    series = [f"Series 11 · arterial · {count} images", f"Series 12 · portal_venous · {count} images"]
    assert by_label(page.selectbox, words.ARTERIAL).options == series
    assert by_label(page.selectbox, words.PORTAL_VENOUS).value.uid == SERIES[Phase.PORTAL_VENOUS]
    by_label(page.button, words.FETCH).click()
    page.run()
    assert not page.exception
    now = draft(page)
    assert now.roles == [Phase.ARTERIAL, Phase.PORTAL_VENOUS]
    assert now.origin == Wanted(STUDY, SERIES[Phase.PORTAL_VENOUS])
    assert IDENTITY not in html(page)
    _assess(now)
    page.run()
    by_label(page.button, words.SEND).click()
    page.run()
    assert not page.exception
    assert html(page).count("stored") == 8
    assert len(configured.get("instances").split(b",")) == 2 * count + 8
    name = now.case_id
    by_label(page.button, words.SEARCH).click()
    page.run()
    assert words.REPLACES in html(page)
    by_label(page.button, words.FETCH).click()
    page.run()
    again = draft(page)
    assert again.case_id != name
    assert not again.known()  # the values of the case before do not stand beside these images
    assert again.origin is not None


def _assess(now: Draft) -> None:
    """What an assessment of the fetched images would leave."""
    volume = now.only(Phase.PORTAL_VENOUS).volume
    mask = LiverMask(builders.labels(), volume.geometry, MaskOrigin.MODEL)
    now.assessment = replace(builders.assessment(), portal_venous=volume, liver_mask=mask)
    now.clinical = now.assessment.clinical.known()


def test_a_server_that_is_away_is_one_sentence(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAIC_NOMOGRAM_PACS", "http://127.0.0.1:9/dicom-web")
    page = open_page("pacs")
    by_label(page.button, words.SEARCH).click()
    page.run()
    assert [one.value for one in page.error] == ["PACS: expected an answer, got none"]
    assert not page.exception


def test_images_from_elsewhere_are_not_sent() -> None:
    now = Draft(assessment=builders.assessment())
    with pytest.raises(InputError, match="expected images that were fetched from it"):
        next(exchange.send(now, builders.assessment(), builders.models(), None, lambda *_: None))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="got one twice"):
        exchange.Fetching(now, Wanted("1", "2"), Wanted("1", "2")).fetch(lambda *_: None)


@pytest.mark.parametrize(
    ("descriptions", "chosen"),
    [
        (("arterial", "portal"), (0, 1)),
        (("Topogram", "nativ", "Abd portalvenös", "Abd arteriell", "spät"), (3, 2)),
        (("nativ", "Abd arteriell", "Abd 5.0"), (1, 2)),
        (("", ""), (0, 1)),
        (("portal", ""), (1, 0)),
        (("portal", "portal"), (1, 0)),
    ],
)
def test_the_phases_are_chosen_by_the_descriptions(descriptions: tuple[str, ...], chosen: tuple[int, int]) -> None:
    series = tuple(FoundSeries(str(n), n, "CT", text, 10) for n, text in enumerate(descriptions))
    assert view._told(series) == chosen


def test_a_fetch_that_broke_goes_on_where_it_was(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hu = np.asarray(builders.volume(Phase.PORTAL_VENOUS).hu)
    paths = {
        series: write_series(tmp_path / series, hu, builders.GRID.affine_lps, SeriesInstanceUID=series)
        for series in SERIES.values()
    }
    asked: list[str] = []

    def retrieved(
        _client: object, wanted: Wanted, _progress: object, is_there: Callable[[str], bool]
    ) -> Iterator[tuple[str, bytes]]:
        for path in paths[wanted.series]:
            uid = str(dcmread(path, stop_before_pixels=True).SOPInstanceUID)
            if not is_there(uid):
                if len(asked) == 40:
                    asked.append("")
                    raise BrokenConnection("PACS: expected an answer, got none; and a rerun goes on")
                asked.append(uid)
                yield uid, path.read_bytes()

    monkeypatch.setenv("HAIC_NOMOGRAM_PACS", "http://127.0.0.1:9/dicom-web")
    monkeypatch.setattr("core.io.pacs.fetch.retrieved_series", retrieved)
    count = builders.GRID.shape[2]
    page = open_page("pacs")
    page.session_state["draft"].view |= {
        view.STUDIES: (Study(STUDY, "20200102", ("CT",), "CT", 2),),
        view.SERIES: {STUDY: tuple(FoundSeries(uid, int(uid[-2:]), "CT", "", count) for uid in SERIES.values())},
    }
    page.run()
    by_label(page.button, words.FETCH).click()
    page.run()
    assert [one.value for one in page.error] == ["PACS: expected an answer, got none; and a rerun goes on"]
    assert draft(page).series == []
    by_label(page.button, words.FETCH).click()
    page.run()
    assert not page.exception
    assert [one.volume.geometry.shape[2] for one in draft(page).series] == [count, count]
    assert len(asked) == len(set(asked)) == 2 * count + 1  # none twice


def test_other_images_are_no_longer_those_of_the_pacs() -> None:
    now = Draft(origin=Wanted("1", "2"))
    now.add_series([])
    assert now.origin is None


def test_outcomes_in_words() -> None:
    assert words.outcome(Outcome("heatmap_os_gt3", True)) == ("Heatmap > 3 years", "stored")
    assert words.outcome(Outcome("segmentation", False, "PACS: no")) == ("Mask", "PACS: no")


def test_a_disk_that_is_full_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    now = Draft("Case 7T")
    fetching = exchange.Fetching(now, Wanted("1", "2"), Wanted("1", "3"))
    monkeypatch.setattr(
        exchange.Fetching, "_retrieve", lambda self, one, phase, _: self._images.update({phase: {"a": b"x"}})
    )
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="expected room on the disk, got: No space left on device"):
        fetching.fetch(lambda *_: None)
    assert now.series == []
