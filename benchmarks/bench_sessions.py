"""Browser sessions at once, each with a patient of its own: is every number its own, and how much memory is used.

    python benchmarks/bench_sessions.py [--sessions 10] [--clicking 15] [--anatomy CT]

Simulates as many patients, assesses each in this process, then serves the dashboard, opens as many browser sessions,
uploads to each the images and the record of its patient, presses Assess in all of them and compares the liver volume
of the Case page and the sentences of the Prognosis page (1, 3 and 5 years) with those of this process. Meanwhile
`--clicking` more sessions go from page to page. Prints the seconds until each session has its result, who got none and
the sentence that said why, pages that showed an error of ours (goal: none), the numbers that differ (goal: none) and
the server's largest memory with all its processes (goal: under 6 GiB). `--anatomy`: labelled CT to simulate tumours
in, for volumes of full size.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.io.case_files import read_case
from core.io.clinical import write_clinical
from core.io.image_cohort import Patient, read_image_cohort
from core.models import load_models
from core.pipeline import assess
from dashboard import texts
from tests.conftest import CHROMIUM_FLAGS
from tests.server import family, running

SEED = 77
GOAL_GIB = 6.0
WAIT_MS = 120_000
PAGES = ("Images", "Prognosis", "Study", "Cases", "Batch", "Board", "Validation", "Learn", "Own nomogram", "Case")
HORIZONS = {"1 year": 12.0, "3 years": 36.0, "5 years": 60.0}


@dataclass
class Expected:
    """What a session has to show."""

    patient: Patient
    record: Path
    liver: str
    sentences: dict[str, str]


@dataclass
class Course:
    """How it went.

    Attributes:
        seconds: until each result. told: sentences of sessions without one. differing: numbers that are not the
            patient's. broken: pages with an error of ours. clicks: seconds of each page opened meanwhile. late:
            sentences that still were those of the horizon before when the page seemed at rest.
    """

    seconds: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    clicks: list[float] = field(default_factory=list)
    late: int = 0
    most_bytes: int = 0


@dataclass
class Memory:
    """The largest memory seen of a process and all it started."""

    process: int
    most_bytes: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look four times a second until the block ends."""
        thread = threading.Thread(target=self._watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.25):
            self.most_bytes = max(self.most_bytes, sum(map(proportional_bytes, family(self.process))))


def proportional_bytes(process: int) -> int:
    """Memory of the process, what it shares counted in parts; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def simulate(count: int, anatomy: Path | None, out: Path) -> Sequence[Patient]:
    """So many patients treated with HAIC, on disk."""
    command = [sys.executable, "-m", "core", "simulate", "--patients", str(count), "--seed", str(SEED)]
    extra = [] if anatomy is None else ["--anatomy", str(anatomy), "--anatomy-share", "1"]
    subprocess.run([*command, "--mtm-patients", "0", *extra, "--out", str(out)], check=True, stdout=subprocess.DEVNULL)
    patients, problems = read_image_cohort(out / "cohort.csv")
    if problems:
        raise ValueError(problems)
    return patients


def expectations(patients: Sequence[Patient], folder: Path) -> list[Expected]:
    """Each patient assessed here, one after the other."""
    models, found = load_models(), []
    for patient in patients:
        case, _ = read_case(arterial=patient.arterial, portal_venous=patient.portal_venous, clinical=patient.clinical)
        assessment = assess(case, models, heatmaps=False)
        prognosis = assessment.post or assessment.pre
        if prognosis is None or assessment.liver is None:
            raise ValueError(f"patient {patient.patient_id} has no prognosis: take another seed")
        record = folder / f"{patient.patient_id}.json"
        write_clinical(patient.clinical, record)
        sentences = {name: texts.lead_sentence(prognosis.os[months], months, None) for name, months in HORIZONS.items()}
        found.append(Expected(patient, record, f"{assessment.liver.volume_ml:.0f} mL", sentences))
    return found


def rested(page: Any) -> None:
    """Until the page has run."""
    page.wait_for_timeout(300)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=WAIT_MS)


def upload(page: Any, url: str, expected: Expected) -> None:
    """A session's own patient, up to the button that starts the assessment."""
    page.goto(url)
    page.get_by_role("button", name="Open the demo case").wait_for(timeout=WAIT_MS)
    files = [expected.patient.arterial, expected.patient.portal_venous]
    page.locator("[data-testid=stFileUploader] input[type=file][multiple]").first.set_input_files(files)
    page.get_by_role("button", name="Assess").wait_for(timeout=WAIT_MS)
    rested(page)
    page.locator(".st-key-record-file summary").click()
    page.locator(".st-key-record-file input[type=file]").set_input_files(expected.record)
    known = len([value for value in expected.patient.clinical.known().values() if value is not None])
    page.get_by_text(f"{known} of ").first.wait_for(timeout=WAIT_MS)
    rested(page)


