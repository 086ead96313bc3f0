"""The wheel, installed far from the checkout, holds everything it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOOK = """
from pathlib import Path
import core, core.serve
from core.artefacts import find_weights
from core.models import load_models
print(Path(core.__file__).parents[1])
print(find_weights())
print(sorted(load_models().versions))
print((core.serve.ROOT / "dashboard" / "app.py").is_file())
print((core.serve.ROOT / "dashboard" / ".streamlit" / "config.toml").is_file())
"""

pytestmark = pytest.mark.slow


def _python(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = ["-m", "pip", "--quiet", "--disable-pip-version-check"]
    environment = dict(os.environ)
    build = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder), str(ROOT)]
    _python(pip + build, folder, environment)
    wheel = str(next(folder.glob("haic_nomogram-*.whl")))
    _python([*pip, "install", "--no-deps", "--no-index", "--target", str(folder / "site"), wheel], folder, environment)
    return folder / "site"


def _away(installed: Path) -> dict[str, str]:
    return {**{k: v for k, v in os.environ.items() if not k.startswith("HAIC_")}, "PYTHONPATH": str(installed)}


def test_weights_dashboard_and_settings_are_found(installed: Path) -> None:
    lines = _python(["-c", LOOK], Path("/"), _away(installed)).splitlines()
    assert lines[0] == str(installed)
    assert lines[1] == str(installed / "core" / "_weights")
    assert lines[2] == "['fusion', 'network', 'nomogram', 'radiomics', 'segmenter']"
    assert lines[3:] == ["True", "True"]


def test_commands_answer(installed: Path) -> None:
    assert "simulate-arterial" in _python(["-m", "core", "--help"], Path("/"), _away(installed))


def test_it_stays_small(installed: Path) -> None:
    total = sum(path.stat().st_size for path in installed.rglob("*") if path.is_file())
    assert total < 60e6
