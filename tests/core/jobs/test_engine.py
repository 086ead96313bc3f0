"""Many independent jobs: failures stay with their job, a killed process is tried again, nothing piles up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import ArtefactError, InputError
from core.jobs.engine import Here, Outcome, Workers, open_workers
from core.jobs.guard import OUR_FAULT
from core.jobs.settings import WorkerSettings
from tests.core.jobs.small_jobs import environment, hog, process, work

FAILING = {"refuse": False, "break": True, "memory": True, "disk": True}


@pytest.fixture(scope="module")
def two() -> Iterator[Workers]:
    with open_workers(WorkerSettings(workers=2, most_retries=1)) as workers:
        yield workers


@pytest.fixture(params=["here", "two"])
def workers(request: pytest.FixtureRequest) -> Workers:
    return Here() if request.param == "here" else request.getfixturevalue("two")


def outcomes(workers: Workers, *what: str) -> dict[str, Outcome[str]]:
    return {one.name: one for one in workers.run(work, ((f"n{i}", text) for i, text in enumerate(what)))}


def test_every_job_has_its_outcome(workers: Workers) -> None:
    found = outcomes(workers, "a", "b", "c", "d", "e")
    assert {name: one.result for name, one in found.items()} == dict(
        zip(("n0", "n1", "n2", "n3", "n4"), "ABCDE", strict=True)
    )
    assert all(one.failure is None for one in found.values())
    assert outcomes(workers) == {}


def test_a_failing_job_is_its_own_sentence_and_stops_nothing(workers: Workers) -> None:
    found = outcomes(workers, "a", *FAILING, "b")
    assert found["n0"].result == "A"
    assert found["n5"].result == "B"
    failures = [found[f"n{i}"].failure for i in range(1, 5)]
    assert [one.passing for one in failures if one] == list(FAILING.values())
    texts = [one.text for one in failures if one]
    assert texts[:2] == ["arterial series: expected CT, got text", OUR_FAULT]
    assert texts[3] == "a file could not be read: Input/output error"
    assert not any("patient" in f"{one}" for one in failures)


def test_the_log_says_kind_and_place_of_our_faults(workers: Workers) -> None:
    failure = outcomes(workers, "break")["n0"].failure
    assert failure is not None
    assert failure.detail.startswith("ValueError in core/jobs/guard.py, line ")


def test_missing_weights_stop_everything(workers: Workers) -> None:
    with pytest.raises(ArtefactError, match="expected others"):
        outcomes(workers, "a", "weights", "sleep 0.1", "sleep 0.1", "sleep 0.1")
    assert outcomes(workers, "a")["n0"].result == "A"


def test_results_come_as_they_are_done(two: Workers) -> None:
    names = [one.name for one in two.run(work, (("slow", "sleep 1"), ("first", "a"), ("second", "b")))]
    assert names == ["first", "second", "slow"]


def test_two_processes_work_with_one_thread_each(two: Workers) -> None:
    assert len({one.result for one in two.run(process, ((str(i), i) for i in range(8)))}) == 2
    variables = ("OMP_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS", "GOMP_SPINCOUNT")
    found = {one.name: one.result for one in two.run(environment, ((name, name) for name in variables))}
    assert found == dict(zip(variables, ("1", "1", "10000"), strict=True))


def test_few_jobs_are_taken_ahead(workers: Workers) -> None:
    taken = 0

    def endless() -> Iterator[tuple[str, str]]:
        nonlocal taken
        while True:
            taken += 1
            yield str(taken), "a"

    running = workers.run(work, endless())
    for done in range(1, 101):
        next(running)
        assert taken <= done + 2
    running.close()  # type: ignore[attr-defined]


def test_a_process_that_is_killed_once_is_tried_again(two: Workers, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    found = outcomes(two, f"crash-once {mark}", "a", "b")
    assert mark.exists()
    assert {one.failure for one in found.values()} == {None}


def test_a_process_that_is_always_killed_is_explained(two: Workers) -> None:
    found = outcomes(two, "crash", "a", "b", "c")
    assert [found[f"n{i}"].result for i in (1, 2, 3)] == ["A", "B", "C"]
    failure = found["n0"].failure
    assert failure is not None
    assert failure.passing
    assert "was ended 2 times" in failure.text
    assert outcomes(two, "d")["n0"].result == "D"


@pytest.mark.slow
def test_a_process_that_takes_too_much_memory_is_ended_and_explained() -> None:
    with open_workers(WorkerSettings(workers=1, most_retries=0, memory_bytes=2**29)) as workers:
        found = {one.name: one for one in workers.run(hog, (("large", 1.0), ("small", 0.001)))}
    assert found["small"].failure is None
    failure = found["large"].failure
    assert failure is not None
    assert failure.passing
    assert "may need more memory" in failure.text


def test_a_stopped_run_leaves_the_workers_usable(two: Workers) -> None:
    running = two.run(work, ((str(i), "sleep 0.2") for i in range(10)))
    next(running)
    running.close()  # type: ignore[attr-defined]
    assert outcomes(two, "a")["n0"].result == "A"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("tcp://10.1.2.3:8786", "expected tls:// for another machine"),
        ("tcp://0.0.0.0:8786", "expected tls:// for another machine"),
        ("tcp://scheduler.example:8786", "expected tls:// for another machine"),
        ("tls://10.1.2.3:8786", "--tls-ca, --tls-cert and --tls-key"),
        ("10.1.2.3:8786", "another form"),
        ("ucx://127.0.0.1:8786", "another form"),
        ("tcp://127.0.0.1", "another form"),
        ("tcp://127.0.0.1:99999", "another form"),
        ("", "another form"),
    ],
)
def test_addresses_that_are_refused(address: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        WorkerSettings(scheduler=address)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "tcp://localhost:1", "tcp://[::1]:8786"])
def test_addresses_of_this_machine_are_taken(address: str) -> None:
    assert WorkerSettings(scheduler=address).scheduler == address


def test_workers_are_counted_in_one_place_only() -> None:
    with pytest.raises(InputError, match="has workers of its own"):
        WorkerSettings(workers=2, scheduler="tcp://127.0.0.1:8786")
