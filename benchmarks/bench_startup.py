"""Time to the first page of the dashboard, and which heavy packages were imported for it.

    python benchmarks/bench_startup.py

Prints the seconds until the server answers, until the first page stands in Chromium (where there is one), and the heavy
packages in memory after the first page was computed in a fresh interpreter. Goal: none of torch, monai and xgboost.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import dashboard
from tests.server import until_it_answers

APP = Path(dashboard.__file__).with_name("app.py")
HEAVY = ("torch", "monai", "xgboost", "radiomics", "SimpleITK", "matplotlib", "scipy", "pandas", "plotly")
FORBIDDEN = ("torch", "monai", "xgboost")
PORT = 8631
LOOK = f"""
import json, sys, time
started = time.perf_counter()
from streamlit.testing.v1 import AppTest
page = AppTest.from_file({str(APP)!r}, default_timeout=60).run()
assert not page.exception, page.exception
print(json.dumps([[m for m in {HEAVY!r} if m in sys.modules], time.perf_counter() - started]))
"""


def imported() -> tuple[list[str], float]:
    """The heavy packages in memory after the first page, and the seconds it took in a fresh interpreter."""
    environment = {name: value for name, value in os.environ.items() if name != "HAIC_NOMOGRAM_DEMO"}
    done = subprocess.run([sys.executable, "-c", LOOK], env=environment, capture_output=True, text=True, check=True)
    names, seconds = json.loads(done.stdout.splitlines()[-1])
    return names, seconds


def page_seconds(url: str, chromium: str) -> list[float]:
    """Seconds until a heading of the first page stands, three times, each in a new browser context."""
    from playwright.sync_api import sync_playwright

    times = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-quic"])
        for _ in range(3):
            page = browser.new_context().new_page()
            started = time.perf_counter()
            page.goto(url)
            page.wait_for_selector("[data-testid=stMain] :is(h1, h2)")
            times.append(time.perf_counter() - started)
        browser.close()
    return times


def main() -> None:
    """Run and print."""
    names, seconds = imported()
    print(f"first page in a fresh interpreter: {seconds:.1f} s; heavy packages in memory: {', '.join(names) or 'none'}")
    print(f"torch, monai or xgboost among them: {'yes' if set(names) & set(FORBIDDEN) else 'no'}")
    started = time.perf_counter()
    server = subprocess.Popen([sys.executable, "-m", "core", "serve", "--port", str(PORT)], stdout=subprocess.DEVNULL)
    try:
        until_it_answers(f"http://127.0.0.1:{PORT}", server, 60.0, pause=0.02)
        print(f"server answers after {time.perf_counter() - started:.1f} s")
        if chromium := shutil.which("chromium"):
            first, *later = page_seconds(f"http://127.0.0.1:{PORT}", chromium)
            print(f"first page in Chromium: {first:.1f} s, later visits {', '.join(f'{t:.1f}' for t in later)} s")
    finally:
        server.terminate()
        server.wait(20)


if __name__ == "__main__":
    main()
