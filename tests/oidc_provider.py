"""A real OpenID Connect provider on loopback: npm's oidc-provider, as tests/oidc/provider.mjs sets it up."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.server import free_port

FOLDER = Path(__file__).with_name("oidc")
SECONDS = 3600


@contextmanager
def provider(redirect: str) -> Iterator[str]:
    """A provider that sends browsers back to `redirect`, until the block ends; gives its address."""
    _install()
    port = free_port()
    command = ["node", "provider.mjs", str(port), redirect, str(SECONDS)]
    process = subprocess.Popen(command, cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()  # type: ignore[union-attr]


def _install() -> None:
    """Its packages, of the versions in package-lock.json, into tests/oidc/node_modules, which git ignores."""
    if not (shutil.which("node") and shutil.which("npm")):
        _without("node and npm are not on this machine")
    if (FOLDER / "node_modules" / ".package-lock.json").is_file():
        return
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        _without("npm cannot install oidc-provider on this machine")


def _without(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
