from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.case import Case, Phase, Volume
from core.errors import InputError
from core.findings import Assessment
from core.imaging.phase import PhaseProposal
from dashboard import session, texts, uploads
from dashboard.draft import Draft, propose_roles
from dashboard.outlook import current
from dashboard.runs import Run
from tests.dashboard import builders
from tests.dashboard.builders import CLINICAL
from tests.dashboard.conftest import APP

HEAVY = ("torch", "monai", "xgboost", "radiomics", "SimpleITK")


@dataclass(frozen=True)
class FoundSeries:
    """What the page asks of a series that was read."""

    volume: Volume
    proposal: PhaseProposal


def series(phase: Phase, *, certain: bool = True) -> FoundSeries:
    return FoundSeries(builders.volume(phase), PhaseProposal(phase, certain, "aorta 250 HU"))


@pytest.mark.parametrize(
    ("found", "roles"),
    [
        ([], []),
        (["portal_venous", "arterial"], ["portal_venous", "arterial"]),
        (["portal_venous", "portal_venous"], ["portal_venous", "arterial"]),
        (["native", "arterial", "portal_venous"], [None, "arterial", "portal_venous"]),
        (["native"], ["arterial"]),
        (["delayed", "arterial"], ["portal_venous", "arterial"]),
    ],
)
def test_every_phase_is_proposed_once(found: list[str], roles: list[str | None]) -> None:
    proposed = propose_roles([series(Phase(phase)) for phase in found])  # type: ignore[misc]
    assert proposed == [None if role is None else Phase(role) for role in roles]


def test_certain_proposals_come_first() -> None:
    found = [series(Phase.ARTERIAL, certain=False), series(Phase.ARTERIAL)]
    assert propose_roles(found) == [Phase.PORTAL_VENOUS, Phase.ARTERIAL]  # type: ignore[arg-type]


def test_assessing_needs_each_phase_once() -> None:
    now = Draft("Case 7T")
    now.series, now.roles = [series(Phase.ARTERIAL)], [Phase.ARTERIAL]  # type: ignore[list-item]
    with pytest.raises(InputError, match="portal venous phase: expected one series, got none"):
        now.case()


def test_another_role_drops_what_was_made_of_the_old_one() -> None:
    now = Draft("Case 7T", assessment=builders.assessment())
    now.series, now.roles = [series(Phase.ARTERIAL)], [Phase.ARTERIAL]  # type: ignore[list-item]
    now.use(0, Phase.ARTERIAL)
    assert now.assessment is not None
    now.use(0, Phase.PORTAL_VENOUS)
    assert now.assessment is None


def test_a_contradicting_form_keeps_the_last_result() -> None:
    made = builders.assessment()
    now = Draft("Case 7T", clinical={"pvtt": True, "macrovascular_invasion": False}, assessment=made)
    assert current(now, builders.models()) is made  # type: ignore[arg-type]


def test_saved_record_leaves_unknown_values_out() -> None:
    assert Draft("Case 7T", clinical={"age_years": 61.0, "pvtt": None}).record_json() == '{\n "age_years": 61.0\n}\n'


def test_uploads_leave_no_file_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(InputError):
        uploads.read_images([b"no image", b"PK\x03\x04 no zip"])
    assert list(tmp_path.iterdir()) == []


def test_uploaded_volumes_come_back_as_series(tmp_path: Path) -> None:
    from core.io.volumes import write_volume

    contents = []
    for phase in (Phase.ARTERIAL, Phase.PORTAL_VENOUS):
        write_volume(builders.volume(phase), tmp_path / f"{phase}.nii.gz")
        contents.append((tmp_path / f"{phase}.nii.gz").read_bytes())
    found = uploads.read_images(contents)
    assert [one.volume.hu.shape for one in found] == [builders.GRID.shape] * 2


def test_durations_by_step() -> None:
    run = Run(started=[("liver", 1.0), ("network", 3.5)], ended=4.0)
    assert run.seconds_by_step() == [("liver", 2.5), ("network", 0.5)]


def test_no_durations_before_the_first_step() -> None:
    assert Run().seconds_by_step() == []


def test_two_sessions_hold_their_own_case() -> None:
    first = AppTest.from_file(str(APP), default_timeout=30).run()
    second = AppTest.from_file(str(APP), default_timeout=30).run()
    first.session_state["draft"].assessment = replace(builders.assessment(), case_id="Case ONE")
    assert second.run().session_state["draft"].assessment is None
    assert first.session_state["draft"].case_id != second.session_state["draft"].case_id


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[..., Assessment]], AppTest]]:
    """A function that opens the page on the demo case, assessed by a function of the test's own."""
    made = SimpleNamespace(
        arterial=builders.volume(Phase.ARTERIAL), portal_venous=builders.volume(Phase.PORTAL_VENOUS), clinical=CLINICAL
    )
    monkeypatch.setenv(session.DEMO_VARIABLE, "1")
    monkeypatch.setattr("core.simulate.phantom.demo_case", lambda *_: made)

    def open_with(assess: Callable[..., Assessment]) -> AppTest:
        monkeypatch.setattr("core.pipeline.assess", assess)
        page = AppTest.from_file(str(APP), default_timeout=30).run()
        run = page.session_state["draft"].run
        if run is not None:
            wait([run.future], timeout=30)
        return page.run()

    session._demo_run.clear()
    yield open_with
    session._demo_run.clear()


def test_demo_is_assessed_on_opening(demo: Callable[..., AppTest]) -> None:
    def assess(case: Case, models: object, progress: Callable[[str, float], None]) -> Assessment:
        progress("liver", 0.0)
        return builders.assessment(case.clinical)

    page = demo(assess)
    now = page.session_state["draft"]
    assert not page.exception
    assert now.assessment is not None
    assert now.record() == CLINICAL
    assert "See the prognosis" in [button.label for button in page.button]


@pytest.mark.parametrize("error", [InputError("arterial series: expected CT, got a picture"), RuntimeError("secret")])
def test_a_failed_assessment_is_one_sentence(
    demo: Callable[..., AppTest], error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def assess(*_: object) -> Assessment:
        raise error

    page = demo(assess)
    assert not page.exception
    said = [box.value for box in page.error]
    assert said == [str(error) if isinstance(error, InputError) else texts.FAULT]
    assert not [record for record in caplog.records if record.exc_info]  # a traceback has the error's text
    assert str(error) not in caplog.text


def test_first_page_needs_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        f"page = AppTest.from_file({str(APP)!r}, default_timeout=60).run()\n"
        "assert not page.exception\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(' '.join(heavy) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.splitlines()[-1]
