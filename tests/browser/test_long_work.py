"""Long work in Chromium, by real workers: a reload in the middle, an end, a cohort of two simulated patients."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.cli import main
from dashboard import texts
from tests.browser.conftest import ASSESSED_MS
from tests.browser.test_journeys import WAIT, go, settled
from tests.server import Server, family, running

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard of these tests alone, whose worker may be stopped."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "temporary").mkdir()
    with running(folder / "server", {"HAIC_NOMOGRAM_DEMO": "0", "TMPDIR": str(folder / "temporary")}) as started:
        yield started


@pytest.fixture
def page(chromium: Any, own: Server) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(own.url)
    page.wait_for_function("() => localStorage.getItem('haic-nomogram.token')", timeout=WAIT)
    settled(page)
    yield page
    context.close()


def test_stopped_then_reloaded_in_the_middle_and_the_result_arrives(page: Any, own: Server) -> None:
    page.get_by_role("button", name="Open the demo case").click()
    stop = page.get_by_role("button", name="Stop the assessment")
    stop.wait_for(timeout=ASSESSED_MS)
    before = set(family(own.process.pid))
    stop.click()
    page.get_by_role("button", name="Assess the demo case").click()
    stop.wait_for(timeout=ASSESSED_MS)
    assert before - set(family(own.process.pid)), "the worker goes on with what was stopped"
    page.reload()
    page.get_by_role("button", name="See the prognosis").wait_for(timeout=ASSESSED_MS)
    assert page.get_by_text("Demo case", exact=True).is_visible()


def test_two_simulated_patients_from_zip_to_scores(page: Any, own: Server, tmp_path: Path) -> None:
    options = ["--patients", "2", "--mtm-patients", "0", "--seed", "5", "--workers", "1"]
    assert main(["simulate", *options, "--out", str(tmp_path / "c")]) == 0
    archive = shutil.make_archive(str(tmp_path / "cohort"), "zip", tmp_path / "c")
    go(page, "Batch", f"text={texts.batch.DROP}")
    settled(page)  # until then the drop zones of the page before are there too
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(archive)
    score = page.get_by_role("button", name="Score the cohort")
    score.wait_for(timeout=WAIT)
    settled(page)
    page.wait_for_timeout(1000)  # a click while the page is drawn anew is lost
    score.click()
    page.get_by_text(re.compile("[12] of 2 patients")).first.wait_for(timeout=ASSESSED_MS)
    page.reload()
    settled(page)
    page.get_by_text("Every patient has a row.").wait_for(timeout=ASSESSED_MS)
    with page.expect_download(timeout=WAIT) as download:
        page.get_by_role("button", name="Save scores.csv").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 2
    assert all(0.0 <= float(row["dlr"]) <= 1.0 and row["error"] == "" for row in rows)
    folders = own.watched.parent.parent / "temporary"
    assert list(folders.glob("haic-server-*/haic-cohort-*"))
    page.get_by_role("button", name="Remove this cohort").click()
    page.get_by_text("Drop a cohort as a zip").wait_for(timeout=WAIT)
    for _ in range(40):  # a worker may be writing still
        if not list(folders.glob("haic-server-*/haic-cohort-*")):
            break
        page.wait_for_timeout(250)
    assert list(folders.glob("haic-server-*/haic-cohort-*")) == []
