"""The nomogram alone as a page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from core.report.nomogram_page import nomogram_page
from core.survival.model import Nomogram
from core.survival.own_file import read_own
from tests import own_files
from tests.dashboard import builders


def model_of(document: str) -> Any:
    found = re.search(r'<script type="application/json" id="nomogram-model">(.*?)</script>', document)
    assert found is not None
    return json.loads(found[1])


@pytest.mark.parametrize("name", ["pre", "post", "lung"])
def test_it_holds_the_nomogram_and_no_patient(name: str) -> None:
    nomogram: Nomogram = read_own(own_files.lung()).nomogram if name == "lung" else getattr(builders.models(), name)
    document = nomogram_page(nomogram)
    assert model_of(document)["beta"] == pytest.approx(nomogram.beta.tolist())
    assert len(model_of(document)["horizons"]) == len(nomogram.readings_months)
    assert "not for clinical decisions" in document
    assert ("He et al." in document) == (name != "lung")
    assert not re.search(
        r"""(?:src|href)\s*=\s*["'](?:https?:)?//""", re.sub(r"<script\b.*?</script>", "", document, flags=re.S)
    )
