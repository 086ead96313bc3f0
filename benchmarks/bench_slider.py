"""Milliseconds from a changed slider on the Prognosis page to the redrawn charts, in Chromium.

    python benchmarks/bench_slider.py [--changes N]

Opens the dashboard with the demo case assessed, turns the DLR slider with the arrow keys and takes the time from the
key press to the frame after the last change of any chart. Goal: median at most 300 ms.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.server import until_it_answers

PORT = 8632
GOAL_MS = 300
URL = f"http://127.0.0.1:{PORT}"
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SLIDER = "[data-testid=stSlider] input[type=range]"
CHART = "[data-testid=stPlotlyChart] .js-plotly-plot"

# Notes the time of the key press, and of the frame after each change of the charts' lines or texts.
WATCH = """() => {
  const state = window.redraw = {pressed: 0, drawn: [], drawing: ""};
  const parts = ".js-plotly-plot path, .js-plotly-plot text, .js-plotly-plot g";
  const words = e => e.tagName === "text" ? e.textContent : "";
  const drawing = () => [...document.querySelectorAll(parts)]
    .map(e => [e.getAttribute("d"), e.getAttribute("transform"), words(e)].join(" ")).join("|");
  state.drawing = drawing();
  document.addEventListener("keydown", () => { state.pressed = performance.now(); state.drawn = []; }, true);
  new MutationObserver(() => {
    const now = drawing();
    if (now !== state.drawing) {
      state.drawing = now;
      requestAnimationFrame(() => state.drawn.push(performance.now()));
    }
  }).observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
}"""
READ = "() => [window.redraw.pressed, window.redraw.drawn]"


def measure(page: Any, changes: int) -> list[float]:
    """Milliseconds to the last redrawn frame, for each of `changes` key presses."""
    page.evaluate(WATCH)
    slider = page.locator(SLIDER).last
    slider.focus()
    times = []
    for number in range(changes + 1):
        page.keyboard.press("ArrowLeft" if number % 20 < 10 else "ArrowRight")
        page.wait_for_function("() => window.redraw.drawn.length > 0", timeout=30_000)
        page.wait_for_timeout(1000)  # further frames of the same change
        pressed, drawn = page.evaluate(READ)
        times.append(drawn[-1] - pressed)
    return times[1:]  # the first one changes the source from the model to by hand, which draws more


def open_prognosis(page: Any, seconds: float = 600.0) -> None:
    """Wait for the demo case, looking at the Prognosis page every ten seconds."""
    page.goto(URL)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page.wait_for_timeout(10_000)
        page.get_by_role("link", name="Prognosis", exact=True).press("Enter", timeout=60_000)
        page.wait_for_timeout(2000)
        if page.locator(CHART).count() and page.locator(SLIDER).count():
            page.wait_for_timeout(2000)
            return
        page.get_by_role("link", name="Case", exact=True).press("Enter")
    raise TimeoutError(f"the demo case was not assessed in {seconds:.0f} s")


def run(chromium: str, changes: int) -> list[float]:
    """Open the page in Chromium and measure."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        open_prognosis(page)
        times = measure(page, changes)
        browser.close()
    return times


@contextmanager
def served(*, demo: bool = True) -> Iterator[str | None]:
    """The dashboard while the block runs; gives Chromium's path, None (and says so) without it."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is not on this machine: nothing measured")
        yield None
        return
    command = [sys.executable, "-m", "core", "serve", "--port", str(PORT)]
    server = subprocess.Popen(
        command, env={**os.environ, "HAIC_NOMOGRAM_DEMO": str(int(demo))}, stdout=subprocess.DEVNULL
    )
    try:
        until_it_answers(URL, server, 60.0)
        yield chromium
    finally:
        server.terminate()
        server.wait(20)


def main() -> None:
    """Serve, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--changes", type=int, default=20)
    options = parser.parse_args()
    with served() as chromium:
        if chromium is None:
            return
        times = run(chromium, options.changes)
    print(f"changed slider to redrawn charts, {len(times)} changes, {os.cpu_count()} cores:")
    print(f"median {statistics.median(times):.0f} ms (goal {GOAL_MS}), range {min(times):.0f}-{max(times):.0f} ms")


if __name__ == "__main__":
    main()
