"""A lost connection and hostile files in Chromium: nothing typed is lost, one sentence says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from tests.browser.conftest import ASSESSED_MS
from tests.browser.test_journeys import WAIT, settled
from tests.cable import Cable, plugged_in
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def cable(server: Server) -> Iterator[Cable]:
    """Between browser and server."""
    with plugged_in(server.port) as made:
        yield made


@pytest.fixture
def page(chromium: Any, cable: Cable) -> Iterator[Any]:
    """A new case, reached by the cable."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    opened.goto(cable.url)
    opened.get_by_role("button", name="See the prognosis").wait_for(timeout=ASSESSED_MS)
    opened.get_by_role("button", name="Start a new case").click()
    opened.get_by_role("button", name="Open the demo case").wait_for(timeout=WAIT)
    settled(opened)
    yield opened
    context.close()


def _huge() -> bytes:
    """The head of an image of eight million million voxels."""
    header = nibabel.Nifti1Header()
    header.set_data_dtype(np.int16)
    header.set_data_shape((20_000, 20_000, 20_000))
    header["magic"], header["vox_offset"] = b"n+1", 352
    head: bytes = header.binaryblock
    return head + bytes(1004)


def type_age(page: Any, years: str) -> Any:
    """The age typed into the form and taken."""
    age = page.get_by_label("Age (years)")
    age.fill(years)
    age.press("Enter")
    page.get_by_text("1 of 48 values known").wait_for(timeout=WAIT)
    return age


def test_a_lost_connection_loses_nothing_and_the_page_says_so(page: Any, cable: Cable) -> None:
    age = type_age(page, "61")
    case = page.locator(".case").inner_text()
    cable.pull()
    lost = page.get_by_text(re.compile("[Cc]onnecti"))
    lost.first.wait_for(timeout=WAIT)
    cable.plug()
    lost.first.wait_for(state="detached", timeout=WAIT)
    settled(page)
    assert age.input_value() == "61"
    assert page.locator(".case").inner_text() == case
    sessions = page.get_by_label("HAIC sessions")
    sessions.fill("3")
    sessions.press("Enter")
    page.get_by_text("2 of 48 values known").wait_for(timeout=WAIT)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.nii.gz", b""),
        ("half.nii.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03half"),
        ("bomb.zip", b"PK\x03\x04" + b"\x00" * 40),
        ("huge.nii", _huge()),
        ("picture.dcm", b"\x89PNG\r\n\x1a\n" + b"\x00" * 200),
    ],
)
def test_a_hostile_file_is_one_sentence(page: Any, tmp_path: Path, name: str, content: bytes) -> None:
    age = type_age(page, "61")
    path = tmp_path / f"jane_doe_{name}"
    path.write_bytes(content)
    page.locator("[data-testid=stFileUploader] input[type=file]").first.set_input_files(path)
    alert = page.locator("[data-testid=stAlert]")
    alert.first.wait_for(timeout=WAIT)
    assert alert.count() == 1
    told = alert.inner_text()
    assert "expected" in told, told
    assert "jane" not in told
    assert "Traceback" not in page.locator("body").inner_text()
    assert age.input_value() == "61"


def test_a_page_opened_by_its_address_holds_what_it_shows(chromium: Any, server: Server) -> None:
    for _ in range(2):
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        opened = context.new_page()
        opened.goto(f"{server.url}/prognosis")
        lead = opened.locator(".lead")
        lead.wait_for(timeout=ASSESSED_MS)
        settled(opened)
        before = lead.inner_text()
        five = opened.get_by_role("radio", name="5 years", exact=True)
        five.click()
        opened.wait_for_function("t => document.querySelector('.lead').innerText !== t", arg=before, timeout=WAIT)
        assert "who are alive 3.8 months after the first HAIC" in lead.inner_text()
        context.close()
