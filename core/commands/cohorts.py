"""Commands on a table of patients: cox, validate, reproduce."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import __version__
from core.commands.common import check_folder, folder, progress, tell

if TYPE_CHECKING:
    from core.survival.model import Nomogram


def cox(options: argparse.Namespace) -> int:
    """Fit a centre's own Cox nomogram to its cohort and report on it."""
    from core.io.cohort_table import read_cohort_table
    from core.io.selection import select
    from core.report.cox_report import cox_report
    from core.studies.cox_document import cox_document, cox_metrics
    from core.studies.cox_study import CoxSettings, study_cox
    from core.studies.own_card import CardFacts, own_card
    from core.survival.own_file import own_text

    check_folder(options.out)
    progress("reading", 0.0)
    table = read_cohort_table(options.cohort)
    selection = select(table, options.time, options.event, options.terms)
    settings = CoxSettings(
        horizons=options.horizons,
        ties=options.ties,
        unit=options.unit,
        force=options.force,
        cohort=options.name,
        dates=options.dates,
        resamples=options.resamples,
        seed=options.seed,
    )
    study = study_cox(selection, settings, progress)
    facts = CardFacts(options.name, options.dates, study.fit.n, study.fit.events, __version__)
    card = own_card(study.nomogram, facts, cox_metrics(study))
    texts = {"nomogram.json": own_text(study.nomogram, card), "report.html": cox_report(study, card)}
    _write(options.out, texts | {"cox.json": _text(cox_document(study))})
    tell(*study.notices)
    return 0


def validate(options: argparse.Namespace) -> int:
    """Judge an existing nomogram on a new cohort, and change it as little as suffices."""
    from core.io.cohort_table import read_cohort_table
    from core.report.validation_report import validation_report
    from core.studies.cox_study import MONTHS_PER_UNIT
    from core.studies.new_cohort import new_cohort
    from core.studies.own_card import CardFacts, own_card
    from core.studies.validation import validate_nomogram
    from core.studies.validation_document import validation_document, validation_metrics
    from core.survival.own_file import own_text

    check_folder(options.out)
    nomogram, attribution = _model(options.model, options.weights)
    progress("reading", 0.0)
    given = dict(options.map)
    given |= {key: value for key, value in (("time_months", options.time), ("event", options.event)) if value}
    cohort = new_cohort(read_cohort_table(options.cohort), nomogram, given, MONTHS_PER_UNIT[options.unit])
    study = validate_nomogram(nomogram, cohort, (options.resamples, options.seed), progress)
    made = {
        "none": "validated in",
        "baseline": "baseline refitted to",
        "baseline_slope": "baseline and slope refitted to",
    }
    facts = CardFacts(
        options.name,
        options.dates,
        len(cohort.follow_up),
        cohort.follow_up.events,
        __version__,
        made.get(study.recalibration.recommended, "refitted to"),
        attribution,
    )
    card = own_card(study.changed, facts, validation_metrics(study))
    texts = {"nomogram.json": own_text(study.changed, card), "report.html": validation_report(study, card)}
    _write(options.out, texts | {"validate.json": _text(validation_document(study))})
    tell(*study.notices)
    return 0


def _model(chosen: str, weights: Path | None) -> tuple[Nomogram, str]:
    """The nomogram `--model` names, and whose coefficients it has."""
    from core.io.bounded import read_bounded
    from core.models import load_models
    from core.survival.own_file import MAX_BYTES, read_own

    if chosen in ("pre", "post"):
        models = load_models(weights)
        return getattr(models, chosen), models.cards["nomogram"].attribution
    own = read_own(read_bounded(Path(chosen), "--model", MAX_BYTES))
    return own.nomogram, own.card.attribution


def reproduce(options: argparse.Namespace) -> int:
    """Simulate the paper's cohorts from its published constants and set its figures beside the simulated ones."""
    from core.models import load_models
    from core.report.reproduction import reproduction_report
    from core.studies.reproduce import reproduce as reproduce_paper
    from core.studies.reproduced import reproduction_text
    from core.studies.reproduction_document import reproduce_document

    check_folder(options.out)
    models = load_models(options.weights)
    nomograms = {"pre": models.pre, "post": models.post}
    found = reproduce_paper(nomograms, options.patients, options.cohorts, options.seed, progress)
    document = reproduce_document(found)
    texts = {"report.html": reproduction_report(found), "figures.json": reproduction_text(found)}
    _write(options.out, texts | {"reproduce.json": _text(document)})
    print("\n".join(_side_by_side(document)))
    return 0


def _side_by_side(rows: list[dict[str, Any]]) -> list[str]:
    """Published and reproduced figures as a table of text; what the paper does not print has a dash."""
    width = max(len(row["quantity"]) for row in rows)
    head = ("published", "reproduced", "low", "high", "residual")
    lines = [f"{'quantity':{width}} {'cohort':10}" + "".join(f" {name:>10}" for name in head)]
    for row in rows:
        figures = "".join(f" {'-' if row[name] is None else format(row[name], '.4g'):>10}" for name in head)
        lines.append(f"{row['quantity']:{width}} {row['cohort'] or '-':10}{figures}")
    return lines


def _text(document: Any) -> str:
    return json.dumps(document, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def _write(out: Path, texts: dict[str, str]) -> None:
    """Files by name; the last of them is there only if the others are."""
    from core.io.atomic import write_text

    progress("writing", 0.9)
    for name, text in texts.items():
        write_text(folder(out) / name, text)
