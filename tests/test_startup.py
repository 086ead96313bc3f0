"""The first page is up before the heavy packages are imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import dashboard

APP = Path(dashboard.__file__).with_name("app.py")
LOOK = f"""
import json, sys
from streamlit.testing.v1 import AppTest
page = AppTest.from_file({str(APP)!r}, default_timeout=60).run()
print(json.dumps([[str(e.value) for e in page.exception], sorted(sys.modules)]))
"""


def test_first_page_comes_before_torch_monai_xgboost_and_radiomics() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "HAIC_NOMOGRAM_DEMO"}
    done = subprocess.run([sys.executable, "-c", LOOK], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    exceptions, modules = json.loads(done.stdout.splitlines()[-1])
    assert exceptions == []
    assert set(modules) & {"torch", "monai", "xgboost", "radiomics"} == set()


def test_help_comes_before_everything_heavy() -> None:
    look = "import sys, core.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    heavy = {"torch", "monai", "xgboost", "radiomics", "SimpleITK", "matplotlib", "streamlit", "scipy"}
    assert set(done.stdout.split()) & heavy == set()
