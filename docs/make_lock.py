"""Writes the lock files and docs/licences.md: python docs/make_lock.py [--check]

requirements.lock             every package that the software runs with, exactly, with the sha256 of its files
requirements-dev.lock         what `make test` needs beside them
requirements-release.lock     the tools of `make lock`, `make sbom` and `make audit`, in an environment of their own
docs/licences.md              the licence that each package states

The packages are those that this environment holds and pyproject.toml leads to. Their sha256 are asked of the package
index by uv (`make lock` has it on the path); no index is named. torch has none: its builds differ from index to index.
`--check` writes nothing, asks nobody and ends with status 1 where a file is not what the environment says.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
RUN, DEV, RELEASE = (ROOT / f"requirements{kind}.lock" for kind in ("", "-dev", "-release"))
LICENCES = ROOT / "docs" / "licences.md"
BUILT_ELSEWHERE = ("torch",)
# Their metadata do not name it; read in the licence file that they carry.
READ = {"axe-playwright-python": "MIT", "pyradiomics-cuda": "BSD-3-Clause"}
HEADS = {
    RUN: """# Every package that haic-nomogram runs with and the sha256 of its files. Made by `make lock`.
#     pip install --require-hashes --no-deps -r requirements.lock
# torch is missing here: a build without GPU packages has another sha256 on every index. It comes after these, by
#     pip install {torch}
""",
    DEV: """# What `make test` needs beside requirements.lock. Made by `make lock`.
""",
    RELEASE: """# The tools of `make lock`, `make sbom` and `make audit`, in .venv-release. Made by `make lock`.
""",
}
_ABOUT = """What each package states of itself in its metadata; `make lock` writes this page. None that the software
runs with is under GPL, LGPL or AGPL; a test holds that. MPL-2.0 (certifi: certificate authorities) is used unchanged.
The wheels of numpy, scipy, scikit-learn, xgboost-cpu and torch bring run-time libraries of GCC: libgfortran and libgomp
(GPL-3.0 with the GCC Runtime Library Exception, which frees what is built with them) and libquadmath (LGPL-2.1)."""
_SPDX = {
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "ISC License (ISCL)": "ISC",
}


def closure(requirements: Iterable[str]) -> dict[str, importlib.metadata.Distribution]:
    """By canonical name, every installed package that the requirements lead to on this machine, themselves included."""
    found: dict[str, importlib.metadata.Distribution] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(Requirement(text), "") for text in requirements]
    while waiting:
        one, extra = waiting.pop()
        if one.marker and not one.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(one.name)
        distribution = found.setdefault(name, importlib.metadata.distribution(one.name))
        for wanted in ("", *one.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                waiting += [(Requirement(text), wanted) for text in distribution.requires or ()]
    return found


def environment() -> tuple[dict[str, importlib.metadata.Distribution], dict[str, importlib.metadata.Distribution]]:
    """What the software runs with, and what its tests need beside that."""
    project = _project()
    run = closure(project["dependencies"])
    every = closure([*project["dependencies"], *project["optional-dependencies"]["dev"]])
    return run, {name: one for name, one in every.items() if name not in run}


def locked(path: Path) -> dict[str, str]:
    """Version by name, as a lock file says."""
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def licence(distribution: importlib.metadata.Distribution) -> str:
    """What the package states: its SPDX expression, else its classifiers, else the first line of its own words."""
    metadata = distribution.metadata
    if read := READ.get(canonicalize_name(distribution.name)):
        return f"{read} (licence file)"
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classified = [
        text.rsplit(" :: ", 1)[1]
        for text in metadata.get_all("Classifier") or ()
        if text.startswith("License :: ") and text.count(" :: ") > 1
    ]
    said = classified or [str(metadata.get("License") or "").strip().split("\n")[0][:60]]
    return ", ".join(_SPDX.get(text, text) for text in said) or "not stated"


def licences_page() -> str:
    """docs/licences.md."""
    run, dev = environment()
    return "\n".join(
        [
            "# Licences of the packages",
            "",
            *_ABOUT.splitlines(),
            "",
            f"## At run time: {len(run)} packages",
            "",
            *_table(run),
            "",
            f"## For tests alone: {len(dev)} packages",
            "",
            *_table(dev),
            "",
        ]
    )


def main() -> int:
    """Write, or check, all files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        wrong = [*_differences()]
        print("\n".join(wrong) or "the lock is that of this environment")
        return 1 if wrong else 0
    run, dev = environment()
    torch = " ".join(f"{name}=={_version(run[name])}" for name in BUILT_ELSEWHERE)
    for path, wanted in ((RUN, run), (DEV, dev)):
        names = [f"{name}=={_version(one)}" for name, one in sorted(wanted.items()) if name not in BUILT_ELSEWHERE]
        _write(path, HEADS[path].replace("{torch}", torch), _hashed(names, "--no-deps"))
    _write(RELEASE, HEADS[RELEASE], _hashed(_project()["optional-dependencies"]["release"]))
    LICENCES.write_text(licences_page(), encoding="utf-8")
    return 0


def _differences() -> Iterator[str]:
    for path, wanted in zip((RUN, DEV), environment(), strict=True):
        here = {name: _version(one) for name, one in wanted.items() if name not in BUILT_ELSEWHERE}
        there = locked(path)
        for name in sorted({*here, *there}):
            if here.get(name) != there.get(name):
                yield f"{path.name}: {name}: locked {there.get(name)}, installed and asked for {here.get(name)}"
    if licences_page() != LICENCES.read_text(encoding="utf-8"):
        yield f"{LICENCES.name}: not that of this environment"


def _project() -> dict[str, dict[str, list[str]]]:
    project: dict[str, dict[str, list[str]]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return project


def _version(distribution: importlib.metadata.Distribution) -> str:
    return distribution.version.split("+")[0]


def _hashed(requirements: list[str], *options: str) -> str:
    """The requirements with the sha256 of all their files, on any system."""
    quiet = ["--quiet", "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-config"]
    command = ["uv", "pip", "compile", "-", *quiet, "--universal", "--python-version", "3.11", *options]
    done = subprocess.run(command, input="\n".join(requirements), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def _write(path: Path, head: str, text: str) -> None:
    path.write_text(head + text, encoding="utf-8")


def _table(packages: dict[str, importlib.metadata.Distribution]) -> list[str]:
    rows = [f"| {name} | {_version(one)} | {licence(one)} |" for name, one in sorted(packages.items())]
    return ["| package | version | licence |", "|---|---|---|", *rows]


if __name__ == "__main__":
    sys.exit(main())
