"""The page's work at a scheduler that is already there, by TLS on loopback: results, steps, a stop, a lost one."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError, WorkerError
from core.jobs.messages import tell
from core.jobs.room import NO_ANSWER
from core.jobs.service import Service
from core.jobs.settings import SCHEDULER_VARIABLE, TLS_VARIABLES, WORKERS_VARIABLE, page_settings
from core.jobs.ticket import Ticket
from tests.core.jobs.small_jobs import process, steps, work
from tests.tls_cluster import certificates, tls_cluster

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates"),
]
WAIT = 90.0


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority's certificate, ours and a stranger's."""
    folder = tmp_path_factory.mktemp("tls")
    certificates(folder)
    return folder


@pytest.fixture(scope="module")
def cluster(files: Path) -> Iterator[Any]:
    """One for all tests here."""
    with tls_cluster(files) as made:
        yield made


@pytest.fixture
def opened(cluster: Any, files: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Service]]:
    """Services as the environment asks for them."""
    found: list[Service] = []

    def of(address: str = "", name: str = "ours") -> Service:
        monkeypatch.setenv(SCHEDULER_VARIABLE, address or cluster.scheduler_address)
        monkeypatch.setenv(WORKERS_VARIABLE, "2")
        paths = (files / "authority.pem", files / f"{name}.pem", files / f"{name}.key")
        for variable, path in zip(TLS_VARIABLES, paths, strict=True):
            monkeypatch.setenv(variable, str(path))
        found.append(Service(page_settings()))
        return found[-1]

    yield of
    for one in found:
        one.close()


def take(service: Service, function: Callable[..., object], argument: object) -> Ticket:
    ticket = Ticket()
    service.take(ticket, function, argument)
    return ticket


def waits_in_steps(_argument: object) -> str:
    """Goes on, step by step, until it is told to stop."""
    for _ in range(300):
        tell("network", 0.5)
        time.sleep(0.1)
    return "to its end"


def test_results_and_steps_come_back_and_refusals_are_sentences(opened: Callable[..., Service]) -> None:
    service = opened()
    assert (service.is_ours, service.places) == (False, 2)
    ticket = take(service, steps, ("liver", "network"))
    assert ticket.future.result(WAIT) == 2
    assert [step for step, _ in ticket.started] == ["liver", "network"]
    with pytest.raises(InputError, match="expected CT, got text"):
        take(service, work, "refuse").future.result(WAIT)


def test_a_stop_ends_the_work_at_its_next_step_and_no_process_of_theirs(opened: Callable[..., Service]) -> None:
    service = opened()
    before = take(service, process, None).future.result(WAIT)
    ticket = take(service, waits_in_steps, None)
    end = time.monotonic() + WAIT
    while not ticket.started:
        assert time.monotonic() < end
        time.sleep(0.02)
    ticket.cancel()
    began = time.monotonic()
    assert take(service, process, None).future.result(WAIT) == before
    assert time.monotonic() - began < 15.0  # to its end it would have taken 30 s


def test_a_stranger_s_certificate_and_a_scheduler_that_is_gone_are_one_sentence(
    opened: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    for service in (opened(name="stranger"), opened("tls://127.0.0.1:9")):
        object.__setattr__(service._room._settings, "answer_s", 3.0)
        with pytest.raises(WorkerError, match=NO_ANSWER):
            take(service, work, "a").future.result(WAIT)


def test_another_machine_is_reached_by_tls_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SCHEDULER_VARIABLE, "tcp://10.0.0.1:8786")
    with pytest.raises(InputError, match="expected tls:// for another machine"):
        page_settings()
    monkeypatch.setenv(SCHEDULER_VARIABLE, "tls://10.0.0.1:8786")
    monkeypatch.setenv(TLS_VARIABLES[0], "ca.pem")
    with pytest.raises(InputError, match="expected all three or none"):
        page_settings()
