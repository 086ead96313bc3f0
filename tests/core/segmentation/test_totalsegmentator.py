"""The optional engine, with a stand-in for the package: what it is asked and what becomes of its answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import nibabel
import numpy as np
import pytest

from core.case import MaskOrigin, Phase, Volume
from core.cli import main
from core.errors import InputError, NoLiverError
from core.geometry import RAS_TO_LPS, Geometry
from core.io.masks import read_mask
from core.io.volumes import write_volume
from core.segmentation.totalsegmentator import segment

LIVER_LABEL = 5
GRID = Geometry(
    (60, 50, 40), np.array([[0, 3.0, 0, -70], [-3.0, 0, 0, 80], [0, 0, 3.0, -60], [0, 0, 0, 1]], dtype=float)
)
Answer = Callable[[Any], Any]


def hu() -> np.ndarray:
    i, j, k = np.indices(GRID.shape)
    values = np.where((np.abs(i - 30) < 26) & (np.abs(j - 25) < 22), 40, -1000)
    values[((i - 36) / 15) ** 2 + ((j - 17) / 12) ** 2 + ((k - 20) / 12) ** 2 < 1] = 110
    return values.astype(np.int16)


def bright(image: Any) -> Any:
    """The package's answer: a label map on the image's own grid."""
    labels = np.where(np.asanyarray(image.dataobj) > 90, LIVER_LABEL, 0).astype(np.uint8)
    return nibabel.Nifti1Image(labels, image.affine)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], list[dict[str, Any]]]:
    def put(answer: Answer) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = []

        # names and defaults as in the package's python_api
        def totalsegmentator(input: Any, output: Any = None, **options: Any) -> Any:
            calls.append({"input": input, "output": output, **options})
            sys.stdout.write("chatter of the package\n")
            return answer(input)

        package, api = ModuleType("totalsegmentator"), ModuleType("totalsegmentator.python_api")
        api.totalsegmentator = totalsegmentator  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "totalsegmentator", package)
        monkeypatch.setitem(sys.modules, "totalsegmentator.python_api", api)
        return calls

    return put


def test_the_liver_task_is_asked_with_the_ct_where_it_lies(
    install: Callable[[Answer], list[dict[str, Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    calls = install(bright)
    mask = segment(hu(), GRID)
    (call,) = calls
    assert {name: call[name] for name in ("output", "task", "roi_subset", "quiet")} == {
        "output": None,
        "task": "total",
        "roi_subset": ["liver"],
        "quiet": True,
    }
    assert np.array_equal(np.asanyarray(call["input"].dataobj), hu())
    assert np.allclose(call["input"].affine, RAS_TO_LPS @ GRID.affine_lps)
    assert np.array_equal(mask.liver, hu() > 90)
    assert mask.labels.max() == 1
    assert mask.origin is MaskOrigin.MODEL
    assert capsys.readouterr().out == ""


def test_an_answer_on_another_grid_is_brought_back(install: Callable[[Answer], list[dict[str, Any]]]) -> None:
    def canonical(image: Any) -> Any:
        return nibabel.as_closest_canonical(bright(image))

    install(canonical)
    assert np.array_equal(segment(hu(), GRID).liver, hu() > 90)


def test_no_liver(install: Callable[[Answer], list[dict[str, Any]]]) -> None:
    install(lambda image: nibabel.Nifti1Image(np.zeros(image.shape, np.uint8), image.affine))
    with pytest.raises(NoLiverError, match="no liver found"):
        segment(hu(), GRID)


@pytest.mark.parametrize("failure", [SystemExit(1), OSError("no network"), RuntimeError("x"), ValueError("y")])
def test_a_package_that_stops_is_no_fault_of_ours(
    failure: BaseException, install: Callable[[Answer], list[dict[str, Any]]]
) -> None:
    def stop(_: Any) -> Any:
        raise failure

    install(stop)
    with pytest.raises(InputError, match=f"expected a mask, the package stopped with {type(failure).__name__}"):
        segment(hu(), GRID)


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "totalsegmentator", None)
    with pytest.raises(InputError, match=r"expected the package TotalSegmentator \(pip install TotalSegmentator\)"):
        segment(hu(), GRID)


@pytest.fixture
def ct(tmp_path: Path) -> Path:
    path = tmp_path / "ct.nii.gz"
    write_volume(Volume(hu(), GRID, Phase.PORTAL_VENOUS, "0" * 64, simulated=True), path)
    return path


def test_the_command_writes_its_mask_and_one_line(
    ct: Path, install: Callable[[Answer], list[dict[str, Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    calls = install(bright)
    out = ct.parent / "liver.nii.gz"
    assert main(["segment", str(ct), "--out", str(out), "--engine", "totalsegmentator"]) == 0
    line = json.loads(capsys.readouterr().out)
    assert len(calls) == 1
    assert line["volume_ml"] == pytest.approx((hu() > 90).sum() * 0.027, abs=0.1)
    assert np.array_equal(read_mask(out, GRID)[0].liver, hu() > 90)


def test_the_command_without_the_package(
    ct: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "totalsegmentator", None)
    out = ct.parent / "liver.nii.gz"
    assert main(["segment", str(ct), "--out", str(out), "--engine", "totalsegmentator"]) == 2
    assert "pip install TotalSegmentator" in capsys.readouterr().err.splitlines()[-1]
    assert not out.exists()
