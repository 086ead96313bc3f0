"""Fills the tables of docs/radiomics.md.

    python docs/make_radiomics.py [--patients N --retested N --seed S --work DIR --workers N] [--shared-data DIR]

The consensus phantom is read from DIR/radiomics. With --patients, as many resected patients are simulated, a part of
them is measured again after each change of outline and noise, and XGBoost is compared with three other classifiers;
rows already in the working folder are not computed again.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd

from core.radiomics.settings import QUICK
from core.simulate.cohort import Latent, draw_patients, simulate_patient
from core.train.compare_classifiers import as_markdown, compare_classifiers
from core.train.radiomics_features import RadiomicsImages, extract_cohort
from core.train.robustness import Retest, Robustness, measure_robustness
from tests.core.radiomics.consensus import DIFFERENT, PAIRS, WITHOUT, Compared, compare

PAGE = Path(__file__).with_name("radiomics.md")
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def main() -> None:
    """Measure what was asked for and bring the page up to date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared-data", type=Path, default=SHARED)
    parser.add_argument("--patients", type=int, default=0)
    parser.add_argument("--retested", type=int, default=12)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--work", type=Path, default=Path("radiomics-work"))
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    tables = {"consensus": consensus(compare(options.shared_data))}
    if options.patients:
        tables["robustness"], tables["classifiers"] = measured(options, print)
    text = PAGE.read_text(encoding="utf-8")
    for name, table in tables.items():
        text = filled(text, name, table)
    PAGE.write_text(text, encoding="utf-8")


def filled(text: str, name: str, table: str) -> str:
    """The page with one table replaced."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, rest = text.split(begin)
    return f"{before}{begin}\n{table.strip()}\n{end}{rest.split(end)[1]}"


def consensus(rows: list[Compared]) -> str:
    """How many agree, and where PyRadiomics has another definition or the consensus none."""
    agree = sum(row.agrees for row in rows)
    lines = [
        f"{agree} of the {len(PAIRS)} features that the consensus knows lie within its tolerance. These differ:",
        "",
        "| feature | consensus | ours | tolerance | why |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        if row.feature in DIFFERENT:
            remark = DIFFERENT[row.feature] + ("; within the tolerance all the same" if row.agrees else "")
            lines.append(f"| {row.feature} | {row.consensus:g} | {row.ours:.4g} | {row.tolerance:g} | {remark} |")
    lines += ["", "The consensus does not know:", "", "| feature | what it is |", "|---|---|"]
    lines += [f"| {name} | {meaning} |" for name, meaning in WITHOUT.items()]
    return "\n".join(lines)


def images(latent: Latent) -> RadiomicsImages:
    """One simulated patient; runs in the worker."""
    case = simulate_patient(latent)
    return RadiomicsImages(case.arterial.hu, case.portal_venous.hu, case.mask.liver, case.mask.geometry)


def measured(options: argparse.Namespace, report: Callable[[str], None]) -> tuple[str, str]:
    """Both tables of a simulated cohort."""
    options.work.mkdir(parents=True, exist_ok=True)
    patients = draw_patients(0, options.patients, options.seed)
    cases = [(latent.patient_id, partial(images, latent)) for latent in patients]
    mtm = pd.Series({latent.patient_id: float(latent.mtm) for latent in patients})
    retest = Retest(workers=options.workers)
    found = measure_robustness(cases[: options.retested], options.work, QUICK, retest, report)
    table, _ = extract_cohort(cases, options.work / "features.csv", QUICK, options.workers, report)
    compared = compare_classifiers(table, mtm, robust=found.names)
    first = compared.figures[0]
    said = f"{first.n} simulated resected patients, {first.positives} with MTM, five folds, seed {options.seed}:"
    return robustness_table(found), f"{said}\n\n{as_markdown(compared.figures)}"


def robustness_table(found: Robustness) -> str:
    """How many features of each class passed."""
    summary = found.summary()
    medians = ", ".join(f"{kind} {value:.3f}" for kind, value in summary["median_icc"].items())
    lines = [
        f"{summary['patients']} simulated patients; {summary['kept']} of {summary['of']} features passed. Median ICC: "
        f"{medians}.",
        "",
        "| class | passed | of |",
        "|---|---|---|",
    ]
    lines += [f"| {name} | {row['kept']} | {row['of']} |" for name, row in summary["kept_by_class"].items()]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