def differences(page: Any, expected: Expected, course: Course) -> list[str]:
    """What the session shows that is not its patient's, once the sentence is that of the horizon that was clicked."""
    from playwright.sync_api import TimeoutError as NotInTime

    found = []
    rested(page)
    facts = page.locator(".facts").first.inner_text()
    if expected.liver not in facts:
        found.append(f"liver: expected {expected.liver}, got {facts!r}")
    page.get_by_role("link", name="Prognosis", exact=True).click()
    page.locator(".lead").wait_for(timeout=WAIT_MS)
    for name, sentence in expected.sentences.items():
        page.get_by_role("radio", name=name, exact=True).click()
        rested(page)
        if f" at {name} " not in page.locator(".lead").inner_text():
            course.late += 1  # a busy server had not begun with the click yet
            try:
                page.locator(".lead", has_text=f" at {name} ").wait_for(timeout=WAIT_MS)
            except NotInTime:
                found.append(f"{name}: the click came to nothing")
                continue
        shown = page.locator(".lead").inner_text()
        if shown != sentence:
            found.append(f"{name}: expected {sentence!r}, got {shown!r}")
    return found


def click_on(page: Any, number: int, course: Course) -> None:
    """One session goes to its next page."""
    from playwright.sync_api import Error

    name, began = PAGES[number % len(PAGES)], time.monotonic()
    try:
        page.get_by_role("link", name=name, exact=True).click(timeout=WAIT_MS)
        rested(page)
    except Error as error:
        course.broken.append(f"{name}: {type(error).__name__}")
        return
    course.clicks.append(time.monotonic() - began)
    if page.locator("[data-testid=stException]").count():
        course.broken.append(f"{name}: an error of ours is shown")


def wait_for_all(pages: Sequence[Any], clicking: Sequence[Any], course: Course) -> list[bool]:
    """Which sessions came to a result; the others click through the pages until all have ended."""
    started, ended = time.monotonic(), dict[int, bool]()
    for turn in range(10**6):
        for number, page in enumerate(pages):
            if number in ended:
                continue
            if page.get_by_role("button", name="See the prognosis").is_visible():
                ended[number] = True
                course.seconds.append(time.monotonic() - started)
            elif page.locator("[data-testid=stAlert]").count():
                ended[number] = False
                course.told.append(page.locator("[data-testid=stAlert]").first.inner_text())
        if len(ended) == len(pages):
            break
        if time.monotonic() - started > WAIT_MS / 1000 * len(pages):
            course.broken += [f"session {n}: no end" for n in range(len(pages)) if n not in ended]
            break
        if clicking:
            who = turn % len(clicking)
            click_on(clicking[who], who + turn // len(clicking), course)
        else:
            pages[0].wait_for_timeout(300)
    return [ended.get(number, False) for number in range(len(pages))]


def run(chromium: str, expected: Sequence[Expected], folder: Path, clicking: int) -> Course:
    """Serve, assess in as many sessions as there are patients, click in `clicking` more."""
    from playwright.sync_api import sync_playwright

    course = Course()
    with running(folder) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        memory = Memory(server.process.pid)
        with memory.watched():
            size = {"width": 1440, "height": 900}
            pages, others = (
                [browser.new_context(viewport=size).new_page() for _ in range(count)]  # type: ignore[arg-type]
                for count in (len(expected), clicking)
            )
            for page in others:
                page.goto(server.url)
                page.get_by_role("button", name="Open the demo case").wait_for(timeout=WAIT_MS)
            for page, one in zip(pages, expected, strict=True):
                upload(page, server.url, one)
            for page in pages:
                page.get_by_role("button", name="Assess").click()
            for good, page, one in zip(wait_for_all(pages, others, course), pages, expected, strict=True):
                course.differing += differences(page, one, course) if good else []
        browser.close()
    course.most_bytes = memory.most_bytes
    return course


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate, serve, compare, print; 1 if a number differs or the memory is over the goal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--clicking", type=int, default=15)
    parser.add_argument("--anatomy", type=Path)
    options = parser.parse_args(arguments)
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is not on this machine: nothing measured")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        expected = expectations(simulate(options.sessions, options.anatomy, folder / "cohort"), folder)
        course = run(chromium, expected, folder / "served", options.clicking)
    tell(course, options)
    return int(bool(course.differing or course.broken) or course.most_bytes > GOAL_GIB * 2**30)


def tell(course: Course, options: argparse.Namespace) -> None:
    """Print how it went."""
    seconds, clicks = course.seconds, course.clicks
    print(f"{options.sessions} sessions that assess and {options.clicking} that click, {os.cpu_count()} cores,")
    print(f"load {os.getloadavg()[0]:.1f} at the end")
    if seconds:
        print(f"results: {len(seconds)}, after {min(seconds):.0f} to {max(seconds):.0f} s")
    print("\n".join(f"told instead: {sentence}" for sentence in course.told))
    if clicks:
        print(
            f"pages opened meanwhile: {len(clicks)}, median {statistics.median(clicks):.1f} s, most {max(clicks):.1f} s"
        )
    print(f"pages with an error of ours, or without an end: {len(course.broken)} (goal 0)")
    print("\n".join(course.broken))
    print(f"numbers that differ from the command line's: {len(course.differing)} of {4 * len(seconds)} (goal 0)")
    print("\n".join(course.differing))
    print(f"sentences that were late: {course.late}")
    print(f"server and its workers: at most {course.most_bytes / 2**30:.1f} GiB (goal {GOAL_GIB:.0f})")


if __name__ == "__main__":
    sys.exit(main())
