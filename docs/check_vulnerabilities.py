"""Asks a public service for known vulnerabilities of every locked package, as `make audit` does.

    .venv-release/bin/python docs/check_vulnerabilities.py [options of pip-audit]

Names and versions of packages are all that leaves the machine. Exit status 0 only where the service knew every package
and knew of nothing against it; 1 where it knows of a vulnerability; 2 where it could not be asked, or did not know a
package: that says nothing, and is not passed over.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def packages() -> list[str]:
    """name==version of all that the software and its tests are locked to, and torch."""
    texts = [(ROOT / f"requirements{kind}.lock").read_text(encoding="utf-8") for kind in ("", "-dev")]
    found = {f"{name}=={version}" for text in texts for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.M)}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return sorted(found | {pin for pin in project["dependencies"] if pin.startswith("torch==")})


def judged(answer: list[dict[str, Any]], asked: int) -> tuple[int, list[str]]:
    """The exit status, and what is said.

    Args:
        answer: `dependencies` of pip-audit's JSON.
        asked: how many packages were asked for.
    """
    unknown = [one["name"] for one in answer if "skip_reason" in one]
    bad = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version yet'}"
        for one in answer
        for flaw in one.get("vulns", ())
    ]
    if bad:
        return 1, [*bad, f"{len(bad)} known vulnerabilities in {asked} packages"]
    if unknown or len(answer) != asked:
        missing = asked - len(answer) + len(unknown)
        return 2, [
            f"not checked: the service gave no answer about {missing} of {asked} packages; nothing is known of them"
        ]
    return 0, [f"no known vulnerabilities in {asked} packages"]


def main() -> int:
    """Ask, and say what came back."""
    wanted = packages()
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "packages.txt"
        listed.write_text("\n".join(wanted), encoding="utf-8")
        options = ["--requirement", str(listed), "--no-deps", "--disable-pip", "--progress-spinner", "off"]
        command = [sys.executable, "-m", "pip_audit", *options, "--format", "json", *sys.argv[1:]]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        answer = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        print(f"not checked: the service of known vulnerabilities could not be asked ({last[:200]})", file=sys.stderr)
        return 2
    status, lines = judged(answer, len(wanted))
    print("\n".join(lines), file=sys.stderr if status else sys.stdout)
    return status


if __name__ == "__main__":
    sys.exit(main())
