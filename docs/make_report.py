"""Pictures of the report for docs/report.md: the demo case, which is procedural anatomy.

    python docs/make_report.py [DIR]

Writes docs/screenshots/report_case_{1,2}.png from DIR, a folder that assess has written for the demo case; without it
the demo case is assessed first.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import pypdfium2

from core.cli import main as command

FOLDER = Path(__file__).resolve().parent / "screenshots"
SCALE = 110 / 72  # pixels a point


def main() -> int:
    """Assess, report, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assessed", nargs="?", type=Path, metavar="DIR")
    assessed = parser.parse_args().assessed
    with tempfile.TemporaryDirectory() as folder:
        out = assessed or demo(Path(folder))
        if command(["report", str(out)]):
            return 1
        with pypdfium2.PdfDocument(out / "report.pdf") as document:
            for number, page in enumerate(document, start=1):
                target = FOLDER / f"report_case_{number}.png"
                page.render(scale=SCALE).to_pil().save(target, optimize=True)
                print(target)
    return 0


def demo(folder: Path) -> Path:
    """The demo case, assessed."""
    phases = [f"--{phase.replace('_', '-')}={folder / phase}.nii.gz" for phase in ("arterial", "portal_venous")]
    command(["demo", "--out", str(folder)])
    command(["assess", *phases, "--clinical", str(folder / "clinical.json"), "--out", str(folder / "out")])
    return folder / "out"


if __name__ == "__main__":
    sys.exit(main())
