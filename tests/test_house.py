"""Rules that hold for the whole repository."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import core

ROOT = Path(__file__).resolve().parents[1]
TEXT = {".py", ".md", ".toml", ".json", ".csv", ".R", ".txt", ".yml", ".sh", ".js", ".css", ""}
LONGEST_FILE, LONGEST_FUNCTION = 250, 40


def _files() -> list[Path]:
    """Every file that is or would be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def _texts() -> Iterator[tuple[Path, str]]:
    for path in _files():
        if path.suffix in TEXT:
            yield path, path.read_text(encoding="utf-8")


def _sources(*folders: str) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def _functions() -> Iterator[tuple[str, int, int]]:
    """(place, lines without docstring, parameters) of every function of core and dashboard."""
    for name, text in _sources("core", "dashboard"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[0]
                documented = ast.get_docstring(node) is not None
                docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
                lines = (node.end_lineno or 0) - node.lineno + 1 - docstring
                arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
                count = len([a for a in arguments if a.arg not in ("self", "cls")])
                yield f"{name}:{node.lineno} {node.name}", lines, count


def test_functions_are_short() -> None:
    functions = list(_functions())
    assert [f for f in functions if f[1] > LONGEST_FUNCTION or f[2] > 6] == []
    assert statistics.median(lines for _, lines, _ in functions) < 10


def test_files_are_short() -> None:
    long = [(name, n) for name, text in _sources("core", "dashboard") if (n := text.count("\n")) > LONGEST_FILE]
    assert long == []


def test_no_paths_of_one_machine_and_no_registry_hosts() -> None:
    here = "|".join(["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/opt" + "/pypi", "/opt" + "/wheels"])
    hosts = "|".join([r"pypi\." + "org", r"pythonhosted\." + "org", r"download\.pytorch\." + "org"])
    pattern = re.compile(rf"(?<![\w./~])(?:{here})|{hosts}")
    found = [path.name for path, text in _texts() if pattern.search(text)]
    assert found == []


def test_nothing_unsafe_is_loaded_or_evaluated() -> None:
    pattern = re.compile(
        r"^\s*(?:import|from)\s+(?:pickle|dill|cloudpickle|joblib|shelve|marshal)\b"
        r"|allow_pickle\s*=\s*True|weights_only\s*=\s*False|(?<![\w.])(?:eval|exec)\(|shell\s*=\s*True",
        re.MULTILINE,
    )
    assert [name for name, text in _sources("core", "dashboard") if pattern.search(text)] == []


def test_no_page_has_a_script_that_its_own_policy_refuses() -> None:
    pattern = re.compile(r"unsafe_allow_javascript|components\.v1|declare_component|components\.html")
    assert [name for name, text in _sources("dashboard") if pattern.search(text)] == []


def test_nothing_is_unfinished() -> None:
    pattern = re.compile(r"\b(?:TODO|FIXME|XXX)\b|raise NotImplementedError")
    assert [name for name, text in _sources("core", "dashboard") if pattern.search(text)] == []


def test_session_state_and_caches_have_one_place() -> None:
    pattern = re.compile(r"session_state|cache_data|cache_resource")
    places = [name for name, text in _sources("dashboard") if pattern.search(text)]
    assert places in ([], ["dashboard/held.py", "dashboard/session.py"])


def test_the_dashboard_names_no_address_outside() -> None:
    pattern = re.compile(r"(?:https?:)?//(?!localhost|127\.)[a-z0-9-]+\.[a-z]{2,}")
    assert [name for name, text in _sources("dashboard") if pattern.search(text)] == []


def test_only_the_doors_open_files() -> None:
    doors = re.compile(r"core/(?:io|registry|train|commands)/|core/(?:artefacts|cli|serve)\.py|core/simulate/cohort")
    opens = re.compile(r"(?<![\w.])open\(|\.(?:open|read_text|write_text|write_bytes|mkdir|unlink)\(")
    names = [name for name, text in _sources("core") if not doors.match(name) and opens.search(text)]
    assert names == []


def test_every_import_is_a_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[=<>\[ ]", line)[0].lower() for line in project["dependencies"]}
    owners = importlib.metadata.packages_distributions()
    modules: set[str] = set()
    for _, text in _sources("core", "dashboard"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.split(".")[0])
    foreign = modules - set(sys.stdlib_module_names) - {"core", "dashboard"}
    assert [m for m in sorted(foreign) if not declared & {owner.lower() for owner in owners.get(m, [])}] == []


def test_pins_are_exact_and_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = project["dependencies"] + project["optional-dependencies"]["dev"]
    for pin in pins:
        name, version = pin.split("==")
        assert importlib.metadata.version(name).split("+")[0] == version, pin


def test_one_version_everywhere() -> None:
    assert importlib.metadata.version("haic-nomogram") == core.__version__
    assert f"## [{core.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_ci_runs_the_same_gates_as_make_test() -> None:
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("exec make test")
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").split("test: setup")[1].split("\n\n")[0]
    for gate in ("ruff format --check", "ruff check", "mypy", "lint-imports", "pytest"):
        assert gate in recipe


def test_committed_files_are_small() -> None:
    assert [path.name for path in _files() if path.stat().st_size > 10_000_000] == []


def test_no_medical_image_is_committed() -> None:
    kinds = (".nii", ".nii.gz", ".dcm", ".nrrd", ".mha", ".xlsx")
    assert [path.name for path in _files() if path.name.lower().endswith(kinds)] == []
