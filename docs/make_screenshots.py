"""Pictures of the pages for the README: the demo case in Chromium, at desktop and phone size.

    python docs/make_screenshots.py

Writes docs/screenshots/{case,images,prognosis,study,validation,learn,own,report}.png (1440 x 900), *_phone.png (390 x
844), prognosis_dark.png, and board_read.png and board.png (1920 x 1080, before and after the reveal). The demo case is
procedural anatomy, the own nomogram and its report are those of 489 simulated patients (tests/golden); no picture shows
a patient.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.server import until_it_answers

FOLDER = Path(__file__).resolve().parent / "screenshots"
COHORT = FOLDER.parents[1] / "tests" / "golden" / "r_answers" / "cohort_sim.csv"
TERMS = "PVTT,OR,sess4,MTM,DLR"
ANSWERS = {"PVTT": "1", "OR": "0", "sess4": "2", "MTM": "1"}
PORT = 8641
URL = f"http://127.0.0.1:{PORT}"
FLAGS = (
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync",
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
)  # fmt: skip
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PROJECTOR = {"width": 1920, "height": 1080}
PAGES = {
    "Images": ".viewer[data-ready]",
    "Prognosis": ".js-plotly-plot",
    "Study": ".js-plotly-plot",
    "Validation": ".stack",
    "Learn": ".formula",
    "Case": ".facts",
}
ASSESSED_MS = 600_000
DRAWN_MS = 240_000
"""A browser without a graphics card draws the linked viewer slowly."""
SETTLE_MS = 2500


def main() -> int:
    """Serve the demo case, take the pictures."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is not on this machine: no pictures taken", file=sys.stderr)
        return 1
    command = [sys.executable, "-m", "core", "serve", "--port", str(PORT)]
    with tempfile.TemporaryDirectory() as cases:
        environment = {**os.environ, "HAIC_NOMOGRAM_DEMO": "1", "HAIC_NOMOGRAM_CASES": cases}
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            until_it_answers(URL, server, 120.0)
            take_all(chromium)
        finally:
            server.terminate()
            server.wait(20)
    return 0


def take_all(chromium: str) -> None:
    """Every page in every size and theme wanted."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        take(browser, DESKTOP, "light", "", tuple(PAGES))
        take(browser, PHONE, "light", "_phone", tuple(PAGES))
        take(browser, DESKTOP, "dark", "_dark", ("Prognosis",))
        take_board(browser)
        with tempfile.TemporaryDirectory() as folder:
            take_own(browser, Path(folder))
        browser.close()


def take_board(browser: Any) -> None:
    """The demo case on the board: to read from, and revealed to a reader who has committed."""
    page = browser.new_page(viewport=PROJECTOR)
    page.goto(URL)
    page.get_by_role("button", name="Save this case").wait_for(timeout=ASSESSED_MS)
    page.wait_for_timeout(SETTLE_MS)
    page.get_by_label("Pseudonym", exact=True).fill("Case 7K3Q9T")
    page.get_by_role("button", name="Save this case").click()
    page.get_by_text("Saved as Case 7K3Q9T").wait_for(timeout=60_000)
    page.get_by_role("link", name="Board", exact=True).click()
    page.get_by_role("button", name="Case 7K3Q9T").click()
    page.locator(".board-slices img").first.wait_for(timeout=60_000)
    page.get_by_placeholder("Reader code").fill("R 7K")
    page.get_by_placeholder("Reader code").press("Enter")
    page.get_by_role("button", name="Commit this reading").wait_for(timeout=60_000)
    save(page, "board_read")
    page.get_by_role("radio", name="MTM", exact=True).click()
    page.get_by_label("Probability of MTM, %").fill("70")
    page.get_by_label("Alive at 3 years, %", exact=True).fill("45")
    page.get_by_role("button", name="Commit this reading").click()
    page.get_by_role("button", name="Reveal").click(timeout=60_000)
    page.locator(".js-plotly-plot").wait_for(timeout=60_000)
    save(page, "board")
    page.close()


def take_own(browser: Any, out: Path) -> None:
    """A nomogram fitted to simulated patients: its report, and the page that loads it."""
    columns = ["--time", "time", "--event", "status", "--terms", TERMS, "--horizons", "12,36,60"]
    name = ["--name", "489 simulated patients"]
    subprocess.run([sys.executable, "-m", "core", "cox", str(COHORT), *columns, *name, "--out", str(out)], check=True)
    page = browser.new_page(viewport=DESKTOP)
    page.goto((out / "report.html").as_uri())
    save(page, "report")
    page.goto(f"{URL}/own")
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(out / "nomogram.json")
    for question, level in ANSWERS.items():
        page.get_by_role("radiogroup", name=question).get_by_role("radio", name=level, exact=True).click()
        page.wait_for_timeout(SETTLE_MS)
    page.get_by_label("DLR", exact=True).fill("0.85")
    page.get_by_label("DLR", exact=True).press("Enter")
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    save(page, "own")
    page.close()


def save(page: Any, name: str) -> None:
    """One picture, once the page has settled."""
    page.wait_for_timeout(SETTLE_MS)
    target = FOLDER / f"{name}.png"
    page.screenshot(path=target, timeout=120_000)
    print(target)


def take(
    browser: Any, size: dict[str, int], scheme: Literal["light", "dark"], suffix: str, pages: tuple[str, ...]
) -> None:
    """The pages of one session as PNG files."""
    context = browser.new_context(viewport=size, color_scheme=scheme)
    page = context.new_page()
    page.goto(URL)
    page.get_by_role("button", name="See the prognosis").wait_for(timeout=ASSESSED_MS)
    for name in pages:
        if not page.locator(".st-key-pages").is_visible():
            page.locator(".menu summary").click()
        page.get_by_role("link", name=name, exact=True).click()
        page.locator(PAGES[name]).first.wait_for(timeout=DRAWN_MS)
        save(page, f"{name.lower()}{suffix}")
    context.close()


if __name__ == "__main__":
    sys.exit(main())
