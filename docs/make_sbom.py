"""Writes the software bill of materials, CycloneDX 1.6 as JSON, as `make sbom` does.

    .venv-release/bin/python docs/make_sbom.py PYTHON OUT.json

What the environment of the interpreter PYTHON holds of requirements.lock, and torch: versions, licences as stated, who
needs whom. No package of the tests, no path of the machine it is made on; the same environment gives the same bytes. It
is checked against the schema of CycloneDX before it is written.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BESIDE_THE_LOCK = {"torch"}


def bill(found: dict[str, Any], wanted: dict[str, str]) -> dict[str, Any]:
    """Of what the software runs with.

    Args:
        found: all that an environment holds, as CycloneDX; it is changed.
        wanted: version by name, as locked.

    Raises:
        SystemExit: a locked package is not installed, or in another version.
    """
    kept = [one for one in found["components"] if _name(one) in {*wanted, *BESIDE_THE_LOCK}]
    here = {_name(one): one["version"].split("+")[0] for one in kept}
    wrong = {name for name in {*wanted, *BESIDE_THE_LOCK} if here.get(name) != wanted.get(name, here.get(name, ""))}
    if wrong:
        sys.exit(f"not installed as locked: {', '.join(sorted(wrong))}; run make setup")
    for one in kept:
        one["externalReferences"] = [
            link for link in one.get("externalReferences", ()) if not link["url"].startswith("file:")
        ]
        one.setdefault("purl", f"pkg:pypi/{_name(one)}@{one['version']}")  # whatever it was installed from
    found["components"] = kept
    own = found["metadata"]["component"]
    own["version"] = _version()
    refs = {one["bom-ref"] for one in kept} | {own["bom-ref"]}
    found["dependencies"] = [
        {**one, "dependsOn": [ref for ref in one.get("dependsOn", ()) if ref in refs]}
        for one in found["dependencies"]
        if one["ref"] in refs
    ]
    return found


def main() -> int:
    """Make, check and write it."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    python, out = sys.argv[1], Path(sys.argv[2])
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    document = bill(_raw(python), dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock, re.MULTILINE)))
    text = json.dumps(document, indent=1, sort_keys=True) + "\n"
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.exit(f"not valid CycloneDX 1.6: {error}")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    print(f"{out}: {len(document['components'])} packages, valid CycloneDX 1.6")
    return 0


def _raw(python: str) -> dict[str, Any]:
    """The whole environment."""
    options = ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible", "--spec-version", "1.6"]
    command = [sys.executable, "-m", "cyclonedx_py", "environment", *options, "--output-format", "JSON", python]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def _name(component: dict[str, Any]) -> str:
    return re.sub(r"[-_.]+", "-", component["name"]).lower()


def _version() -> str:
    found = re.search(
        r'^__version__ = "(.+)"', (ROOT / "core" / "__init__.py").read_text(encoding="utf-8"), re.MULTILINE
    )
    if found is None:
        sys.exit("core/__init__.py: expected __version__")
    return found.group(1)


if __name__ == "__main__":
    sys.exit(main())
