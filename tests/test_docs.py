"""The documentation says what the code does, no more and no less."""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest

from core.case import ClinicalRecord
from core.cli import _parser, main
from core.io.clinical import parse_clinical

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def _commands(parser: argparse.ArgumentParser | None = None, prefix: str = "") -> dict[str, argparse.ArgumentParser]:
    """Parser by command; a command's own commands by both names ("train segmenter")."""
    parser = parser or _parser()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            inner = [_commands(child, f"{prefix}{name} ") for name, child in action.choices.items()]
            return {name: child for commands in inner for name, child in commands.items()}
    return {prefix.strip(): parser}


def _sections() -> dict[str, str]:
    parts = re.split(r"^## ", (DOCS / "commands.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.split("\n", 1)[0]: part for part in parts}


def test_every_command_is_documented_and_no_other() -> None:
    assert set(_sections()) == set(_commands())


@pytest.mark.parametrize("name", sorted(_commands()))
def test_every_option_is_documented_and_no_other(name: str) -> None:
    options = {o for a in _commands()[name]._actions for o in a.option_strings if o.startswith("--")} - {"--help"}
    usage = _sections()[name].split("\n\n")[1]
    assert set(re.findall(r"--[a-z-]+", usage)) == options
    assert set(re.findall(r"--[a-z-]+", _sections()[name])) <= options


def test_readme_shows_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"haic-nomogram {name}" in readme for name in _commands())


def test_links_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *DOCS.glob("*.md")]:
        targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))
        missing = [target for target in targets if not (page.parent / target).exists()]
        assert missing == [], page.name


def _tests_named(page: Path) -> set[str]:
    """tests/..., with ::name where one test is meant."""
    return set(re.findall(r"tests/[\w./]*\w(?:::\w+)?", page.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", ["security.md", "deploy.md"])
def test_every_test_that_holds_a_promise_is_there(page: str) -> None:
    for named in _tests_named(DOCS / page):
        path, _, test = named.partition("::")
        assert (ROOT / path).exists(), named
        assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), named


def test_every_promise_names_a_test() -> None:
    table = (DOCS / "security.md").read_text(encoding="utf-8").split("## What is promised")[1].split("##")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("|")][2:]
    assert len(rows) > 15
    assert [promise for _, promise, test, _ in rows if not re.match(r" (tests/[\w./:]+(, )?)+ $", test)] == []


def test_the_units_start_commands_that_exist() -> None:
    for unit in (DOCS / "deploy").glob("*.service"):
        line = next(line for line in unit.read_text(encoding="utf-8").splitlines() if line.startswith("ExecStart="))
        arguments = line.split()[1:]
        names = [name for name in _commands() if arguments[: len(name.split())] == name.split()]
        known = {option for action in _commands()[names[0]]._actions for option in action.option_strings}
        assert {word for word in arguments if word.startswith("--")} <= known, unit.name


def _maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_clinical_json", DOCS / "make_clinical_json.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_clinical_table_is_that_of_the_code() -> None:
    text = (DOCS / "clinical-json.md").read_text(encoding="utf-8")
    assert _maker().page(text) == text


def test_clinical_example_is_valid() -> None:
    text = (DOCS / "clinical-json.md").read_text(encoding="utf-8")
    example = text.split("```json\n")[1].split("```")[0]
    assert isinstance(parse_clinical(json.loads(example)), ClinicalRecord)


def _codes_of_the_code() -> set[str]:
    codes: set[str] = set()
    for path in (ROOT / "core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Notice"
                and node.args
            ):
                codes |= {n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)}
    return {code for code in codes if isinstance(code, str)}


def test_every_warning_code_is_documented() -> None:
    pages = [path.read_text(encoding="utf-8") for path in DOCS.glob("*-json.md")]
    tables = [
        text.split("<!-- codes: begin -->")[1].split("<!-- codes: end -->")[0]
        for text in pages
        if "codes: begin" in text
    ]
    documented = set(re.findall(r"^\| `([a-z0-9_]+)`", "\n".join(tables), flags=re.MULTILINE))
    assert _codes_of_the_code() - documented == set()
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "core").rglob("*.py"))
    assert [code for code in sorted(documented) if f'"{code}"' not in sources] == []


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((DOCS / "assessment.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(document)
    return document


CLINICAL: list[dict[str, Any]] = [
    {},
    {"pvtt": True},
    {"pvtt": False, "response": "PR", "haic_sessions": 3},
    {"pvtt": True, "response": "PD", "haic_sessions": 1, "months_since_first_haic": 14.0},
    {"pvtt": True, "response": "SD", "haic_sessions": 2, "months_since_first_haic": 70.0},
]


@pytest.mark.parametrize("clinical", CLINICAL)
@pytest.mark.parametrize("scores", [(), ("--dlr", "0.7"), ("--mtm", "1", "--dlr", "0.35")])
def test_nomogram_output_follows_the_schema(
    clinical: dict[str, Any],
    scores: tuple[str, ...],
    schema: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "clinical.json"
    file.write_text(json.dumps(clinical))
    assert main(["nomogram", "--clinical", str(file), *scores]) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, schema)
    assert (document["pre"] is None) == ("pvtt" not in clinical or not scores)
    assert (document["post"] is None) == ("response" not in clinical or len(scores) < 4)


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _numbers(item)
    elif isinstance(value, list):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, float):
        yield value


@pytest.mark.slow
def test_assess_output_follows_the_schema_and_names_its_files(schema: dict[str, Any], tmp_path: Path) -> None:
    demo, out = tmp_path / "demo", tmp_path / "out"
    assert main(["demo", "--out", str(demo)]) == 0
    phases = ["--arterial", str(demo / "arterial.nii.gz"), "--portal-venous", str(demo / "portal_venous.nii.gz")]
    assert main(["assess", *phases, "--clinical", str(demo / "clinical.json"), "--out", str(out)]) == 0
    document = json.loads((out / "assessment.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    assert {"provenance", "simulated"} <= set(document)
    assert document["pre"] is not None
    assert document["post"] is not None
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    for file in out.iterdir():
        assert f"`{file.name}`" in page or file.name.startswith("key_slice_"), file.name
    assert len(list(out.glob("heatmap_*.nii.gz"))) == 5
    assert all(abs(number) < 1e6 for number in _numbers(document))
