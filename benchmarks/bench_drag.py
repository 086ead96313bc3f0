"""Milliseconds from a dragged or keyed mark of the live nomogram to the changed sentence, in Chromium.

    python benchmarks/bench_drag.py [--changes N] [--by-hand]

Opens the dashboard with the demo case assessed and takes hold of the DLR score's mark. First it is moved by single
strokes and then by single keys: the time from the browser's event to the frame after the sentence changed, and to the
frame after the mark moved. Then it is swept along the axis for four seconds without a pause: how often the sentence
follows, and how long after the release it says the last value. With --by-hand nothing is assessed: every input is set
on the drawing. Goal: median at most 250 ms.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bench_slider import ARGUMENTS, CHART, URL, open_prognosis, served

GOAL_MS = 250
STROKE = 0.04  # share of the axis
SWEEP_SECONDS = 4
MARK = ".track u"
# Notes the time of each event, and of the frames after the mark moved and after the sentence changed.
WATCH = """() => {
  const state = window.moved = {asked: 0, mark: 0, said: [], sentence: ""};
  const sentence = () => document.querySelector(".lead")?.textContent ?? "";
  const frame = act => requestAnimationFrame(() => act(performance.now()));
  state.sentence = sentence();
  const asked = () => { state.asked = performance.now(); state.mark = 0; state.said = []; };
  document.addEventListener("keydown", asked, true);
  document.addEventListener("pointermove", event => { if (event.buttons) asked(); }, true);
  const host = document.querySelector("[data-drawn]");
  const inside = host.shadowRoot ?? host;
  const watch = {subtree: true, childList: true, attributes: true, characterData: true};
  new MutationObserver(() => { if (!state.mark) frame(now => { state.mark ||= now; }); }).observe(inside, watch);
  new MutationObserver(() => {
    const now = sentence();
    if (now && now !== state.sentence) { state.sentence = now; frame(time => state.said.push(time)); }
  }).observe(document.body, watch);
}"""
READ = "() => window.moved"


def single(page: Any, move: Callable[[int], None], changes: int) -> tuple[list[float], list[float]]:
    """Milliseconds to the moved mark and to the changed sentence, for each of `changes` moves."""
    marks, sentences = [], []
    for number in range(changes + 1):
        move(number)
        page.wait_for_function("() => window.moved.said.length > 0", timeout=30_000)
        page.wait_for_timeout(900)
        found = page.evaluate(READ)
        marks.append(found["mark"] - found["asked"])
        sentences.append(found["said"][-1] - found["asked"])
    return marks[1:], sentences[1:]  # the first one changes the source from the model to by hand, which draws more


def measure(page: Any, changes: int) -> None:
    """Strokes, keys, a sweep; prints."""
    page.evaluate(WATCH)
    mark = page.locator(MARK).last
    box = mark.locator("xpath=..").bounding_box()
    width, y = box["width"], box["y"] + box["height"] / 2 - 4

    def at(share: float) -> None:
        page.mouse.move(box["x"] + share * width, y)

    def stroke(number: int) -> None:
        at(0.2 + STROKE * (1 + (number % 10 if number % 20 < 10 else 10 - number % 10)))

    at(0.2)
    page.mouse.down()
    told("strokes", *single(page, stroke, changes))
    sweep(page, at)
    mark.focus()
    told("keys", *single(page, lambda number: page.keyboard.press("PageUp" if number % 8 < 4 else "PageDown"), changes))


def sweep(page: Any, at: Callable[[float], None]) -> None:
    """To and fro without a pause, then let go."""
    page.evaluate("() => { window.moved.count = 0; window.moved.before = window.moved.sentence; }")
    start = page.evaluate("() => performance.now()")
    counted, step = 0, 0
    said = page.evaluate(READ)["sentence"]
    while page.evaluate("() => performance.now()") - start < 1000 * SWEEP_SECONDS:
        step += 1
        at(0.2 + 0.6 * abs((step % 120) / 60 - 1))
        page.wait_for_timeout(12)
        now = page.evaluate(READ)["sentence"]
        counted, said = counted + (now != said), now
    at(0.5)  # away from the ends, where keys change nothing
    page.mouse.up()
    released = page.evaluate("() => performance.now()")
    page.wait_for_timeout(1500)
    found = page.evaluate(READ)
    last = found["said"][-1] - released if found["said"] else 0.0
    often = f"{counted / SWEEP_SECONDS:.1f} sentences a second"
    print(f"sweep of {SWEEP_SECONDS} s: {often}, the last one {last:.0f} ms after the release")


def told(what: str, marks: list[float], sentences: list[float]) -> None:
    """One line."""
    said = f"sentence median {statistics.median(sentences):.0f} ms (goal {GOAL_MS})"
    spread = f"range {min(sentences):.0f}-{max(sentences):.0f}; mark median {statistics.median(marks):.0f} ms"
    print(f"{what}: {said}, {spread}; {len(sentences)} changes, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")


def open_by_hand(page: Any) -> None:
    """A case without images, all its inputs set by hand."""
    page.goto(f"{URL}/prognosis")
    page.get_by_role("radiogroup", name="Response").get_by_text("PR", exact=True).click(timeout=120_000)
    page.locator(MARK).nth(4).wait_for(state="attached", timeout=60_000)
    page.wait_for_timeout(2000)
    for number, share in enumerate((0.13, 0, 0, 0.2, 0.2)):
        track = page.locator(".track").nth(number)
        track.click(position={"x": share * track.bounding_box()["width"], "y": 14})
        page.wait_for_timeout(1500)
    page.locator(CHART).wait_for(timeout=60_000)
    page.wait_for_timeout(2000)


def main() -> None:
    """Serve, run, print."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--by-hand", action="store_true")
    options = parser.parse_args()
    with served(demo=not options.by_hand) as chromium:
        if chromium is None:
            return
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            (open_by_hand if options.by_hand else open_prognosis)(page)
            measure(page, options.changes)
            browser.close()


if __name__ == "__main__":
    main()
