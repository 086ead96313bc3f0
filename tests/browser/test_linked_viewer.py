"""The linked viewer in Chromium: what is drawn, what moves together, what comes back; nothing leaves this machine."""

from __future__ import annotations

import base64
import io
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from dashboard import texts
from dashboard.figures import sent
from tests.browser.viewer_app import case
from tests.conftest import CHROMIUM_FLAGS
from tests.server import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT = 180_000
DRAWING = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
APP = Path(__file__).with_name("viewer_app.py")
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the image page on a small made-up case."""
    with serving(APP, tmp_path_factory.mktemp("viewer")) as url:
        yield url


@pytest.fixture(scope="module")
def drawing(chromium: Any) -> Iterator[Any]:
    """A Chromium that draws WebGL2 without a graphics card."""
    path = shutil.which("chromium")
    browser = chromium.browser_type.launch(executable_path=path, args=[*CHROMIUM_FLAGS, *DRAWING])
    yield browser
    browser.close()


@pytest.fixture
def visit(drawing: Any, address: str) -> Iterator[Open]:
    """A function that opens the page, watched for errors and for requests that leave this machine."""
    contexts: list[Any] = []
    asked: list[str] = []
    errors: list[str] = []

    def open_page(orientation: str = "LPS", width: int = 1440, height: int = 900) -> Any:
        context = drawing.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("websocket", lambda socket: asked.append(socket.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(f"{address}/?orientation={orientation}")
        page.locator(".viewer[data-ready]").wait_for(timeout=WAIT)
        return page

    yield open_page
    for context in contexts:
        context.close()
    own = urlsplit(address).netloc
    assert any("/media/" in url for url in asked)
    assert [url for url in asked if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != own] == []
    assert errors == []


def press(page: Any, name: str) -> None:
    page.locator(".viewer").get_by_role("button", name=name, exact=True).click()
    settle(page)


def pictures(page: Any) -> Any:
    return page.locator(".viewer .picture")


def number(page: Any, n: int) -> int:
    """The slice that a picture says it shows."""
    return int(pictures(page).nth(n).get_attribute("aria-valuenow"))


def drawn(page: Any, n: int = 0) -> npt.NDArray[np.int16]:
    """What a picture's canvas holds, grey levels."""
    settle(page)
    uri = pictures(page).nth(n).locator("canvas").evaluate("canvas => canvas.toDataURL()")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))).convert("L"), dtype=np.int16)


