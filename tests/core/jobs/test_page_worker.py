"""A case assessed by a real worker of the page is the case assessed here."""

from __future__ import annotations

import numpy as np
import pytest

from core.case import Case
from core.errors import InputError
from core.jobs.assessing import Request, assess_request
from core.jobs.service import Service
from core.jobs.settings import WorkerSettings, page_settings
from core.jobs.ticket import Ticket
from core.models import load_models
from core.pipeline import STEPS, assess
from core.simulate.cohort import draw_patients, simulate_patient


@pytest.mark.slow
def test_a_worker_finds_what_is_found_here() -> None:
    made = simulate_patient(draw_patients(1, 0, 5)[0], (4.0, 4.0, 5.0))
    case = Case("Case TEST", made.arterial, made.portal_venous, made.clinical)
    service, ticket = Service(WorkerSettings(workers=1, warm=True)), Ticket()
    try:
        service.take(ticket, assess_request, Request(case), lambda parcel: parcel.opened(case))
        found, there = ticket.future.result(200)
    finally:
        service.close()
    here = assess(case, load_models())
    assert found is case
    assert there.portal_venous is case.portal_venous
    assert tuple(step for step, _ in ticket.started) == STEPS
    assert there.scores.mtm is not None
    assert there.scores.dlr is not None
    assert here.scores.mtm is not None
    assert here.scores.dlr is not None
    assert there.scores.mtm.value == pytest.approx(here.scores.mtm.value, abs=1e-3)
    assert there.scores.dlr.value == pytest.approx(here.scores.dlr.value, abs=1e-3)
    assert [notice.code for notice in there.warnings] == [notice.code for notice in here.warnings]
    assert there.heatmaps.keys() == here.heatmaps.keys()
    for head, heat in here.heatmaps.items():
        assert np.allclose(there.heatmaps[head].values, heat.values, atol=0.02)
    assert there.liver_mask is not None
    assert here.liver_mask is not None
    assert np.mean(there.liver_mask.labels != here.liver_mask.labels) < 1e-4


def test_the_page_has_one_worker_unless_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HAIC_NOMOGRAM_WORKERS", "HAIC_NOMOGRAM_WORKER_MEMORY", "HAIC_NOMOGRAM_SCHEDULER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HAIC_NOMOGRAM_MEMORY_BUDGET", "2")
    assert page_settings() == WorkerSettings(workers=1, warm=True, budget_bytes=2**31)
    monkeypatch.setenv("HAIC_NOMOGRAM_WORKERS", "3")
    monkeypatch.setenv("HAIC_NOMOGRAM_WORKER_MEMORY", "2.5")
    assert page_settings() == WorkerSettings(workers=3, memory_bytes=2_684_354_560, warm=True, budget_bytes=2**31)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HAIC_NOMOGRAM_WORKERS", "0"),
        ("HAIC_NOMOGRAM_WORKERS", "65"),
        ("HAIC_NOMOGRAM_WORKERS", "two"),
        ("HAIC_NOMOGRAM_WORKERS", ""),
        ("HAIC_NOMOGRAM_WORKER_MEMORY", "0.5"),
        ("HAIC_NOMOGRAM_WORKER_MEMORY", "4 GiB"),
        ("HAIC_NOMOGRAM_WORKER_MEMORY", "nan"),
    ],
)
def test_other_values_are_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=f"{name}: expected .*, got another value"):
        page_settings()
