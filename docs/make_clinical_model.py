"""Fills the tables of docs/clinical-model.md from the public table of 262 patients, and prints them.

python docs/make_clinical_model.py ../shared/data/clinical/mtm_dect_262.csv
"""

from __future__ import annotations

import argparse
from pathlib import Path

from core.train.clinical_figures import CENTRES, SetFigures, each_centre, set_figures, shipped_calibration
from core.train.discrimination import Estimate
from core.train.fit_clinical import PREDICTORS, fit_clinical_table

PAGE = Path(__file__).with_name("clinical-model.md")


def main() -> None:
    """Read the table named on the command line; bring the page up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path, help="mtm_dect_262.csv")
    blocks = tables(parser.parse_args().table)
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), blocks), encoding="utf-8")
    print("\n\n".join(blocks.values()))


def page(text: str, blocks: dict[str, str]) -> str:
    """The page with what stands between the marks of each block replaced."""
    for name, block in blocks.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, rest = text.split(begin)
        text = f"{before}{begin}\n{block}\n{end}{rest.split(end)[1]}"
    return text


def tables(table: Path) -> dict[str, str]:
    """The tables of the page, by name."""
    return {
        "sets": _sets(set_figures(table)),
        "centres": _centres(each_centre(table)),
        "card": _card(table),
        "terms": _terms(table),
        "calibration": _calibration(table),
    }


def _sets(found: tuple[SetFigures, ...]) -> str:
    first = found[0]
    head = f"| set | columns | centres 0 and 1, n = {first.n_fitting}, apparent | centre 2, n = {first.n_testing} |"
    rows = [f"| {one.name} | {one.columns} | {_words(one.fitting)} | {_words(one.testing)} |" for one in found]
    return "\n".join([head, "|---|---|---|---|", *rows])


def _centres(found: tuple[SetFigures, ...]) -> str:
    rows = [
        f"| {centre} | {one.n_testing} | {_words(one.testing)} | {one.n_fitting} | {_words(one.fitting)} |"
        for centre, one in zip(CENTRES, found, strict=True)
    ]
    head = "| centre left out | its n | its AUC | n of the others | their AUC, apparent |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


def _card(table: Path) -> str:
    rows = [
        f"| {m.name} | {m.value:.3f} ({m.low:.3f}-{m.high:.3f}) | {m.n} |" for m in fit_clinical_table(table).metrics
    ]
    return "\n".join(["| metric of the card | value (95 %) | n |", "|---|---|---|", *rows])


def _terms(table: Path) -> str:
    model = fit_clinical_table(table).model
    rows = []
    for place, (term, predictor) in enumerate(zip(model.terms, PREDICTORS, strict=True), start=1):
        yes = f"over {term.above:g}" if term.above is not None else str(term.equals)
        se = model.covariance[place][place] ** 0.5
        rows.append(
            f"| {predictor.column} | `{term.field}` | {yes} | {term.mean:.2f} | {term.coefficient:+.2f} ({se:.2f}) | "
            f"{predictor.source} |"
        )
    head = "| column | key | yes | share of yes | log odds (s.e.) | cut-off |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows, f"\nIntercept {model.intercept:+.2f}."])


def _calibration(table: Path) -> str:
    found = shipped_calibration(table)
    return "\n".join(
        [
            f"| centre 2, n = {found.n} | value (95 %) | right |",
            "|---|---|---|",
            f"| with MTM: observed, expected | {found.observed}, {found.expected:.1f} | equal |",
            f"| in the large, log odds | {_signed(found.in_the_large)} | 0 |",
            f"| slope | {_signed(found.slope)} | 1 |",
        ]
    )


def _words(one: Estimate) -> str:
    return f"{one.value:.2f} ({one.low:.2f}-{one.high:.2f})"


def _signed(one: Estimate) -> str:
    return f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f})"


if __name__ == "__main__":
    main()
