"""The fuzzer itself: it sees what is wrong, and a short structured campaign finds nothing."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InputError
from tests.fuzz.campaign import campaign
from tests.fuzz.door import NAME, Door
from tests.fuzz.doors import door
from tests.fuzz.guard import Guard
from tests.fuzz.mutate import mutated_json, mutated_table
from tests.fuzz.mutate_dicom import mutated_dicom, parsed, written

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the guard looks into /proc")
QUICK = ("clinical", "own-nomogram", "table", "image-table", "zip", "cohort-zip", "nifti", "nrrd", "metaimage", "pacs")


@pytest.fixture(scope="module")
def guard() -> Iterator[Guard]:
    """One for all inputs; the memory of the test process is not limited."""
    made = Guard(limit_memory=False)
    yield made
    made.close()


def _door(enter: Callable[[bytes, Path], list[str]]) -> Door:
    return Door("x", enter, list, list, lambda data, _: data)


def _raises(error: Exception) -> Callable[[bytes, Path], list[str]]:
    def enter(_data: bytes, _folder: Path) -> list[str]:
        raise error

    return enter


def _warns(_data: bytes, _folder: Path) -> list[str]:
    warnings.warn("x", RuntimeWarning, stacklevel=1)
    return []


def _writes_outside(_data: bytes, folder: Path) -> list[str]:
    outside = Path(tempfile.gettempdir()).parent.parent / f"outside-{os.getpid()}"
    outside.write_bytes(b"x")
    outside.unlink()
    return []


def _leaves(_data: bytes, _folder: Path) -> list[str]:
    tempfile.mkdtemp()
    return []


def _says(text: str) -> Callable[[bytes, Path], list[str]]:
    return lambda _data, _folder: [text]


def _connects(_data: bytes, _folder: Path) -> list[str]:
    with socket.socket() as one:
        one.connect_ex(("127.0.0.1", 9))
    return []


def _starts(_data: bytes, _folder: Path) -> list[str]:
    subprocess.run([sys.executable, "-c", ""], check=True)
    return []


def _shouts(_data: bytes, folder: Path) -> list[str]:
    os.write(2, f"cannot read {folder}\n".encode())
    return []


@pytest.mark.parametrize(
    ("enter", "finding"),
    [
        (_raises(ValueError("x")), "ValueError at"),
        (_raises(RecursionError()), "RecursionError at"),
        (_raises(MemoryError()), "MemoryError at"),
        (_raises(InputError("two\nlines")), "text: not one sentence"),
        (_raises(InputError(f"role: expected a file, got {NAME}")), "text: a word of the file"),
        (_says("liver mask: taken from Zebulon"), "text: a word of the file"),
        (_warns, "warning: RuntimeWarning"),
        (_writes_outside, "audit: open for writing"),
        (_connects, "audit: socket.connect"),
        (_starts, "audit: subprocess.Popen"),
        (_leaves, "left behind"),
        (_shouts, "stderr"),
    ],
)
def test_the_guard_sees_what_is_wrong(guard: Guard, enter: Callable[[bytes, Path], list[str]], finding: str) -> None:
    assert guard.judge(_door(enter), b"").finding.startswith(finding)


def test_the_guard_sees_memory_and_time(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.guard.MOST_BYTES", 2**24)
    assert guard.judge(_door(lambda _data, _folder: [str(len(b"x" * 2**26))]), b"").finding == "memory"
    monkeypatch.setattr("tests.fuzz.guard.MOST_SECONDS", 0.01)
    assert guard.judge(_door(lambda _data, _folder: [str(sum(range(10**6)))]), b"").finding == "slow"


def test_the_guard_is_content_with_a_sentence_and_with_a_result(guard: Guard) -> None:
    refused = guard.judge(_door(_raises(InputError("liver mask: expected at least one segment, got none"))), b"")
    assert (refused.finding, refused.refused) == ("", True)
    assert guard.judge(_door(lambda _data, folder: [str((folder / "a").write_bytes(b"x"))]), b"").finding == ""


@pytest.mark.parametrize("name", QUICK)
@given(st.data())
@settings(max_examples=12, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_short_campaign_finds_nothing(guard: Guard, name: str, data: st.DataObject) -> None:
    found = door(name)
    seed = data.draw(st.sampled_from(found.seeds()))
    verdict = guard.judge(found, found.mutate(seed, data.draw(st.randoms(use_true_random=False))))
    assert verdict.finding == "", verdict.detail


def test_dicom_comes_back_as_it_was_taken_apart() -> None:
    plain = door("dicom").seeds()[1]
    assert written(*parsed(plain)) == plain


@pytest.mark.parametrize("change", [mutated_json, mutated_table, mutated_dicom])
def test_mutations_are_the_same_for_the_same_seed(change: Callable[[bytes, Random], bytes]) -> None:
    data = b'{"a": [1, 2, {"b": "c"}], "d,e": null}'
    assert [change(data, Random(n)) for n in range(50)] == [change(data, Random(n)) for n in range(50)]
    assert len({change(data, Random(n)) for n in range(50)}) > 20


@pytest.mark.slow
def test_a_campaign_runs_in_processes_of_its_own(tmp_path: Path) -> None:
    found = campaign("clinical", "structured", tmp_path, runs=40, seconds=60)
    assert found.inputs >= 40
    assert found.findings == {}
    assert json.dumps(found.document)


@pytest.mark.slow
def test_a_child_that_dies_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.campaign._MOST_CRASHES", 1)
    found = campaign("no such door", "structured", tmp_path, runs=5, seconds=30)
    assert found.findings == {"crash: status 1": 1}
