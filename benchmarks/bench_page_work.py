"""From the start of the server to the demo case's curve, a further case, and the memory of server and workers.

    python benchmarks/bench_page_work.py [--cases N]

Serves the dashboard as `make run` does, opens it in Chromium (where there is one), waits for the result and opens the
page Prognosis; then assesses demo cases at the page's workers without a browser, and tells what their way costs. Goal:
the curve within 15 s, and no torch in the server.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.findings import Assessment
from core.jobs.assessing import Request, assess_request
from core.jobs.service import Service
from core.jobs.settings import page_settings
from dashboard.runs import DEMO_ID, Run
from tests.server import family, until_it_answers

PORT = 8651
URL = f"http://127.0.0.1:{PORT}"
WAIT_MS = 240_000


def describe(pid: int) -> str:
    """One process: resident memory, seconds of CPU, whether torch is in it, what it is."""
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    torch = "torch" in Path(f"/proc/{pid}/maps").read_text()
    name = next(
        (word for word in words if word.startswith(("dashboard.", "core.jobs", "from multiprocessing"))), "serve"
    )
    mebibytes = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    cpu = sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    return f"  {mebibytes:6.0f} MiB  {cpu:5.1f} s of CPU  {'torch' if torch else '     '}  {name[:46]}"


def open_page(started: float, server: subprocess.Popen[bytes]) -> None:
    """Print when the demo case's result and its curve stand in a browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-quic"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        until_it_answers(URL, server, 60.0)
        page.goto(URL)
        page.locator("[data-testid=stMain] :is(h1, h2)").first.wait_for(timeout=WAIT_MS)
        print(f"first page {time.perf_counter() - started:.1f} s after the start", flush=True)
        button = page.get_by_role("button", name="See the prognosis")
        button.wait_for(timeout=WAIT_MS)
        print(f"result     {time.perf_counter() - started:.1f} s", flush=True)
        button.click()
        page.locator(".js-plotly-plot").first.wait_for(timeout=WAIT_MS)
        print(f"curve      {time.perf_counter() - started:.1f} s (goal 15)")
        print(*map(describe, family(server.pid)), sep="\n", flush=True)
        browser.close()


def serve() -> None:
    """The page from its start, and the memory of its processes."""
    environment = os.environ | {"HAIC_NOMOGRAM_DEMO": "1"}
    command = [sys.executable, "-m", "core", "serve", "--port", str(PORT)]
    started = time.perf_counter()
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        open_page(started, server)
    finally:
        server.terminate()
        server.wait(30)


def work(count: int) -> None:
    """Cases at the workers: the whole way, and what of it is not the assessment."""
    service = Service(page_settings())
    started = time.perf_counter()
    service.start()
    case, found = None, []
    for number in range(count + 1):
        begun, run = time.perf_counter(), Run(case=case)
        service.take(run, assess_request, Request(case, DEMO_ID), run.taken)
        assessment, case = run.future.result(), run.case
        whole, inside = time.perf_counter() - (begun if number else started), sum(assessment.seconds.values())
        if number:
            found.append((whole, whole - inside))
        name = "warm" if number else "cold, with the start of the worker"
        print(f"{name}: {whole:.1f} s, of it the assessment {inside:.1f} s", flush=True)
    whole, beside = (statistics.median(values) for values in zip(*found, strict=True))
    print(f"warm median {whole:.1f} s; of it {beside:.2f} s there and back ({megabytes(assessment):.0f} MB of arrays)")
    service.close()


def megabytes(assessment: Assessment) -> float:
    """Of both phases, the mask and the heatmaps."""
    mask = 0 if assessment.liver_mask is None else assessment.liver_mask.labels.nbytes
    heat = sum(one.values.nbytes for one in assessment.heatmaps.values())
    return (assessment.arterial.hu.nbytes + assessment.portal_venous.hu.nbytes + mask + heat) / 1e6


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=3, help="warm cases")
    options = parser.parse_args()
    print(f"cores {os.cpu_count()}, load {os.getloadavg()[0]:.1f}", flush=True)
    if shutil.which("chromium"):
        serve()
    work(options.cases)


if __name__ == "__main__":
    main()
