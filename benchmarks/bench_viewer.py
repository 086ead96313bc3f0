"""Seconds until the linked viewer shows a pair of 512 x 512 x 130 voxels in Chromium, and what was sent.

    python benchmarks/bench_viewer.py [--runs N]

Counts from the click to both phases drawn with outline and heat, first with nothing made yet, then again in the same
session. Chromium draws without a graphics card, which is the slowest case. Goal: 3 s.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.server import serving

GOAL_S = 3.0
PAGE = Path(__file__).with_name("viewer_page.py")
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
DRAWING = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
READY = ".viewer[data-ready]"


def shown(page: Any) -> float:
    """Seconds from the click until both phases are drawn."""
    toggle = page.get_by_text("Show", exact=True)
    started = time.perf_counter()
    toggle.click()
    page.locator(READY).wait_for(timeout=120_000)
    taken = time.perf_counter() - started
    page.wait_for_timeout(1500)
    toggle.click()
    page.locator(READY).wait_for(state="detached", timeout=60_000)
    return taken


def session(browser: Any, url: str) -> tuple[float, float, dict[str, int]]:
    """First and second showing of a new session, and the bytes of each file of volumes."""
    sizes: dict[str, int] = {}
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.on("response", lambda answer: note(answer, sizes))
    page.goto(url)
    page.get_by_text("Show", exact=True).wait_for(timeout=120_000)
    page.wait_for_timeout(1500)
    first, second = shown(page), shown(page)
    page.close()
    return first, second, sizes


def note(answer: Any, sizes: dict[str, int]) -> None:
    """Keep how long a file is."""
    if "/media/" in answer.url:
        sizes[answer.url] = int(answer.headers.get("content-length", 0))


def run(chromium: str, url: str, runs: int) -> list[tuple[float, float, dict[str, int]]]:
    """New sessions in one Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*ARGUMENTS, *DRAWING])
        session(browser, url)  # the server loads its own parts
        found = [session(browser, url) for _ in range(runs)]
        browser.close()
    return found


def main() -> None:
    """Serve, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is not on this machine: nothing measured")
        return
    with tempfile.TemporaryDirectory() as folder, serving(PAGE, Path(folder)) as url:
        found = run(chromium, url, options.runs)
    for name, times in (("first", [a for a, _, _ in found]), ("again", [b for _, b, _ in found])):
        middle, spread = statistics.median(times), f"{min(times):.1f}-{max(times):.1f}"
        print(f"{name}: median {middle:.1f} s (goal {GOAL_S:g}), range {spread} s, {os.cpu_count()} cores")
    files = sorted(found[-1][2].values(), reverse=True)
    print(f"sent: {sum(files) / 1e6:.1f} MB in {len(files)} files, " + ", ".join(f"{n / 1e6:.2f} MB" for n in files))


if __name__ == "__main__":
    main()
