"""Fuzzing campaigns (docs/fuzzing.md).

    python -m tests.fuzz --minutes M [--door NAME|all] [--way hostile|structured|guided|all] [--runs N] [--out DIR]
    python -m tests.fuzz --door NAME --minimise FILE

Exit status 1 if there was any finding.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import platform
import sys
import time
from pathlib import Path

from tests.fuzz.campaign import Summary, campaign
from tests.fuzz.doors import NAMES, door

WAYS = ("hostile", "structured", "guided")
_LEAST_SECONDS = 5.0


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for; prints a table and writes summary.json."""
    options = _parser().parse_args(arguments)
    if options.minimise is not None:
        from tests.fuzz.minimise import minimised

        small = minimised(door(options.door), options.minimise.read_bytes())
        target = options.minimise.with_suffix(".small")
        target.write_bytes(small)
        _say(f"{len(small)} bytes: {target}")
        return 0
    names = NAMES if options.door == "all" else (options.door,)
    ways = [way for way in WAYS if options.way in (way, "all")]
    if importlib.util.find_spec("atheris") is None and "guided" in ways:
        _say('atheris is not installed (pip install -e ".[fuzz]"): no guided campaign')
        ways.remove("guided")
    out = options.out or Path("out", "fuzz", time.strftime("%Y%m%d-%H%M%S"))
    jobs, end = [(name, way) for name in names for way in ways], time.monotonic() + 60 * options.minutes
    found = []
    _say(_HEAD)
    for number, (name, way) in enumerate(jobs):
        share = (end - time.monotonic()) / (len(jobs) - number)
        found.append(campaign(name, way, out, options.runs, max(share, _LEAST_SECONDS), options.seed))
        _say(_row(found[-1]))
        _write(out, found)
    total, wrong = sum(one.inputs for one in found), sum(bool(one.findings) for one in found)
    _say(f"\n{total} inputs; campaigns with findings: {wrong} of {len(found)}; {out}")
    return int(wrong > 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="in all, shared by the campaigns")
    parser.add_argument("--door", choices=("all", *NAMES), default="all")
    parser.add_argument("--way", choices=("all", *WAYS), default="all")
    parser.add_argument("--runs", type=int, default=10**9, help="inputs of a campaign at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="folder of findings; out/fuzz/TIME by default")
    parser.add_argument("--minimise", type=Path, help="make an input smaller that is a finding; written beside it")
    return parser


_COLUMNS = ("door", "way", "inputs", "refused", "inputs/s", "edges", "worst s", "worst MiB", "findings")
_HEAD = f"| {' | '.join(_COLUMNS)} |\n{'|---' * len(_COLUMNS)}|"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _row(one: Summary) -> str:
    edges = "" if one.edges is None else one.edges
    findings = "; ".join(f"{what} ({count})" for what, count in one.findings.items()) or "none"
    cells = (
        one.door,
        one.way,
        one.inputs,
        one.refused,
        one.per_second,
        edges,
        one.worst_seconds,
        one.worst_mib,
        findings,
    )
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _write(out: Path, found: list[Summary]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    document = {"machine": machine, "campaigns": [one.document for one in found]}
    (out / "summary.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
