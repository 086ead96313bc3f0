"""Fills the table of docs/validation.md that sets the paper's figures beside the simulated ones.

Where figures.json lies beside the list it becomes core/studies/reproduced.json, which the page Validation shows.

haic-nomogram reproduce --out paper/ && python docs/make_reproduction.py paper/reproduce.json
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("validation.md")
BEGIN, END = "<!-- reproduction: begin -->", "<!-- reproduction: end -->"
FIGURES, SHIPPED = "figures.json", PAGE.parents[1] / "core" / "studies" / "reproduced.json"
LEFT_OUT = ("AUC", "p of", "log-rank", "hazard ratio per session")  # in the report, too many for a page


def main() -> None:
    """Read the list named on the command line and bring the page up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("list", type=Path, help="reproduce.json")
    source: Path = parser.parse_args().list
    rows = json.loads(source.read_text(encoding="utf-8"))
    if (figures := source.with_name(FIGURES)).is_file():
        shutil.copyfile(figures, SHIPPED)
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), rows), encoding="utf-8")


def page(text: str, rows: list[dict[str, Any]]) -> str:
    """The page with the table replaced."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{table(rows)}\n{END}{rest.split(END)[1]}"


def table(rows: list[dict[str, Any]]) -> str:
    """Figures that the paper prints, both concordance indices, and the AUC of the two nomograms."""
    lines = [
        "| quantity | cohort | published | reproduced (95 % range of cohorts) | residual |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        if _shown(row):
            published = "-" if row["published"] is None else f"{row['published']:.4g}"
            residual = "-" if row["residual"] is None else f"{row['residual']:+.3f}"
            reproduced = f"{row['reproduced']:.3g} ({row['low']:.3g} to {row['high']:.3g})"
            lines.append(f"| {row['quantity']} | {row['cohort']} | {published} | {reproduced} | {residual} |")
    return "\n".join(lines)


def _shown(row: dict[str, Any]) -> bool:
    quantity = row["quantity"]
    if quantity.startswith("AUC at") and "operative nomogram (Table 3" in quantity:
        return True
    if quantity.startswith("concordance index, p") and quantity.endswith("nomogram"):
        return True
    if "sessions to those that survival allows" in quantity:
        return True
    return row["published"] is not None and not quantity.startswith(LEFT_OUT)


if __name__ == "__main__":
    main()