def settle(page: Any) -> None:
    """Until what was asked for is drawn."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))")


def slide(page: Any, value: int) -> None:
    page.locator(".viewer input.long").evaluate(
        "(e, value) => { e.value = value; e.dispatchEvent(new Event('input')); }", value
    )
    settle(page)


def without_heat(page: Any) -> None:
    page.get_by_role("radiogroup", name="Heatmap").get_by_text("None").click()
    page.locator(".viewer button", has_text="Hottest slice").wait_for(state="hidden", timeout=WAIT)


def test_the_marker_is_where_the_letters_say_and_every_orientation_draws_the_same(visit: Open) -> None:
    expected: dict[str, npt.NDArray[np.int16]] = {}
    for letters in ("LPS", "ASR"):
        page = visit(letters)
        without_heat(page)
        page.locator(".viewer .check input").uncheck()
        press(page, "Soft tissue")
        for plane, slice_number in (("Axial", 26), ("Coronal", 14), ("Sagittal", 18)):
            press(page, plane)
            slide(page, slice_number)
            shown = drawn(page)
            rows, columns = np.nonzero(shown > 245)
            assert len(rows) > 40, plane
            # right, anterior, superior: on the left and above the middle in every plane
            assert columns.mean() < 0.48 * shown.shape[1], plane
            assert rows.mean() < 0.48 * shown.shape[0], plane
            written = page.locator(".viewer .picture i").all_text_contents()[:4]
            assert written == {"Axial": list("RLAP"), "Coronal": list("RLSI"), "Sagittal": list("APSI")}[plane]
            reference = expected.setdefault(plane, shown)
            assert np.abs(shown - reference).mean() < 0.5, (letters, plane)
        page.context.close()


def test_both_phases_move_together(visit: Open) -> None:
    page = visit()
    left, right = pictures(page).nth(0), pictures(page).nth(1)
    assert (number(page, 0), number(page, 1)) == (19, 19)
    left.hover()
    page.mouse.wheel(0, -180)
    settle(page)
    assert (number(page, 0), number(page, 1)) == (22, 22)
    right.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    settle(page)
    assert (number(page, 0), number(page, 1)) == (21, 21)
    before = [drawn(page, n) for n in (0, 1)]
    page.keyboard.press("+")
    page.keyboard.press("+")
    settle(page)
    after = [drawn(page, n) for n in (0, 1)]
    assert all(np.abs(a - b).mean() > 2 for a, b in zip(after, before, strict=True))
    press(page, "Soft tissue")
    assert all(np.abs(drawn(page, n) - after[n]).mean() > 2 for n in (0, 1))
    press(page, "Reset view")
    assert all(np.abs(drawn(page, n) - before[n]).mean() < 1 for n in (0, 1))
    press(page, "Largest lesion")
    assert (number(page, 0), number(page, 1)) == (19, 19)
    press(page, "Coronal")
    press(page, "Hottest slice")
    assert number(page, 0) == number(page, 1) == 23


def test_a_length_is_measured_in_mm(visit: Open) -> None:
    page = visit()
    press(page, "Measure")
    page.evaluate(
        "() => { const pen = CanvasRenderingContext2D.prototype, fill = pen.fillText;"
        " pen.fillText = function (words, ...rest) { window.said = words; return fill.call(this, words, ...rest); }; }"
    )
    box = pictures(page).nth(1).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 80, steps=4)
    page.mouse.up()
    settle(page)
    said = float(re.fullmatch(r"([\d.]+) mm", page.evaluate("window.said")).group(1))  # type: ignore[union-attr]
    made = case("LPS")
    columns, rows, _ = sent.part_to_send(
        made.portal_venous, made.liver_mask
    ).shape  # it fills the picture, 6 mm a voxel
    assert said == pytest.approx(100 * 6.0 * max(rows / box["height"], columns / box["width"]), rel=0.02)
    press(page, "Clear lengths")
    assert page.locator(".viewer button", has_text="Clear lengths").is_hidden()


def test_the_eraser_changes_the_mask_on_the_page_and_undo_brings_it_back(visit: Open) -> None:
    page = visit()
    page.get_by_text(texts.CORRECT_MASK).click()
    page.locator(".viewer button[data-key=eraser]").wait_for(timeout=WAIT)
    press(page, "Eraser")
    box = pictures(page).nth(0).bounding_box()
    x, y = box["x"] + 0.27 * box["width"], box["y"] + 0.45 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 40, steps=4)
    page.mouse.up()
    told = page.get_by_text("The mask was changed from")
    told.wait_for(timeout=WAIT)
    before, after = map(int, re.search(r"from (\d+) to (\d+) mL", told.inner_text()).groups())  # type: ignore[union-attr]
    assert 0 < before - after < 80
    page.mouse.move(x + 60, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 40, steps=3)
    page.mouse.up()
    page.wait_for_function(
        "after => Number(document.body.innerText.match(/from \\d+ to (\\d+) mL/)?.[1]) < after",
        arg=after,
        timeout=WAIT,
    )
    page.get_by_role("button", name="Undo").click()
    page.get_by_text(f"to {after} mL").wait_for(timeout=WAIT)
    pictures(page).nth(1).focus()
    page.keyboard.press("Control+z")
    told.wait_for(state="hidden", timeout=WAIT)


def test_at_390_px_the_pictures_lie_below_each_other_and_nothing_is_wider(visit: Open) -> None:
    page = visit(width=390, height=844)
    first, second = (pictures(page).nth(n).bounding_box() for n in (0, 1))
    assert second["y"] >= first["y"] + first["height"]
    assert first["width"] > 330
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= 390
    boxes = page.locator(".viewer button:visible, .viewer input:visible").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().right)"
    )
    assert max(boxes) <= 390


def test_without_webgl_the_slice_pictures_are_shown_with_the_reason(chromium: Any, address: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        " return kind === 'webgl2' ? null : get.call(this, kind, ...rest); };"
    )
    page.goto(address)
    page.locator(".js-plotly-plot").nth(1).wait_for(timeout=WAIT)
    page.get_by_text(texts.viewer.FAULTS["webgl"]).wait_for(timeout=WAIT)
    context.close()
