"""The page's workers, as real processes: progress, a line, an end at any moment, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from core.errors import InputError, WorkerError
from core.jobs.backlog import Backlog, StoppedError
from core.jobs.service import Service
from core.jobs.settings import WorkerSettings
from core.jobs.ticket import Ticket
from tests.core.jobs.small_jobs import hog, process, steps, work

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are watched in Linux's /proc"),
]
WAIT = 90.0
ORPHANS = """
import sys, time
from core.jobs.service import Service
from core.jobs.settings import WorkerSettings
from core.jobs.ticket import Ticket
from tests.core.jobs.small_jobs import process
service = Service(WorkerSettings(workers=1))
ticket = Ticket()
service.take(ticket, process, None)
print(ticket.future.result(90), service._room._process.pid, flush=True)
if sys.argv[1] == "stay":
    time.sleep(90)
"""


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    made = Service(WorkerSettings(workers=1))
    made.start()
    yield made
    made.close()


def take(service: Service, function: Callable[..., object], argument: object) -> Ticket:
    ticket = Ticket()
    service.take(ticket, function, argument)
    return ticket


def until(condition: Callable[[], object], seconds: float = WAIT) -> float:
    """Seconds until it holds."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds
        time.sleep(0.01)
    return time.monotonic() - began


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def at_work(service: Service) -> int:
    """The process that works on something now."""
    until(lambda: any(one.process for one in list(service._by_key.values())))
    (entry,) = service._by_key.values()
    assert entry.process is not None
    return entry.process


def test_results_and_steps_come_back(service: Service) -> None:
    ticket = take(service, steps, ("liver", "network"))
    assert ticket.future.result(WAIT) == 2
    assert [step for step, _ in ticket.started] == ["liver", "network"]
    assert ticket.share == 0.5
    assert sum(seconds for _, seconds in ticket.seconds_by_step()) >= 0.4


def test_refusals_are_sentences_and_our_faults_are_not_told(service: Service) -> None:
    with pytest.raises(InputError, match="expected CT, got text"):
        take(service, work, "refuse").future.result(WAIT)
    with pytest.raises(RuntimeError, match=r"^ValueError in core/jobs/guard.py") as fault:
        take(service, work, "break").future.result(WAIT)
    assert "patient" not in str(fault.value)


def test_a_place_in_the_line_and_an_end_in_the_middle(service: Service) -> None:
    first, second, third = (take(service, work, what) for what in ("sleep 60", "sleep 60", "a"))
    pid = at_work(service)
    assert [one.place() for one in (first, second, third)] == [0, 1, 2]
    second.cancel()
    assert third.place() == 1
    first.cancel()
    assert until(lambda: not is_there(pid)) < 2.0
    assert third.future.result(WAIT) == "A"
    for ticket in (first, second):
        with pytest.raises(CancelledError):
            ticket.future.result(0)


def test_a_killed_process_is_one_sentence_and_the_next_piece_is_done(service: Service) -> None:
    ticket = take(service, work, "sleep 60")
    os.kill(at_work(service), signal.SIGKILL)
    following = take(service, work, "b")
    with pytest.raises(WorkerError, match="may need more memory") as ended:
        ticket.future.result(WAIT)
    assert str(ended.value).count(".") == 0
    assert following.future.result(WAIT) == "B"


def test_a_process_killed_while_it_waits_is_not_noticed(service: Service) -> None:
    os.kill(take(service, process, None).future.result(WAIT), signal.SIGKILL)
    assert take(service, work, "c").future.result(WAIT) == "C"


def test_a_killed_scheduler_is_one_sentence_and_comes_back(service: Service) -> None:
    ticket = take(service, work, "sleep 60")
    worker, host = at_work(service), service._room._process
    assert host is not None
    host.kill()
    with pytest.raises(WorkerError):
        ticket.future.result(WAIT)
    until(lambda: not is_there(worker))
    assert take(service, work, "d").future.result(WAIT) == "D"


def test_a_batch_lets_others_go_first_and_is_stopped(service: Service) -> None:
    backlog = Backlog(service)
    outcomes = backlog.run(work, ((f"n{i}", "sleep 0.5" if i < 2 else "sleep 60") for i in range(9)))
    assert next(outcomes).result == "SLEEP 0.5"
    mine = take(service, process, None)
    mine.future.result(WAIT)  # though seven jobs are left
    assert next(outcomes).result == "SLEEP 0.5"
    pid = at_work(service)
    backlog.stop()
    with pytest.raises(StoppedError):
        next(outcomes)
    assert until(lambda: not is_there(pid)) < 2.0
    assert take(service, work, "e").future.result(WAIT) == "E"


def test_a_job_of_a_batch_that_kills_its_process_is_tried_again(service: Service, tmp_path: Path) -> None:
    found = {
        one.name: one for one in Backlog(service).run(work, [("a", f"crash-once {tmp_path / 'mark'}"), ("b", "b")])
    }
    assert {one.failure for one in found.values()} == {None}


@pytest.mark.parametrize("how", ["leave", "stay"])
def test_no_process_outlives_the_server(how: str, root: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(root)}
    command = [sys.executable, "-c", ORPHANS, how]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        worker, host = map(int, server.stdout.readline().split())
        if how == "stay":
            assert is_there(worker)
            server.kill()
        server.wait(30)
    until(lambda: not is_there(worker) and not is_there(host), 15.0)


def test_a_service_ends_also_while_its_workers_are_being_started() -> None:
    made = Service(WorkerSettings(workers=1))
    made.start()
    until(lambda: made._room._process is not None)
    host = made._room._process
    assert host is not None
    began = time.monotonic()
    made.close()
    assert time.monotonic() - began < 20.0
    assert not is_there(host.pid)
    ticket = take(made, work, "a")
    ticket.cancel()
    assert ticket.cancelled


def test_a_piece_that_takes_too_much_memory_is_one_sentence_and_the_next_is_done() -> None:
    made = Service(WorkerSettings(workers=1, memory_bytes=2**29))
    try:
        large, small = take(made, hog, 1.0), take(made, work, "a")
        with pytest.raises(WorkerError, match="may need more memory than there is"):
            large.future.result(WAIT)
        assert small.future.result(WAIT) == "A"
    finally:
        made.close()
