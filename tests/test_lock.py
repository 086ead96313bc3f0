"""The lock is that of the environment, of pyproject.toml and of docs/licences.md; no GPL among what runs."""

from __future__ import annotations

import importlib.util
import json
import re
import sysconfig
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
# What is read of each run-time library that a wheel may bring along; another one is to be looked at first.
LIBRARIES = {
    "libXau", "libavif", "libbrotlicommon", "libbrotlidec", "libfreetype", "libgfortran", "libgomp", "libharfbuzz",
    "libjpeg", "liblcms2", "liblzma", "libopenjp2", "libpng16", "libquadmath", "libscipy_openblas",
    "libscipy_openblas64_", "libsharpyuv", "libtiff", "libwebp", "libwebpdemux", "libwebpmux", "libxcb", "libzstd",
}  # fmt: skip


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def lock() -> ModuleType:
    return _script("make_lock")


def test_the_lock_and_the_page_of_licences_are_those_of_the_environment(lock: ModuleType) -> None:
    assert list(lock._differences()) == [], "run `make lock`"


def test_every_pin_of_pyproject_is_locked_in_that_version(lock: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = {lock.RUN: project["dependencies"], lock.DEV: project["optional-dependencies"]["dev"]}
    pins[lock.RELEASE] = project["optional-dependencies"]["release"]
    for path, wanted in pins.items():
        there = {**lock.locked(lock.RUN), **lock.locked(path)} if path != lock.RELEASE else lock.locked(path)
        for pin in wanted:
            name, version = re.sub(r"\[.*\]", "", pin).split("==")
            name = re.sub(r"[-_.]+", "-", name).lower()
            assert name in lock.BUILT_ELSEWHERE or there.get(name) == version, pin


def test_every_locked_package_has_its_sha256_and_no_index_is_named(lock: ModuleType) -> None:
    for path in (lock.RUN, lock.DEV, lock.RELEASE):
        text = path.read_text(encoding="utf-8")
        for entry in re.split(r"\n(?=[a-z0-9])", text.split("\n", 1)[1])[1:]:
            assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
        assert not re.search(r"https?:|file:|--index|--find-links|--extra|@ ", text)


def test_nothing_that_runs_is_under_the_gpl(lock: ModuleType) -> None:
    run, _ = lock.environment()
    assert len(run) > 80
    stated = {name: lock.licence(one) for name, one in run.items()}
    assert {name: said for name, said in stated.items() if re.search(r"GPL|GNU|not stated", said)} == {}
    brought = {
        re.split(r"[-.]", path.name)[0]
        for path in Path(sysconfig.get_paths()["purelib"]).glob("*.libs/*.so*")
        if path.parent.name.removesuffix(".libs").replace("_", "-").lower() in run
    }
    assert brought - LIBRARIES == set()


def test_a_service_that_knows_nothing_is_no_clean_bill() -> None:
    judged = _script("check_vulnerabilities").judged
    known = {"name": "one", "version": "1", "vulns": []}
    skipped = {"name": "two", "skip_reason": "not found"}
    flaw = {"name": "two", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["2.1"]}]}
    assert judged([known], 1) == (0, ["no known vulnerabilities in 1 packages"])
    assert judged([known, skipped], 2)[0] == 2
    assert judged([known], 2)[0] == 2
    assert judged([], 2)[0] == 2
    status, lines = judged([skipped, flaw], 2)
    assert (status, lines[0]) == (1, "two 2: CVE-1, mended in 2.1")


def test_the_bill_of_materials_holds_what_runs_and_no_path() -> None:
    bill = _script("make_sbom").bill
    links = [
        {"type": "distribution", "url": "file:///folder/one.whl"},
        {"type": "website", "url": "https://one.example"},
    ]
    parts = [
        {"bom-ref": "one==1", "name": "One", "version": "1", "externalReferences": links},
        {"bom-ref": "torch==2+cpu", "name": "torch", "version": "2+cpu", "purl": "pkg:pypi/torch@2%2Bcpu"},
        {"bom-ref": "pytest==9", "name": "pytest", "version": "9"},
    ]
    found = {
        "metadata": {"component": {"bom-ref": "root", "name": "haic-nomogram"}},
        "components": parts,
        "dependencies": [{"ref": "root", "dependsOn": ["one==1", "pytest==9"]}, {"ref": "pytest==9"}],
    }
    made = bill(json.loads(json.dumps(found)), {"one": "1"})
    assert [(one["name"], one["purl"]) for one in made["components"]] == [
        ("One", "pkg:pypi/one@1"),
        ("torch", "pkg:pypi/torch@2%2Bcpu"),
    ]
    assert "file:" not in json.dumps(made)
    assert made["dependencies"] == [{"ref": "root", "dependsOn": ["one==1"]}]
    for wanted in ({"one": "2"}, {"one": "1", "two": "1"}):
        with pytest.raises(SystemExit, match="not installed as locked"):
            bill(json.loads(json.dumps(found)), wanted)


def test_the_packages_that_are_asked_about_are_all_that_run(lock: ModuleType) -> None:
    asked = {line.split("==")[0] for line in _script("check_vulnerabilities").packages()}
    assert set(lock.environment()[0]) <= asked
    assert "torch" in json.dumps(sorted(asked))
