from pathlib import Path

import pytest

from core.artefacts import read_artefact
from core.survival.model import Nomogram, read_nomogram


@pytest.fixture(scope="session")
def models(root: Path) -> dict[str, Nomogram]:
    """The shipped models, by name."""
    document = read_artefact(root / "weights", "nomogram").read_json("nomogram.json")
    return {"pre": read_nomogram(document, "pre"), "post": read_nomogram(document, "post")}


@pytest.fixture(scope="session")
def pre(models: dict[str, Nomogram]) -> Nomogram:
    return models["pre"]


@pytest.fixture(scope="session")
def post(models: dict[str, Nomogram]) -> Nomogram:
    return models["post"]
